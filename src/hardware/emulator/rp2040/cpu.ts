/**
 * The CPU's run loop: compiled code where there is some and nothing falls due within it, else one
 * instruction of the interpreter; time that the firmware sleeps is jumped over. How the time is cut into
 * calls of `run` changes nothing: a run to 10 ms equals one to 4 ms and one to 10 ms.
 */
import type { VirtualClock } from '../clock.ts';
import type { CodeCache, Reached } from '../compiler/cache.ts';
import { Bus } from './bus.ts';
import { stepAsSilicon } from './deviations.ts';
import type { Mcu } from './mcu.ts';
import { CYCLE } from './memory-map.ts';
import type { SpiBus } from './spi-bus.ts';

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
  /** Compiled code of the image; without it every instruction is interpreted. */
  readonly code: CodeCache<Bus> | undefined;
  readonly spi: SpiBus;
  readonly onFault: (fault: Fault) => void;
}

export class Cpu {
  readonly #mcu: Mcu;
  readonly #clock: VirtualClock;
  readonly #spi: SpiBus;
  readonly #onFault: (fault: Fault) => void;
  readonly #code: CodeCache<Bus> | undefined;
  readonly #bus: Bus;
  #stop = false;
  #faulted: string | undefined;
  #locked = false;
  #reached: Reached = 'by a branch';

  constructor({ mcu, clock, code, spi, onFault }: CpuOptions) {
    this.#mcu = mcu;
    this.#clock = clock;
    this.#spi = spi;
    this.#onFault = onFault;
    this.#code = code;
    this.#bus = new Bus({ mcu, clock, spi });
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
    this.#bus.interrupted = true;
  }

  /** Marks the present instruction as one that silicon answers with a HardFault. */
  fault(what: string): void {
    this.#faulted ??= what;
    this.#bus.interrupted = true;
  }

  /** Runs until the clock is at `time` or the first instruction boundary after it, or `stop`. */
  run(time: number): void {
    const clock = this.#clock;
    this.#stop = false;
    this.#bus.interrupted = this.#faulted !== undefined;
    while (clock.nanos < time && !this.#stop) {
      if (this.asleep) clock.advance(Math.min(clock.nextDue, time));
      else this.#execute(time);
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

  #execute(until: number): void {
    const { core } = this.#mcu;
    core.waiting = false;
    while (core.interruptsUpdated && core.checkForInterrupts()) this.#reached = 'by a branch';
    core.PC &= ~1; // A vector has its Thumb bit; rp2040js leaves it in.
    if (this.#code === undefined || !this.#runCompiled(this.#code, until)) this.#step();
  }

  /** False when there was nothing to run: no code here, or something is due within it. */
  #runCompiled(code: CodeCache<Bus>, until: number): boolean {
    const bus = this.#bus;
    const registers = bus.R;
    const limit = bus.begin(until);
    let cycle = 0;
    for (;;) {
      const pc = registers[15] ?? 0;
      const region = code.find(pc, this.#reached);
      if (region === undefined) break;
      this.#reached = 'by a branch';
      const before = cycle;
      cycle = region(bus, cycle, limit, code.number);
      if (bus.stop) this.#reached = 'after a stop';
      if (cycle === before || bus.stop || bus.core.interruptsUpdated) break;
    }
    if (cycle === 0) return false;
    if (this.#faulted !== undefined) this.#raise((registers[15] ?? 0) - 2, this.#faulted);
    bus.settle(cycle);
    return true;
  }

  #step(): void {
    const { core } = this.#mcu;
    const pc = core.PC;
    const exception = core.IPSR;
    const cycles = stepAsSilicon(this.#mcu) + this.#spi.takeWait();
    const within = core.PC - pc === 2 || core.PC - pc === 4 || core.IPSR !== exception;
    this.#reached = within ? 'by chance' : 'by a branch';
    if (this.#faulted !== undefined) this.#raise(pc, this.#faulted);
    this.#clock.advance(this.#clock.nanos + cycles * CYCLE);
  }

  #raise(pc: number, what: string): void {
    const { core } = this.#mcu;
    this.#faulted = undefined;
    this.#bus.interrupted = this.#stop;
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
