/**
 * The mask ROM of an ESP32 or ESP32-C3 as its serial line shows it, written from esptool's description of
 * the protocol. EN is low while RTS is asserted alone, and the boot pin while DTR is; the pin is looked at when
 * EN rises. Faults are to be had at any command.
 */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { Instant } from '../../src/base/time.ts';

export type EspFault = 'hang' | 'mute' | 'refuse' | 'garble' | 'alter' | 'unplug';

export interface EspOptions {
  /** 5 is an ESP32-C3, 0 an ESP32. */
  readonly chip?: number;
  /** A port without modem lines or a rate, as a PTY is: the loader runs already. */
  readonly resident?: boolean;
  readonly fault?: (command: number, op: number) => EspFault | undefined;
  /** Carries out no command that other clients do without: another rate, compressed blocks. */
  readonly plain?: boolean;
  /** What is written to its RAM and started there is taken for Espressif's stub, and speaks as that does. */
  readonly stub?: boolean;
  /** It takes the rate up, and the line does not carry it. */
  readonly slowLine?: boolean;
  /** A cell whose lowest bit can only be 0. */
  readonly wornAt?: number;
}

const [END, ESC] = [0xc0, 0xdb];
const FLASH_SIZE = 4 << 20;
const FIRST_RATE = 115_200;

export class EspRomTwin {
  readonly flash = new Uint8Array(FLASH_SIZE).fill(0x5a);
  readonly ops: number[] = [];
  /** The program was started by the reset without the boot pin. */
  running = true;
  #state: 'program' | 'loader' | 'dead' = 'program';
  readonly #options: EspOptions;
  #held = false;
  #bootLow = false;
  #packet: number[] = [];
  #output: number[] = [];
  #write = { at: 0, next: 0, count: 0 };
  /** What came of a compressed stream. */
  #stream: Uint8Array[] = [];
  #stub = false;
  /** In bit/s: its own, and the host's. */
  #rate = FIRST_RATE;
  #hostRate = FIRST_RATE;

  constructor(options: EspOptions = {}) {
    this.#options = options;
    if (options.resident === true) this.#state = 'loader';
  }

  handleSignals(dtr: boolean, rts: boolean): void {
    const held = rts && !dtr;
    const bootLow = dtr && !rts;
    // The capacitor at EN lets the pin be low in time.
    const rises = this.#held && !held;
    this.#held = held;
    if (rises && this.#state !== 'dead') this.#reset(bootLow || this.#bootLow);
    this.#bootLow = bootLow || (rts && this.#bootLow);
  }

  handleRate(rate: number): void {
    this.#hostRate = rate;
  }

  /** Whether both ends hear each other. */
  get #agreed(): boolean {
    const { slowLine = false, resident = false } = this.#options;
    if (resident) return true;
    return this.#rate === this.#hostRate && !(slowLine && this.#rate > FIRST_RATE);
  }

  handleOctets(octets: Uint8Array): void {
    if (this.#state !== 'loader' || !this.#agreed) return;
    for (const octet of octets) {
      if (octet !== END) this.#packet.push(octet);
      else if (this.#packet.length > 0) this.#execute(unescaped(this.#packet.splice(0)));
    }
  }

  pollOutput(): Uint8Array | undefined {
    return this.#output.length === 0 ? undefined : Uint8Array.from(this.#output.splice(0));
  }

  pollTimeout(): Instant | undefined {
    return undefined;
  }

  handleTimeout(): void {}

  #reset(loader: boolean): void {
    this.#packet = [];
    this.#rate = FIRST_RATE;
    this.#stub = false;
    this.#state = loader ? 'loader' : 'program';
    this.running = !loader;
    this.#say([...Buffer.from(`ESP-ROM:esp32c3\r\nboot:0x${loader ? '4' : 'c'}\r\n`)]);
  }

  #say(octets: readonly number[]): void {
    this.#output.push(...octets);
  }

  #execute(packet: Uint8Array): void {
    const [, op = 0] = packet;
    const fault = this.#options.fault?.(this.ops.length, op);
    this.ops.push(op);
    if (fault === 'unplug') this.#state = 'dead';
    if (fault === 'hang') this.#state = 'program';
    if (this.#state !== 'loader') return;
    if (fault === 'alter') packet[packet.length - 1] = (packet[packet.length - 1] ?? 0) ^ 0x10;
    const {
      value = 0,
      data = [],
      error = 0,
    } = fault === 'refuse' ? { error: 5 } : this.#carryOut(op, packet);
    const answer = this.#answer(op, value, data, error);
    if (fault === 'garble') answer[3] = (answer[3] ?? 0) ^ 0x40;
    if (fault === 'mute') return;
    for (let copy = 0; copy < (op === 0x08 ? 8 : 1); copy++) this.#say(slip(answer));
    if (error === 0) this.#answered(op, packet);
  }

  #answer(op: number, value: number, data: readonly number[], error: number): number[] {
    const status = this.#stub ? 2 : 4;
    const size = data.length + status;
    const head = Buffer.alloc(8);
    head.set([1, op, size & 0xff, size >> 8]);
    head.writeUInt32LE(value, 4);
    return [...head, ...data, error === 0 ? 0 : 1, error, 0, 0].slice(0, 8 + size);
  }

  /** What it does once it has answered. */
  #answered(op: number, packet: Uint8Array): void {
    if (op === 0x0f) this.#rate = new DataView(packet.buffer).getUint32(8, true);
    if (op !== 0x06 || this.#options.stub !== true) return;
    this.#stub = true;
    this.#say(slip([...Buffer.from('OHAI')]));
  }

  #carryOut(op: number, packet: Uint8Array): { value?: number; data?: number[]; error?: number } {
    const view = new DataView(packet.buffer, packet.byteOffset);
    const word = (i: number): number => view.getUint32(8 + 4 * i, true);
    const { chip = 5, plain = false } = this.#options;
    if (plain && [0x0f, 0x10, 0x11].includes(op)) return { error: 5 };
    switch (op) {
      case 0x02:
      case 0x10:
        return this.#flashBegin(word(0), word(1), word(3), packet.length, chip);
      case 0x03:
        return this.#flashData(packet.subarray(24), word(1), view.getUint32(4, true));
      case 0x11:
        return this.#deflateData(packet.subarray(24), word(1), view.getUint32(4, true));
      case 0x08:
        // By this others tell the ROM from a stub, which has 0.
        return { value: 0x2012_0707 };
      case 0x0a:
        return { value: chip === 0 ? 0x00f01d83 : 0x1b31506f };
      case 0x13: {
        const part = this.flash.subarray(word(0), word(0) + word(1));
        const md5 = createHash('md5').update(part).digest();
        return { data: [...(this.#stub ? md5 : Buffer.from(md5.toString('hex')))] };
      }
      case 0x14:
        return chip === 0
          ? { error: 5 }
          : { data: [...new Array(12).fill(0), chip, ...new Array(7).fill(0)] };
      default:
        return {};
    }
  }

  #flashBegin(size: number, count: number, at: number, length: number, chip: number) {
    if (length !== (chip === 0 || this.#stub ? 24 : 28)) return { error: 5 };
    this.#write = { at, next: 0, count };
    this.#stream = [];
    this.flash.fill(0xff, at, Math.ceil((at + size) / 4096) * 4096);
    return {};
  }

  #flashData(data: Uint8Array, sequence: number, sum: number) {
    const error = this.#checkBlock(data, sequence, sum);
    if (error !== undefined) return { error };
    this.#program(this.#write.at + sequence * data.length, data);
    return {};
  }

  /** The ROM unpacks as it goes; here when the last block is there. */
  #deflateData(data: Uint8Array, sequence: number, sum: number) {
    const error = this.#checkBlock(data, sequence, sum);
    if (error !== undefined) return { error };
    this.#stream.push(data.slice());
    if (this.#write.next < this.#write.count) return {};
    this.#program(this.#write.at, inflateSync(Buffer.concat(this.#stream)));
    return {};
  }

  #checkBlock(data: Uint8Array, sequence: number, sum: number): number | undefined {
    if (data.reduce((a, b) => a ^ b, 0xef) !== sum) return 7;
    if (sequence !== this.#write.next || sequence >= this.#write.count) return 6;
    this.#write.next++;
    return undefined;
  }

  /** Flash cells only ever become 0. */
  #program(at: number, data: Uint8Array): void {
    for (const [i, octet] of data.entries()) this.flash[at + i] = (this.flash[at + i] ?? 0) & octet;
    const { wornAt } = this.#options;
    if (wornAt !== undefined) this.flash[wornAt] = (this.flash[wornAt] ?? 0) & 0xfe;
  }
}

function slip(octets: readonly number[]): number[] {
  return [
    END,
    ...octets.flatMap((octet) =>
      octet === END ? [ESC, 0xdc] : octet === ESC ? [ESC, 0xdd] : [octet],
    ),
    END,
  ];
}

function unescaped(octets: readonly number[]): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < octets.length; i++) {
    if (octets[i] !== ESC) out.push(octets[i] ?? 0);
    else out.push(octets[++i] === 0xdc ? END : ESC);
  }
  return Uint8Array.from(out);
}
