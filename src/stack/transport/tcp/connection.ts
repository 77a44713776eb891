/**
 * One end of a connection as its owner sees it. Calls change what is to be sent; what is sent leaves by
 * `Tcp.pollSegment` alone.
 */
import { UsageError } from '../../../base/errors.ts';
import type { Instant } from '../../../base/time.ts';
import { abort, close, release } from './closing.ts';
import type { ConnectionOptions } from './config.ts';
import { congestionControl } from './congestion-controls.ts';
import { acknowledgeNow } from './delivery.ts';
import { updateMss } from './handshake.ts';
import { type TcpInfo, tcpInfo } from './info.ts';
import type { Path } from './network.ts';
import { after, distance } from './seq.ts';
import type { State } from './state.ts';
import type { ConnectionError, Tcb } from './tcb.ts';
import { restartIdle } from './timers.ts';
import { isWorthAnUpdate } from './window.ts';

const NOTHING = new Uint8Array(0);

export class Connection<P extends Path> {
  /** The owner's. */
  context: unknown;
  readonly #tcb: Tcb<P>;
  #addresses: Int32Array | undefined;

  constructor(tcb: Tcb<P>) {
    this.#tcb = tcb;
  }

  /** Local and remote address, eight words: a copy. */
  get addresses(): Int32Array {
    const { slot, shared } = this.#tcb;
    if (slot > 0) this.#addresses ??= shared.table.addresses(slot);
    return this.#addresses ?? new Int32Array(8);
  }

  get localPort(): number {
    return this.#tcb.localPort;
  }

  get remotePort(): number {
    return this.#tcb.remotePort;
  }

  get path(): P {
    return this.#tcb.path;
  }

  get state(): State {
    return this.#tcb.state;
  }

  /** Why it ended, unless in order: the peer's FIN is none, its RST is (MUST-12). */
  get error(): ConnectionError | undefined {
    return this.#tcb.error;
  }

  /**
   * What is wrong, while it is: an ICMP error (SHLD-25, MUST-47), or as many retransmissions in vain as R1 (SHLD-9).
   * Who does not ask does not hear of it (SHLD-20).
   */
  get trouble(): ConnectionError | undefined {
    return this.#tcb.softError;
  }

  /** Whether data can be sent and received: connected, and not yet closed by both. */
  get isConnected(): boolean {
    const t = this.#tcb;
    return t.state !== 'CLOSED' && (t.isOpen || t.fastOpened);
  }

  /** Octets that `send` would take. */
  get writable(): number {
    const t = this.#tcb;
    if (t.finQueued || t.state === 'CLOSED' || t.state === 'LISTEN') return 0;
    return Math.max(0, t.options.sendBuffer - (t.sendBuffer?.length ?? 0));
  }

  /** Octets in order that wait to be read. */
  get readable(): number {
    return this.#tcb.receiveBuffer?.length ?? 0;
  }

  /** Octets that were written and are not acknowledged yet. */
  get unacknowledged(): number {
    return this.#tcb.sendBuffer?.length ?? 0;
  }

  /** The peer's FIN came, and all before it was read. */
  get atEnd(): boolean {
    return this.#tcb.finReceived && this.readable === 0;
  }

  /** Octets from the next one to be read to behind the last urgent one; 0: none is urgent (MUST-33, RFC 6093 §3.1). */
  get urgent(): number {
    const { rcvUp, rcvNxt } = this.#tcb;
    const ahead = distance(rcvUp, rcvNxt) + this.readable;
    return Math.max(0, ahead);
  }

  /**
   * Copies into the send buffer what there is room for; how many octets that were. `urgent`: the last of
   * them is the last urgent one. `more` will be written soon: less than a segment may wait for it.
   * @throws UsageError `not-connected` after close, or when the connection has ended.
   */
  send(octets: Uint8Array, now: Instant, urgent = false, more = false): number {
    const t = this.#tcb;
    if (t.finQueued || t.state === 'CLOSED') {
      throw new UsageError('not-connected', `nothing can be sent in ${t.state}`, {
        state: t.state,
      });
    }
    const { isOwed } = t;
    t.sendBuffer ??= t.shared.sendBuffers.take();
    const taken = t.sendBuffer.append(octets, t.options.sendBuffer);
    if (taken === 0) return 0;
    t.more = more;
    if (!more) t.pushEnd = t.sendEnd;
    if (urgent) t.sndUp = t.sendEnd;
    if (!isOwed) t.progressAt = now;
    t.shared.schedule(t);
    t.shared.wake(t);
    return taken;
  }

  /** A view of the next octets, up to `max` of them: good until the next call or segment. */
  peek(max = Number.MAX_SAFE_INTEGER): Uint8Array {
    return this.#tcb.receiveBuffer?.peek(max) ?? NOTHING;
  }

  /** Those octets are done with: there is room for others. */
  consume(octets: number): void {
    const t = this.#tcb;
    const buffer = t.receiveBuffer;
    if (buffer === undefined) return;
    buffer.consume(octets);
    if (buffer.length === 0 && t.reassembly === undefined) {
      t.receiveBuffer = t.shared.receiveBuffers.give(buffer);
    }
    if (!after(t.rcvUp, t.rcvNxt)) t.rcvUp = this.readable === 0 ? t.rcvNxt : t.rcvUp;
    if (t.isOpen && !t.finReceived && isWorthAnUpdate(t)) acknowledgeNow(t);
  }

  /** A copy of up to `max` octets, taken out. */
  receive(max: number): Uint8Array {
    const length = Math.min(max, this.readable);
    const octets = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const part = this.peek(length - at);
      octets.set(part, at);
      at += part.length;
      this.consume(part.length);
    }
    return octets;
  }

  /** No more will be sent; reading goes on. */
  close(now: Instant): void {
    close(this.#tcb, now);
  }

  /** Nobody will read or write any more: what was written is still sent. */
  release(now: Instant): void {
    release(this.#tcb, now);
  }

  /** A RST, and all that waits is dropped. */
  abort(now: Instant): void {
    abort(this.#tcb, now);
  }

  get options(): ConnectionOptions {
    return this.#tcb.options;
  }

  setOptions(changed: Partial<ConnectionOptions>, now: Instant): void {
    const t = this.#tcb;
    const { congestion } = t.options;
    t.options = { ...t.options, ...changed };
    if (changed.noDelay === true) t.more = false;
    if (t.state === 'CLOSED') return;
    if (t.isOpen && t.options.congestion !== congestion) {
      const { cwnd, ssthresh } = t;
      t.congestion = congestionControl(t.options.congestion, t.shared.config);
      t.congestion.begin(t, t.mss, cwnd);
      t.ssthresh = ssthresh;
    }
    if (changed.segmentMax !== undefined) updateMss(t);
    if (changed.keepAlive === false) t.keepAliveSent = 0;
    restartIdle(t, now);
    t.shared.schedule(t);
    t.shared.wake(t);
  }

  info(now: Instant): TcpInfo {
    return tcpInfo(this.#tcb, now);
  }
}
