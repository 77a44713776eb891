/**
 * The CPU's run loop. It steps the core, moves the clock by eight nanoseconds a cycle, and jumps over the
 * time that the firmware sleeps. How the time is cut into calls of `run` changes nothing: a run to 10 ms
 * equals one to 4 ms and one to 10 ms.
 */
import type { VirtualClock } from '../clock.ts';
import { stepAsSilicon } from './deviations.ts';
import type { Mcu } from './mcu.ts';

/** clk_sys at 125 MHz. */
export const CYCLE = 8;
const EXC_HARDFAULT = 3;
const EXC_NMI = 2;

/** What went wrong in the firmware, where. */
export interface Fault {
  /** A HardFault handler ran, or the core locked up since it faulted in that (ARMv6-M ARM §B1.5.16). */
  readonly kind: 'hard-fault' | 'lockup';
  readonly pc: number;
  readonly what: string;
}

export interface CpuOptions {
  readonly mcu: Mcu;
  readonly clock: VirtualClock;
  /** Cycles that the instruction just executed waited for a bus. */
  readonly takeWait: () => number;
  readonly onFault: (fault: Fault) => void;
}

export class Cpu {
  readonly #mcu: Mcu;
  readonly #clock: VirtualClock;
  readonly #takeWait: () => number;
  readonly #onFault: (fault: Fault) => void;
  #stop = false;
  #faulted: string | undefined;
  #locked = false;

  constructor({ mcu, clock, takeWait, onFault }: CpuOptions) {
    this.#mcu = mcu;
    this.#clock = clock;
    this.#takeWait = takeWait;
    this.#onFault = onFault;
  }

  /** Nothing runs any more until a reset. */
  get locked(): boolean {
    return this.#locked;
  }

  /** Asleep in WFI, and no interrupt waits to end it. */
  get asleep(): boolean {
    const { core } = this.#mcu;
    return this.#locked || (core.waiting && !this.#woken());
  }

  /** Makes `run` return after the present instruction. */
  stop(): void {
    this.#stop = true;
  }

  /** Marks the present instruction as one that silicon answers with a HardFault. */
  fault(what: string): void {
    this.#faulted ??= what;
  }

  /** Runs until the clock is at `time` or the first instruction boundary after it, or `stop`. */
  run(time: number): void {
    const clock = this.#clock;
    this.#stop = false;
    while (clock.nanos < time && !this.#stop) {
      if (this.asleep) clock.advance(Math.min(clock.nextDue, time));
      else this.#step();
    }
  }

  #woken(): boolean {
    const { core } = this.#mcu;
    return (
      (core.pendingInterrupts & core.enabledInterrupts) !== 0 ||
      core.pendingSystick ||
      core.pendingPendSV ||
      core.pendingNMI
    );
  }

  #step(): void {
    const { core } = this.#mcu;
    core.waiting = false;
    while (core.interruptsUpdated && core.checkForInterrupts());
    const pc = core.PC;
    const cycles = stepAsSilicon(this.#mcu) + this.#takeWait();
    if (this.#faulted !== undefined) this.#raise(pc, this.#faulted);
    this.#clock.advance(this.#clock.nanos + cycles * CYCLE);
  }

  #raise(pc: number, what: string): void {
    const { core } = this.#mcu;
    this.#faulted = undefined;
    if (core.IPSR === EXC_HARDFAULT || core.IPSR === EXC_NMI) {
      this.#lockUp(pc, what);
      return;
    }
    core.PC = pc;
    core.waiting = false;
    core.exceptionEntry(EXC_HARDFAULT);
    this.#onFault({ kind: 'hard-fault', pc, what });
    // Entry itself faulted: the stack or the vector table is gone.
    if (this.#faulted !== undefined) this.#lockUp(pc, this.#faulted);
  }

  #lockUp(pc: number, what: string): void {
    this.#faulted = undefined;
    this.#locked = true;
    this.#onFault({ kind: 'lockup', pc, what });
  }
}
