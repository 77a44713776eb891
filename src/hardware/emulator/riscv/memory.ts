/**
 * RAM that code runs from, and what was decoded of it: a row for each halfword, kept until the memory that it
 * was made from is written. Octets are little-endian, as the host's typed arrays are.
 */
import { assert } from '../../../base/errors.ts';
import { decode } from './decode.ts';
import { UNDECODED } from './operations.ts';

/** Octets of memory that are forgotten together. */
const LINE = 6;
/** Where results for x0 go. */
export const SINK = 32;

export interface MemoryLayout {
  readonly size: number;
  /** Where the fetch unit sees the first octet. */
  readonly codeBase: number;
  /** Where loads and stores see the octet `dataOffset`, and all behind it. */
  readonly dataBase: number;
  readonly dataOffset: number;
}

export class Memory {
  readonly layout: MemoryLayout;
  readonly octets: Uint8Array;
  /** What loads and stores see of it. */
  readonly data8: Int8Array;
  readonly data16: Int16Array;
  readonly data32: Int32Array;

  /** Rows by halfword. */
  readonly operation: Uint8Array;
  readonly rd: Uint8Array;
  readonly rs1: Uint8Array;
  readonly rs2: Uint8Array;
  readonly imm: Int32Array;
  readonly length: Uint8Array;
  /** By line: 1 where something was decoded from it. */
  readonly lines: Uint8Array;

  constructor(layout: MemoryLayout) {
    const { size, dataOffset } = layout;
    assert(size % 4 === 0 && dataOffset % 4 === 0, 'memory is made of words');
    this.layout = layout;
    this.octets = new Uint8Array(size);
    const { buffer } = this.octets;
    this.data8 = new Int8Array(buffer, dataOffset);
    this.data16 = new Int16Array(buffer, dataOffset);
    this.data32 = new Int32Array(buffer, dataOffset);
    const rows = size / 2;
    this.operation = new Uint8Array(rows);
    this.rd = new Uint8Array(rows);
    this.rs1 = new Uint8Array(rows);
    this.rs2 = new Uint8Array(rows);
    this.imm = new Int32Array(rows);
    this.length = new Uint8Array(rows);
    this.lines = new Uint8Array((size >> LINE) + 1);
  }

  /** The instruction at `pc`, decoded into `row`. False where there is no memory to fetch it from. */
  decodeAt(row: number, pc: number): boolean {
    const at = 2 * row;
    const half = this.#half(at);
    if (half === undefined) return false;
    const second = (half & 3) === 3 ? this.#half(at + 2) : 0;
    if (second === undefined) return false;
    const decoded = decode(half | (second << 16), pc);
    this.operation[row] = decoded.operation;
    this.rd[row] = decoded.rd === 0 ? SINK : decoded.rd;
    this.rs1[row] = decoded.rs1;
    this.rs2[row] = decoded.rs2;
    this.imm[row] = decoded.imm;
    this.length[row] = decoded.length;
    this.lines[at >> LINE] = 1;
    this.lines[(at + decoded.length - 1) >> LINE] = 1;
    return true;
  }

  /** The octets of the instruction at `row`, for mtval. */
  instruction(row: number): number {
    const half = this.#half(2 * row) ?? 0;
    return (half & 3) === 3 ? half | ((this.#half(2 * row + 2) ?? 0) << 16) : half;
  }

  /** The octet `at` was written: what was decoded around it is forgotten. */
  forget(at: number): void {
    const line = at >> LINE;
    if (this.lines[line] !== 1) return;
    this.lines[line] = 0;
    // One before: an instruction may begin in the line before this one.
    this.operation.fill(UNDECODED, Math.max(0, (line << (LINE - 1)) - 1), (line + 1) << (LINE - 1));
  }

  /** Puts octets at the offset `at`, as a loader does. */
  load(at: number, octets: Uint8Array): void {
    this.octets.set(octets, at);
    this.operation.fill(UNDECODED);
    this.lines.fill(0);
  }

  #half(at: number): number | undefined {
    const low = this.octets[at];
    const high = this.octets[at + 1];
    return low === undefined || high === undefined ? undefined : low | (high << 8);
  }
}
