/** How a connection ends: CLOSE and ABORT (RFC 9293 §3.10.4, §3.10.5), and what is left after the last FIN. */
import { after, type Instant, NEVER } from '../../../base/time.ts';
import { FLAG } from './header.ts';
import type { Path } from './network.ts';
import type { Seq } from './seq.ts';
import { type ConnectionError, PROBE, type Tcb, TIMER } from './tcb.ts';
import { timestampNow } from './timestamps.ts';

/** CLOSE: no more will be sent, all that was written will be. Reading goes on. */
export function close<P extends Path>(t: Tcb<P>, now: Instant): void {
  switch (t.state) {
    case 'SYN-SENT':
      terminate(t, undefined);
      return;
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
      t.state = 'FIN-WAIT-1';
      break;
    case 'CLOSE-WAIT':
      t.state = 'LAST-ACK';
      break;
    default:
      return;
  }
  if (!t.isOwed) t.progressAt = now;
  t.finQueued = true;
  t.shared.wake(t);
}

/**
 * The application reads no more either. Octets that it has not read mean that the peer's data was lost, and
 * a RST says so (RFC 9293 §3.6.1, MAY-1, SHLD-3; RFC 2525 §2.17).
 */
export function release<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (t.released || t.state === 'CLOSED') return;
  t.released = true;
  if ((t.receiveBuffer?.length ?? 0) > 0) {
    abort(t, now);
    return;
  }
  close(t, now);
  if (t.state === 'FIN-WAIT-2') waitForFin(t, now);
}

/** In FIN-WAIT-2 with nobody who reads: the peer has so long to close. */
export function waitForFin<P extends Path>(t: Tcb<P>, now: Instant): void {
  t.idleAt = after(now, t.shared.config.finWait2);
  t.shared.schedule(t);
}

/** ABORT: a RST where the peer may wait for something. */
export function abort<P extends Path>(t: Tcb<P>, now: Instant): void {
  switch (t.state) {
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'CLOSE-WAIT':
      sendReset(t, t.sndNxt, now);
      break;
    default:
  }
  terminate(t, 'aborted');
}

/** A RST of this connection, acceptable to the peer: it carries the acknowledgment too. */
export function sendReset<P extends Path>(t: Tcb<P>, seq: Seq, now: Instant): void {
  const { shared } = t;
  shared.counters.outRsts += 1;
  shared.reply({
    addresses: shared.table.addresses(t.slot),
    path: t.path,
    localPort: t.localPort,
    remotePort: t.remotePort,
    seq,
    ack: t.rcvNxt,
    flags: FLAG.rst | FLAG.ack,
    window: 0,
    trafficClass: t.options.trafficClass,
    syn: undefined,
    timestamps: t.timestamps ? { tsval: timestampNow(t, now), tsecr: t.tsRecent } : undefined,
  });
}

/** The block is deleted: nothing of the connection is left but what the application has still to read. */
export function terminate<P extends Path>(t: Tcb<P>, error: ConnectionError | undefined): void {
  const { shared } = t;
  if (t.state === 'CLOSED') return;
  if (t.state === 'SYN-SENT' || t.state === 'SYN-RECEIVED') {
    shared.counters.attemptFails += 1;
    t.parent?.failed(t);
  } else if (error === 'reset' || error === 'aborted') {
    shared.counters.estabResets += 1;
  }
  t.state = 'CLOSED';
  t.error ??= error;
  shared.timers.set(t.slot, NEVER);
  shared.table.remove(t.slot);
  t.slot = 0;
  shared.timeWait.delete(t);
  t.ackNow = false;
  t.probe = PROBE.none;
  dropSending(t);
  // RFC 9293 §3.10.7.4: a reset flushes what was received too, but for a reader who is told of the error
  // first, that is no loss; an orderly end leaves it to be read.
  if (t.error !== undefined && (error !== 'reset' || shared.config.flushOnReset))
    t.receiveBuffer = shared.receiveBuffers.give(t.receiveBuffer);
  t.reassembly = undefined;
  shared.notify(t);
}

function dropSending<P extends Path>(t: Tcb<P>): void {
  t.rtxKind = TIMER.none;
  t.sendBuffer = t.shared.sendBuffers.give(t.sendBuffer);
  t.flight = t.shared.flights.give(t.flight);
}

/** Both FINs are acknowledged, or nearly: the pair of sockets rests for two segment lifetimes (MUST-13). */
export function enterTimeWait<P extends Path>(t: Tcb<P>, now: Instant): void {
  const { shared } = t;
  t.state = 'TIME-WAIT';
  dropSending(t);
  t.reassembly = undefined;
  t.rtxAt = NEVER;
  shared.timeWait.add(t);
  restartTimeWait(t, now);
  if (shared.timeWait.size > shared.config.timeWaitMax) {
    const [oldest] = shared.timeWait;
    shared.counters.timeWaitRecycled += 1;
    if (oldest !== undefined) terminate(oldest, undefined);
  }
  shared.notify(t);
}

export function restartTimeWait<P extends Path>(t: Tcb<P>, now: Instant): void {
  t.idleAt = after(now, t.shared.config.timeWait);
  t.shared.schedule(t);
}
