/**
 * The host's end of a USB-CDC device: enumerates it, opens its port, and moves octets at what a
 * full-speed bus carries (19 full bulk packets a millisecond, USB 2.0 §5.8.4). It polls nobody: a
 * device with nothing to send and a host with nothing to say cost nothing.
 *
 *              pull-up              reset seen            SET_CONFIGURATION        line state sent
 *   detached ──────────▶ resetting ───────────▶ enumerating ─────────────▶ configured ────────▶ open
 *      ▲                                                                                         │
 *      └───────────────────────── pull-up gone · chip reset ─────────────────────────────────────┘
 */
import type { Alarm, Clock } from '../clock.ts';
import type { Mcu } from './mcu.ts';
import { inPipe, outPipe, type Pipe, UsbPort } from './usb-port.ts';

/** What a device says of itself: USB 2.0 §9.6.1, §9.6.7. */
export interface UsbIdentity {
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer: string;
  readonly product: string;
  readonly serialNumber: string;
}

export interface UsbHostOptions {
  readonly mcu: Mcu;
  readonly clock: Clock;
  /** The rate that SET_LINE_CODING tells when the port opens. */
  readonly lineRate: number;
  readonly onOutput: (octets: Uint8Array) => void;
}

interface Transfer {
  readonly setup: Uint8Array;
  readonly data: Uint8Array;
  /** Undefined when the device answered STALL or not at all. */
  readonly done: (answer: Uint8Array | undefined) => void;
}

type Stage = 'setup' | 'data-in' | 'data-out' | 'status-in' | 'status-out';

const BULK_MAX = 64;
/** Token, handshake and gaps of a bulk transaction in octet times, USB 2.0 table 5-9. */
const PROTOCOL_OVERHEAD = 13;
/** Nanoseconds of an octet at 12 Mbit/s. */
const OCTET = 8e9 / 12e6;
/** How long a device may take over a control transfer, USB 2.0 §9.2.6.4 (5 s there). */
const CONTROL_DEADLINE = 1e9;

const DEVICE_TO_HOST = 0x80;
const CLASS_INTERFACE = 0x21;
const SET_ADDRESS = 5;
const GET_DESCRIPTOR = 6;
const SET_CONFIGURATION = 9;
const SET_LINE_CODING = 0x20;
const SET_CONTROL_LINE_STATE = 0x22;
const DEVICE = 1;
const CONFIGURATION = 2;
const STRING = 3;
const INTERFACE_DESCRIPTOR = 4;
const ENDPOINT_DESCRIPTOR = 5;
const CDC_DATA = 10;
const BULK = 2;
const ENGLISH = 0x0409;
const NOTHING = new Uint8Array(0);

const setupPacket = (type: number, request: number, value: number, length: number, index = 0) =>
  Uint8Array.of(type, request, value, value >> 8, index, index >> 8, length, length >> 8);

export class UsbHost {
  readonly #port: UsbPort;
  readonly #options: UsbHostOptions;
  readonly #bus: Alarm;
  readonly #deadline: Alarm;
  readonly #transfers: Transfer[] = [];
  readonly #outbox: Uint8Array[] = [];
  #queued = 0;
  #offset = 0;
  #stage: Stage = 'setup';
  #answer: number[] = [];
  #sent = 0;
  #transaction: (() => void) | undefined;
  #lastWasOut = false;
  #dataIn: Pipe | undefined;
  #dataOut: Pipe | undefined;
  #notify: Pipe | undefined;
  #identity: UsbIdentity | undefined;
  #open = false;

  constructor(options: UsbHostOptions) {
    this.#options = options;
    this.#bus = options.clock.createAlarm(() => this.#transacted());
    this.#deadline = options.clock.createAlarm(() => this.#finish(undefined));
    this.#port = new UsbPort(options.mcu, {
      onPullUp: (attached) => this.#pullUp(attached),
      onReset: () => this.#enumerate(),
      onArmed: () => this.#pump(),
    });
  }

  /** Undefined until the device was enumerated. */
  get identity(): UsbIdentity | undefined {
    return this.#identity;
  }

  /** The port is open: DTR is up and data moves. */
  get open(): boolean {
    return this.#open;
  }

  /** Octets given to `write` that have not left. */
  get queued(): number {
    return this.#queued;
  }

  get toggleErrors(): number {
    return this.#port.toggleErrors;
  }

  write(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#outbox.push(octets.slice());
    this.#queued += octets.length;
    this.#pump();
  }

  /** CDC 1.2 §6.3.12: DTR and RTS. */
  setLineState(dtr: boolean, rts: boolean): void {
    const value = (dtr ? 1 : 0) | (rts ? 2 : 0);
    this.#request(setupPacket(CLASS_INTERFACE, SET_CONTROL_LINE_STATE, value, 0), () => {
      this.#open = dtr;
      this.#pump();
    });
  }

  /** CDC 1.2 §6.3.10: 8 data bits, no parity, one stop bit. 1200 with DTR down is the loader's touch. */
  setLineCoding(rate: number): void {
    const coding = Uint8Array.of(rate, rate >> 8, rate >> 16, rate >> 24, 0, 0, 8);
    const setup = setupPacket(CLASS_INTERFACE, SET_LINE_CODING, 0, coding.length);
    this.#request(setup, () => undefined, coding);
  }

  #pullUp(attached: boolean): void {
    this.#open = false;
    this.#identity = undefined;
    this.#dataIn = undefined;
    this.#dataOut = undefined;
    this.#transfers.length = 0;
    this.#transaction = undefined;
    this.#bus.cancel();
    this.#deadline.cancel();
    if (attached) this.#port.reset();
  }

  #enumerate(): void {
    this.#transfers.length = 0;
    this.#stage = 'setup';
    this.#request(setupPacket(0, SET_ADDRESS, 1, 0), () => {
      this.#describe(DEVICE, 0, 18, (device) => {
        this.#describe(CONFIGURATION, 0, 9, (head) => {
          const total = (head[2] ?? 0) | ((head[3] ?? 0) << 8);
          this.#describe(CONFIGURATION, 0, total, (all) => this.#configure(device, all));
        });
      });
    });
  }

  #describe(type: number, index: number, length: number, done: (answer: Uint8Array) => void): void {
    const value = (type << 8) | index;
    const language = type === STRING && index > 0 ? ENGLISH : 0;
    const setup = setupPacket(DEVICE_TO_HOST, GET_DESCRIPTOR, value, length, language);
    this.#request(setup, (answer) => done(answer ?? NOTHING));
  }

  #configure(device: Uint8Array, configuration: Uint8Array): void {
    this.#findPipes(configuration);
    const strings: string[] = [];
    for (const index of [device[14] ?? 0, device[15] ?? 0, device[16] ?? 0]) {
      if (index === 0) strings.push('');
      else this.#describe(STRING, index, 255, (answer) => strings.push(text(answer)));
    }
    const value = configuration[5] ?? 1;
    this.#request(setupPacket(0, SET_CONFIGURATION, value, 0), (answer) => {
      if (answer === undefined) return;
      this.#port.configured();
      const [manufacturer = '', product = '', serialNumber = ''] = strings;
      const vendorId = (device[8] ?? 0) | ((device[9] ?? 0) << 8);
      const productId = (device[10] ?? 0) | ((device[11] ?? 0) << 8);
      this.#identity = { vendorId, productId, manufacturer, product, serialNumber };
      this.setLineCoding(this.#options.lineRate);
      this.setLineState(true, true);
    });
  }

  /** The bulk endpoints of the CDC data interface, and the interrupt endpoint for notifications. */
  #findPipes(descriptors: Uint8Array): void {
    let inData = false;
    for (let at = 0; at + 5 < descriptors.length; at += Math.max(descriptors[at] ?? 0, 2)) {
      const type = descriptors[at + 1];
      if (type === INTERFACE_DESCRIPTOR) inData = descriptors[at + 5] === CDC_DATA;
      if (type !== ENDPOINT_DESCRIPTOR) continue;
      const address = descriptors[at + 2] ?? 0;
      const number = address & 15;
      const bulk = ((descriptors[at + 3] ?? 0) & 3) === BULK;
      if (!bulk) this.#notify = inPipe(number);
      else if (inData && (address & 0x80) !== 0) this.#dataIn = inPipe(number);
      else if (inData) this.#dataOut = outPipe(number);
    }
  }

  #request(
    setup: Uint8Array,
    done: (answer: Uint8Array | undefined) => void,
    data: Uint8Array = NOTHING,
  ): void {
    this.#transfers.push({ setup, data, done });
    this.#pump();
  }

  /** Puts the next transaction on the bus, unless one is on it or nobody has anything. */
  #pump(): void {
    if (this.#transaction !== undefined) return;
    const next = this.#control() ?? this.#bulk() ?? this.#notification();
    if (next === undefined) return;
    this.#transaction = next.complete;
    this.#bus.schedule((next.octets + PROTOCOL_OVERHEAD) * OCTET);
  }

  #transacted(): void {
    const complete = this.#transaction;
    this.#transaction = undefined;
    complete?.();
    this.#pump();
  }

  /** Not before the device is configured: there is no port until then, and the toggles start anew there. */
  #bulk(): Transaction | undefined {
    if (this.#identity === undefined) return undefined;
    const first = this.#lastWasOut ? this.#bulkIn() : this.#bulkOut();
    return first ?? (this.#lastWasOut ? this.#bulkOut() : this.#bulkIn());
  }

  #bulkIn(): Transaction | undefined {
    const pipe = this.#dataIn;
    if (pipe === undefined || !this.#open || !this.#port.armed(pipe)) return undefined;
    this.#lastWasOut = false;
    const complete = () => {
      const packet = this.#port.takeIn(pipe);
      if (packet !== undefined && packet.length > 0) this.#options.onOutput(packet);
    };
    return { octets: this.#port.length(pipe), complete };
  }

  #bulkOut(): Transaction | undefined {
    const pipe = this.#dataOut;
    if (pipe === undefined || !this.#open || this.#queued === 0) return undefined;
    if (!this.#port.armed(pipe)) return undefined;
    this.#lastWasOut = true;
    const packet = this.#take(Math.min(this.#queued, BULK_MAX));
    return { octets: packet.length, complete: () => this.#port.putOut(pipe, packet) };
  }

  #notification(): Transaction | undefined {
    const pipe = this.#notify;
    if (pipe === undefined || !this.#port.armed(pipe)) return undefined;
    return { octets: this.#port.length(pipe), complete: () => this.#port.takeIn(pipe) };
  }

  #take(length: number): Uint8Array {
    const packet = new Uint8Array(length);
    let filled = 0;
    for (
      let head = this.#outbox[0];
      head !== undefined && filled < length;
      head = this.#outbox[0]
    ) {
      const part = head.subarray(this.#offset, this.#offset + length - filled);
      packet.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset === head.length) {
        this.#outbox.shift();
        this.#offset = 0;
      }
    }
    this.#queued -= length;
    return packet;
  }

  /** The next transaction of the control transfer at hand, USB 2.0 §8.5.3. */
  #control(): Transaction | undefined {
    const transfer = this.#transfers[0];
    if (transfer === undefined) return undefined;
    if (this.#stage === 'setup') {
      return { octets: 8, complete: () => this.#beginTransfer(transfer) };
    }
    const pipe = this.#stage.endsWith('in') ? inPipe(0) : outPipe(0);
    if (this.#port.stalled(pipe)) return { octets: 0, complete: () => this.#finish(undefined) };
    if (!this.#port.armed(pipe)) return undefined;
    if (this.#stage === 'data-in' || this.#stage === 'status-in') {
      return { octets: this.#port.length(pipe), complete: () => this.#tookIn(transfer) };
    }
    const rest = this.#stage === 'status-out' ? NOTHING : transfer.data.subarray(this.#sent);
    const packet = rest.subarray(0, BULK_MAX);
    return { octets: packet.length, complete: () => this.#putOut(transfer, packet) };
  }

  #beginTransfer(transfer: Transfer): void {
    this.#answer = [];
    this.#sent = 0;
    const length = (transfer.setup[6] ?? 0) | ((transfer.setup[7] ?? 0) << 8);
    const toHost = ((transfer.setup[0] ?? 0) & DEVICE_TO_HOST) !== 0;
    if (length === 0) this.#stage = 'status-in';
    else this.#stage = toHost ? 'data-in' : 'data-out';
    this.#deadline.schedule(CONTROL_DEADLINE);
    this.#port.setup(transfer.setup);
  }

  #tookIn(transfer: Transfer): void {
    const packet = this.#port.takeIn(inPipe(0)) ?? NOTHING;
    if (this.#stage === 'status-in') {
      this.#finish(Uint8Array.from(this.#answer));
      return;
    }
    this.#answer.push(...packet);
    const wanted = (transfer.setup[6] ?? 0) | ((transfer.setup[7] ?? 0) << 8);
    if (packet.length < BULK_MAX || this.#answer.length >= wanted) this.#stage = 'status-out';
  }

  #putOut(transfer: Transfer, packet: Uint8Array): void {
    const status = this.#stage === 'status-out';
    this.#port.putOut(outPipe(0), packet);
    this.#sent += packet.length;
    if (status) this.#finish(Uint8Array.from(this.#answer));
    else if (this.#sent >= transfer.data.length) this.#stage = 'status-in';
  }

  #finish(answer: Uint8Array | undefined): void {
    this.#deadline.cancel();
    this.#stage = 'setup';
    this.#transfers.shift()?.done(answer);
    this.#pump();
  }
}

interface Transaction {
  /** Of payload, for its time on the bus. */
  readonly octets: number;
  complete(): void;
}

/** A string descriptor's text, UTF-16LE: USB 2.0 §9.6.7. */
function text(descriptor: Uint8Array): string {
  let out = '';
  for (let i = 2; i + 1 < descriptor.length; i += 2) {
    out += String.fromCharCode((descriptor[i] ?? 0) | ((descriptor[i + 1] ?? 0) << 8));
  }
  return out;
}
