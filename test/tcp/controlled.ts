/** A sender of which nothing is there but what its congestion control knows. */
import type { Duration, Instant } from '../../src/base/time.ts';
import {
  type Congestion,
  type CongestionControl,
  recovered,
  type Stage,
  setSmss,
} from '../../src/stack/transport/tcp/congestion.ts';

export class Controlled implements Congestion {
  cwnd = 0;
  ssthresh = 0;
  smss = 0;
  initialWindow = 0;
  slowStartLimit = 0;
  undoCwnd = 0;
  undoSsthresh = 0;
  acked = 0;
  smoothedRtt = 0;
  leastRtt = 0;
  stage: Stage | undefined;
  undoStage: Stage | undefined;
  hystart = false;
  windowEnd = 0;
  lastRoundMinRtt = 0;
  currentRoundMinRtt = 0;
  rttSampleCount = 0;
  cssBaselineMinRtt = 0;
  cssRounds = 0;
  readonly #control: CongestionControl;

  constructor(control: CongestionControl, smss: number, initialWindow: number) {
    this.#control = control;
    control.begin(this, smss, initialWindow);
  }

  get name(): CongestionControl['name'] {
    return this.#control.name;
  }

  acknowledged(
    octets: number,
    flight: number,
    limited: boolean,
    rtt: Duration | 0,
    now: Instant,
  ): void {
    this.#control.acknowledged(this, octets, flight, limited, rtt, now);
  }

  congestion(flight: number, ecn: boolean, now: Instant): void {
    this.#control.congestion(this, flight, ecn, now);
  }

  recovered(): void {
    recovered(this);
  }

  timeout(flight: number, first: boolean, now: Instant): void {
    this.#control.timeout(this, flight, first, now);
  }

  undo(): void {
    this.#control.undo(this);
  }

  idle(now: Instant): void {
    this.#control.idle(this, now);
  }

  setSmss(smss: number): void {
    setSmss(this, smss);
  }
}
