/**
 * rp2040js' microcontroller with what the board needs set right: reset values of the pads, the reason for
 * a reset, the ring oscillator's random bit, timer alarms that fire on their microsecond, and faults
 * that are seen instead of printed.
 *
 * RP2040 datasheet: §2.4 (Cortex-M0+), §2.10 (reset), §2.13 (ROSC), §2.19 (GPIO), §4.6 (timer), §4.7
 * (watchdog).
 */
import { BasePeripheral, RP2040 } from 'rp2040js';
import type { Rng } from '../../../base/random.ts';
import type { Alarm, Clock } from '../clock.ts';
import { type CodeGuard, LINE } from '../compiler/guard.ts';
import { FLASH_START, RAM_SIZE, RAM_START } from './memory-map.ts';

/** What rp2040js has and its types keep to themselves. */
export interface DmaChannel {
  readonly index: number;
  readonly active: boolean | number;
  readonly dataSize: number;
  readonly ringMask: number;
  readonly treqValue: number;
  ctrl: number;
  readAddr: number;
  writeAddr: number;
  transCount: number;
  transferAlarm: Alarm;
  transfer(): void;
}

interface TimerPeripheral {
  readonly alarms: readonly { armed: boolean; targetMicros: number; clockAlarm: Alarm }[];
  writeUint32(offset: number, value: number): void;
}

export interface WatchdogPeripheral {
  readonly scratchData: Uint32Array;
  reason: number;
  onWatchdogTrigger: () => void;
}

const ROSC = 0x40060;
const VREG_AND_CHIP_RESET = 0x40064;
const TIMER = 0x40054;
const WATCHDOG = 0x40058;

/** Why the chip came out of reset, as CHIP_RESET and the watchdog's REASON tell it, datasheet §2.12.7. */
export type ResetCause = 'power' | 'pin' | 'watchdog';

const CHIP_RESET = 0x08;
const HAD: Readonly<Record<ResetCause, number>> = {
  power: 1 << 8,
  pin: 1 << 16,
  watchdog: 1 << 20,
};

class ChipReset extends BasePeripheral {
  cause: ResetCause = 'power';

  override readUint32(offset: number): number {
    return offset === CHIP_RESET ? HAD[this.cause] : 0;
  }

  override writeUint32(): void {}
}

const RANDOMBIT = 0x1c;
const ROSC_STATUS = 0x18;
const ROSC_STABLE_ENABLED = 0x8000_1000;

/** The ring oscillator: always stable, and random by the world's own seed. */
class RingOscillator extends BasePeripheral {
  rng: Rng | undefined;

  override readUint32(offset: number): number {
    if (offset === RANDOMBIT) return (this.rng?.next() ?? 0) & 1;
    return offset === ROSC_STATUS ? ROSC_STABLE_ENABLED : 0;
  }

  override writeUint32(): void {}
}

/** A pad after reset: input enabled, 4 mA, Schmitt trigger, pulled down; datasheet §2.19.6.3. */
const PAD_RESET = 0x56;
/** The W5500-EVB-Pico carries 2 MiB of flash. */
const FLASH_SIZE = 2 * 1024 * 1024;
/** Where the mask ROM leaves the stack for the second stage, datasheet §2.8.1. */
const BOOT_STACK = 0x20041f00;

export interface McuOptions {
  readonly clock: Clock;
  readonly image: Uint8Array;
  readonly cause: ResetCause;
  readonly rng: Rng;
  /** An access or an instruction that silicon answers with a HardFault; called in its midst. */
  readonly onFault: (what: string) => void;
}

export class Mcu extends RP2040 {
  readonly watchdog: WatchdogPeripheral;
  /** Told of every write to RAM that code was compiled from. */
  guard: CodeGuard | undefined;

  constructor({ clock, image, cause, rng, onFault }: McuOptions) {
    super(clock);
    this.logger = {
      debug: () => undefined,
      info: () => undefined,
      // These two name no peripheral but the bus and the core: what they say is a fault on silicon.
      warn: (name, what) => {
        if (name === 'RP2040' || name === 'CortexM0Core') onFault(what);
      },
      error: (_name, what) => onFault(what),
    };
    this.onBreak = (code) => onFault(`breakpoint ${code}`);
    this.flash.fill(0xff, 0, FLASH_SIZE);
    this.flash.set(image.subarray(0, FLASH_SIZE));
    for (const pin of [...this.gpio, ...this.qspi]) pin.padValue = PAD_RESET;
    const oscillator = new RingOscillator(this, 'ROSC_BASE');
    oscillator.rng = rng;
    const reset = new ChipReset(this, 'VREG_AND_CHIP_RESET_BASE');
    reset.cause = cause;
    this.peripherals[ROSC] = oscillator;
    this.peripherals[VREG_AND_CHIP_RESET] = reset;
    this.watchdog = this.peripherals[WATCHDOG] as unknown as WatchdogPeripheral;
    this.watchdog.onWatchdogTrigger = () => undefined;
    exactTimerAlarms(this.peripherals[TIMER] as unknown as TimerPeripheral, clock);
    this.core.VTOR = 0;
    this.core.SP = BOOT_STACK;
    this.core.LR = 0;
    this.core.PC = FLASH_START;
    wakeAsSilicon(this);
  }

  /** rp2040js erases 16 MiB of flash here, of which the board has two. */
  override reset(): void {
    this.core.reset();
    this.pwm.reset();
  }

  /** RAM first, which rp2040js finds last: exceptions stack there, and the interpreter reads code. */
  override readUint32(address: number): number {
    const at = address - RAM_START;
    if (at >= 0 && at < RAM_SIZE && (at & 3) === 0) return this.sramView.getUint32(at, true);
    return super.readUint32(address);
  }

  override readUint16(address: number): number {
    const at = address - RAM_START;
    if (at >= 0 && at < RAM_SIZE && (at & 1) === 0) return this.sramView.getUint16(at, true);
    return super.readUint16(address);
  }

  override writeUint32(address: number, value: number): void {
    const at = address - RAM_START;
    if (at >= 0 && at < RAM_SIZE && (at & 3) === 0 && !this.#watched(at)) {
      this.sramView.setUint32(at, value, true);
      return;
    }
    const before = this.#guarded(address);
    super.writeUint32(address, value);
    if (before !== undefined) this.#compare(address, before);
  }

  override writeUint16(address: number, value: number): void {
    const before = this.#guarded(address);
    super.writeUint16(address, value);
    if (before !== undefined) this.#compare(address, before);
  }

  override writeUint8(address: number, value: number): void {
    const before = this.#guarded(address);
    super.writeUint8(address, value);
    if (before !== undefined) this.#compare(address, before);
  }

  /** Octets one after the other from `address` on, as `writeUint8` of each. */
  copyIn(address: number, octets: Uint8Array): void {
    const at = address - RAM_START;
    const last = at + octets.length - 1;
    let plain = at >= 0 && last < RAM_SIZE;
    for (let line = at >> LINE; plain && line <= last >> LINE; line++) {
      plain = !this.#watched(line << LINE);
    }
    if (plain) this.sram.set(octets, at);
    else for (const [i, octet] of octets.entries()) this.writeUint8(address + i, octet);
  }

  #watched(at: number): boolean {
    return this.guard !== undefined && this.guard.lines[at >> LINE] === 1;
  }

  /** The word at `address` where a write to it must be watched. */
  #guarded(address: number): number | undefined {
    const at = (address >>> 0) - RAM_START;
    if (at < 0 || !this.#watched(at)) return undefined;
    return this.sramView.getUint32(at & ~3, true);
  }

  #compare(address: number, before: number): void {
    const at = ((address >>> 0) - RAM_START) & ~3;
    if (this.sramView.getUint32(at, true) !== before) this.guard?.written(at);
  }

  get channels(): readonly DmaChannel[] {
    return this.dma.channels as unknown as readonly DmaChannel[];
  }
}

const ALARM0 = 0x10;
const ALARM3 = 0x1c;

/** An alarm fires when the counter reaches it; rp2040js rounds down and fires up to 1 µs before. */
function exactTimerAlarms(timer: TimerPeripheral, clock: Clock): void {
  const write = timer.writeUint32.bind(timer);
  timer.writeUint32 = (offset, value) => {
    if (offset < ALARM0 || offset > ALARM3) {
      write(offset, value);
      return;
    }
    const alarm = timer.alarms[(offset - ALARM0) >> 2];
    if (alarm === undefined) return;
    const count = Math.floor(clock.nanos / 1000);
    alarm.armed = true;
    alarm.targetMicros = value;
    alarm.clockAlarm.schedule(((value - count) >>> 0) * 1000 - (clock.nanos - count * 1000));
  };
}

/**
 * A pending interrupt ends WFI whatever PRIMASK says, and its handler runs only when PRIMASK lets it
 * (ARMv6-M Architecture Reference Manual §B1.5.17); rp2040js runs it at once.
 */
function wakeAsSilicon({ core }: RP2040): void {
  const check = core.checkForInterrupts.bind(core);
  core.checkForInterrupts = () =>
    core.waiting ? (core.pendingInterrupts & core.enabledInterrupts) !== 0 : check();
}
