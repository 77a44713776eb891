/** What a host's TCP counts: the names of RFC 4022's MIB where it has them. */
export interface TcpCounters {
  activeOpens: number;
  passiveOpens: number;
  attemptFails: number;
  estabResets: number;
  inSegs: number;
  inErrs: number;
  outSegs: number;
  retransSegs: number;
  outRsts: number;
  /** SYNs that found no room. */
  synDrops: number;
  synCookiesSent: number;
  synCookiesTaken: number;
  synCookiesFailed: number;
  challengeAcks: number;
  pawsDrops: number;
  outOfOrder: number;
  duplicates: number;
  timeouts: number;
  fastRecoveries: number;
  tailProbes: number;
  undos: number;
  windowProbes: number;
  keepAliveProbes: number;
  fastOpens: number;
  timeWaitRecycled: number;
}

export const noCounts = (): TcpCounters => ({
  activeOpens: 0,
  passiveOpens: 0,
  attemptFails: 0,
  estabResets: 0,
  inSegs: 0,
  inErrs: 0,
  outSegs: 0,
  retransSegs: 0,
  outRsts: 0,
  synDrops: 0,
  synCookiesSent: 0,
  synCookiesTaken: 0,
  synCookiesFailed: 0,
  challengeAcks: 0,
  pawsDrops: 0,
  outOfOrder: 0,
  duplicates: 0,
  timeouts: 0,
  fastRecoveries: 0,
  tailProbes: 0,
  undos: 0,
  windowProbes: 0,
  keepAliveProbes: 0,
  fastOpens: 0,
  timeWaitRecycled: 0,
});
