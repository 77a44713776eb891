/** What each side of the line counts (docs/control-protocol.md §6.2), by its names there. */
export const STATISTIC = {
  frames_received: 1,
  frames_sent: 2,
  data_resent: 3,
  bad_cobs: 4,
  bad_crc: 5,
  short: 6,
  oversized: 7,
  bad_version: 8,
  unknown_kind: 9,
  duplicates: 10,
  gaps: 11,
  naks_sent: 12,
  t1_expiries: 13,
  requests_refused: 14,
  octets_lost: 15,
  uptime_ms: 16,
  watchdog_resets: 17,
  stack_depth: 18,
} as const;

type StatisticName = keyof typeof STATISTIC;
export type Statistics = Record<StatisticName, number>;

/** §6.3, kept by the board for its MAC. */
export const MAC_COUNTER = {
  frames_sent: 1,
  octets_sent: 2,
  frames_received: 3,
  octets_received: 4,
  receive_buffer_full: 5,
  send_failures: 6,
  chip_resets: 7,
} as const;

type MacCounterName = keyof typeof MAC_COUNTER;
export type MacCounters = Record<MacCounterName, number>;

/** All of `names` at 0. */
export function zeroed<Name extends string>(names: Record<Name, number>): Record<Name, number> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as Record<Name, number>;
}
