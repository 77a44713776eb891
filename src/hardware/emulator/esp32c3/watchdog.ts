/**
 * A timer group's main watchdog, stage 0 alone. ESP32-C3 Technical Reference Manual, Watchdog Timers. The
 * timers beside it are not modelled.
 */
import type { Alarm, Clock } from '../clock.ts';
import { type Peripheral, PlainRegisters } from './peripheral.ts';

const CONFIG0 = 0x48;
const CONFIG1 = 0x4c;
const CONFIG2 = 0x50;
const FEED = 0x60;
const PROTECT = 0x64;

const KEY = 0x50d8_3aa1;
const ENABLE = 0x8000_0000;
const UPDATE = 1 << 22;
const RESET_SYSTEM = 3;
/** Nanoseconds of the crystal's cycle. */
const CRYSTAL = 25;

export class Watchdog implements Peripheral {
  readonly #registers = new PlainRegisters([
    [CONFIG1, 1 << 16],
    [CONFIG2, 26_000_000],
    [PROTECT, KEY],
  ]);
  readonly #alarm: Alarm;
  #running = false;

  constructor(clock: Clock, onReset: () => void) {
    this.#alarm = clock.createAlarm(onReset);
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number): void {
    const open = this.#registers.read(PROTECT) === KEY;
    if (!open && offset !== PROTECT) return;
    this.#registers.write(offset, value);
    if (offset === CONFIG0 && (value & UPDATE) !== 0) this.#update(value);
    if (offset === FEED) this.#feed();
  }

  #update(config: number): void {
    this.#running = (config & ENABLE) !== 0 && ((config >> 29) & 3) === RESET_SYSTEM;
    this.#feed();
  }

  #feed(): void {
    if (!this.#running) {
      this.#alarm.cancel();
      return;
    }
    const prescale = this.#registers.read(CONFIG1) >>> 16;
    this.#alarm.schedule(this.#registers.read(CONFIG2) * prescale * CRYSTAL);
  }
}
