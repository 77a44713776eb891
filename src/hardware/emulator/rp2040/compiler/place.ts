/**
 * Where an instruction stands, and the names that the JavaScript made from it has beside those of all cores
 * (text.ts): the registers as 32-bit integers r0 … r14; N as the sign of `fn`, Z as `fz` being 0, C as `fc`
 * being 1, V as the sign of `fv`; `a` to its own use; the machine `m` is that of bus.ts.
 */

import { hex, leave } from '../../compiler/text.ts';

/** Flags, as masks. */
export const NZ = 1;
export const C = 2;
export const V = 4;
export const ALL_FLAGS = NZ | C | V;

/** Where an instruction stands and what it may leave out. */
export interface Place {
  readonly opcode: number;
  /** The second halfword of a 32-bit instruction. */
  readonly second: number;
  readonly pc: number;
  /** Cycles of the block before it. */
  readonly before: number;
  /** Cycles that the block takes at most where memory is fast. */
  readonly most: number;
  /** Flags that somebody reads before they are set again. */
  readonly live: number;
  /** A constant of the flash image, undefined beyond its end. */
  readonly literal: (address: number) => number | undefined;
}

export const d = (opcode: number): string => `r${opcode & 7}`;
export const n = (opcode: number): string => `r${(opcode >> 3) & 7}`;
export const m = (opcode: number): string => `r${(opcode >> 6) & 7}`;
export const wide = (opcode: number): string => `r${(opcode >> 8) & 7}`;
export const imm5 = (opcode: number): number => (opcode >> 6) & 31;
export const imm8 = (opcode: number): number => opcode & 255;

export const highD = (opcode: number): number => ((opcode >> 4) & 8) | (opcode & 7);
export const highM = (opcode: number): number => (opcode >> 3) & 15;
/** Leaves it to the interpreter. */
export const decline = (place: Place): string => leave(hex(place.pc), place.before);
