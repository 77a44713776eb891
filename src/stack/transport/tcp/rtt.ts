/**
 * The retransmission timeout, RFC 6298 (MUST-18). SRTT, RTTVAR, RTO, G, K, alpha and beta are its names.
 *
 * Whole microseconds, and the steps of the averages rounded away from zero: a difference of one microsecond
 * still moves them, however small the gain.
 */
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';

const K = 4;
const ALPHA = 1 / 8;
const BETA = 1 / 4;

/** §5.7: for data, when the SYN had to be sent again. */
const RTO_AFTER_SYN = seconds(3);

export interface RtoLimits {
  /** §2.1 */
  readonly initial: Duration;
  /** §2.4 */
  readonly min: Duration;
  /** §2.5 */
  readonly max: Duration;
  /** G: what RTO is at least longer than SRTT. */
  readonly granularity: Duration;
}

/** What the RFC says. */
export const RTO_RFC: RtoLimits = {
  initial: seconds(1),
  min: seconds(1),
  max: seconds(60),
  granularity: milliseconds(1),
};

/**
 * As Linux has it, below the second that §2.4 recommends: tail loss probes and undone false alarms (RFC 8985,
 * RFC 5682) make a short timeout safe. It is never within 200 ms of SRTT, so that an acknowledgement that the
 * peer delays does not set it off.
 */
export const RTO_LINUX: RtoLimits = {
  initial: seconds(1),
  min: milliseconds(200),
  max: seconds(120),
  granularity: milliseconds(200),
};

/** A connection may have these among its own. */
export interface Rtt {
  /** 0 before the first measurement. */
  srtt: Duration;
  rttvar: Duration;
  /** Backed off, maybe. */
  rto: Duration;
}

export const newRtt = (limits: RtoLimits): Rtt => ({
  srtt: 0 as Duration,
  rttvar: 0 as Duration,
  rto: limits.initial,
});

/** How many samples a round trip gives when every other segment is acknowledged (RFC 7323 appendix G). */
export const expectedSamples = (flight: number, smss: number): number =>
  Math.max(1, Math.ceil(flight / (2 * smss)));

/**
 * A measurement R'. It comes from a timestamp, or from a segment sent once (Karn's algorithm, §3).
 * `samples` is how many such come in one round trip: the averages move by that much less for each
 * (RFC 7323 appendix G), and so remember as long as with one.
 */
export function sample(e: Rtt, measured: Duration, samples: number, limits: RtoLimits): void {
  const r = Math.max(measured, 1);
  if (e.srtt === 0) {
    e.srtt = r as Duration;
    e.rttvar = Math.ceil(r / 2) as Duration;
  } else {
    // §2.3: RTTVAR before SRTT.
    e.rttvar = toward(e.rttvar, Math.abs(e.srtt - r), BETA / samples);
    e.srtt = toward(e.srtt, r, ALPHA / samples);
  }
  restore(e, limits);
}

/** §5.5: the timer expired. */
export function backOff(e: Rtt, limits: RtoLimits): void {
  e.rto = Math.min(e.rto * 2, limits.max) as Duration;
}

/** RTO as the measurements have it: takes back what was backed off, when the timeout proved false. */
export function restore(e: Rtt, limits: RtoLimits): void {
  const measured = e.srtt + Math.max(limits.granularity, K * e.rttvar);
  const rto = e.srtt === 0 ? limits.initial : measured;
  e.rto = Math.min(Math.max(rto, limits.min), limits.max) as Duration;
}

/** §5.7: data transmission begins, and the timer of the SYN had expired. */
export function afterSynTimeout(e: Rtt): void {
  if (e.rto < RTO_AFTER_SYN) e.rto = RTO_AFTER_SYN;
}

function toward(average: number, value: number, gain: number): Duration {
  const step = (value - average) * gain;
  return (average + (step > 0 ? Math.ceil(step) : Math.floor(step))) as Duration;
}
