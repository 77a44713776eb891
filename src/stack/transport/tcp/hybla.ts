/**
 * What CUBIC takes from TCP Hybla (Caini and Firrincieli, 2004), where its owner wants that (config.ts, `rttFairness`):
 * in its Reno-friendly region a flow gains as many octets a second as one with the round trip RTT0 would, however long
 * its own is. An AIMD window grows by α segments a round trip, so a rate by α · SMSS / RTT² a second; α times ρ², ρ =
 * RTT / RTT0, makes that the same for all. The cubic itself is a function of time, and is so by its nature.
 *
 * So a flow of a long round trip takes from Reno's flows what a Reno flow of RTT0 would take in its place, no more; and
 * where round trips are shorter than RTT0, as in a building or a city, all is as RFC 9438 has it.
 *
 * Departures from the paper: RTT0 is 50 ms in place of 25, a fourth of the gain; the gain is bounded; slow start is left
 * as it was, since 2^ρ − 1 for each acknowledgment floods short queues; and RTT is the least that was measured, so that
 * a queue that a flow makes does not speed it up.
 */
const RTT0 = 50_000;
/** Of a round trip of 200 ms, as far as a cable goes; a satellite's is longer. */
const GAIN_MAX = 16;

/** ρ², by which α is multiplied. `minRtt` in microseconds; 0: none was measured. */
export function gain(minRtt: number): number {
  const rho = minRtt / RTT0;
  return Math.min(Math.max(rho * rho, 1), GAIN_MAX);
}
