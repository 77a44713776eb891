/** Instructions of 16 bits: RISC-V Unprivileged ISA 20191213 §16, tables 16.5 to 16.7 for RV32. */

import type { Instruction } from './operations.ts';
import * as op from './operations.ts';

const SP = 2;
const RA = 1;
const I = op.IMMEDIATE;

const make = (
  operation: number,
  rd: number,
  rs1: number,
  rs2: number,
  imm: number,
): Instruction => ({
  operation,
  rd,
  rs1,
  rs2,
  imm,
  length: 2,
});
const ILLEGAL = make(op.ILLEGAL, 0, 0, 0, 0);

/** The registers of the three-bit fields: x8 … x15. */
const high = (half: number): number => ((half >> 7) & 7) + 8;
const low = (half: number): number => ((half >> 2) & 7) + 8;
const full = (half: number): number => (half >> 7) & 31;
const full2 = (half: number): number => (half >> 2) & 31;
/** The six-bit immediate in bits 12 and 6 … 2. */
const imm6 = (half: number): number => extend(((half >> 7) & 0x20) | ((half >> 2) & 31), 6);
const extend = (value: number, bits: number): number => (value << (32 - bits)) >> (32 - bits);

export function decodeCompressed(half: number, pc: number): Instruction {
  const quadrant = half & 3;
  if (quadrant === 0) return quadrant0(half);
  return quadrant === 1 ? quadrant1(half, pc) : quadrant2(half);
}

function quadrant0(half: number): Instruction {
  const offset = ((half >> 7) & 0x38) | ((half >> 4) & 4) | ((half << 1) & 0x40);
  switch (half >> 13) {
    case 0: {
      // C.ADDI4SPN
      const imm =
        ((half >> 7) & 0x30) | ((half >> 1) & 0x3c0) | ((half >> 4) & 4) | ((half >> 2) & 8);
      return imm === 0 ? ILLEGAL : make(op.ADD + I, low(half), SP, 0, imm);
    }
    case 2:
      return make(op.LW, low(half), high(half), 0, offset);
    case 6:
      return make(op.SW, 0, high(half), low(half), offset);
    default:
      return ILLEGAL; // The others are of F and D.
  }
}

function quadrant1(half: number, pc: number): Instruction {
  const rd = full(half);
  switch (half >> 13) {
    case 0:
      return make(op.ADD + I, rd, rd, 0, imm6(half));
    case 1:
      return make(op.JAL, RA, 0, 0, (pc + jump(half)) | 0);
    case 2:
      return make(op.ADD + I, rd, 0, 0, imm6(half));
    case 3:
      return addi16spOrLui(half, rd);
    case 4:
      return arithmetic(half);
    case 5:
      return make(op.JAL, 0, 0, 0, (pc + jump(half)) | 0);
    case 6:
      return make(op.BEQ, 0, high(half), 0, (pc + branch(half)) | 0);
    default:
      return make(op.BNE, 0, high(half), 0, (pc + branch(half)) | 0);
  }
}

const jump = (half: number): number =>
  extend(
    ((half >> 1) & 0xb40) |
      ((half >> 7) & 0x10) |
      ((half << 2) & 0x400) |
      ((half << 1) & 0x80) |
      ((half >> 2) & 0xe) |
      ((half << 3) & 0x20),
    12,
  );

const branch = (half: number): number =>
  extend(
    ((half >> 4) & 0x100) |
      ((half >> 7) & 0x18) |
      ((half << 1) & 0xc0) |
      ((half >> 2) & 6) |
      ((half << 3) & 0x20),
    9,
  );

function addi16spOrLui(half: number, rd: number): Instruction {
  if (rd !== SP) {
    const imm = imm6(half) << 12;
    return imm === 0 ? ILLEGAL : make(op.ADD + I, rd, 0, 0, imm);
  }
  const imm = extend(
    ((half >> 3) & 0x200) |
      ((half >> 2) & 0x10) |
      ((half << 1) & 0x40) |
      ((half << 4) & 0x180) |
      ((half << 3) & 0x20),
    10,
  );
  return imm === 0 ? ILLEGAL : make(op.ADD + I, SP, SP, 0, imm);
}

const REGISTER = [op.SUB, op.XOR, op.OR, op.AND] as const;

function arithmetic(half: number): Instruction {
  const rd = high(half);
  const reserved = (half & 0x1000) !== 0; // A shift of 32 and more, or RV64's.
  switch ((half >> 10) & 3) {
    case 0:
      return reserved ? ILLEGAL : make(op.SRL + I, rd, rd, 0, imm6(half));
    case 1:
      return reserved ? ILLEGAL : make(op.SRA + I, rd, rd, 0, imm6(half));
    case 2:
      return make(op.AND + I, rd, rd, 0, imm6(half));
    default:
      if (reserved) return ILLEGAL;
      return make(REGISTER[(half >> 5) & 3] ?? op.SUB, rd, rd, low(half), 0);
  }
}

function quadrant2(half: number): Instruction {
  const rd = full(half);
  switch (half >> 13) {
    case 0:
      return (half & 0x1000) !== 0 ? ILLEGAL : make(op.SLL + I, rd, rd, 0, imm6(half));
    case 2: {
      const offset = ((half >> 7) & 0x20) | ((half >> 2) & 0x1c) | ((half << 4) & 0xc0);
      return rd === 0 ? ILLEGAL : make(op.LW, rd, SP, 0, offset);
    }
    case 4:
      return jumpOrAdd(half, rd);
    case 6:
      return make(op.SW, 0, SP, full2(half), ((half >> 7) & 0x3c) | ((half >> 1) & 0xc0));
    default:
      return ILLEGAL;
  }
}

function jumpOrAdd(half: number, rd: number): Instruction {
  const rs2 = full2(half);
  const second = (half & 0x1000) !== 0;
  if (rs2 !== 0) return make(op.ADD, rd, second ? rd : 0, rs2, 0);
  if (rd === 0) return second ? make(op.EBREAK, 0, 0, 0, 0) : ILLEGAL;
  return make(op.JALR, second ? RA : 0, rd, 0, 0);
}
