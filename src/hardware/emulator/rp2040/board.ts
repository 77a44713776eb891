/**
 * The W5500-EVB-Pico: an RP2040 that runs a flash image octet for octet, the W5500 on its SPI0, and the
 * host's end of its USB plug. W5500-EVB-Pico schematic: GP16 MISO, GP17 SCSn, GP18 SCLK, GP19 MOSI, GP20
 * RSTn, GP21 INTn.
 */
import { GPIOPinState } from 'rp2040js';
import type { Rng } from '../../../base/random.ts';
import { Wire, type WireEnd } from '../../../medium/wire.ts';
import { ClockDomain, VirtualClock } from '../clock.ts';
import { UartLine } from '../uart-line.ts';
import { type ChipFault, W5500 } from '../w5500/chip.ts';
import { codeCache, IMAGES } from './compiler/thumb.ts';
import { Cpu, type Fault } from './cpu.ts';
import { Mcu, type ResetCause } from './mcu.ts';
import { PioScheduler } from './pio.ts';
import { SpiBus } from './spi-bus.ts';
import { Uart } from './uart.ts';
import { UsbHost, type UsbIdentity } from './usb-host.ts';

const SCSn = 17;
const RSTn = 20;
const INTn = 21;
const UART0 = 0x40034;
/** What the firmware starts with, and a host too. */
const FIRST_RATE = 115_200;

export interface BoardOptions {
  readonly image: Uint8Array;
  /** Interprets every instruction: the reference that compiled code is measured against. */
  readonly interpreted: boolean;
  /** When power comes, in nanoseconds of the world's time. */
  readonly start: number;
  readonly rng: Rng;
  /** Nanoseconds from a plugged cable to a link. */
  readonly negotiation: number;
  /** What GP2 and GP3 are on, a jumper without it; and by how much the PIO's clock is fast. */
  readonly wire?: WireEnd;
  readonly clockError?: number;
  /** Octets that the host gets from USB, and from UART0. */
  readonly onOutput: (octets: Uint8Array) => void;
  readonly onUart: (octets: Uint8Array) => void;
  readonly onTransmit: (frame: Uint8Array) => void;
  readonly onFault: (fault: Fault) => void;
}

/** What a reset builds anew: everything of the RP2040 but its SRAM and the watchdog's scratch registers. */
interface Silicon {
  readonly mcu: Mcu;
  readonly cpu: Cpu;
  readonly domain: ClockDomain;
  readonly usb: UsbHost;
  readonly uart: Uart;
  readonly pio: PioScheduler;
}

export class Board {
  readonly #options: BoardOptions;
  readonly #clock: VirtualClock;
  readonly #chip: W5500;
  readonly #uartLine: UartLine;
  readonly #wire: WireEnd;
  #silicon: Silicon;
  #resetDue: ResetCause | undefined;
  #interruptLow = false;
  #resets = 0;
  #stopped = false;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.#clock = new VirtualClock(options.start);
    this.#chip = new W5500({
      clock: this.#clock,
      negotiation: options.negotiation,
      onTransmit: options.onTransmit,
      onInterrupt: (low) => {
        this.#interruptLow = low;
        this.#silicon.mcu.gpio[INTn]?.setInputValue(!low);
      },
    });
    this.#uartLine = new UartLine(FIRST_RATE, options.onUart);
    this.#wire = options.wire ?? new Wire({ seed: 1 }).attach();
    this.#silicon = this.#build('power');
  }

  /** The board's own time, in nanoseconds of the world's. It may be an instruction ahead of the world. */
  get nanos(): number {
    return this.#clock.nanos;
  }

  /** When the board next does something by itself; Infinity when it sleeps for good. */
  get nextDue(): number {
    return this.#silicon.cpu.asleep ? this.#clock.nextDue : this.#clock.nanos;
  }

  /** For tests: what the CPU has in it. `sram` is the memory itself. */
  get state(): {
    readonly registers: Uint32Array;
    readonly xPSR: number;
    readonly primask: boolean;
    readonly sram: Uint8Array;
  } {
    const { core, sram } = this.#silicon.mcu;
    const registers = core.registers.slice();
    return { registers, xPSR: core.xPSR >>> 0, primask: core.PM, sram };
  }

  /** Resets of any kind since power came. */
  get resets(): number {
    return this.#resets;
  }

  get identity(): UsbIdentity | undefined {
    return this.#silicon.usb.identity;
  }

  get open(): boolean {
    return this.#silicon.usb.open;
  }

  get queued(): number {
    return this.#silicon.usb.queued;
  }

  /** Frames that the chip dropped since its receive buffer had no room. */
  get dropped(): number {
    return this.#chip.dropped;
  }

  get onWire(): boolean {
    return this.#silicon.pio.active;
  }

  /** Runs until `time`, or until `stop` is called from one of the callbacks. */
  run(time: number): void {
    this.#stopped = false;
    do {
      if (this.#resetDue !== undefined) this.reset(this.#resetDue);
      this.#silicon.cpu.run(time);
    } while (this.#resetDue !== undefined && !this.#stopped);
  }

  stop(): void {
    this.#stopped = true;
    this.#silicon.cpu.stop();
  }

  write(octets: Uint8Array): void {
    this.#silicon.usb.write(octets);
  }

  writeUart(octets: Uint8Array): void {
    this.#silicon.uart.write(octets);
  }

  /** Octets given to `writeUart` that have not arrived. */
  get queuedUart(): number {
    return this.#silicon.uart.queued;
  }

  /** The host's rate on UART0, in bit/s. */
  get uartRate(): number {
    return this.#uartLine.rate;
  }

  setUartRate(rate: number): void {
    this.#silicon.uart.setHostRate(rate);
  }

  setLineState(dtr: boolean, rts: boolean): void {
    this.#silicon.usb.setLineState(dtr, rts);
  }

  setLineCoding(rate: number): void {
    this.#silicon.usb.setLineCoding(rate);
  }

  /** The RUN pin pulled low for a moment, power off and on, or the watchdog. */
  reset(cause: ResetCause): void {
    const { mcu: old, domain, uart } = this.#silicon;
    uart.cut();
    domain.silence();
    this.#resetDue = undefined;
    this.#resets += 1;
    this.#chip.select(false);
    this.#chip.resetPin(cause === 'power');
    this.#chip.resetPin(false);
    this.#silicon = this.#build(cause);
    const { mcu } = this.#silicon;
    if (cause !== 'power') mcu.sram.set(old.sram);
    if (cause === 'watchdog') {
      mcu.watchdog.scratchData.set(old.watchdog.scratchData);
      mcu.watchdog.reason = old.watchdog.reason;
    }
  }

  cable(plugged: boolean): void {
    this.#chip.cable(plugged);
  }

  /** A frame came out of the cable. */
  receive(frame: Uint8Array): void {
    this.#chip.receive(frame);
  }

  setChipFault(fault: ChipFault | undefined): void {
    this.#chip.fault = fault;
  }

  #build(cause: ResetCause): Silicon {
    const { image, interpreted, rng, onOutput, onFault } = this.#options;
    const clock = this.#clock;
    const domain = new ClockDomain(clock);
    let cpu: Cpu | undefined;
    const mcu = new Mcu({ clock: domain, image, cause, rng, onFault: (what) => cpu?.fault(what) });
    const shared = interpreted ? undefined : IMAGES.codeOf(image);
    const code = shared && codeCache(shared, image.length, mcu);
    mcu.guard = code?.guard;
    const spi = new SpiBus(mcu, this.#chip);
    const uart = new Uart(mcu, domain, this.#uartLine);
    mcu.peripherals[UART0] = uart;
    for (const channel of mcu.channels) {
      channel.transferAlarm = domain.createAlarm(() => {
        if (!uart.burst(channel)) spi.transfer(channel);
      });
    }
    cpu = new Cpu({ mcu, clock, code, spi, onFault });
    const pio = new PioScheduler(mcu, domain, this.#wire, this.#options.clockError ?? 0);
    const usb = new UsbHost({ mcu, clock: domain, lineRate: 115200, onOutput });
    const core = cpu;
    mcu.watchdog.onWatchdogTrigger = () => {
      domain.silence();
      this.#resetDue ??= 'watchdog';
      core.stop();
    };
    this.#connect(mcu);
    return { mcu, cpu, domain, usb, uart, pio };
  }

  #connect(mcu: Mcu): void {
    const low = (state: GPIOPinState) => state === GPIOPinState.Low;
    mcu.gpio[SCSn]?.addListener((state) => this.#chip.select(low(state)));
    mcu.gpio[RSTn]?.addListener((state) => this.#chip.resetPin(low(state)));
    mcu.gpio[INTn]?.setInputValue(!this.#interruptLow);
  }
}
