/**
 * What compiled code sees of the machine: registers, memory, and what it cannot do in place, after which it
 * asks `left` whether it must return: the run is to end, code has changed, or the instruction trapped.
 */
import type { Reached } from '../../compiler/cache.ts';
import type { CodeGuard } from '../../compiler/guard.ts';
import { compute } from '../arithmetic.ts';
import { CAUSE, type Csrs } from '../csr.ts';
import type { DataPort } from '../data.ts';
import type { Memory } from '../memory.ts';

/** The core around it. */
export interface Hart {
  readonly x: Int32Array;
  readonly memory: Memory;
  readonly csrs: Csrs;
  /** Cycles of the present run, with the present instruction. */
  elapsed: number;
  /** The run is to end after the present instruction. */
  readonly yielded: boolean;
  /** An interrupt may be let in now that waited: the run is to end. */
  admit(): void;
  /** Takes the exception of the instruction at `pc`; returns where its handler is. */
  exception(cause: number, pc: number, value: number): number;
}

export class Window {
  readonly x: Int32Array;
  readonly s8: Int8Array;
  readonly s16: Int16Array;
  readonly s32: Int32Array;
  readonly guard: CodeGuard;
  readonly compute = compute;
  left = false;
  /** If `left`, the cycles so far; else those before the block. */
  cycle = 0;
  /** Where it stopped; at an exception's handler `close` says. */
  pc = 0;
  #reached: Reached = 'by a branch';
  /** Of the exception that was taken. */
  #handler: number | undefined;
  readonly #hart: Hart;
  readonly #data: DataPort;
  readonly #base: number;

  constructor(hart: Hart, data: DataPort) {
    const { memory } = hart;
    this.x = hart.x;
    this.s8 = memory.data8;
    this.s16 = memory.data16;
    this.s32 = memory.data32;
    this.guard = memory.guard;
    this.#base = memory.layout.dataBase;
    this.#hart = hart;
    this.#data = data;
  }

  /** After it ran; returns where to go on. */
  close(): number {
    this.#reached = 'by a branch';
    if (this.#handler === undefined) return this.pc;
    const handler = this.#handler;
    this.#handler = undefined;
    return handler;
  }

  /** How it came to where it stopped. */
  get reached(): Reached {
    return this.#reached;
  }

  /**
   * @param at the address, from where memory begins
   * @param old what the register keeps if nothing answers
   * @param cycle before the block
   * @param before the instruction, within the block
   */
  load(
    operation: number,
    at: number,
    old: number,
    cycle: number,
    before: number,
    pc: number,
  ): number {
    this.#hart.elapsed = cycle + before + 1;
    const address = (at + this.#base) | 0;
    const value = this.#data.loadSlowly(operation, address);
    if (value === undefined) this.#trap(CAUSE.loadAccess, pc, address);
    this.#done(cycle, before);
    return value ?? old;
  }

  store(
    operation: number,
    at: number,
    value: number,
    cycle: number,
    before: number,
    pc: number,
  ): void {
    this.#hart.elapsed = cycle + before + 1;
    const address = (at + this.#base) | 0;
    const stored = this.#data.store(operation, address, value);
    if (!stored) this.#trap(CAUSE.storeAccess, pc, address);
    this.#done(cycle, before);
  }

  /** As `Csrs.access`. */
  csr(
    operation: number,
    number: number,
    source: number,
    writes: boolean,
    rd: number,
    cycle: number,
    before: number,
    pc: number,
  ): number {
    const old = this.#hart.csrs.access(operation, number, source, writes);
    if (old === undefined) this.#trap(CAUSE.illegalInstruction, pc, this.#instruction(pc));
    else this.#hart.admit();
    this.#done(cycle, before);
    return old ?? rd;
  }

  /** MRET; returns where it goes: where an interrupt came, and seldom again. */
  return(): number {
    this.#reached = 'by chance';
    this.#hart.admit();
    return this.#hart.csrs.return();
  }

  #done(cycle: number, before: number): void {
    const changed = this.guard.takeChanged();
    this.left = changed || this.#hart.yielded || this.#handler !== undefined;
    this.cycle = this.left ? cycle + before + 1 : cycle;
    if (this.left && this.#handler === undefined) this.#reached = 'after a stop';
  }

  #trap(cause: number, pc: number, value: number): void {
    this.#handler = this.#hart.exception(cause, pc, value);
  }

  #instruction(pc: number): number {
    const { memory } = this.#hart;
    return memory.instruction((pc - memory.layout.codeBase) >>> 1);
  }
}
