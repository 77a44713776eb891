/**
 * USB-Serial-JTAG and the host at its plug: the chip enumerates by itself, and moves packets of up to 64 octets
 * between its two buffers and the host, one transaction at a time, each in the time that a full-speed bus takes
 * for it. ESP32-C3 Technical Reference Manual, USB Serial/JTAG Controller. JTAG and SOF are not modelled.
 *
 *      RTS DTR     (TRM, CDC-ACM settings)
 *       0   0      forget the wish for the loader
 *       0   1      wish for the loader at the next reset
 *       1   0      reset the chip
 *       1   1      nothing
 */
import type { Alarm, Clock } from '../clock.ts';
import { InterruptBits, type Peripheral, PlainRegisters } from './peripheral.ts';

const EP1 = 0x00;
const EP1_CONF = 0x04;
const INT_RAW = 0x08;
const INT_ST = 0x0c;
const INT_ENA = 0x10;
const INT_CLR = 0x14;

const WR_DONE = 1 << 0;
const IN_FREE = 1 << 1;
const OUT_WAITS = 1 << 2;
const OUT_RECV_PKT = 1 << 2;
const IN_EMPTY = 1 << 3;
const PACKET = 64;
/** Token, handshake and gaps of a bulk transaction in octet times, USB 2.0 table 5-9. */
const PROTOCOL_OVERHEAD = 13;
/** Nanoseconds of an octet at 12 Mbit/s. */
const OCTET = 8e9 / 12e6;

/** The host's end, which outlives the chip's resets. */
export class UsbPlug {
  readonly onOutput: (octets: Uint8Array) => void;
  #outbox = new Uint8Array(0);
  dtr = true;
  rts = true;
  loaderWished = false;

  constructor(onOutput: (octets: Uint8Array) => void) {
    this.onOutput = onOutput;
  }

  get open(): boolean {
    return this.dtr;
  }

  get queued(): number {
    return this.#outbox.length;
  }

  put(octets: Uint8Array): void {
    const all = new Uint8Array(this.#outbox.length + octets.length);
    all.set(this.#outbox);
    all.set(octets, this.#outbox.length);
    this.#outbox = all;
  }

  take(count: number): Uint8Array {
    const packet = this.#outbox.slice(0, count);
    this.#outbox = this.#outbox.subarray(count);
    return packet;
  }

  /** True when this resets the chip. */
  setLineState(dtr: boolean, rts: boolean): boolean {
    this.dtr = dtr;
    this.rts = rts;
    if (!rts) this.loaderWished = dtr;
    return rts && !dtr;
  }
}

export class UsbSerialJtag implements Peripheral {
  readonly #plug: UsbPlug;
  readonly #registers = new PlainRegisters();
  readonly #bits: InterruptBits;
  readonly #bus: Alarm;
  /** What the firmware writes, until it is handed over. */
  readonly #writing: number[] = [];
  #toHost: Uint8Array | undefined;
  #fromHost: Uint8Array = new Uint8Array(0);
  #read = 0;
  #transaction: (() => void) | undefined;
  #lastWasOut = false;

  constructor(clock: Clock, plug: UsbPlug, signal: (active: boolean) => void) {
    this.#plug = plug;
    this.#bits = new InterruptBits(signal);
    this.#bits.raise(IN_EMPTY);
    this.#bus = clock.createAlarm(() => this.#transacted());
    this.pump();
  }

  read(offset: number): number {
    switch (offset) {
      case EP1:
        return this.#pull();
      case EP1_CONF:
        return (this.#writable ? IN_FREE : 0) | (this.#readable ? OUT_WAITS : 0);
      case INT_RAW:
        return this.#bits.raw;
      case INT_ST:
        return this.#bits.status;
      case INT_ENA:
        return this.#bits.enabled;
      default:
        return this.#registers.read(offset);
    }
  }

  write(offset: number, value: number): void {
    switch (offset) {
      case EP1:
        if (this.#writable) this.#writing.push(value & 0xff);
        // A full buffer is handed over by itself.
        if (this.#writing.length === PACKET) this.#handOver();
        break;
      case EP1_CONF:
        if ((value & WR_DONE) !== 0) this.#handOver();
        break;
      case INT_ENA:
        this.#bits.enable(value);
        break;
      case INT_CLR:
        this.#bits.clear(value);
        break;
      default:
        this.#registers.write(offset, value);
    }
  }

  /** Puts the next transaction on the bus, unless one is on it or nobody has anything. */
  pump(): void {
    if (this.#transaction !== undefined || !this.#plug.open) return;
    const out = this.#plug.queued > 0 && !this.#readable;
    if (out && (this.#toHost === undefined || !this.#lastWasOut)) this.#bulkOut();
    else if (this.#toHost !== undefined) this.#bulkIn(this.#toHost);
  }

  get #writable(): boolean {
    return this.#toHost === undefined && this.#writing.length < PACKET;
  }

  get #readable(): boolean {
    return this.#read < this.#fromHost.length;
  }

  #pull(): number {
    const octet = this.#fromHost[this.#read] ?? 0;
    if (!this.#readable) return 0;
    this.#read += 1;
    if (!this.#readable) this.pump();
    return octet;
  }

  #handOver(): void {
    if (this.#toHost !== undefined || this.#writing.length === 0) return;
    this.#toHost = Uint8Array.from(this.#writing);
    this.#writing.length = 0;
    this.pump();
  }

  #bulkOut(): void {
    const packet = this.#plug.take(Math.min(PACKET, this.#plug.queued));
    this.#lastWasOut = true;
    this.#schedule(packet.length, () => {
      this.#fromHost = packet;
      this.#read = 0;
      this.#bits.raise(OUT_RECV_PKT);
    });
  }

  #bulkIn(packet: Uint8Array): void {
    this.#lastWasOut = false;
    this.#schedule(packet.length, () => {
      this.#toHost = undefined;
      this.#bits.raise(IN_EMPTY);
      this.#plug.onOutput(packet);
    });
  }

  #schedule(octets: number, complete: () => void): void {
    this.#transaction = complete;
    this.#bus.schedule((octets + PROTOCOL_OVERHEAD) * OCTET);
  }

  #transacted(): void {
    const complete = this.#transaction;
    this.#transaction = undefined;
    complete?.();
    this.pump();
  }
}
