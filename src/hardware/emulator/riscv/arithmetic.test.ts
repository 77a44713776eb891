import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compute, taken } from './arithmetic.ts';
import * as op from './operations.ts';

const LOWEST = -0x80000000;
const HIGHEST = 0x7fffffff;

/** The Unprivileged ISA's own statements, §2.4.2, §7.1 and table 7.1. */
const ROWS: readonly (readonly [string, number, number, number, number])[] = [
  ['ADD wraps', op.ADD, HIGHEST, 1, LOWEST],
  ['SUB wraps', op.SUB, LOWEST, 1, HIGHEST],
  ['SLL takes the low five bits of its amount', op.SLL, 1, 33, 2],
  ['SRL brings in zeroes', op.SRL, -1, 28, 15],
  ['SRL by 0 keeps the sign bit', op.SRL, -1, 32, -1],
  ['SRA brings in the sign', op.SRA, LOWEST, 31, -1],
  ['SLT is signed', op.SLT, LOWEST, HIGHEST, 1],
  ['SLTU is not', op.SLTU, LOWEST, HIGHEST, 0],
  ['SLTU of 0 and all ones', op.SLTU, 0, -1, 1],
  ['MUL keeps the low half', op.MUL, 0x10000, 0x10000, 0],
  ['MULH of the lowest by itself', op.MULH, LOWEST, LOWEST, 0x40000000],
  ['MULHSU takes its second operand as unsigned', op.MULHSU, -1, -1, -1],
  ['MULHU of all ones', op.MULHU, -1, -1, -2],
  ['DIV rounds to zero', op.DIV, -7, 2, -3],
  ['DIV by zero is all ones', op.DIV, 7, 0, -1],
  ['DIV overflows to the dividend', op.DIV, LOWEST, -1, LOWEST],
  ['DIVU by zero is all ones', op.DIVU, 7, 0, -1],
  ['DIVU is unsigned', op.DIVU, -2, 2, HIGHEST],
  ['REM takes the sign of the dividend', op.REM, -7, 2, -1],
  ['REM by zero is the dividend', op.REM, -7, 0, -7],
  ['REM of the overflow is zero', op.REM, LOWEST, -1, 0],
  ['REMU by zero is the dividend', op.REMU, -7, 0, -7],
  ['REMU is unsigned', op.REMU, -1, 10, 5],
];

describe('compute', () => {
  it.each(ROWS)('%s', (_what, operation, a, b, result) => {
    expect(compute(operation, a, b)).toBe(result);
  });

  const unsigned = (n: number): bigint => BigInt(n >>> 0);
  const MODELS: readonly (readonly [string, number, (a: number, b: number) => bigint])[] = [
    ['MUL', op.MUL, (a, b) => BigInt(a) * BigInt(b)],
    ['MULH', op.MULH, (a, b) => (BigInt(a) * BigInt(b)) >> 32n],
    ['MULHSU', op.MULHSU, (a, b) => (BigInt(a) * unsigned(b)) >> 32n],
    ['MULHU', op.MULHU, (a, b) => (unsigned(a) * unsigned(b)) >> 32n],
    ['DIV', op.DIV, (a, b) => (b === 0 ? -1n : BigInt(a) / BigInt(b))],
    ['DIVU', op.DIVU, (a, b) => (b === 0 ? -1n : unsigned(a) / unsigned(b))],
    ['REM', op.REM, (a, b) => (b === 0 ? BigInt(a) : BigInt(a) % BigInt(b))],
    ['REMU', op.REMU, (a, b) => (b === 0 ? BigInt(a) : unsigned(a) % unsigned(b))],
  ];
  it.each(MODELS)('%s is that of whole numbers', (_name, operation, model) => {
    const operand = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, LOWEST, HIGHEST, 0xffff));
    fc.assert(
      fc.property(operand, operand, (a, b) => {
        expect(compute(operation, a, b)).toBe(Number(BigInt.asIntN(32, model(a, b))));
      }),
    );
  });
});

describe('taken', () => {
  const BRANCHES: readonly (readonly [string, number, number, number, boolean])[] = [
    ['BEQ of equals', op.BEQ, 5, 5, true],
    ['BNE of equals', op.BNE, 5, 5, false],
    ['BLT is signed', op.BLT, LOWEST, 0, true],
    ['BLT of equals', op.BLT, 1, 1, false],
    ['BGE of equals', op.BGE, -1, -1, true],
    ['BGE is signed', op.BGE, LOWEST, 0, false],
    ['BLTU is not signed', op.BLTU, LOWEST, 0, false],
    ['BGEU is not signed', op.BGEU, LOWEST, 0, true],
    ['BGEU of equals', op.BGEU, 0, 0, true],
  ];
  it.each(BRANCHES)('%s', (_what, operation, a, b, result) => {
    expect(taken(operation, a, b)).toBe(result);
  });
});
