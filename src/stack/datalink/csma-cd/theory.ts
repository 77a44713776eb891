/**
 * How much of a CSMA/CD channel's time carries frames when all stations always have one (R. M. Metcalfe and D. R.
 * Boggs, "Ethernet: Distributed Packet Switching for Local Computer Networks", Communications of the ACM 19, 1976, §6):
 * with Q stations that each send in a slot with probability 1/Q, a slot is won with A = (1 − 1/Q)^(Q−1), and W =
 * (1 − A)/A slots are lost before it.
 */

/** `frameSlots`: the length of a frame in slot times. */
export function efficiency(stations: number, frameSlots: number): number {
  const won = (1 - 1 / stations) ** (stations - 1);
  const lost = (1 - won) / won;
  return frameSlots / (frameSlots + lost);
}
