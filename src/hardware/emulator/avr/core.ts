/**
 * The ATmega328P's CPU: avr8js' instructions, and around them what those leave out: sleep, the instruction that
 * is executed between one that turns interrupts on and the first of these, and time in nanoseconds.
 *
 * Invariant: whatever a hook of a peripheral does happens at `clock.nanos`, which `touch` brings to the CPU's cycle.
 */
import { avrInstruction, CPU } from 'avr8js';
import type { VirtualClock } from '../clock.ts';
import { executeMended, NEEDS } from './deviations.ts';

/** Nanoseconds of a cycle: 16 MHz. */
export const CYCLE = 62.5;
const FLASH = 32 * 1024;
const SRAM = 2048;
const SRAM_BASE = 0x100;

const SMCR = 0x53;
const SMCR_SE = 1;
const SREG = 0x5f;
const SREG_I = 0x80;
const OPCODE_SLEEP = 0x9588;
/** ATmega328P datasheet §7.7.1: four cycles until the vector, of which avr8js counts two; four more from sleep. */
const INTERRUPT_CYCLES = 2;
const WAKE_CYCLES = 4;

/** What raises an interrupt: its vector in words, and where its flag and its enable are. */
export type Interrupt = Parameters<CPU['setInterruptFlag']>[0];

export class Core {
  readonly cpu: CPU;
  readonly #clock: VirtualClock;
  /** The time of cycle 0. */
  readonly #origin: number;
  #yielded = false;
  asleep = false;

  /** @param origin when the first instruction is executed */
  constructor(clock: VirtualClock, origin: number, image: Uint8Array, ram: Uint8Array) {
    this.#clock = clock;
    this.#origin = origin;
    const flash = new Uint8Array(FLASH).fill(0xff);
    flash.set(image.subarray(0, FLASH));
    this.cpu = new CPU(new Uint16Array(flash.buffer), SRAM);
    this.cpu.data.set(ram, SRAM_BASE);
  }

  /** What is in SRAM: resets leave it as it is. */
  get ram(): Uint8Array {
    return this.cpu.data.subarray(SRAM_BASE);
  }

  /** Brings the clock to the CPU's cycle, without firing anything. */
  touch(): void {
    const { nanos } = this;
    if (this.cpu.cycles > 0 && nanos > this.#clock.nanos) this.#clock.nanos = nanos;
  }

  get nanos(): number {
    return this.#origin + Math.floor(this.cpu.cycles * CYCLE);
  }

  raise(interrupt: Interrupt): void {
    this.cpu.setInterruptFlag(interrupt);
  }

  /** Ends `run` after the present instruction. */
  yield(): void {
    this.#yielded = true;
  }

  /** Executes until `time`, until something is due, or until the CPU sleeps. */
  run(time: number): void {
    const { cpu } = this;
    const clock = this.#clock;
    this.#yielded = false;
    while (!this.#yielded && !this.asleep) {
      const nanos = this.nanos;
      if (nanos >= time || nanos >= clock.nextDue) break;
      this.#step(cpu);
    }
    clock.advance(Math.max(clock.nanos, this.nanos));
  }

  /** Sleeps until `time` or until something is due, and wakes when an interrupt is. */
  sleep(time: number): void {
    const clock = this.#clock;
    // What was due while the last instruction took its time has fired since, and ends the sleep at once.
    if (this.cpu.nextInterrupt < 0) clock.advance(Math.min(time, clock.nextDue));
    this.catchUp();
    if (this.cpu.nextInterrupt < 0 || !this.cpu.interruptsEnabled) return;
    this.asleep = false;
    this.cpu.cycles += WAKE_CYCLES;
    this.#interrupt(this.cpu);
  }

  /** The cycles of a sleep: an alarm that ends one is ahead of them. */
  catchUp(): void {
    if (!this.asleep) return;
    const { cpu } = this;
    cpu.cycles = Math.max(cpu.cycles, Math.ceil((this.#clock.nanos - this.#origin) / CYCLE));
  }

  #step(cpu: CPU): void {
    const enabled = ((cpu.data[SREG] ?? 0) & SREG_I) !== 0;
    const opcode = cpu.progMem[cpu.pc] ?? 0;
    if (NEEDS[opcode] === 0) avrInstruction(cpu);
    else executeMended(cpu, opcode, avrInstruction);
    if (opcode === OPCODE_SLEEP && ((cpu.data[SMCR] ?? 0) & SMCR_SE) !== 0) {
      this.asleep = cpu.nextInterrupt < 0 || !enabled;
    }
    // §7.7: what turned interrupts on is followed by one more instruction.
    if (cpu.nextInterrupt >= 0 && enabled && cpu.interruptsEnabled) this.#interrupt(cpu);
  }

  #interrupt(cpu: CPU): void {
    cpu.tick();
    cpu.cycles += INTERRUPT_CYCLES;
  }
}
