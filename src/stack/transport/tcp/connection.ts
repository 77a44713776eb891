/**
 * One end of a connection as its owner has it. Calls change what is to be sent; what is sent leaves by
 * `Tcp.pollSegment` alone. It is the block itself, and no object beside it, which would be one more place of memory to
 * wait for; but of the block an owner uses what is here, and reads `state`, `error`, `path`, `options` and the ports.
 */
import { UsageError } from '../../../base/errors.ts';
import type { Instant } from '../../../base/time.ts';
import { abort, close, release } from './closing.ts';
import { type ConnectionOptions, withChanges } from './config.ts';
import { congestionControl } from './congestion-controls.ts';
import { acknowledgeNow } from './delivery.ts';
import { updateMss } from './handshake.ts';
import { type TcpInfo, tcpInfo } from './info.ts';
import type { Path } from './network.ts';
import { after, distance } from './seq.ts';
import { type ConnectionError, Tcb } from './tcb.ts';
import { restartIdle } from './timers.ts';
import { isWorthAnUpdate } from './window.ts';

const NOTHING = new Uint8Array(0);

export class Connection<P extends Path> extends Tcb<P> {
  /** The owner's. */
  context: unknown;
  #addresses: Int32Array | undefined;

  /** Local and remote address, eight words: a copy. */
  get addresses(): Int32Array {
    const { slot, shared } = this;
    if (slot > 0) this.#addresses ??= shared.table.addresses(slot);
    return this.#addresses ?? new Int32Array(8);
  }

  /**
   * What is wrong, while it is: an ICMP error (SHLD-25, MUST-47), or as many retransmissions in vain as R1 (SHLD-9).
   * Who does not ask does not hear of it (SHLD-20).
   */
  get trouble(): ConnectionError | undefined {
    return this.softError;
  }

  /** Whether data can be sent and received: connected, and not yet closed by both. */
  get isConnected(): boolean {
    return this.state !== 'CLOSED' && (this.isOpen || this.fastOpened);
  }

  /** Octets that `send` would take. */
  get writable(): number {
    if (this.finQueued || this.state === 'CLOSED' || this.state === 'LISTEN') return 0;
    return Math.max(0, this.options.sendBuffer - (this.sendBuffer?.length ?? 0));
  }

  /** Octets in order that wait to be read. */
  get readable(): number {
    return this.receiveBuffer?.length ?? 0;
  }

  /** Octets that were written and are not acknowledged yet. */
  get unacknowledged(): number {
    return this.sendBuffer?.length ?? 0;
  }

  /** The peer's FIN came, and all before it was read. */
  get atEnd(): boolean {
    return this.finReceived && this.readable === 0;
  }

  /** Octets from the next one to be read to behind the last urgent one; 0: none is urgent (MUST-33, RFC 6093 §3.1). */
  get urgent(): number {
    const { rcvUp, rcvNxt } = this;
    const ahead = distance(rcvUp, rcvNxt) + this.readable;
    return Math.max(0, ahead);
  }

  /**
   * Copies into the send buffer what there is room for; how many octets that were. `urgent`: the last of
   * them is the last urgent one. `more` will be written soon: less than a segment may wait for it.
   * @throws UsageError `not-connected` after close, or when the connection has ended.
   */
  send(octets: Uint8Array, now: Instant, urgent = false, more = false): number {
    if (this.finQueued || this.state === 'CLOSED') {
      throw new UsageError('not-connected', `nothing can be sent in ${this.state}`, {
        state: this.state,
      });
    }
    const { isOwed } = this;
    this.sendBuffer ??= this.shared.sendBuffers.take();
    const taken = this.sendBuffer.append(octets, this.options.sendBuffer);
    if (taken === 0) return 0;
    this.more = more;
    if (!more) this.pushEnd = this.sendEnd;
    if (urgent) this.sndUp = this.sendEnd;
    if (!isOwed) this.progressAt = now;
    this.shared.schedule(this);
    this.shared.wake(this);
    return taken;
  }

  /** A view of the next octets, up to `max` of them: good until the next call or segment. */
  peek(max = Number.MAX_SAFE_INTEGER): Uint8Array {
    return this.receiveBuffer?.peek(max) ?? NOTHING;
  }

  /** Those octets are done with: there is room for others. */
  consume(octets: number): void {
    const buffer = this.receiveBuffer;
    if (buffer === undefined) return;
    buffer.consume(octets);
    if (buffer.length === 0 && this.reassembly === undefined) {
      this.receiveBuffer = this.shared.receiveBuffers.give(buffer);
    }
    if (!after(this.rcvUp, this.rcvNxt))
      this.rcvUp = this.readable === 0 ? this.rcvNxt : this.rcvUp;
    if (this.isOpen && !this.finReceived && isWorthAnUpdate(this)) acknowledgeNow(this);
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
    close(this, now);
  }

  /** Nobody will read or write any more: what was written is still sent. */
  release(now: Instant): void {
    release(this, now);
  }

  /** A RST, and all that waits is dropped. */
  abort(now: Instant): void {
    abort(this, now);
  }

  setOptions(changed: Partial<ConnectionOptions>, now: Instant): void {
    const { congestion } = this.options;
    this.options = withChanges(this.options, changed);
    if (changed.noDelay === true) this.more = false;
    if (this.state === 'CLOSED') return;
    if (this.isOpen && this.options.congestion !== congestion) {
      const { cwnd, ssthresh } = this;
      this.congestion = congestionControl(this.options.congestion, this.shared.config);
      this.congestion.begin(this, this.mss, cwnd);
      this.ssthresh = ssthresh;
    }
    if (changed.segmentMax !== undefined) updateMss(this);
    if (changed.keepAlive === false) this.keepAliveSent = 0;
    restartIdle(this, now);
    this.shared.schedule(this);
    this.shared.wake(this);
  }

  info(now: Instant): TcpInfo {
    return tcpInfo(this, now);
  }
}

/** `block` as its owner has it: all are made so. */
export const connectionOf = <P extends Path>(block: Tcb<P>): Connection<P> =>
  block as Connection<P>;
