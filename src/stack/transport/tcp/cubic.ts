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
  beginWindow,
  type Congestion,
  type CongestionControl,
  CWND_MAX,
  L,
  L_AFTER_TIMEOUT,
  remember,
  SSTHRESH_INITIAL,
  SSTHRESH_MIN_SEGMENTS,
  type Stage,
  ssthreshAfterIdle,
  undone,
} from './congestion.ts';
import { gain } from './hybla.ts';
import { beginHyStart, divisor, endsSlowStart, HYSTART_L } from './hystart.ts';

/** §5.1, in segments per second cubed. */
const C = 0.4;
/** §4.6 */
const BETA = 0.7;
/** §4.3: what makes AIMD(α, 0.7) as fast as Reno's AIMD(1, 0.5). */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** §4.2: slower than slow start, whatever the cubic says. */
const TARGET_MAX = 1.5;
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
  readonly #options: CubicOptions;

  constructor(options: CubicOptions = CUBIC_OPTIONS) {
    this.#options = options;
  }

  get name(): 'cubic' {
    return 'cubic';
  }

  begin(c: Congestion, smss: number, initialWindow: number): void {
    beginWindow(c, smss, initialWindow);
    c.smoothedRtt = 0;
    c.leastRtt = 0;
    c.hystart = this.#options.hystart;
    if (c.hystart) beginHyStart(c);
  }

  acknowledged(
    c: Congestion,
    octets: number,
    flight: number,
    limited: boolean,
    rtt: Duration | 0,
    now: Instant,
  ): void {
    if (rtt > 0) measure(c, rtt);
    const left = c.cwnd < c.ssthresh ? this.#slowStart(c, octets, flight, limited, rtt) : octets;
    if (left > 0) this.#avoid(c, left, limited, now);
  }

  congestion(c: Congestion, flight: number, ecn: boolean, now: Instant): void {
    remember(c);
    const beta = ecn ? this.#options.betaEcn : BETA;
    // §4.6 lets it be cwnd in place of FlightSize where cwnd does not grow beyond what is in use: then a flow
    // that its peer's window holds back is not made slower than that by a loss.
    reduce(c, Math.max(flight, c.cwnd), beta, this.#wMaxAfterLoss(c), now);
    // §4.6: a mark may bring cwnd down to one segment, below the least ssthresh.
    if (ecn) c.cwnd = Math.max(Math.min(c.cwnd, Math.floor(flight * beta)), c.smss);
  }

  timeout(c: Congestion, flight: number, first: boolean, now: Instant): void {
    if (first) {
      remember(c);
      reduce(c, flight, BETA, 0, now); // §4.8: the next stage begins with K = 0.
    }
    c.cwnd = c.smss;
    c.slowStartLimit = L_AFTER_TIMEOUT;
  }

  undo(c: Congestion): void {
    undone(c);
  }

  /** Slow start comes next, and after it another stage, toward the same W_max. */
  idle(c: Congestion, now: Instant): void {
    c.undoCwnd = 0; // What was found out about a path then says little about it now.
    if (c.cwnd <= c.initialWindow) return; // And the stage's clock leaves the time out.
    const { stage } = c;
    if (stage !== undefined) c.stage = newStage(stage.wMax, stage.cwndPrior, now);
    c.ssthresh = ssthreshAfterIdle(c.ssthresh, c.cwnd);
    c.cwnd = c.initialWindow;
    c.slowStartLimit = L;
  }

  /** What of `octets` is left for congestion avoidance, which begins in the middle of an acknowledgement. */
  #slowStart(
    c: Congestion,
    octets: number,
    flight: number,
    limited: boolean,
    rtt: Duration | 0,
  ): number {
    // Of the first slow start (RFC 9406 §4.3).
    const first = c.hystart && c.ssthresh === SSTHRESH_INITIAL;
    const l = first ? HYSTART_L : c.slowStartLimit;
    const counted = this.#options.slowStartLimit ? Math.min(octets, l * c.smss) : octets;
    const growth = first ? Math.floor(counted / divisor(c)) : counted;
    if (first && endsSlowStart(c, octets, flight, rtt)) exit(c);
    if (!limited) return 0;
    const room = Math.max(Math.min(c.ssthresh, CWND_MAX) - c.cwnd, 0);
    if (growth < room) {
      c.cwnd += growth;
      return 0;
    }
    c.cwnd += room;
    c.slowStartLimit = L;
    return growth - room;
  }

  #avoid(c: Congestion, octets: number, limited: boolean, now: Instant): void {
    c.stage ??= newStage(c.cwnd, c.cwnd, now);
    const { stage, cwnd } = c;
    if (!stage.begun) begin(c, stage, now);
    if (!limited) stage.epoch = (stage.epoch + (now - stage.seen)) as Instant;
    stage.seen = now;
    if (!limited) return;

    const t = (now - stage.epoch) / SECOND;
    stage.wEst += (this.#alpha(c, stage) * c.smss * octets) / cwnd;
    const target = wCubic(c, stage, t + c.smoothedRtt / SECOND);
    const bounded = Math.min(Math.max(target, cwnd), TARGET_MAX * cwnd);
    // §4.4 and §4.5, and not beyond the target when one acknowledgement is of more than a window.
    let next = cwnd + stage.fraction + (bounded - cwnd) * Math.min(octets / cwnd, 1);
    // §4.3 sets cwnd to W_est in the Reno-friendly region; §4.2 takes the higher: a window never shrinks here.
    if (wCubic(c, stage, t) < stage.wEst) next = Math.max(next, stage.wEst);
    c.cwnd = Math.min(Math.floor(next), CWND_MAX);
    stage.fraction = next - Math.floor(next);
  }

  /** §4.3: by how many segments W_est grows in a round trip. */
  #alpha(c: Congestion, stage: Stage): number {
    const alpha = stage.wEst >= stage.cwndPrior ? 1 : ALPHA;
    if (!this.#options.rttFairness) return alpha;
    // As the cubic, no faster than §4.2 allows, unless Reno is.
    const most = ((TARGET_MAX - 1) * c.cwnd) / c.smss;
    return Math.max(alpha, Math.min(alpha * gain(c.leastRtt), most));
  }

  /** Fast convergence, §4.7: who was cut short of W_max makes room for the flow that did it. */
  #wMaxAfterLoss(c: Congestion): number {
    const shrunk = this.#options.fastConvergence && c.cwnd < (c.stage?.wMax ?? 0);
    return shrunk ? (c.cwnd * (1 + BETA)) / 2 : c.cwnd;
  }
}

/** HyStart++ ended slow start without a loss: §4.10 has W_max and cwnd_prior be cwnd. */
function exit(c: Congestion): void {
  c.ssthresh = Math.max(c.cwnd, SSTHRESH_MIN_SEGMENTS * c.smss);
}

function measure(c: Congestion, rtt: Duration | 0): void {
  c.smoothedRtt += c.smoothedRtt === 0 ? rtt : (rtt - c.smoothedRtt) / 8;
  if (c.leastRtt === 0 || rtt < c.leastRtt) c.leastRtt = rtt;
}

function begin(c: Congestion, stage: Stage, now: Instant): void {
  c.hystart = false;
  stage.begun = true;
  stage.epoch = now;
  stage.seen = now;
  stage.wMax = Math.max(stage.wMax, c.cwnd);
  stage.k = Math.cbrt((stage.wMax - c.cwnd) / c.smss / C);
  stage.wEst = c.cwnd;
}

function wCubic(c: Congestion, stage: Stage, t: number): number {
  const d = t - stage.k;
  return C * c.smss * d * d * d + stage.wMax;
}

function reduce(c: Congestion, flight: number, beta: number, wMax: number, now: Instant): void {
  c.ssthresh = Math.max(Math.floor(flight * beta), SSTHRESH_MIN_SEGMENTS * c.smss);
  c.stage = newStage(wMax, c.cwnd, now);
  c.slowStartLimit = L;
}
