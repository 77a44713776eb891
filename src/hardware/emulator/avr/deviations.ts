/**
 * Where avr8js' instructions differ from the AVR instruction set manual, and what to do about it: the half carry of
 * sums and differences is taken from bit 0; a difference of -256 is none to the zero flag of SBC, SBCI and CPC; NEG of
 * 0x80 has no overflow; SBIW changes the half carry; FMULSU has its zero flag the wrong way round. The opcodes that
 * need mending are found by a table, so that all others pay for one look.
 */
import type { CPU } from 'avr8js';

const SREG = 0x5f;
const CARRY = 0x01;
const ZERO = 0x02;
const NEGATIVE = 0x04;
const OVERFLOW = 0x08;
const SIGN = 0x10;
const HALF_CARRY = 0x20;
/** I and T, which no arithmetic touches. */
const OTHERS = 0xc0;

/** What an opcode needs: nothing, or one of these. */
const PLAIN = 0;
const SUM = 1;
const DIFFERENCE = 2;
const DIFFERENCE_IMMEDIATE = 3;
const NEGATION = 4;
const KEEPS_HALF_CARRY = 5;
const ZERO_INVERTED = 6;

/** Mask, value, and what those opcodes need. */
const ROWS = [
  [0xfc00, 0x0c00, SUM], // ADD
  [0xfc00, 0x1c00, SUM], // ADC
  [0xfc00, 0x1800, DIFFERENCE], // SUB
  [0xfc00, 0x0800, DIFFERENCE], // SBC
  [0xfc00, 0x1400, DIFFERENCE], // CP
  [0xfc00, 0x0400, DIFFERENCE], // CPC
  [0xf000, 0x5000, DIFFERENCE_IMMEDIATE], // SUBI
  [0xf000, 0x4000, DIFFERENCE_IMMEDIATE], // SBCI
  [0xf000, 0x3000, DIFFERENCE_IMMEDIATE], // CPI
  [0xfe0f, 0x9401, NEGATION], // NEG
  [0xff00, 0x9700, KEEPS_HALF_CARRY], // SBIW
  [0xff88, 0x0388, ZERO_INVERTED], // FMULSU
] as const;

export const NEEDS = Uint8Array.from({ length: 0x10000 }, (_, opcode) => {
  const row = ROWS.find(([mask, value]) => (opcode & mask) === value);
  return row === undefined ? PLAIN : row[2];
});

/** Executes an instruction that needs mending. */
export function executeMended(cpu: CPU, opcode: number, execute: (cpu: CPU) => void): void {
  const { data } = cpu;
  const need = NEEDS[opcode] ?? PLAIN;
  const before = data[SREG] ?? 0;
  const flags = need <= NEGATION ? flagsOf(data, opcode, need, before) : 0;
  execute(cpu);
  const after = data[SREG] ?? 0;
  if (need === ZERO_INVERTED) data[SREG] = after ^ ZERO;
  else if (need === KEEPS_HALF_CARRY) data[SREG] = (after & ~HALF_CARRY) | (before & HALF_CARRY);
  else data[SREG] = (before & OTHERS) | flags;
}

/** Of a sum or a difference, from its operands. */
function flagsOf(data: Uint8Array, opcode: number, need: number, before: number): number {
  const immediate = need === DIFFERENCE_IMMEDIATE;
  const d = data[(immediate ? 16 : 0) + ((opcode >> 4) & (immediate ? 15 : 31))] ?? 0;
  const r = immediate
    ? ((opcode >> 4) & 0xf0) | (opcode & 15)
    : (data[(opcode & 15) | ((opcode >> 5) & 16)] ?? 0);
  const chained = usesCarry(opcode);
  const carry = chained ? before & CARRY : 0;
  if (need === SUM) return flagsFrom(d, r, d + r + carry, ~(d ^ r));
  const [first, second] = need === NEGATION ? [0, d] : [d, r];
  const flags = flagsFrom(first, second, first - second - carry, first ^ second);
  return chained && (before & ZERO) === 0 ? flags & ~ZERO : flags;
}

/** @param sensitive in bit 7, whether the operands' signs let the result overflow */
function flagsFrom(first: number, second: number, result: number, sensitive: number): number {
  let flags = ((first ^ second ^ result) & 0x10) << 1;
  if ((result & 0x100) !== 0) flags |= CARRY;
  if ((result & 0xff) === 0) flags |= ZERO;
  if ((result & 0x80) !== 0) flags |= NEGATIVE;
  if ((sensitive & (first ^ result) & 0x80) !== 0) flags |= OVERFLOW;
  const sign = ((flags & NEGATIVE) !== 0) !== ((flags & OVERFLOW) !== 0);
  return sign ? flags | SIGN : flags;
}

/** ADC, SBC, CPC, SBCI: with the carry, and the last three with the zero flag of what was before. */
function usesCarry(opcode: number): boolean {
  const high = opcode & 0xfc00;
  return high === 0x1c00 || high === 0x0800 || high === 0x0400 || (opcode & 0xf000) === 0x4000;
}
