/** TCP Fast Open on the side that opens, RFC 7413 §4.1.3 and §4.2.1. */
import type { Instant } from '../../../base/time.ts';
import type { Path } from './network.ts';
import type { Segment } from './segment.ts';
import type { Tcb } from './tcb.ts';

/** The application wants its first octets to go with the SYN. */
export function beginFastOpen<P extends Path>(
  t: Tcb<P>,
  addresses: Int32Array,
  octets: Uint8Array,
  now: Instant,
): void {
  const { shared, options } = t;
  t.sendBuffer = shared.sendBuffers.take();
  t.sendBuffer.append(octets, options.sendBuffer);
  t.pushEnd = t.sendEnd;
  if (!shared.config.fastOpen.client) return;
  const grant = shared.fastOpenCache.lookup(addresses, t.remotePort, now);
  if (grant === undefined) return;
  t.fastOpen = { cookie: grant.cookie, retried: false };
  if (grant.mss > 0) t.peerMss = grant.mss;
}

/** What a SYN or its answer says of fast open: undefined for nothing, empty to ask for a cookie. */
export function fastOpenOption<P extends Path>(t: Tcb<P>): Uint8Array | undefined {
  const { fastOpen } = t;
  if (fastOpen === undefined) return undefined;
  // The answer to a SYN that crossed ours is not a server's.
  if (t.state !== 'SYN-SENT') return t.parent === undefined ? undefined : fastOpen.cookie;
  // §4.2.1: the SYN that leaves again is a plain one.
  if (t.retries === 0) return fastOpen.cookie;
  fastOpen.retried = true;
  return undefined;
}

/** The SYN-ACK came: it may bring a cookie, and what went with the SYN is acknowledged by it or leaves anew. */
export function finishFastOpen<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  const { fastOpen, shared } = t;
  if (fastOpen === undefined) return;
  t.fastOpen = undefined;
  const addresses = shared.table.addresses(t.slot);
  const { cookieLength, cookieAt, maximumSegmentSize } = s.options;
  if (cookieLength > 0) {
    const cookie = s.packet.octets.subarray(cookieAt, cookieAt + cookieLength);
    shared.fastOpenCache.learn(addresses, cookie, maximumSegmentSize);
  } else if (fastOpen.retried) {
    // §4.1.3.1: only the SYN without the option got through.
    shared.fastOpenCache.avoid(addresses, t.remotePort, now);
  }
  // A server that did not take the data acknowledges the SYN alone (§4.2.2).
  if (t.flight === undefined) {
    t.fastOpened = t.octetsAcked > 0;
    return;
  }
  t.flight = shared.flights.give(t.flight);
  t.sndNxt = t.sndUna;
}
