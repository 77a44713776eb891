/** Instructions of 32 bits: RISC-V Unprivileged ISA 20191213 §2, §7 (M), §9 (Zicsr), table 24.2. */
import { decodeCompressed } from './decode-compressed.ts';
import type { Instruction } from './operations.ts';
import * as op from './operations.ts';

const BRANCHES = [op.BEQ, op.BNE, undefined, undefined, op.BLT, op.BGE, op.BLTU, op.BGEU] as const;
const LOADS = [op.LB, op.LH, op.LW, undefined, op.LBU, op.LHU] as const;
const STORES = [op.SB, op.SH, op.SW] as const;
const BASE = [op.ADD, op.SLL, op.SLT, op.SLTU, op.XOR, op.SRL, op.OR, op.AND] as const;
const MULTIPLY = [
  ...[op.MUL, op.MULH, op.MULHSU, op.MULHU],
  ...[op.DIV, op.DIVU, op.REM, op.REMU],
] as const;
const CSRS = [
  ...[undefined, op.CSRRW, op.CSRRS, op.CSRRC],
  ...[undefined, op.CSRRWI, op.CSRRSI, op.CSRRCI],
] as const;
/** SYSTEM without a CSR: all of the instruction above its opcode. */
const SYSTEM: Readonly<Record<number, number>> = {
  0: op.ECALL,
  8192: op.EBREAK,
  6307840: op.MRET,
  2138112: op.WFI,
};
const ADD_OR_SHIFT = 0;
const ALTERNATIVE = 0x20;
const M = 1;

type Fields = Omit<Instruction, 'operation' | 'length'>;

/** `word`: the instruction at `pc`, in its low half when it is a compressed one. */
export function decode(word: number, pc: number): Instruction {
  if ((word & 3) !== 3) return decodeCompressed(word & 0xffff, pc);
  const rd = (word >> 7) & 31;
  const rs1 = (word >> 15) & 31;
  const rs2 = (word >> 20) & 31;
  const funct3 = (word >> 12) & 7;
  const is = (operation: number | undefined, fields: Partial<Fields>): Instruction => ({
    operation: operation ?? op.ILLEGAL,
    ...{ rd: 0, rs1: 0, rs2: 0, imm: 0 },
    ...(operation === undefined ? undefined : fields),
    length: 4,
  });
  switch (word & 0x7f) {
    case 0x37:
      return is(op.ADD + op.IMMEDIATE, { rd, imm: word & 0xfffff000 });
    case 0x17:
      return is(op.ADD + op.IMMEDIATE, { rd, imm: (pc + (word & 0xfffff000)) | 0 });
    case 0x6f:
      return is(op.JAL, { rd, imm: (pc + immediateJ(word)) | 0 });
    case 0x67:
      return is(funct3 === 0 ? op.JALR : undefined, { rd, rs1, imm: word >> 20 });
    case 0x63:
      return is(BRANCHES[funct3], { rs1, rs2, imm: (pc + immediateB(word)) | 0 });
    case 0x03:
      return is(LOADS[funct3], { rd, rs1, imm: word >> 20 });
    case 0x23:
      return is(STORES[funct3], { rs1, rs2, imm: ((word >> 25) << 5) | rd });
    case 0x13:
      return is(immediateOperation(word, funct3), { rd, rs1, imm: immediateI(word, funct3) });
    case 0x33:
      return is(registerOperation(word >>> 25, funct3), { rd, rs1, rs2 });
    case 0x0f:
      return is(funct3 <= 1 ? op.FENCE : undefined, {});
    case 0x73:
      if (funct3 === 0) return is(SYSTEM[word >>> 7], {});
      return is(CSRS[funct3], { rd, rs1, imm: word >>> 20 });
    default:
      return is(undefined, {});
  }
}

const isShift = (funct3: number): boolean => funct3 === 1 || funct3 === 5;

const immediateI = (word: number, funct3: number): number =>
  isShift(funct3) ? (word >> 20) & 31 : word >> 20;

const immediateB = (word: number): number =>
  ((word >> 31) << 12) | ((word << 4) & 0x800) | ((word >> 20) & 0x7e0) | ((word >> 7) & 0x1e);

const immediateJ = (word: number): number =>
  ((word >> 31) << 20) | (word & 0xff000) | ((word >> 9) & 0x800) | ((word >> 20) & 0x7fe);

function immediateOperation(word: number, funct3: number): number | undefined {
  // Without a shift amount's upper bits all of the field is the immediate.
  const operation = registerOperation(isShift(funct3) ? word >>> 25 : 0, funct3);
  const foreign = isShift(funct3) && word >>> 25 === M;
  return operation === undefined || foreign ? undefined : operation + op.IMMEDIATE;
}

function registerOperation(funct7: number, funct3: number): number | undefined {
  if (funct7 === 0) return BASE[funct3];
  if (funct7 === M) return MULTIPLY[funct3];
  if (funct7 !== ALTERNATIVE) return undefined;
  if (funct3 === ADD_OR_SHIFT) return op.SUB;
  return funct3 === 5 ? op.SRA : undefined;
}
