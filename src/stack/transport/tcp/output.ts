/**
 * Which segment leaves next, and its octets. What is lost goes first, then a probe that is due, then new
 * data as far as windows and manners allow, then an acknowledgment by itself.
 */
import type { Packet } from '../../../base/packet.ts';
import type { Instant } from '../../../base/time.ts';
import { effectiveMss, updateMss } from './handshake.ts';
import type { Path } from './network.ts';
import { sendProbe } from './probes.ts';
import { acknowledgment } from './segment-output.ts';
import { retransmitLost, sendNew } from './sending.ts';
import { nextOfHandshake } from './syn-output.ts';
import { PROBE, RECOVERY, type Tcb } from './tcb.ts';

/** Writes the segment at packet[at …) and answers its length; 0 when there is none. */
export function nextSegment<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  if (t.path.mtu !== t.mtu) narrow(t);
  if (t.state === 'CLOSED') return 0;
  // CLOSE, and a FIN with a SYN, lead out of SYN-RECEIVED before our SYN is acknowledged.
  if (!t.isOpen) {
    const length = nextOfHandshake(t, packet, at, now);
    if (length > 0 || t.state === 'SYN-SENT') return length;
    if (!t.fastOpened) return t.ackNow ? acknowledgment(t, packet, at, now) : 0;
  }
  return nextOfConnection(t, packet, at, now);
}

function nextOfConnection<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const length = nextOfData(t, packet, at, now);
  if (length > 0) return length;
  return t.ackNow ? acknowledgment(t, packet, at, now) : 0;
}

/** The path became narrower or wider; what is too large now was dropped on the way (RFC 1191 §6.5, RFC 8201). */
function narrow<P extends Path>(t: Tcb<P>): void {
  const before = t.mss;
  updateMss(t);
  if (t.mss >= before || t.flight === undefined) return;
  t.flight.loseLargerThan(effectiveMss(t));
  if (t.flight.lost === 0) return;
  // It was no congestion (RFC 1191 §6.5): what is sent again does not make the window smaller.
  t.recovery = RECOVERY.loss;
  t.recover = t.sndNxt;
  t.undoMarker = undefined;
}

function nextOfData<P extends Path>(t: Tcb<P>, packet: Packet, at: number, now: Instant): number {
  const { flight } = t;
  if (flight !== undefined && flight.lost > flight.retransmitted) {
    const length = retransmitLost(t, flight, packet, at, now);
    if (length > 0) return length;
  }
  if (t.probe !== PROBE.none) {
    const length = sendProbe(t, packet, at, now);
    if (length > 0) return length;
  }
  return sendNew(t, packet, at, now);
}
