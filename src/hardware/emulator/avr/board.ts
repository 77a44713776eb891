/**
 * An Arduino Uno (ATmega328P) that runs a flash image octet for octet, a W5500 shield on its SPI, and the host's end
 * of its USB plug, which is an adapter's to USART0. The wires are those of docs/boards/arduino-uno.md: D10 SCSn, D11
 * MOSI, D12 MISO, D13 SCLK, RSTn with the board's RESET, D6 and D7 the raw line; INTn is not wired, as a shield comes.
 */
import { AVRIOPort, portBConfig, portCConfig, portDConfig } from 'avr8js';
import { Wire, type WireEnd } from '../../../medium/wire.ts';
import { ClockDomain, VirtualClock } from '../clock.ts';
import type { Machine, MachineOptions, UsbIdentity } from '../machine.ts';
import { UartLine } from '../uart-line.ts';
import { type ChipFault, W5500 } from '../w5500/chip.ts';
import { Core } from './core.ts';
import { blankEeprom, Eeprom } from './eeprom.ts';
import { wireRawLine } from './raw-line.ts';
import { Spi } from './spi.ts';
import { TIMERS, Timer } from './timer.ts';
import { Usart } from './usart.ts';
import { Watchdog } from './watchdog.ts';

/** What the firmware starts with, and a host too. */
const FIRST_RATE = 115_200;
const SRAM = 2048;
const SCSn = 2;
/** From a reset to the first instruction, by the Uno's fuses: datasheet §9.2, SUT. */
const START_UP = 65_000_000;
const MCUSR = 0x54;
const RESET_FLAG = { power: 1, pin: 2, watchdog: 8 } as const;

type ResetCause = keyof typeof RESET_FLAG;

/** The parts of the chip that a reset begins anew. */
interface Chip {
  readonly core: Core;
  readonly usart: Usart;
  readonly domain: ClockDomain;
}

export class UnoBoard implements Machine {
  readonly plug = 'uart';
  readonly #options: MachineOptions;
  readonly #clock: VirtualClock;
  readonly #w5500: W5500;
  readonly #line: UartLine;
  readonly #end: WireEnd;
  readonly #eeprom = blankEeprom();
  readonly #serialNumber: string;
  #chip: Chip;
  #startAt = Number.NaN; // As in clock.ts.
  #resetDue: ResetCause | undefined;
  #resets = 0;
  #stopped = false;
  #dtr = false;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#clock = new VirtualClock(options.start);
    this.#serialNumber = options.rng.next().toString(16).padStart(8, '0').toUpperCase();
    this.#w5500 = new W5500({
      clock: this.#clock,
      negotiation: options.negotiation,
      onTransmit: options.onTransmit,
      onInterrupt: () => undefined,
    });
    this.#line = new UartLine(FIRST_RATE, options.onUart);
    this.#end = options.wire ?? new Wire({ seed: 1 }).attach();
    this.#chip = this.#build('power', this.#noise());
  }

  get nanos(): number {
    return this.#clock.nanos;
  }

  get nextDue(): number {
    if (this.#clock.nanos < this.#startAt) return Math.min(this.#startAt, this.#clock.nextDue);
    return this.#chip.core.asleep ? this.#clock.nextDue : this.#clock.nanos;
  }

  get resets(): number {
    return this.#resets;
  }

  /** Of the adapter, an ATmega16U2 with Arduino's firmware. */
  get identity(): UsbIdentity {
    return {
      vendorId: 0x2341,
      productId: 0x0043,
      manufacturer: 'Arduino (www.arduino.cc)',
      product: 'Arduino Uno',
      serialNumber: this.#serialNumber,
    };
  }

  /** The adapter is there whether anybody listens or not. */
  get open(): boolean {
    return true;
  }

  get queued(): number {
    return this.queuedUart;
  }

  get queuedUart(): number {
    return this.#chip.usart.queued;
  }

  get uartRate(): number {
    return this.#line.rate;
  }

  get dropped(): number {
    return this.#w5500.dropped;
  }

  run(time: number): void {
    const clock = this.#clock;
    this.#stopped = false;
    if (this.#resetDue !== undefined) this.#reset(this.#resetDue);
    while (clock.nanos < time && !this.#stopped) {
      const { core } = this.#chip;
      if (clock.nanos < this.#startAt) clock.advance(Math.min(time, this.#startAt));
      else if (core.asleep) core.sleep(time);
      else core.run(time);
      if (this.#resetDue !== undefined) this.#reset(this.#resetDue);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#chip.core.yield();
  }

  write(octets: Uint8Array): void {
    this.writeUart(octets);
  }

  writeUart(octets: Uint8Array): void {
    this.#chip.usart.hostWrites(octets);
  }

  setUartRate(rate: number): void {
    this.#chip.usart.setHostRate(rate);
  }

  /** DTR goes to RESET by 100 nF: its edge resets, its level does not. */
  setLineState(dtr: boolean): void {
    if (dtr && !this.#dtr) this.#reset('pin');
    this.#dtr = dtr;
  }

  /** The adapter takes the rate that the host sets. */
  setLineCoding(rate: number): void {
    this.setUartRate(rate);
  }

  reset(cause: 'pin' | 'power'): void {
    this.#reset(cause);
  }

  cable(plugged: boolean): void {
    this.#w5500.cable(plugged);
  }

  receive(frame: Uint8Array): void {
    this.#w5500.receive(frame);
  }

  setChipFault(fault: ChipFault | undefined): void {
    this.#w5500.fault = fault;
  }

  /** RSTn is the board's RESET line, which the chip's own watchdog does not pull. */
  #reset(cause: ResetCause): void {
    const { core, usart, domain } = this.#chip;
    usart.cut();
    domain.silence();
    this.#resetDue = undefined;
    this.#resets += 1;
    this.#w5500.select(false);
    if (cause !== 'watchdog') {
      this.#w5500.resetPin(true);
      this.#w5500.resetPin(false);
    }
    this.#chip = this.#build(cause, cause === 'power' ? this.#noise() : core.ram);
  }

  /** What SRAM holds when power comes. */
  #noise(): Uint8Array {
    return Uint8Array.from({ length: SRAM }, () => this.#options.rng.next());
  }

  #build(cause: ResetCause, ram: Uint8Array): Chip {
    const { image } = this.#options;
    const clock = this.#clock;
    const domain = new ClockDomain(clock);
    this.#startAt = clock.nanos + START_UP;
    const core = new Core(clock, this.#startAt, image, ram);
    core.cpu.data[MCUSR] = RESET_FLAG[cause];
    for (const layout of TIMERS) new Timer(core, domain, layout);
    new Spi(core, domain, this.#w5500);
    new Eeprom(core, this.#eeprom);
    const running = cause === 'watchdog';
    new Watchdog(core, domain, this.#startAt, running, () => this.#askReset('watchdog'));
    const usart = new Usart(core, domain, this.#line);
    this.#wire(core);
    return { core, usart, domain };
  }

  #wire(core: Core): void {
    const b = new AVRIOPort(core.cpu, portBConfig);
    const d = new AVRIOPort(core.cpu, portDConfig);
    new AVRIOPort(core.cpu, portCConfig);
    for (let pin = 0; pin < 8; pin++) d.setPin(pin, true); // Pull-ups; nothing pulls low.
    wireRawLine(core, this.#clock, d, this.#end);
    b.addListener((levels) => {
      core.touch();
      const driven = ((core.cpu.data[portBConfig.DDR] ?? 0) >> SCSn) & 1;
      this.#w5500.select(driven === 1 && ((levels >> SCSn) & 1) === 0);
    });
  }

  #askReset(cause: ResetCause): void {
    this.#resetDue ??= cause;
    this.#chip.core.yield();
  }
}
