/**
 * CUBIC congestion control, RFC 9438, with HyStart++ (RFC 9406) in the first slow start. The RFC's names.
 *
 *   cwnd│                               ╱   convex: cwnd ≥ W_max
 *       │ W_max ─ ─ ─ ─ ─ ─ ─ ─__----──╱
 *       │              __---   │
 *       │           _-         │       W_cubic(t) = C (t − K)³ + W_max
 *       │         ╱  concave   │
 *       │ β·W_max│             │
 *       └────────┴─────────────┴──────────▶ t
 *              t_epoch         K
 *
 * Windows are octets where the RFC has segments, so C is multiplied by SMSS. An SMSS acknowledged counts as
 * one of the RFC's acknowledgements, so that delayed ones change nothing. `Math.cbrt` is V8's own code,
 * not the machine's library: the same bits everywhere.
 *
 * Invariants:
 *   (1) SMSS ≤ cwnd ≤ CWND_MAX, but for what PRR writes; ssthresh ≥ 2 SMSS; both are whole.
 *   (2) cwnd grows in `acknowledged`, `recovered` and `undo` alone, and in `acknowledged` only if limited.
 *   (3) A stage's clock stands still while cwnd does not grow for want of data (§4.2).
 *   (4) A stage is never changed after the event that ended it, so that `undo` can put it back.
 */
import { type Duration, type Instant, seconds } from '../../../base/time.ts';
import {
  type CongestionControl,
  CWND_MAX,
  L_AFTER_TIMEOUT,
  SSTHRESH_INITIAL,
  SSTHRESH_MIN_SEGMENTS,
  ssthreshAfterIdle,
} from './congestion.ts';
import { gain } from './hybla.ts';
import { HYSTART_L, HyStart } from './hystart.ts';

/** §5.1, in segments per second cubed. */
const C = 0.4;
/** §4.6 */
const BETA = 0.7;
/** §4.3: what makes AIMD(α, 0.7) as fast as Reno's AIMD(1, 0.5). */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** §4.2: slower than slow start, whatever the cubic says. */
const TARGET_MAX = 1.5;
/** RFC 3465 §2.2, for a slow start without HyStart++. */
const L = 2;

const SECOND = seconds(1);

export interface CubicOptions {
  readonly hystart: boolean;
  /** §4.7; to be turned off where one flow has the link for itself. */
  readonly fastConvergence: boolean;
  /** β for a mark. §4.6 has the same as for loss; RFC 8511, an experiment, has 0.85 for CUBIC. */
  readonly betaEcn: number;
  /** In slow start an acknowledgment counts for a few segments at most. */
  readonly slowStartLimit: boolean;
  /** Flows of long round trips are not slower for that in the Reno-friendly region: hybla.ts. Not in RFC 9438. */
  readonly rttFairness: boolean;
}

export const CUBIC_OPTIONS: CubicOptions = {
  hystart: true,
  fastConvergence: true,
  betaEcn: BETA,
  slowStartLimit: true,
  rttFairness: false,
};

/** A congestion avoidance stage: made by what ended the one before, begun by the first growth in it. */
interface Stage {
  /** Octets; below cwnd for "none", as after a timeout. */
  wMax: number;
  /** cwnd when ssthresh was set. */
  cwndPrior: number;
  begun: boolean;
  /** t_epoch, moved on by the time in which cwnd did not grow for want of data. */
  epoch: Instant;
  /** When the stage last saw an acknowledgement. */
  seen: Instant;
  /** Seconds. */
  k: number;
  wEst: number;
  /** Of an octet, that cwnd has still to grow. */
  fraction: number;
}

const newStage = (wMax: number, cwndPrior: number, now: Instant): Stage => ({
  wMax,
  cwndPrior,
  begun: false,
  epoch: now,
  seen: now,
  k: 0,
  wEst: 0,
  fraction: 0,
});

export class Cubic implements CongestionControl {
  cwnd: number;
  ssthresh = SSTHRESH_INITIAL;
  #smss: number;
  readonly #initialWindow: number;
  readonly #options: CubicOptions;
  /** Of the first slow start (RFC 9406 §4.3); gone from memory with the first congestion avoidance. */
  #hystart: HyStart | undefined;
  /** RFC 3465's L for the slow start that goes on, in segments. */
  #limit = L;
  /** RFC 6298's, of the samples that were seen here, in microseconds; 0 when there were none. */
  #srtt = 0;
  /** The least sample; 0 when there were none. */
  #minRtt = 0;
  /** None before the first slow start has ended. */
  #stage: Stage | undefined;
  /** The window to go back to; 0 when there is nothing to undo. */
  #undoCwnd = 0;
  #undoSsthresh = 0;
  #undoStage: Stage | undefined;

  constructor(smss: number, initialWindow: number, options: CubicOptions = CUBIC_OPTIONS) {
    this.#smss = smss;
    this.#initialWindow = initialWindow;
    this.#options = options;
    this.#hystart = options.hystart ? new HyStart() : undefined;
    this.cwnd = Math.max(initialWindow, smss);
  }

  get name(): 'cubic' {
    return 'cubic';
  }

  acknowledged(
    octets: number,
    flight: number,
    limited: boolean,
    rtt: Duration | 0,
    now: Instant,
  ): void {
    if (rtt > 0) this.#measure(rtt);
    const left = this.cwnd < this.ssthresh ? this.#slowStart(octets, flight, limited, rtt) : octets;
    if (left > 0) this.#avoid(left, limited, now);
  }

  congestion(flight: number, ecn: boolean, now: Instant): void {
    this.#remember();
    const beta = ecn ? this.#options.betaEcn : BETA;
    // §4.6 lets it be cwnd in place of FlightSize where cwnd does not grow beyond what is in use: then a flow
    // that its peer's window holds back is not made slower than that by a loss.
    this.#reduce(Math.max(flight, this.cwnd), beta, this.#wMaxAfterLoss(), now);
    // §4.6: a mark may bring cwnd down to one segment, below the least ssthresh.
    if (ecn) this.cwnd = Math.max(Math.min(this.cwnd, Math.floor(flight * beta)), this.#smss);
  }

  recovered(_flight: number, _now: Instant): void {
    this.cwnd = Math.min(this.ssthresh, CWND_MAX);
  }

  timeout(flight: number, first: boolean, now: Instant): void {
    if (first) {
      this.#remember();
      this.#reduce(flight, BETA, 0, now); // §4.8: the next stage begins with K = 0.
    }
    this.cwnd = this.#smss;
    this.#limit = L_AFTER_TIMEOUT;
  }

  /** §4.9.2 */
  undo(_now: Instant): void {
    if (this.#undoCwnd >= this.cwnd) {
      this.cwnd = this.#undoCwnd;
      this.ssthresh = this.#undoSsthresh;
      this.#stage = this.#undoStage;
      this.#limit = L;
    }
    this.#undoCwnd = 0;
    this.#undoStage = undefined;
  }

  /** Slow start comes next, and after it another stage, toward the same W_max. */
  idle(now: Instant): void {
    this.#undoCwnd = 0; // What was found out about a path then says little about it now.
    if (this.cwnd <= this.#initialWindow) return; // And the stage's clock leaves the time out.
    const stage = this.#stage;
    if (stage !== undefined) this.#stage = newStage(stage.wMax, stage.cwndPrior, now);
    this.ssthresh = ssthreshAfterIdle(this.ssthresh, this.cwnd);
    this.cwnd = this.#initialWindow;
    this.#limit = L;
  }

  setSmss(smss: number): void {
    this.#smss = smss;
    this.cwnd = Math.max(this.cwnd, smss);
    this.ssthresh = Math.max(this.ssthresh, SSTHRESH_MIN_SEGMENTS * smss);
  }

  /** What of `octets` is left for congestion avoidance, which begins in the middle of an acknowledgement. */
  #slowStart(octets: number, flight: number, limited: boolean, rtt: Duration | 0): number {
    const hystart = this.ssthresh === SSTHRESH_INITIAL ? this.#hystart : undefined;
    const l = hystart === undefined ? this.#limit : HYSTART_L;
    const counted = this.#options.slowStartLimit ? Math.min(octets, l * this.#smss) : octets;
    const growth = Math.floor(counted / (hystart?.divisor ?? 1));
    if (hystart?.acknowledged(octets, flight, rtt)) this.#exit();
    if (!limited) return 0;
    const room = Math.max(Math.min(this.ssthresh, CWND_MAX) - this.cwnd, 0);
    if (growth < room) {
      this.cwnd += growth;
      return 0;
    }
    this.cwnd += room;
    this.#limit = L;
    return growth - room;
  }

  /** HyStart++ ended slow start without a loss: §4.10 has W_max and cwnd_prior be cwnd. */
  #exit(): void {
    this.ssthresh = Math.max(this.cwnd, SSTHRESH_MIN_SEGMENTS * this.#smss);
  }

  #avoid(octets: number, limited: boolean, now: Instant): void {
    this.#stage ??= newStage(this.cwnd, this.cwnd, now);
    const stage = this.#stage;
    if (!stage.begun) this.#begin(stage, now);
    if (!limited) stage.epoch = (stage.epoch + (now - stage.seen)) as Instant;
    stage.seen = now;
    if (!limited) return;

    const { cwnd } = this;
    const t = (now - stage.epoch) / SECOND;
    stage.wEst += (this.#alpha(stage) * this.#smss * octets) / cwnd;
    const target = this.#wCubic(stage, t + this.#srtt / SECOND);
    const bounded = Math.min(Math.max(target, cwnd), TARGET_MAX * cwnd);
    // §4.4 and §4.5, and not beyond the target when one acknowledgement is of more than a window.
    let next = cwnd + stage.fraction + (bounded - cwnd) * Math.min(octets / cwnd, 1);
    // §4.3 sets cwnd to W_est in the Reno-friendly region; §4.2 takes the higher: a window never shrinks here.
    if (this.#wCubic(stage, t) < stage.wEst) next = Math.max(next, stage.wEst);
    this.cwnd = Math.min(Math.floor(next), CWND_MAX);
    stage.fraction = next - Math.floor(next);
  }

  #measure(rtt: Duration | 0): void {
    this.#srtt += this.#srtt === 0 ? rtt : (rtt - this.#srtt) / 8;
    if (this.#minRtt === 0 || rtt < this.#minRtt) this.#minRtt = rtt;
  }

  /** §4.3: by how many segments W_est grows in a round trip. */
  #alpha(stage: Stage): number {
    const alpha = stage.wEst >= stage.cwndPrior ? 1 : ALPHA;
    if (!this.#options.rttFairness) return alpha;
    // As the cubic, no faster than §4.2 allows, unless Reno is.
    const most = ((TARGET_MAX - 1) * this.cwnd) / this.#smss;
    return Math.max(alpha, Math.min(alpha * gain(this.#minRtt), most));
  }

  #begin(stage: Stage, now: Instant): void {
    this.#hystart = undefined;
    stage.begun = true;
    stage.epoch = now;
    stage.seen = now;
    stage.wMax = Math.max(stage.wMax, this.cwnd);
    stage.k = Math.cbrt((stage.wMax - this.cwnd) / this.#smss / C);
    stage.wEst = this.cwnd;
  }

  #wCubic(stage: Stage, t: number): number {
    const d = t - stage.k;
    return C * this.#smss * d * d * d + stage.wMax;
  }

  /** Fast convergence, §4.7: who was cut short of W_max makes room for the flow that did it. */
  #wMaxAfterLoss(): number {
    const shrunk = this.#options.fastConvergence && this.cwnd < (this.#stage?.wMax ?? 0);
    return shrunk ? (this.cwnd * (1 + BETA)) / 2 : this.cwnd;
  }

  #reduce(flight: number, beta: number, wMax: number, now: Instant): void {
    this.ssthresh = Math.max(Math.floor(flight * beta), SSTHRESH_MIN_SEGMENTS * this.#smss);
    this.#stage = newStage(wMax, this.cwnd, now);
    this.#limit = L;
  }

  #remember(): void {
    this.#undoCwnd = this.cwnd;
    this.#undoSsthresh = this.ssthresh;
    this.#undoStage = this.#stage;
  }
}
