/**
 * RAM that code runs from, and what was decoded of it: a row for each halfword, kept until code that was made
 * from memory changes (`CodeGuard`). Octets are little-endian, as the host's typed arrays are.
 */
import { assert } from '../../../base/errors.ts';
import { CodeGuard, LINE } from '../compiler/guard.ts';
import { decode } from './decode.ts';
import { UNDECODED } from './operations.ts';

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
  /** Of the guard's lines those that loads and stores see. */
  readonly dataLines: Uint8Array;
  readonly guard: CodeGuard;

  /** Rows by halfword. */
  readonly operation: Uint8Array;
  readonly rd: Uint8Array;
  readonly rs1: Uint8Array;
  readonly rs2: Uint8Array;
  readonly imm: Int32Array;
  readonly length: Uint8Array;

  constructor(layout: MemoryLayout) {
    const { size, codeBase, dataOffset } = layout;
    assert(size % 4 === 0 && dataOffset % (1 << LINE) === 0, 'memory is made of words and lines');
    this.layout = layout;
    this.octets = new Uint8Array(size);
    const { buffer } = this.octets;
    this.data8 = new Int8Array(buffer, dataOffset);
    this.data16 = new Int16Array(buffer, dataOffset);
    this.data32 = new Int32Array(buffer, dataOffset);
    this.guard = new CodeGuard(codeBase, size);
    this.dataLines = this.guard.lines.subarray(dataOffset >> LINE);
    const rows = size / 2;
    this.operation = new Uint8Array(rows);
    this.rd = new Uint8Array(rows);
    this.rs1 = new Uint8Array(rows);
    this.rs2 = new Uint8Array(rows);
    this.imm = new Int32Array(rows);
    this.length = new Uint8Array(rows);
    this.guard.follow(() => this.operation.fill(UNDECODED));
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
    this.guard.watch(pc);
    this.guard.watch(pc + decoded.length - 2);
    return true;
  }

  /** The octets of the instruction at `row`, for mtval. */
  instruction(row: number): number {
    const half = this.#half(2 * row) ?? 0;
    return (half & 3) === 3 ? half | ((this.#half(2 * row + 2) ?? 0) << 16) : half;
  }

  /** Code was made from the lines of these octets, `at` as loads and stores see it. */
  holdsCode(at: number, width: number): boolean {
    const lines = this.dataLines;
    return lines[at >> LINE] === 1 || lines[(at + width - 1) >> LINE] === 1;
  }

  storeOctets(at: number, width: number, value: number): void {
    for (let i = 0; i < width; i++) this.data8[at + i] = value >> (8 * i);
  }

  /** What was made from a word that changes is forgotten. */
  storeOverCode(at: number, width: number, value: number): void {
    const words = this.data32;
    const [first, last] = [at >> 2, (at + width - 1) >> 2];
    const [before, behind] = [words[first], words[last]];
    this.storeOctets(at, width, value);
    const { dataOffset } = this.layout;
    if (words[first] !== before) this.guard.written(4 * first + dataOffset);
    if (words[last] !== behind) this.guard.written(4 * last + dataOffset);
  }

  /** Puts octets at the offset `at`, as a loader does. */
  load(at: number, octets: Uint8Array): void {
    this.octets.set(octets, at);
    this.guard.forget();
  }

  #half(at: number): number | undefined {
    const low = this.octets[at];
    const high = this.octets[at + 1];
    return low === undefined || high === undefined ? undefined : low | (high << 8);
  }
}
