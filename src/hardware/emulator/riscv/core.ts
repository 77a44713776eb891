/**
 * An RV32IMC core with Zicsr, machine mode only, interpreting. Every instruction takes one cycle; traps are
 * precise: what an instruction that traps would have written it has not. Loads and stores that are not aligned
 * are carried out in memory, as the ESP32-C3 does (Technical Reference Manual, mcause: it has no such
 * exception), and fault elsewhere.
 *
 * Invariants
 *  1. x0 is 0: results for it go to register 32, which nobody reads.
 *  2. Between two calls of `run` the pc and all registers are those of an instruction boundary.
 *  3. A row of `Memory` that is decoded holds what the memory holds (memory.ts), so that code may change itself.
 */
import { compute, taken } from './arithmetic.ts';
import { CAUSE, Csrs, type CsrTraits, INTERRUPT } from './csr.ts';
import { Memory, type MemoryLayout, SINK } from './memory.ts';
import * as op from './operations.ts';

/** Everything that is not the memory: peripherals, and other views of it. */
export interface Bus {
  /** Zero-extended; undefined where nothing answers. */
  read(address: number, width: 1 | 2 | 4): number | undefined;
  /** False where nothing answers. */
  write(address: number, width: 1 | 2 | 4, value: number): boolean;
}

export interface CoreOptions {
  readonly layout: MemoryLayout;
  readonly bus: Bus;
  readonly csrs: CsrTraits;
  /** An exception was taken: mcause and mepc. */
  readonly onException?: (cause: number, pc: number) => void;
}

const LOAD_WIDTH = [1, 2, 4, 1, 2] as const;
const STORE_WIDTH = [1, 2, 4] as const;

export class Core {
  readonly memory: Memory;
  /** x0 … x31, and what was written to x0. */
  readonly x = new Int32Array(SINK + 1);
  readonly csrs: Csrs;
  pc = 0;
  /** Cycles of the present run so far. Right during a bus access. */
  elapsed = 0;
  readonly #bus: Bus;
  readonly #onException: (cause: number, pc: number) => void;
  /** The number of the interrupt that waits; 0 for none. */
  #interrupt = 0;
  #waiting = false;
  #yielded = false;

  constructor({ layout, bus, csrs, onException = () => undefined }: CoreOptions) {
    this.memory = new Memory(layout);
    this.#bus = bus;
    this.csrs = new Csrs(csrs);
    this.#onException = onException;
  }

  /** In WFI, with no interrupt that would end it. */
  get asleep(): boolean {
    return this.#waiting && this.#interrupt === 0;
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

  /** Runs at most `cycles`; returns how many it was. Fewer: it sleeps, or was told to yield. */
  run(cycles: number): number {
    const { x, memory } = this;
    const { operation: operations, rd, rs1, rs2, imm, length } = memory;
    const { codeBase } = memory.layout;
    let left = cycles;
    let pc = this.#begin();
    while (left > 0) {
      const row = (pc - codeBase) >>> 1;
      const operation = operations[row] || this.#decode(row, pc);
      const next = pc + (length[row] as number);
      left -= 1;
      if (operation >= op.BEQ) {
        this.elapsed = cycles - left;
        pc = this.#other(operation, row, pc, next);
        if (this.#yielded) break;
      } else {
        const a = x[rs1[row] as number] as number;
        const b = (operation & op.IMMEDIATE ? imm[row] : x[rs2[row] as number]) as number;
        x[rd[row] as number] = compute(operation & 31, a, b);
        pc = next;
      }
    }
    this.pc = pc | 0;
    return cycles - left;
  }

  /** Takes the interrupt that waits, if it may be taken; returns where to go on. */
  #begin(): number {
    this.#yielded = false;
    this.elapsed = 0;
    this.#waiting = false;
    if (this.#interrupt === 0) return this.pc;
    if (!this.csrs.interruptsEnabled) return this.pc;
    return this.csrs.trap(INTERRUPT | this.#interrupt, this.pc, 0);
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
      const value = this.#load(operation, address);
      if (value === undefined) return this.#exception(CAUSE.loadAccess, pc, address);
      x[memory.rd[row] as number] = value;
      return next;
    }
    const value = x[memory.rs2[row] as number] as number;
    if (this.#store(operation, address, value)) return next;
    return this.#exception(CAUSE.storeAccess, pc, address);
  }

  #load(operation: number, address: number): number | undefined {
    const { data8, data16, data32, layout } = this.memory;
    const at = (address - layout.dataBase) >>> 0;
    switch (operation) {
      case op.LW:
        if (at + 4 <= data8.length && (at & 3) === 0) return data32[at >> 2];
        break;
      case op.LBU:
        if (at < data8.length) return (data8[at] as number) & 0xff;
        break;
      case op.LHU:
        if (at + 2 <= data8.length && (at & 1) === 0) return (data16[at >> 1] as number) & 0xffff;
        break;
      case op.LB:
        if (at < data8.length) return data8[at];
        break;
      default:
        if (at + 2 <= data8.length && (at & 1) === 0) return data16[at >> 1];
    }
    return this.#loadSlowly(operation, address, at);
  }

  #loadSlowly(operation: number, address: number, at: number): number | undefined {
    const width = LOAD_WIDTH[operation - op.LB] ?? 4;
    let value = this.#unaligned(at, width);
    if (value === undefined) {
      if ((address & (width - 1)) !== 0) return undefined;
      value = this.#bus.read(address >>> 0, width);
    }
    if (value === undefined) return undefined;
    if (operation === op.LB) return (value << 24) >> 24;
    return operation === op.LH ? (value << 16) >> 16 : value | 0;
  }

  #unaligned(at: number, width: number): number | undefined {
    const { data8 } = this.memory;
    if (at + width > data8.length) return undefined;
    let value = 0;
    for (let i = 0; i < width; i++) value |= ((data8[at + i] as number) & 0xff) << (8 * i);
    return value;
  }

  #store(operation: number, address: number, value: number): boolean {
    const { memory } = this;
    const { data8, layout } = memory;
    const at = (address - layout.dataBase) >>> 0;
    const width = STORE_WIDTH[operation - op.SB] ?? 4;
    if (at + width > data8.length) {
      if ((address & (width - 1)) !== 0) return false;
      return this.#bus.write(
        address >>> 0,
        width,
        width === 4 ? value >>> 0 : value & (width === 2 ? 0xffff : 0xff),
      );
    }
    if ((at & (width - 1)) !== 0) this.#storeUnaligned(at, width, value);
    else if (width === 4) memory.data32[at >> 2] = value;
    else if (width === 2) memory.data16[at >> 1] = value;
    else data8[at] = value;
    const offset = at + layout.dataOffset;
    memory.forget(offset);
    memory.forget(offset + width - 1);
    return true;
  }

  #storeUnaligned(at: number, width: number, value: number): void {
    for (let i = 0; i < width; i++) this.memory.data8[at + i] = value >> (8 * i);
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
        return this.#exception(CAUSE.environmentCall, pc, 0);
      case op.EBREAK:
        return this.#exception(CAUSE.breakpoint, pc, pc);
      case op.MRET:
        this.#yielded ||= this.#interrupt !== 0;
        return this.csrs.return();
      case op.WFI:
        this.#waiting = this.#interrupt === 0;
        this.#yielded = true;
        return next;
      case op.UNFETCHABLE:
        return this.#exception(CAUSE.instructionAccess, pc, pc);
      case op.ILLEGAL:
        return this.#exception(CAUSE.illegalInstruction, pc, memory.instruction(row));
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
      return this.#exception(CAUSE.illegalInstruction, pc, memory.instruction(row));
    }
    x[memory.rd[row] as number] = old;
    this.#yielded ||= this.#interrupt !== 0;
    return next;
  }

  #exception(cause: number, pc: number, value: number): number {
    this.#onException(cause, pc);
    return this.csrs.trap(cause, pc, value);
  }
}
