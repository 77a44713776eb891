/**
 * Proportional Rate Reduction: how much may be sent for each acknowledgement during recovery, so that what is
 * in flight at its end is ssthresh. RFC 9937, which took the place of RFC 6937; its names.
 *
 *   in flight > ssthresh   of what was delivered, the part ssthresh / RecoverFS
 *   else, PRR-CRB          as much as was delivered: what is in flight stays the same
 *   else, PRR-SSRB         that and a segment more, while recovery goes well (SafeACK), up to ssthresh
 *
 * Three numbers, of octets. A connection may have them among its own.
 */
export interface Prr {
  prrDelivered: number;
  prrOut: number;
  recoverFs: number;
}

export const newPrr = (): Prr => ({ prrDelivered: 0, prrOut: 0, recoverFs: 0 });

/**
 * Recovery begins. `outstanding` is SND.NXT − SND.UNA after the acknowledgement that began it, `acknowledged`
 * what that one acknowledges cumulatively. `sacked` is what of the outstanding was selectively acknowledged
 * before it, so without what it newly sacks itself: that is delivered in recovery already.
 */
export function begin(p: Prr, outstanding: number, sacked: number, acknowledged: number): void {
  p.prrDelivered = 0;
  p.prrOut = 0;
  p.recoverFs = Math.max(outstanding - sacked + acknowledged, 1);
}

/**
 * How much may be sent now: cwnd becomes `inflight` and that. For every acknowledgement of recovery, the
 * one that began it among them.
 *
 * `deliveredData` is what it newly acknowledges, selectively or cumulatively; `inflight` what the sender
 * takes to be in the network after it (pipe in RFC 6675). `safeAck`: SND.UNA advanced and nothing more was
 * found lost.
 */
export function sendable(
  p: Prr,
  deliveredData: number,
  inflight: number,
  ssthresh: number,
  safeAck: boolean,
  smss: number,
): number {
  p.prrDelivered += deliveredData;
  let sndCnt = 0;
  if (deliveredData > 0) {
    if (inflight > ssthresh) {
      sndCnt = Math.ceil((p.prrDelivered * ssthresh) / p.recoverFs) - p.prrOut;
    } else {
      const bank = Math.max(p.prrDelivered - p.prrOut, deliveredData);
      sndCnt = Math.min(ssthresh - inflight, safeAck ? bank + smss : bank);
    }
  }
  // The first retransmission leaves at once: the RFC's rule for a SndCnt of none, which counted in octets
  // must be one for less than a segment.
  return Math.max(sndCnt, p.prrOut === 0 ? smss : 0);
}

/** `octets` were sent during recovery, for the first time or again. */
export function sent(p: Prr, octets: number): void {
  p.prrOut += octets;
}
