/**
 * One life of the chip, from a reset to the next: core, peripherals, and the time that they share. The CPU and
 * everything else run from the 40 MHz crystal, whatever SYSCLK_CONF says.
 *
 *      rom ── the image is loaded ──▶ running ◀── interrupt ── asleep (WFI)
 *       └──── no image, or the loader ──▶ halted until a reset
 */
import type { Rng } from '../../../base/random.ts';
import type { WireEnd } from '../../../medium/wire.ts';
import { ClockDomain, type VirtualClock } from '../clock.ts';
import type { SharedCode } from '../compiler/cache.ts';
import type { Fault } from '../machine.ts';
import type { Window } from '../riscv/compiler/window.ts';
import { Core } from '../riscv/core.ts';
import type { UartLine } from '../uart-line.ts';
import type { W5500 } from '../w5500/chip.ts';
import { LAYOUT, type Mapped, SocBus } from './bus.ts';
import { Gpio } from './gpio.ts';
import { parseImage } from './image.ts';
import { InterruptMatrix, SOURCE } from './interrupt-matrix.ts';
import { LinePad } from './line-pad.ts';
import { type Peripheral, PlainRegisters } from './peripheral.ts';
import { RawLine } from './raw-line.ts';
import type { Rtc } from './rtc.ts';
import { Spi } from './spi.ts';
import { SysTimer } from './systimer.ts';
import { Uart } from './uart.ts';
import { type UsbPlug, UsbSerialJtag } from './usb-serial-jtag.ts';
import { Watchdog } from './watchdog.ts';

/** Nanoseconds of the CPU's cycle. */
const CYCLE = 25;
/** From reset to the first instruction of the image: the mask ROM reads it and computes its digest. */
const ROM_TIME = 20e6;

const SYSTEM_CLOCK_ENABLE = 0x10;
const SYSTEM_RESET = 0x18;
const CLOCKS_AFTER_RESET = 0xf9c1_e06f;
const GATE = {
  spi2: 1 << 6,
  uart0: (1 << 2) | (1 << 24),
  systimer: 1 << 29,
  timers: 1 << 13,
} as const;
const EFUSE_MAC_LOW = 0x44;
const EFUSE_MAC_HIGH = 0x48;
const RANDOM = 0xb0;

/** TRM, ESP-RISC-V CPU: what reads the same on every chip. */
const CSRS = {
  mtvecMask: 0xffff_ff00,
  vectors: 'always',
  constants: { 769: 0x4010_1104, 3857: 0x612, 3858: 0x8000_0001, 3859: 1, 3860: 0 },
} as const;

export interface SocOptions {
  readonly clock: VirtualClock;
  readonly chip: W5500;
  readonly rtc: Rtc;
  readonly line: UartLine;
  readonly plug: UsbPlug;
  readonly mac: Uint8Array;
  readonly rng: Rng;
  /** What the raw line's pins are on, and by how much its clock is fast. */
  readonly wire: WireEnd;
  readonly clockError: number;
  /** Compiled code of the image; without it every instruction is interpreted. */
  readonly shared: SharedCode<Window> | undefined;
  readonly onLevels: (levels: number) => void;
  readonly onWatchdog: () => void;
  readonly onFault: (fault: Fault) => void;
}

export class Soc {
  readonly gpio: Gpio;
  readonly uart: Uart;
  readonly usb: UsbSerialJtag;
  readonly core: Core;
  readonly line: RawLine;
  readonly #options: SocOptions;
  readonly #domain: ClockDomain;
  readonly #system = new PlainRegisters([[SYSTEM_CLOCK_ENABLE, CLOCKS_AFTER_RESET]]);
  #running = false;
  /** When the present run of the core began, and when it is to end. */
  #began = Number.NaN; // As in clock.ts.
  #end = Number.NaN;

  constructor(options: SocOptions) {
    const { clock, chip, line, plug } = options;
    this.#options = options;
    this.#domain = new ClockDomain(clock);
    const domain = this.#domain;
    const interrupts = new InterruptMatrix((n) => this.core.setInterrupt(n));
    const signal = (source: number) => (active: boolean) => interrupts.set(source, active);
    const { wire, clockError } = options;
    const pad = new LinePad(wire, clock);
    this.gpio = new Gpio({
      onLevels: options.onLevels,
      onInterrupt: signal(SOURCE.gpio),
      onPad: (state) => pad.set(state),
      senseLine: () => wire.sample(clock.nanos) === 1,
    });
    // Memory comes first: what stands on the bus needs it, and signals the core.
    const bus: { current: SocBus | undefined } = { current: undefined };
    this.core = new Core({
      layout: LAYOUT,
      bus: {
        read: (address, width) => bus.current?.read(address, width),
        write: (address, width, value) => bus.current?.write(address, width, value) ?? false,
      },
      csrs: CSRS,
      shared: options.shared,
      onException: (cause, pc) => {
        options.onFault({ kind: 'exception', pc: pc >>> 0, what: `exception ${cause}` });
      },
    });
    const { gpio, core } = this;
    this.line = new RawLine({
      ...{ clock: domain, wire, pad, gpio, memory: core.memory, system: this.#system, clockError },
      signal: (channel, active) => interrupts.set(SOURCE.gdma0 + channel, active),
    });
    this.uart = new Uart(domain, line, signal(SOURCE.uart0));
    this.usb = new UsbSerialJtag(domain, plug, signal(SOURCE.usb));
    const spi = new Spi(domain, chip, signal(SOURCE.spi2));
    const systimer = new SysTimer(domain, (n, on) => interrupts.set(SOURCE.systimer0 + n, on));
    bus.current = new SocBus({
      octets: this.core.memory.octets,
      mapped: this.#map(interrupts, spi, systimer),
      before: () => {
        clock.nanos = this.#began + this.core.elapsed * CYCLE;
      },
      after: () => {
        if (clock.nextDue < this.#end) this.core.yield();
      },
    });
  }

  get asleep(): boolean {
    return !this.#running || this.core.asleep;
  }

  /** The mask ROM starts, with the flash as it is. `loader`: it was asked to wait for another image. */
  boot(flash: Uint8Array, loader: boolean): void {
    if (loader) return;
    this.#domain.createAlarm(() => this.#start(flash)).schedule(ROM_TIME);
  }

  /** Runs the core until `time` or the first instruction boundary after it; less, when it has a reason. */
  run(time: number): void {
    const { clock } = this.#options;
    if (clock.nextDue <= clock.nanos) {
      clock.advance(clock.nanos);
      return;
    }
    this.#began = clock.nanos;
    this.#end = Math.min(clock.nextDue, time);
    const cycles = this.core.run(Math.max(1, Math.ceil((this.#end - this.#began) / CYCLE)));
    clock.advance(this.#began + cycles * CYCLE);
  }

  /** Before it is thrown away. */
  cut(): void {
    this.uart.cut();
    this.#domain.silence();
  }

  #start(flash: Uint8Array): void {
    const image = parseImage(flash);
    const { onFault } = this.#options;
    if (typeof image === 'string') {
      onFault({ kind: 'image', pc: 0, what: image });
      return;
    }
    if (image.digestDiffers) onFault({ kind: 'image', pc: 0, what: 'its SHA-256 is another' });
    for (const { address, octets } of image.segments) {
      if (!this.#load(address, octets)) {
        onFault({ kind: 'image', pc: 0, what: `no memory at 0x${address.toString(16)}` });
        return;
      }
    }
    this.core.pc = image.entry | 0;
    this.#running = true;
  }

  #load(address: number, octets: Uint8Array): boolean {
    const { codeBase, dataBase, dataOffset, size } = LAYOUT;
    const at = address >= codeBase ? address - codeBase : address - dataBase + dataOffset;
    if (at < 0 || at + octets.length > size) return false;
    this.core.memory.load(at, octets);
    return true;
  }

  #map(interrupts: InterruptMatrix, spi: Spi, systimer: SysTimer): Mapped[] {
    const { rtc, mac, rng, onWatchdog } = this.#options;
    const { i2s, gdma, system } = this.line;
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac;
    const efuse = new PlainRegisters([
      [EFUSE_MAC_LOW, ((c << 24) | (d << 16) | (e << 8) | f) >>> 0],
      [EFUSE_MAC_HIGH, (a << 8) | b],
    ]);
    const apb = new PlainRegisters();
    const random = {
      read: (offset: number) => (offset === RANDOM ? rng.next() : apb.read(offset)),
      write: (offset: number, value: number) => apb.write(offset, value),
    };
    const dog = () => new Watchdog(this.#domain, onWatchdog);
    const clocked = (gate: number) => () =>
      (this.#system.read(SYSTEM_CLOCK_ENABLE) & gate) === (gate | 0) &&
      (this.#system.read(SYSTEM_RESET) & gate) === 0;
    return [
      { base: 0x60000000, size: 0x1000, peripheral: this.uart, clocked: clocked(GATE.uart0) },
      { base: 0x60004000, size: 0x1000, peripheral: this.gpio },
      { base: 0x60008000, size: 0x800, peripheral: rtc },
      { base: 0x60008800, size: 0x800, peripheral: efuse },
      { base: 0x60009000, size: 0x1000, peripheral: pads(this.#options.wire) },
      { base: 0x6001f000, size: 0x1000, peripheral: dog(), clocked: clocked(GATE.timers) },
      { base: 0x60020000, size: 0x1000, peripheral: dog() },
      { base: 0x60023000, size: 0x1000, peripheral: systimer, clocked: clocked(GATE.systimer) },
      { base: 0x60024000, size: 0x1000, peripheral: spi, clocked: clocked(GATE.spi2) },
      { base: 0x60026000, size: 0x1000, peripheral: random },
      { base: 0x6002d000, size: 0x1000, peripheral: i2s, clocked: () => this.line.i2sClocked() },
      { base: 0x6003f000, size: 0x1000, peripheral: gdma, clocked: () => this.line.gdmaClocked() },
      { base: 0x60043000, size: 0x1000, peripheral: this.usb },
      { base: 0x600c0000, size: 0x1000, peripheral: system },
      { base: 0x600c2000, size: 0x1000, peripheral: interrupts },
    ];
  }
}

/** IO_MUX_GPIO1: the raw line's sampling pin. */
const SAMPLE_PAD = 0x08;
const PULL_UP = 1 << 8;
const PULL_DOWN = 1 << 7;

/** IO MUX, of which only the raw line's resistors do something. */
function pads(wire: WireEnd): Peripheral {
  const registers = new PlainRegisters();
  wire.pull = undefined;
  return {
    read: (offset) => registers.read(offset),
    write: (offset, value) => {
      registers.write(offset, value);
      if (offset !== SAMPLE_PAD) return;
      if ((value & PULL_UP) !== 0) wire.pull = 1;
      else wire.pull = (value & PULL_DOWN) === 0 ? undefined : 0;
    },
  };
}
