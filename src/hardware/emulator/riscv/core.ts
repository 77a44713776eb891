/**
 * An RV32IMC core with Zicsr, machine mode only: compiled code where an address is passed often, an interpreter
 * for the rest, and for what stands within a block of the end of a run. Every instruction takes one cycle; traps
 * are precise: what an instruction that traps would have written it has not.
 *
 * Invariants
 *  1. x0 is 0: results for it go to register 32, which nobody reads.
 *  2. Between two calls of `run` the pc and all registers are those of an instruction boundary.
 *  3. What was decoded or compiled is what the memory holds (memory.ts), so that code may change itself.
 *  4. A run is the same, cycle for cycle, whether code is compiled or not.
 */
import type { CodeCache, Reached, SharedCode } from '../compiler/cache.ts';
import { BLOCK_MAX } from '../compiler/region.ts';
import { compute, taken } from './arithmetic.ts';
import { codeCache } from './compiler/rv32.ts';
import { type Hart, Window } from './compiler/window.ts';
import { CAUSE, Csrs, type CsrTraits, INTERRUPT } from './csr.ts';
import { type Bus, DataPort } from './data.ts';
import { Memory, type MemoryLayout, SINK } from './memory.ts';
import * as op from './operations.ts';

export interface CoreOptions {
  readonly layout: MemoryLayout;
  readonly bus: Bus;
  readonly csrs: CsrTraits;
  /** What cores of one image share; without it every instruction is interpreted. */
  readonly shared?: SharedCode<Window> | undefined;
  /** An exception was taken: mcause and mepc. */
  readonly onException?: (cause: number, pc: number) => void;
}

export class Core implements Hart {
  readonly memory: Memory;
  /** x0 … x31, and what was written to x0. */
  readonly x = new Int32Array(SINK + 1);
  readonly csrs: Csrs;
  pc = 0;
  /** Cycles of the present run so far. Right during a bus access. */
  elapsed = 0;
  readonly #data: DataPort;
  readonly #window: Window;
  readonly #code: CodeCache<Window> | undefined;
  readonly #onException: (cause: number, pc: number) => void;
  /** The number of the interrupt that waits; 0 for none. */
  #interrupt = 0;
  #waiting = false;
  #yielded = false;
  /** The interpreter has come to its end. */
  #stopped = false;
  #reached: Reached = 'by a branch';

  constructor({ layout, bus, csrs, shared, onException = () => undefined }: CoreOptions) {
    this.memory = new Memory(layout);
    this.csrs = new Csrs(csrs);
    this.#data = new DataPort(this.memory, bus);
    this.#window = new Window(this, this.#data);
    this.#code = shared && codeCache(shared, this.memory);
    this.#onException = onException;
  }

  /** In WFI, with no interrupt that would end it. */
  get asleep(): boolean {
    return this.#waiting && this.#interrupt === 0;
  }

  get yielded(): boolean {
    return this.#yielded;
  }

  /** The interrupt, 1 … 31, that is raised and let through by the interrupt controller; 0 for none. */
  setInterrupt(number: number): void {
    if (number === this.#interrupt) return;
    this.#interrupt = number;
    this.#yielded = true;
  }

  /** Makes `run` return after the present instruction. */
  yield(): void {
    this.#yielded = true;
  }

  /** An interrupt that waits may be let in now: makes `run` return. */
  admit(): void {
    this.#yielded ||= this.#interrupt !== 0;
  }

  /** Runs at most `cycles`; returns how many it was. Fewer: it sleeps, or was told to yield. */
  run(cycles: number): number {
    this.#begin();
    const code = this.#code;
    let done = 0;
    while (done < cycles && !this.#yielded) {
      const compiled = code !== undefined && cycles - done > BLOCK_MAX;
      done = compiled ? this.#enter(code, done, cycles) : this.#interpret(done, cycles, undefined);
    }
    return done;
  }

  /** Takes the interrupt that waits, if it may be taken. */
  #begin(): void {
    this.#yielded = false;
    this.elapsed = 0;
    this.#waiting = false;
    if (this.#interrupt === 0 || !this.csrs.interruptsEnabled) return;
    this.pc = this.csrs.trap(INTERRUPT | this.#interrupt, this.pc, 0);
    this.#reached = 'by a branch';
  }

  /** Runs what is compiled, as long as something is; then interprets up to where something is again. */
  #enter(code: CodeCache<Window>, done: number, cycles: number): number {
    const window = this.#window;
    let now = done;
    do {
      const before = now;
      const region = code.find(this.pc, this.#reached);
      if (region !== undefined) now = region(window, now, cycles + 1, code.number);
      if (now === before) return this.#interpret(now, cycles, code);
      this.#reached = window.reached;
      this.pc = window.close();
    } while (!this.#yielded && cycles - now > BLOCK_MAX);
    return now;
  }

  /** From cycle `done` to `cycles`, or until a branch, a trap or the like leads to what is compiled. */
  #interpret(done: number, cycles: number, code: CodeCache<Window> | undefined): number {
    const { x, memory } = this;
    const { operation: operations, rd, rs1, rs2, imm, length } = memory;
    const { codeBase } = memory.layout;
    let now = done;
    let pc = this.pc;
    this.#stopped = false;
    this.#reached = 'by chance';
    while (now < cycles && !this.#stopped) {
      const row = (pc - codeBase) >>> 1;
      const operation = operations[row] || this.#decode(row, pc);
      const next = pc + (length[row] as number);
      now += 1;
      if (operation >= op.BEQ) {
        this.elapsed = now;
        pc = this.#other(operation, row, pc, next);
        this.#look(operation, pc | 0, next, code);
      } else {
        const a = x[rs1[row] as number] as number;
        const b = (operation & op.IMMEDIATE ? imm[row] : x[rs2[row] as number]) as number;
        x[rd[row] as number] = compute(operation & 31, a, b);
        pc = next;
      }
    }
    this.pc = pc | 0;
    return now;
  }

  /** Behind an instruction that may branch, trap or end the run. */
  #look(operation: number, pc: number, next: number, code: CodeCache<Window> | undefined): void {
    const branched = operation < op.LB || operation >= op.JAL || pc !== next;
    if (this.#yielded) {
      this.#stopped = true;
      if (operation !== op.MRET) this.#reached = branched ? 'by a branch' : 'after a stop';
    } else if (branched && code !== undefined) {
      this.#stopped =
        code.find(pc, operation === op.MRET ? 'by chance' : 'by a branch') !== undefined;
    }
  }

  /** UNFETCHABLE where there is nothing to decode. */
  #decode(row: number, pc: number): number {
    if (!this.memory.decodeAt(row, pc)) return op.UNFETCHABLE;
    return this.memory.operation[row] ?? op.UNFETCHABLE;
  }

  #other(operation: number, row: number, pc: number, next: number): number {
    const { x, memory } = this;
    if (operation >= op.JAL) return this.#system(operation, row, pc, next);
    const a = x[memory.rs1[row] as number] as number;
    if (operation < op.LB) {
      const b = x[memory.rs2[row] as number] as number;
      return taken(operation, a, b) ? (memory.imm[row] as number) : next;
    }
    const address = (a + (memory.imm[row] as number)) | 0;
    if (operation < op.SB) {
      const value = this.#data.load(operation, address);
      if (value === undefined) return this.exception(CAUSE.loadAccess, pc, address);
      x[memory.rd[row] as number] = value;
      return next;
    }
    const value = x[memory.rs2[row] as number] as number;
    if (this.#data.store(operation, address, value)) return next;
    return this.exception(CAUSE.storeAccess, pc, address);
  }

  #system(operation: number, row: number, pc: number, next: number): number {
    const { x, memory } = this;
    const rd = memory.rd[row] as number;
    const imm = memory.imm[row] as number;
    switch (operation) {
      case op.JAL:
        x[rd] = next;
        return imm;
      case op.JALR: {
        const target = ((x[memory.rs1[row] as number] as number) + imm) & ~1;
        x[rd] = next;
        return target;
      }
      case op.FENCE:
        return next; // Decoded code follows the memory anyway.
      case op.ECALL:
        return this.exception(CAUSE.environmentCall, pc, 0);
      case op.EBREAK:
        return this.exception(CAUSE.breakpoint, pc, pc);
      case op.MRET:
        this.admit();
        return this.csrs.return();
      case op.WFI:
        this.#waiting = this.#interrupt === 0;
        this.#yielded = true;
        return next;
      case op.UNFETCHABLE:
        return this.exception(CAUSE.instructionAccess, pc, pc);
      case op.ILLEGAL:
        return this.exception(CAUSE.illegalInstruction, pc, memory.instruction(row));
      default:
        return this.#csr(operation, row, pc, next);
    }
  }

  #csr(operation: number, row: number, pc: number, next: number): number {
    const { x, memory } = this;
    const rs1 = memory.rs1[row] as number;
    const source = operation >= op.CSRRWI ? rs1 : (x[rs1] as number);
    const writes = operation === op.CSRRW || operation === op.CSRRWI || rs1 !== 0;
    const old = this.csrs.access(operation, memory.imm[row] as number, source, writes);
    if (old === undefined) {
      return this.exception(CAUSE.illegalInstruction, pc, memory.instruction(row));
    }
    x[memory.rd[row] as number] = old;
    this.admit();
    return next;
  }

  /** Takes an exception; returns where its handler is. */
  exception(cause: number, pc: number, value: number): number {
    this.#onException(cause, pc);
    return this.csrs.trap(cause, pc, value);
  }
}
