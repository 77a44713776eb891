/**
 * The RP2040's USB device controller at the level of transactions, in place of rp2040js' own handling of
 * the buffer control registers: a buffer is done when its packet has had its time on the bus, not when
 * it is armed; both halves of a double-buffered endpoint and the data toggle work as silicon's.
 *
 * RP2040 datasheet §4.1.2.5 (DPSRAM), §4.1.2.7 (device controller).
 */
import type { RP2040 } from 'rp2040js';

const BUFFER_CONTROL = 0x80;
const BUFFER_CONTROL_END = 0x100;
const EP0_BUFFER = 0x100;
const SIE_CTRL = 0x4c;
const SIE_CTRL_PULLUP_EN = 1 << 16;
const SIE_CTRL_EP0_INT_1BUF = 1 << 29;

/** Endpoint control. */
const DOUBLE_BUFFERED = 1 << 30;
const INTERRUPT_PER_BUFFER = 1 << 29;
const INTERRUPT_PER_TWO = 1 << 28;

/** One half of a buffer control register. */
const AVAILABLE = 1 << 10;
const STALL = 1 << 11;
const DATA1 = 1 << 13;
const FULL = 1 << 15;
const LENGTH = 0x3ff;
const HALF = 16;
const HALF_OFFSET = 64;

/** An endpoint in one direction, numbered as its buffer control register: 2 · endpoint, + 1 for OUT. */
export type Pipe = number;
export const inPipe = (endpoint: number): Pipe => 2 * endpoint;
export const outPipe = (endpoint: number): Pipe => 2 * endpoint + 1;

interface Controller {
  readonly sieCtrl: number;
  DPRAMUpdated(offset: number, value: number): void;
  indicateBufferReady(endpoint: number, out: boolean): void;
  writeUint32(offset: number, value: number): void;
}

export interface UsbPortEvents {
  /** The device pulled D+ up (true) or let it go. */
  onPullUp(attached: boolean): void;
  /** The device has seen the end of a bus reset. */
  onReset(): void;
  /** A pipe was armed, or answers STALL from now on. */
  onArmed(pipe: Pipe): void;
}

export class UsbPort {
  readonly #mcu: RP2040;
  readonly #controller: Controller;
  readonly #events: UsbPortEvents;
  /** By pipe: bit 0 the first half is armed, bit 1 the second. */
  readonly #armed = new Uint8Array(32);
  /** By pipe: the half whose turn it is. */
  readonly #half = new Uint8Array(32);
  /** By pipe: the data toggle that comes next. */
  readonly #toggle = new Uint8Array(32);
  readonly #stalled = new Uint8Array(32);
  #attached = false;
  #toggleErrors = 0;

  constructor(mcu: RP2040, events: UsbPortEvents) {
    this.#mcu = mcu;
    this.#events = events;
    const controller = mcu.usbCtrl as unknown as Controller;
    this.#controller = controller;
    controller.DPRAMUpdated = (offset, value) => this.#updated(offset, value);
    const write = controller.writeUint32.bind(controller);
    controller.writeUint32 = (offset, value) => {
      write(offset, value);
      if (offset === SIE_CTRL) this.#pulled((value & SIE_CTRL_PULLUP_EN) !== 0);
    };
    mcu.usbCtrl.onResetReceived = () => {
      this.clear();
      events.onReset();
    };
  }

  /** Packets that a host would drop since their toggle was not the one expected. */
  get toggleErrors(): number {
    return this.#toggleErrors;
  }

  armed(pipe: Pipe): boolean {
    return (((this.#armed[pipe] ?? 0) >> (this.#half[pipe] ?? 0)) & 1) === 1;
  }

  stalled(pipe: Pipe): boolean {
    return this.#stalled[pipe] === 1;
  }

  /** How long the packet is that `pipe`, an armed IN pipe, holds. */
  length(pipe: Pipe): number {
    return this.#control(pipe) & LENGTH;
  }

  /** Drives a bus reset. */
  reset(): void {
    this.clear();
    this.#mcu.usbCtrl.resetDevice();
  }

  clear(): void {
    this.#armed.fill(0);
    this.#half.fill(0);
    this.#toggle.fill(0);
    this.#stalled.fill(0);
  }

  /** The toggles of all but endpoint 0 start anew, as at SET_CONFIGURATION (USB 2.0 §9.1.1.5). */
  configured(): void {
    this.#toggle.fill(0, 2);
    this.#half.fill(0, 2);
  }

  /** SETUP: always taken; endpoint 0 goes on with DATA1 both ways (USB 2.0 §8.5.3). */
  setup(packet: Uint8Array): void {
    for (const pipe of [inPipe(0), outPipe(0)]) {
      this.#store(pipe, this.#word(pipe) & ~AVAILABLE);
      this.#armed[pipe] = 0;
      this.#stalled[pipe] = 0;
      this.#toggle[pipe] = 1;
    }
    this.#mcu.usbCtrl.sendSetupPacket(packet);
  }

  /** IN: takes the armed packet; undefined when its toggle says that it was taken before. */
  takeIn(pipe: Pipe): Uint8Array | undefined {
    const control = this.#control(pipe);
    const at = this.#buffer(pipe);
    const packet = this.#mcu.usbDPRAM.slice(at, at + (control & LENGTH));
    const expected = this.#advance(pipe, control);
    this.#finish(pipe, control & ~(AVAILABLE | FULL));
    return expected ? packet : undefined;
  }

  /** OUT: puts a packet of at most what is armed; a device that expects the other toggle drops it. */
  putOut(pipe: Pipe, packet: Uint8Array): void {
    const control = this.#control(pipe);
    if (!this.#advance(pipe, control)) return;
    const length = Math.min(packet.length, control & LENGTH);
    this.#mcu.usbDPRAM.set(packet.subarray(0, length), this.#buffer(pipe));
    this.#finish(pipe, (control & ~(AVAILABLE | LENGTH)) | FULL | length);
  }

  #advance(pipe: Pipe, control: number): boolean {
    const toggle = this.#toggle[pipe] ?? 0;
    const matches = ((control & DATA1) !== 0 ? 1 : 0) === toggle;
    if (matches) this.#toggle[pipe] = toggle ^ 1;
    else this.#toggleErrors += 1;
    return matches;
  }

  #pulled(up: boolean): void {
    if (up === this.#attached) return;
    this.#attached = up;
    this.clear();
    this.#events.onPullUp(up);
  }

  #updated(offset: number, value: number): void {
    if (offset < BUFFER_CONTROL || offset >= BUFFER_CONTROL_END) return;
    const pipe = (offset - BUFFER_CONTROL) >> 2;
    const second = this.#double(pipe) && ((value >>> HALF) & AVAILABLE) !== 0;
    this.#armed[pipe] = ((value & AVAILABLE) !== 0 ? 1 : 0) | (second ? 2 : 0);
    this.#stalled[pipe] = (value & STALL) !== 0 ? 1 : 0;
    if (this.armed(pipe) || this.stalled(pipe)) this.#events.onArmed(pipe);
  }

  #finish(pipe: Pipe, control: number): void {
    const half = this.#half[pipe] ?? 0;
    const shift = half * HALF;
    const word = (this.#word(pipe) & ~(0xffff << shift)) | (control << shift);
    this.#store(pipe, word);
    this.#armed[pipe] = (this.#armed[pipe] ?? 0) & ~(1 << half);
    if (this.#double(pipe)) this.#half[pipe] = half ^ 1;
    if (this.#interrupts(pipe, half)) {
      this.#controller.indicateBufferReady(pipe >> 1, (pipe & 1) === 1);
    }
  }

  #interrupts(pipe: Pipe, half: number): boolean {
    if (pipe < 2) return (this.#controller.sieCtrl & SIE_CTRL_EP0_INT_1BUF) !== 0;
    const endpoint = this.#endpointControl(pipe);
    if ((endpoint & INTERRUPT_PER_BUFFER) !== 0) return true;
    return (endpoint & INTERRUPT_PER_TWO) !== 0 && half === 1;
  }

  #endpointControl(pipe: Pipe): number {
    return pipe < 2 ? 0 : this.#mcu.usbDPRAMView.getUint32(4 * pipe, true);
  }

  #double(pipe: Pipe): boolean {
    return (this.#endpointControl(pipe) & DOUBLE_BUFFERED) !== 0;
  }

  #buffer(pipe: Pipe): number {
    if (pipe < 2) return EP0_BUFFER;
    const base = this.#endpointControl(pipe) & 0xffc0;
    return base + (this.#half[pipe] ?? 0) * HALF_OFFSET;
  }

  #word(pipe: Pipe): number {
    return this.#mcu.usbDPRAMView.getUint32(BUFFER_CONTROL + 4 * pipe, true);
  }

  #store(pipe: Pipe, word: number): void {
    this.#mcu.usbDPRAMView.setUint32(BUFFER_CONTROL + 4 * pipe, word, true);
  }

  /** The half of the buffer control register whose turn it is. */
  #control(pipe: Pipe): number {
    return (this.#word(pipe) >>> ((this.#half[pipe] ?? 0) * HALF)) & 0xffff;
  }
}
