/**
 * A register-level model of the W5500 (WIZnet, W5500 datasheet 1.0.9), driven octet by octet over SPI as
 * the silicon is, with a MAC and PHY at its other end.
 */
import type { Alarm, Clock } from '../clock.ts';
import { BufferMemory } from './buffer.ts';
import { InterruptPin } from './interrupts.ts';
import { admits } from './macraw.ts';
import { Phy } from './phy.ts';
import {
  COMMON_SIZE,
  commonWritable,
  IMR,
  INTLEVEL,
  IR,
  MR,
  MR_RST,
  PHYCFGR,
  RCR,
  RTR,
  read16,
  resetCommon,
  SHAR,
  SIMR,
  SIR,
  Sn_MR,
  Sn_RXBUF_SIZE,
  Sn_TXBUF_SIZE,
  SOCKETS,
  STATUS,
} from './registers.ts';
import { Socket, type SocketHost } from './socket.ts';
import { SpiFrames } from './spi.ts';

/** What may be wrong with a chip: it is not soldered in, or it hangs and takes no command any more. */
export type ChipFault = 'absent' | 'wedged';

export interface W5500Options {
  readonly clock: Clock;
  /** Nanoseconds from a plugged cable to a link. */
  readonly negotiation: number;
  /** A frame starts to leave: destination address … data, without FCS. */
  readonly onTransmit: (frame: Uint8Array) => void;
  /** INTn fell (true) or rose. */
  readonly onInterrupt: (low: boolean) => void;
}

/** PLL lock after RSTn rose, datasheet §5.5.1: the host waits as long before it uses the chip. */
const LOCK_TIME = 1_000_000;
/** Preamble, start delimiter, FCS and gap: IEEE 802.3 §4.4.2. */
const FRAME_OVERHEAD = 8 + 4 + 12;
/** Octets of data shorter than this take the time of so many on the wire, IEEE 802.3 §4.2.3.3. */
const FRAME_MIN = 60;

const blockKind = (block: number): number => block & 3;
const REGISTERS = 1;
const TX_BUFFER = 2;
const RX_BUFFER = 3;

interface Transmission {
  readonly frame: Uint8Array;
  readonly sent: () => void;
}

export class W5500 implements SocketHost {
  readonly clock: Clock;
  readonly txMemory = new BufferMemory();
  readonly rxMemory = new BufferMemory();
  fault: ChipFault | undefined;
  readonly #options: W5500Options;
  readonly #common = new Uint8Array(COMMON_SIZE);
  readonly #sockets: readonly Socket[];
  readonly #spi = new SpiFrames(this);
  readonly #phy: Phy;
  readonly #interrupt: InterruptPin;
  readonly #sent: Alarm;
  readonly #queue: Transmission[] = [];
  #transmitting: Transmission | undefined;
  #selected = false;
  #inReset = false;
  #readyAt = Number.NaN; // As in clock.ts.
  #dropped = 0;

  constructor(options: W5500Options) {
    this.#options = options;
    this.#readyAt = 0;
    this.clock = options.clock;
    this.#phy = new Phy(options.clock, options.negotiation, () => this.#transmitNext());
    this.#interrupt = new InterruptPin(options.clock, options.onInterrupt);
    this.#sent = options.clock.createAlarm(() => this.#transmitted());
    this.#sockets = Array.from({ length: SOCKETS }, (_, n) => new Socket(n, this));
    this.#reset();
    this.#phy.reset();
  }

  get wedged(): boolean {
    return this.fault === 'wedged';
  }

  /** Frames that came while the receive buffer had no room for them. */
  get dropped(): number {
    return this.#dropped;
  }

  /** SCSn. */
  select(low: boolean): void {
    if (low === this.#selected) return;
    this.#selected = low;
    this.#spi.restart();
  }

  /** One octet on MOSI and the one on MISO at the same time; a chip that does not answer reads 0xff. */
  exchange(octet: number): number {
    return this.#answers ? this.#spi.exchange(octet) : 0xff;
  }

  /** As `exchange` of so many, at once. Undefined, and nothing done, unless a buffer is being read. */
  readMany(count: number): Uint8Array | undefined {
    const spi = this.#spi;
    if (!this.#answers || !spi.streaming || spi.writes) return undefined;
    return this.#memory(spi.block)?.copyOut(spi.block >> 2, spi.pass(count), count);
  }

  /** As `exchange` of these. False, and nothing done, unless a buffer is being written. */
  writeMany(octets: Uint8Array): boolean {
    const spi = this.#spi;
    if (!this.#answers || !spi.streaming || !spi.writes) return false;
    const memory = this.#memory(spi.block);
    memory?.copyIn(spi.block >> 2, spi.pass(octets.length), octets);
    return memory !== undefined;
  }

  get #answers(): boolean {
    return (
      this.#selected &&
      !this.#inReset &&
      this.fault !== 'absent' &&
      this.clock.nanos >= this.#readyAt
    );
  }

  #memory(block: number): BufferMemory | undefined {
    const kind = blockKind(block);
    if (kind === TX_BUFFER) return this.txMemory;
    return kind === RX_BUFFER ? this.rxMemory : undefined;
  }

  /** RSTn. */
  resetPin(low: boolean): void {
    if (low === this.#inReset) return;
    this.#inReset = low;
    if (low) {
      this.#reset();
      this.#phy.reset();
    } else {
      this.#readyAt = this.clock.nanos + LOCK_TIME;
    }
  }

  /** Whether a cable with somebody at its other end is plugged. */
  cable(plugged: boolean): void {
    this.#phy.cable(plugged && this.fault !== 'absent');
  }

  /** A frame has come from the wire whole, its FCS good. */
  receive(frame: Uint8Array): void {
    const socket = this.#sockets[0];
    if (socket === undefined || socket.status !== STATUS.SOCK_MACRAW || !this.#phy.up) return;
    const address = this.#common.subarray(SHAR, SHAR + 6);
    if (!admits(socket.read(Sn_MR), address, frame)) return;
    if (!socket.receive(frame)) this.#dropped += 1;
  }

  read(block: number, address: number): number {
    if (block === 0) return this.#readCommon(address);
    const n = block >> 2;
    switch (blockKind(block)) {
      case REGISTERS:
        return this.#sockets[n]?.read(address) ?? 0;
      case TX_BUFFER:
        return this.txMemory.read(n, address);
      case RX_BUFFER:
        return this.rxMemory.read(n, address);
      default:
        return 0; // Reserved blocks, datasheet §2.2.2.
    }
  }

  write(block: number, address: number, value: number): void {
    if (block === 0) {
      this.#writeCommon(address, value);
      return;
    }
    const n = block >> 2;
    const kind = blockKind(block);
    if (kind === REGISTERS) this.#sockets[n]?.write(address, value);
    else if (kind === TX_BUFFER) this.txMemory.write(n, address, value);
    else if (kind === RX_BUFFER) this.rxMemory.write(n, address, value);
  }

  retransmissionTimeout(): number {
    const interval = read16(this.#common, RTR) * 100_000;
    return interval * ((this.#common[RCR] ?? 0) + 1);
  }

  transmit(frame: Uint8Array, sent: () => void): void {
    this.#queue.push({ frame, sent });
    this.#transmitNext();
  }

  buffersChanged(): void {
    this.txMemory.lay(this.#sockets.map((s) => s.registers[Sn_TXBUF_SIZE] ?? 0));
    this.rxMemory.lay(this.#sockets.map((s) => s.registers[Sn_RXBUF_SIZE] ?? 0));
    for (const socket of this.#sockets) socket.resized();
  }

  interruptsChanged(): void {
    let sockets = 0;
    for (let n = 0; n < SOCKETS; n++) if (this.#sockets[n]?.pending) sockets |= 1 << n;
    this.#common[SIR] = sockets;
    const common = (this.#common[IR] ?? 0) & (this.#common[IMR] ?? 0);
    const pending = (sockets & (this.#common[SIMR] ?? 0)) !== 0 || common !== 0;
    this.#interrupt.update(pending, read16(this.#common, INTLEVEL));
  }

  #reset(): void {
    resetCommon(this.#common);
    this.#queue.length = 0;
    this.#transmitting = undefined;
    this.#sent.cancel();
    for (const socket of this.#sockets) socket.reset();
    this.buffersChanged();
    this.#interrupt.reset();
  }

  #readCommon(address: number): number {
    if (address === PHYCFGR) return this.#phy.read();
    return this.#common[address] ?? 0;
  }

  #writeCommon(address: number, value: number): void {
    if (address === PHYCFGR) {
      this.#phy.write(value);
    } else if (address === MR && (value & MR_RST) !== 0) {
      this.#reset();
    } else if (address === IR) {
      this.#common[IR] = (this.#common[IR] ?? 0) & ~value;
      this.interruptsChanged();
    } else if (commonWritable(address)) {
      this.#common[address] = value;
      if (address === IMR || address === SIMR) this.interruptsChanged();
    }
  }

  /** One frame at a time, and none without a link: what was queued waits for it. */
  #transmitNext(): void {
    if (this.#transmitting !== undefined || !this.#phy.up) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#transmitting = next;
    const octets = Math.max(next.frame.length, FRAME_MIN) + FRAME_OVERHEAD;
    this.#sent.schedule(Math.round((octets * 8e9) / this.#phy.speed));
    this.#options.onTransmit(next.frame);
  }

  #transmitted(): void {
    const done = this.#transmitting;
    this.#transmitting = undefined;
    done?.sent();
    this.#transmitNext();
  }
}
