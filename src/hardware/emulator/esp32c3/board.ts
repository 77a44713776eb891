/**
 * An ESP32-C3 that runs a flash image octet for octet, a W5500 module on its SPI2, and the host's ends of its
 * USB plug and its UART0. The wires are those of docs/boards/esp32c3.md: GPIO 2 MISO, 3 RSTn, 4 INTn, 6 SCLK,
 * 7 MOSI, 10 SCSn.
 */
import { Wire, type WireEnd } from '../../../medium/wire.ts';
import { VirtualClock } from '../clock.ts';
import type { Machine, MachineOptions, UsbIdentity } from '../machine.ts';
import { IMAGES } from '../riscv/compiler/rv32.ts';
import { UartLine } from '../uart-line.ts';
import { type ChipFault, W5500 } from '../w5500/chip.ts';
import { type ResetCause, Rtc } from './rtc.ts';
import { Soc } from './soc.ts';
import { UsbPlug } from './usb-serial-jtag.ts';

const RSTn = 3;
const INTn = 4;
const SCSn = 10;
/** What the firmware starts with, and a host too. */
const FIRST_RATE = 115_200;
const ESPRESSIF = 0x303a;
const USB_SERIAL_JTAG = 0x1001;
/** Locally administered: no real chip has it. */
const MAC_PREFIX = [0x02, 0x4e, 0x4c] as const;

export class Esp32C3Board implements Machine {
  readonly #options: MachineOptions;
  readonly #clock: VirtualClock;
  readonly #chip: W5500;
  readonly #rtc: Rtc;
  readonly #line: UartLine;
  readonly #plug: UsbPlug;
  readonly #wire: WireEnd;
  readonly #mac: Uint8Array;
  #soc: Soc;
  #resetDue: ResetCause | undefined;
  #interruptLow = false;
  #resets = 0;
  #stopped = false;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#clock = new VirtualClock(options.start);
    const own = options.rng.next();
    this.#mac = Uint8Array.of(...MAC_PREFIX, own >> 16, own >> 8, own);
    this.#chip = new W5500({
      clock: this.#clock,
      negotiation: options.negotiation,
      onTransmit: options.onTransmit,
      onInterrupt: (low) => {
        this.#interruptLow = low;
        this.#soc.gpio.setInput(INTn, !low);
      },
    });
    this.#rtc = new Rtc(() => this.#askReset('software'));
    this.#line = new UartLine(FIRST_RATE, options.onUart);
    this.#plug = new UsbPlug(options.onOutput);
    this.#wire = options.wire ?? new Wire({ seed: 1 }).attach();
    this.#soc = this.#build(false);
  }

  get nanos(): number {
    return this.#clock.nanos;
  }

  get nextDue(): number {
    return this.#soc.asleep ? this.#clock.nextDue : this.#clock.nanos;
  }

  get resets(): number {
    return this.#resets;
  }

  get identity(): UsbIdentity {
    const serialNumber = Array.from(this.#mac, (octet) => octet.toString(16).padStart(2, '0'))
      .join(':')
      .toUpperCase();
    return {
      vendorId: ESPRESSIF,
      productId: USB_SERIAL_JTAG,
      manufacturer: 'Espressif',
      product: 'USB JTAG/serial debug unit',
      serialNumber,
    };
  }

  get open(): boolean {
    return this.#plug.open;
  }

  get queued(): number {
    return this.#plug.queued;
  }

  get queuedUart(): number {
    return this.#soc.uart.queued;
  }

  get uartRate(): number {
    return this.#line.rate;
  }

  get dropped(): number {
    return this.#chip.dropped;
  }

  get onWire(): boolean {
    return this.#soc.line.i2s.active;
  }

  run(time: number): void {
    const clock = this.#clock;
    this.#stopped = false;
    if (this.#resetDue !== undefined) this.#reset(this.#resetDue);
    while (clock.nanos < time && !this.#stopped) {
      if (this.#soc.asleep) clock.advance(Math.min(clock.nextDue, time));
      else this.#soc.run(time);
      if (this.#resetDue !== undefined) this.#reset(this.#resetDue);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#soc.core.yield();
  }

  write(octets: Uint8Array): void {
    this.#plug.put(octets);
    this.#soc.usb.pump();
  }

  writeUart(octets: Uint8Array): void {
    this.#soc.uart.hostWrites(octets);
  }

  setUartRate(rate: number): void {
    this.#soc.uart.setHostRate(rate);
  }

  setLineState(dtr: boolean, rts: boolean): void {
    if (this.#plug.setLineState(dtr, rts)) this.#reset('pin');
    this.#soc.usb.pump();
  }

  /** The port has no rate. */
  setLineCoding(): void {}

  /** Power off and on; or RTS of USB-Serial-JTAG, which the chip tells from EN and from power. */
  reset(cause: 'pin' | 'power'): void {
    this.#reset(cause);
  }

  cable(plugged: boolean): void {
    this.#chip.cable(plugged);
  }

  receive(frame: Uint8Array): void {
    this.#chip.receive(frame);
  }

  setChipFault(fault: ChipFault | undefined): void {
    this.#chip.fault = fault;
  }

  #askReset(cause: ResetCause): void {
    this.#resetDue ??= cause;
    this.#soc.core.yield();
  }

  /** The chip's pins let go; the module has a pull-up at RSTn, and goes through its own reset with power. */
  #reset(cause: ResetCause): void {
    this.#soc.cut();
    this.#resetDue = undefined;
    this.#resets += 1;
    this.#chip.select(false);
    this.#chip.resetPin(cause === 'power');
    this.#chip.resetPin(false);
    this.#rtc.reset(cause);
    this.#soc = this.#build(
      this.#rtc.takeDownload() || (cause === 'pin' && this.#plug.loaderWished),
    );
  }

  #build(loader: boolean): Soc {
    const { image, interpreted, rng, onFault } = this.#options;
    const soc = new Soc({
      clock: this.#clock,
      chip: this.#chip,
      rtc: this.#rtc,
      line: this.#line,
      plug: this.#plug,
      mac: this.#mac,
      rng,
      wire: this.#wire,
      clockError: this.#options.clockError ?? 0,
      shared: interpreted ? undefined : IMAGES.codeOf(image),
      onLevels: (levels) => {
        this.#chip.select(((levels >> SCSn) & 1) === 0);
        this.#chip.resetPin(((levels >> RSTn) & 1) === 0);
      },
      onWatchdog: () => this.#askReset('watchdog'),
      onFault,
    });
    soc.gpio.setInput(INTn, !this.#interruptLow);
    soc.boot(image, loader);
    return soc;
  }
}
