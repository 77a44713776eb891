/** What leaves to ask whether the peer is there: RFC 8985 §7.3, RFC 9293 §3.8.6.1 and §3.8.4. */
import type { Packet } from '../../../base/packet.ts';
import type { Instant } from '../../../base/time.ts';
import type { Path } from './network.ts';
import { backOff } from './rtt.ts';
import { segmentRoom, writeData } from './segment-output.ts';
import { sendAgain, sendText } from './sending.ts';
import { add, distance } from './seq.ts';
import { PROBE, type Tcb } from './tcb.ts';
import { armRetransmission } from './timers.ts';

export function sendProbe<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { probe, shared } = t;
  t.probe = PROBE.none;
  switch (probe) {
    case PROBE.tail:
      return sendTailProbe(t, packet, at, now);
    case PROBE.window:
      return sendWindowProbe(t, packet, at, now);
    default:
      // An octet that was acknowledged long ago, without it (SHLD-12, RFC 9293 §3.8.4).
      shared.counters.keepAliveProbes += 1;
      return writeData(t, packet, at, add(t.sndNxt, -1), 0, false, now, false);
  }
}

/** RFC 8985 §7.3: new data if there is, else the last segment again; once, and the congestion window aside. */
function sendTailProbe<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { flight, shared } = t;
  if (flight === undefined || flight.count === 0) return 0;
  shared.counters.tailProbes += 1;
  const unsent = distance(t.sendEnd, t.sndNxt);
  const usable = distance(add(t.sndUna, t.sndWnd), t.sndNxt);
  const octets = Math.min(unsent, usable, segmentRoom(t));
  let length: number;
  if (octets > 0) {
    t.tlpIsRetransmission = false;
    const fin = octets === unsent && t.finQueued && !t.finSent;
    length = sendText(t, packet, at, octets, fin, octets < unsent, now);
  } else {
    t.tlpIsRetransmission = true;
    length = sendAgain(t, flight, flight.count - 1, packet, at, now);
  }
  t.tlpEnd = t.sndNxt;
  armRetransmission(t, now);
  return length;
}

/** MUST-35: what fits in the window if anything does, else an octet behind it, or an old number. */
function sendWindowProbe<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { shared } = t;
  shared.counters.windowProbes += 1;
  const unsent = distance(t.sendEnd, t.sndNxt);
  const usable = distance(add(t.sndUna, t.sndWnd), t.sndNxt);
  const octets = Math.min(unsent, usable, segmentRoom(t));
  if (octets > 0) {
    // It was held back here: no patience of the peer's is used up, and all of it is pushed.
    t.retries = 0;
    if (octets === unsent) t.pushEnd = t.sendEnd;
    return sendText(t, packet, at, octets, false, true, now);
  }
  if (shared.config.windowProbe === 'octet' && unsent > 0 && t.flight === undefined) {
    // From here on the octet is data in flight; what comes after it waits twice as long all the same (SHLD-30).
    backOff(t, shared.rto);
    return sendText(t, packet, at, 1, false, true, now);
  }
  return writeData(t, packet, at, add(t.sndUna, -1), 0, false, now, false);
}
