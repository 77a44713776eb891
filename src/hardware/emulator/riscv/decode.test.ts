/**
 * Golden encodings: each text assembled by GNU as 2.40 (`-march=rv32imc_zicsr_zifencei`). Fields by hand from
 * the text; what jumps does so from 0x1000.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from './decode.ts';
import * as op from './operations.ts';

type Row = readonly [string, number, string, number, number, number, number];
const PC = 0x1000;

const ROWS: readonly Row[] = [
  ['add x3, x17, x31', 0x01f881b3, 'ADD', 3, 17, 31, 0],
  ['sub x3, x17, x31', 0x41f881b3, 'SUB', 3, 17, 31, 0],
  ['sll x3, x17, x31', 0x01f891b3, 'SLL', 3, 17, 31, 0],
  ['slt x3, x17, x31', 0x01f8a1b3, 'SLT', 3, 17, 31, 0],
  ['sltu x3, x17, x31', 0x01f8b1b3, 'SLTU', 3, 17, 31, 0],
  ['xor x3, x17, x31', 0x01f8c1b3, 'XOR', 3, 17, 31, 0],
  ['srl x3, x17, x31', 0x01f8d1b3, 'SRL', 3, 17, 31, 0],
  ['sra x3, x17, x31', 0x41f8d1b3, 'SRA', 3, 17, 31, 0],
  ['or x3, x17, x31', 0x01f8e1b3, 'OR', 3, 17, 31, 0],
  ['and x3, x17, x31', 0x01f8f1b3, 'AND', 3, 17, 31, 0],
  ['mul x3, x17, x31', 0x03f881b3, 'MUL', 3, 17, 31, 0],
  ['mulh x3, x17, x31', 0x03f891b3, 'MULH', 3, 17, 31, 0],
  ['mulhsu x3, x17, x31', 0x03f8a1b3, 'MULHSU', 3, 17, 31, 0],
  ['mulhu x3, x17, x31', 0x03f8b1b3, 'MULHU', 3, 17, 31, 0],
  ['div x3, x17, x31', 0x03f8c1b3, 'DIV', 3, 17, 31, 0],
  ['divu x3, x17, x31', 0x03f8d1b3, 'DIVU', 3, 17, 31, 0],
  ['rem x3, x17, x31', 0x03f8e1b3, 'REM', 3, 17, 31, 0],
  ['remu x3, x17, x31', 0x03f8f1b3, 'REMU', 3, 17, 31, 0],
  ['addi x1, x2, -2048', 0x80010093, 'ADD imm', 1, 2, 0, -2048],
  ['slti x1, x2, 2047', 0x7ff12093, 'SLT imm', 1, 2, 0, 2047],
  ['sltiu x1, x2, -1', 0xfff13093, 'SLTU imm', 1, 2, 0, -1],
  ['xori x1, x2, -1', 0xfff14093, 'XOR imm', 1, 2, 0, -1],
  ['ori x1, x2, 1365', 0x55516093, 'OR imm', 1, 2, 0, 1365],
  ['andi x1, x2, 2032', 0x7f017093, 'AND imm', 1, 2, 0, 2032],
  ['slli x30, x29, 31', 0x01fe9f13, 'SLL imm', 30, 29, 0, 31],
  ['srli x30, x29, 31', 0x01fedf13, 'SRL imm', 30, 29, 0, 31],
  ['srai x30, x29, 31', 0x41fedf13, 'SRA imm', 30, 29, 0, 31],
  ['lui x5, 0x80000', 0x800002b7, 'ADD imm', 5, 0, 0, -0x80000000],
  ['lui x5, 0x12345', 0x123452b7, 'ADD imm', 5, 0, 0, 0x12345000],
  ['auipc x6, 0x1', 0x00001317, 'ADD imm', 6, 0, 0, 8192],
  ['auipc x6, 0xfffff', 0xfffff317, 'ADD imm', 6, 0, 0, 0],
  ['jal x1, .+0xffffe', 0x7ffff0ef, 'JAL', 1, 0, 0, 0x100ffe],
  ['jal x0, .-0x100000', 0x8000006f, 'JAL', 0, 0, 0, -0xff000],
  ['jalr x1, -2048(x5)', 0x800280e7, 'JALR', 1, 5, 0, -2048],
  ['jalr x0, 2047(x1)', 0x7ff08067, 'JALR', 0, 1, 0, 2047],
  ['beq x7, x8, .+4094', 0x7e838fe3, 'BEQ', 0, 7, 8, 8190],
  ['beq x7, x8, .-4096', 0x80838063, 'BEQ', 0, 7, 8, 0],
  ['bne x7, x8, .+4094', 0x7e839fe3, 'BNE', 0, 7, 8, 8190],
  ['bne x7, x8, .-4096', 0x80839063, 'BNE', 0, 7, 8, 0],
  ['blt x7, x8, .+4094', 0x7e83cfe3, 'BLT', 0, 7, 8, 8190],
  ['blt x7, x8, .-4096', 0x8083c063, 'BLT', 0, 7, 8, 0],
  ['bge x7, x8, .+4094', 0x7e83dfe3, 'BGE', 0, 7, 8, 8190],
  ['bge x7, x8, .-4096', 0x8083d063, 'BGE', 0, 7, 8, 0],
  ['bltu x7, x8, .+4094', 0x7e83efe3, 'BLTU', 0, 7, 8, 8190],
  ['bltu x7, x8, .-4096', 0x8083e063, 'BLTU', 0, 7, 8, 0],
  ['bgeu x7, x8, .+4094', 0x7e83ffe3, 'BGEU', 0, 7, 8, 8190],
  ['bgeu x7, x8, .-4096', 0x8083f063, 'BGEU', 0, 7, 8, 0],
  ['lb x9, -2048(x10)', 0x80050483, 'LB', 9, 10, 0, -2048],
  ['lh x9, -2048(x10)', 0x80051483, 'LH', 9, 10, 0, -2048],
  ['lw x9, -2048(x10)', 0x80052483, 'LW', 9, 10, 0, -2048],
  ['lbu x9, -2048(x10)', 0x80054483, 'LBU', 9, 10, 0, -2048],
  ['lhu x9, -2048(x10)', 0x80055483, 'LHU', 9, 10, 0, -2048],
  ['sb x11, 2047(x12)', 0x7eb60fa3, 'SB', 0, 12, 11, 2047],
  ['sb x11, -2048(x12)', 0x80b60023, 'SB', 0, 12, 11, -2048],
  ['sh x11, 2047(x12)', 0x7eb61fa3, 'SH', 0, 12, 11, 2047],
  ['sh x11, -2048(x12)', 0x80b61023, 'SH', 0, 12, 11, -2048],
  ['sw x11, 2047(x12)', 0x7eb62fa3, 'SW', 0, 12, 11, 2047],
  ['sw x11, -2048(x12)', 0x80b62023, 'SW', 0, 12, 11, -2048],
  ['fence', 0x0ff0000f, 'FENCE', 0, 0, 0, 0],
  ['fence.i', 0x0000100f, 'FENCE', 0, 0, 0, 0],
  ['ecall', 0x00000073, 'ECALL', 0, 0, 0, 0],
  ['ebreak', 0x00100073, 'EBREAK', 0, 0, 0, 0],
  ['mret', 0x30200073, 'MRET', 0, 0, 0, 0],
  ['wfi', 0x10500073, 'WFI', 0, 0, 0, 0],
  ['csrrw x13, 0x341, x14', 0x341716f3, 'CSRRW', 13, 14, 0, 833],
  ['csrrs x13, 0x341, x14', 0x341726f3, 'CSRRS', 13, 14, 0, 833],
  ['csrrc x13, 0x341, x14', 0x341736f3, 'CSRRC', 13, 14, 0, 833],
  ['csrrwi x13, 0xfff, 31', 0xffffd6f3, 'CSRRWI', 13, 31, 0, 4095],
  ['csrrsi x13, 0xfff, 31', 0xffffe6f3, 'CSRRSI', 13, 31, 0, 4095],
  ['csrrci x13, 0xfff, 31', 0xfffff6f3, 'CSRRCI', 13, 31, 0, 4095],
];

const COMPRESSED: readonly Row[] = [
  ['c.addi4spn x8, x2, 4', 0x0040, 'ADD imm', 8, 2, 0, 4],
  ['c.addi4spn x15, x2, 1020', 0x1ffc, 'ADD imm', 15, 2, 0, 1020],
  ['c.addi4spn x9, x2, 680', 0x1524, 'ADD imm', 9, 2, 0, 680],
  ['c.addi4spn x9, x2, 340', 0x0ac4, 'ADD imm', 9, 2, 0, 340],
  ['c.lw x8, 0(x15)', 0x4380, 'LW', 8, 15, 0, 0],
  ['c.lw x15, 124(x8)', 0x5c7c, 'LW', 15, 8, 0, 124],
  ['c.lw x10, 84(x11)', 0x49e8, 'LW', 10, 11, 0, 84],
  ['c.lw x10, 40(x11)', 0x5588, 'LW', 10, 11, 0, 40],
  ['c.sw x8, 0(x15)', 0xc380, 'SW', 0, 15, 8, 0],
  ['c.sw x15, 124(x8)', 0xdc7c, 'SW', 0, 8, 15, 124],
  ['c.sw x10, 68(x11)', 0xc1e8, 'SW', 0, 11, 10, 68],
  ['c.nop', 0x0001, 'ADD imm', 0, 0, 0, 0],
  ['c.addi x1, 31', 0x00fd, 'ADD imm', 1, 1, 0, 31],
  ['c.addi x31, -32', 0x1f81, 'ADD imm', 31, 31, 0, -32],
  ['c.addi x31, 21', 0x0fd5, 'ADD imm', 31, 31, 0, 21],
  ['c.jal .+2046', 0x2ffd, 'JAL', 1, 0, 0, 6142],
  ['c.jal .-2048', 0x3001, 'JAL', 1, 0, 0, 2048],
  ['c.j .+2046', 0xaffd, 'JAL', 0, 0, 0, 6142],
  ['c.j .-2048', 0xb001, 'JAL', 0, 0, 0, 2048],
  ['c.j .+2', 0xa009, 'JAL', 0, 0, 0, 4098],
  ['c.j .+4', 0xa011, 'JAL', 0, 0, 0, 4100],
  ['c.j .+8', 0xa021, 'JAL', 0, 0, 0, 4104],
  ['c.j .+16', 0xa801, 'JAL', 0, 0, 0, 4112],
  ['c.j .+32', 0xa005, 'JAL', 0, 0, 0, 4128],
  ['c.j .+64', 0xa081, 'JAL', 0, 0, 0, 4160],
  ['c.j .+128', 0xa041, 'JAL', 0, 0, 0, 4224],
  ['c.j .+256', 0xa201, 'JAL', 0, 0, 0, 4352],
  ['c.j .+512', 0xa401, 'JAL', 0, 0, 0, 4608],
  ['c.j .+1024', 0xa101, 'JAL', 0, 0, 0, 5120],
  ['c.li x1, -32', 0x5081, 'ADD imm', 1, 0, 0, -32],
  ['c.li x31, 31', 0x4ffd, 'ADD imm', 31, 0, 0, 31],
  ['c.addi16sp x2, 496', 0x617d, 'ADD imm', 2, 2, 0, 496],
  ['c.addi16sp x2, -512', 0x7101, 'ADD imm', 2, 2, 0, -512],
  ['c.addi16sp x2, 16', 0x6141, 'ADD imm', 2, 2, 0, 16],
  ['c.addi16sp x2, 32', 0x6105, 'ADD imm', 2, 2, 0, 32],
  ['c.addi16sp x2, 64', 0x6121, 'ADD imm', 2, 2, 0, 64],
  ['c.addi16sp x2, 128', 0x6109, 'ADD imm', 2, 2, 0, 128],
  ['c.addi16sp x2, 256', 0x6111, 'ADD imm', 2, 2, 0, 256],
  ['c.lui x1, 31', 0x60fd, 'ADD imm', 1, 0, 0, 0x1f000],
  ['c.lui x31, 0xfffe0', 0x7f81, 'ADD imm', 31, 0, 0, -0x20000],
  ['c.srli x8, 31', 0x807d, 'SRL imm', 8, 8, 0, 31],
  ['c.srai x15, 1', 0x8785, 'SRA imm', 15, 15, 0, 1],
  ['c.andi x9, -32', 0x9881, 'AND imm', 9, 9, 0, -32],
  ['c.andi x9, 31', 0x88fd, 'AND imm', 9, 9, 0, 31],
  ['c.sub x8, x15', 0x8c1d, 'SUB', 8, 8, 15, 0],
  ['c.xor x8, x15', 0x8c3d, 'XOR', 8, 8, 15, 0],
  ['c.or x8, x15', 0x8c5d, 'OR', 8, 8, 15, 0],
  ['c.and x8, x15', 0x8c7d, 'AND', 8, 8, 15, 0],
  ['c.beqz x8, .+254', 0xcc7d, 'BEQ', 0, 8, 0, 4350],
  ['c.bnez x15, .-256', 0xf381, 'BNE', 0, 15, 0, 3840],
  ['c.bnez x9, .+2', 0xe089, 'BNE', 0, 9, 0, 4098],
  ['c.bnez x9, .+4', 0xe091, 'BNE', 0, 9, 0, 4100],
  ['c.bnez x9, .+8', 0xe481, 'BNE', 0, 9, 0, 4104],
  ['c.bnez x9, .+16', 0xe881, 'BNE', 0, 9, 0, 4112],
  ['c.bnez x9, .+32', 0xe085, 'BNE', 0, 9, 0, 4128],
  ['c.bnez x9, .+64', 0xe0a1, 'BNE', 0, 9, 0, 4160],
  ['c.bnez x9, .+128', 0xe0c1, 'BNE', 0, 9, 0, 4224],
  ['c.slli x1, 31', 0x00fe, 'SLL imm', 1, 1, 0, 31],
  ['c.slli x31, 1', 0x0f86, 'SLL imm', 31, 31, 0, 1],
  ['c.lwsp x1, 252(x2)', 0x50fe, 'LW', 1, 2, 0, 252],
  ['c.lwsp x31, 0(x2)', 0x4f82, 'LW', 31, 2, 0, 0],
  ['c.lwsp x9, 4(x2)', 0x4492, 'LW', 9, 2, 0, 4],
  ['c.lwsp x9, 8(x2)', 0x44a2, 'LW', 9, 2, 0, 8],
  ['c.lwsp x9, 16(x2)', 0x44c2, 'LW', 9, 2, 0, 16],
  ['c.lwsp x9, 32(x2)', 0x5482, 'LW', 9, 2, 0, 32],
  ['c.lwsp x9, 64(x2)', 0x4486, 'LW', 9, 2, 0, 64],
  ['c.lwsp x9, 128(x2)', 0x448a, 'LW', 9, 2, 0, 128],
  ['c.swsp x1, 252(x2)', 0xdf86, 'SW', 0, 2, 1, 252],
  ['c.swsp x31, 4(x2)', 0xc27e, 'SW', 0, 2, 31, 4],
  ['c.swsp x31, 8(x2)', 0xc47e, 'SW', 0, 2, 31, 8],
  ['c.swsp x31, 16(x2)', 0xc87e, 'SW', 0, 2, 31, 16],
  ['c.swsp x31, 32(x2)', 0xd07e, 'SW', 0, 2, 31, 32],
  ['c.swsp x31, 64(x2)', 0xc0fe, 'SW', 0, 2, 31, 64],
  ['c.swsp x31, 128(x2)', 0xc17e, 'SW', 0, 2, 31, 128],
  ['c.jr x1', 0x8082, 'JALR', 0, 1, 0, 0],
  ['c.jalr x31', 0x9f82, 'JALR', 1, 31, 0, 0],
  ['c.mv x1, x31', 0x80fe, 'ADD', 1, 0, 31, 0],
  ['c.add x31, x1', 0x9f86, 'ADD', 31, 31, 1, 0],
  ['c.ebreak', 0x9002, 'EBREAK', 0, 0, 0, 0],
];

const ILLEGAL: readonly (readonly [string, number])[] = [
  ['all zeroes', 0x0000],
  ['C.ADDI4SPN of nothing', 0x0004],
  ['C.FLD', 0x2000],
  ['C.FLW', 0x6000],
  ['C.FSD', 0xa000],
  ['C.FSW', 0xe000],
  ['the reserved quadrant 0', 0x8000],
  ['C.ADDI16SP of nothing', 0x6101],
  ['C.LUI of nothing', 0x6081],
  ['C.SRLI by 32', 0x9001],
  ['C.SRAI by 32', 0x9401],
  ["C.SUBW, RV64's", 0x9c01],
  ['C.SLLI by 32', 0x1082],
  ['C.LWSP to x0', 0x4002],
  ['C.JR to x0', 0x8002],
  ['C.FLDSP', 0x2002],
  ['all ones', 0xffffffff],
  ["LWU, RV64's", 0x00006003],
  ["SD, RV64's", 0x00003023],
  ['a branch of kind 2', 0x00002063],
  ['JALR of kind 1', 0x00001067],
  ['SLLI by 32', 0x02009093],
  ['SRAI with a stray bit', 0x4200d093],
  ['SRLI with the bit of M', 0x0200d093],
  ['ADD with a stray bit', 0x04000033],
  ['SLT with the bit of SUB', 0x40002033],
  ['FENCE of kind 2', 0x0000200f],
  ['SRET', 0x10200073],
  ['ECALL with a register', 0x000000f3],
  ['a CSR instruction of kind 4', 0x00004073],
  ['LR.W', 0x1000202f],
];

const code = (name: string): number => {
  const [base = '', immediate] = name.split(' ');
  const operation = (op as unknown as Record<string, number>)[base];
  if (operation === undefined) throw new Error(name);
  return immediate === undefined ? operation : operation + op.IMMEDIATE;
};

describe('decode', () => {
  it.each(ROWS)('%s', (_text, word, operation, rd, rs1, rs2, imm) => {
    const expected = { operation: code(operation), rd, rs1, rs2, imm, length: 4 };
    expect(decode(word, PC)).toEqual(expected);
  });

  it.each(COMPRESSED)('%s', (_text, half, operation, rd, rs1, rs2, imm) => {
    const expected = { operation: code(operation), rd, rs1, rs2, imm, length: 2 };
    expect(decode(half, PC)).toEqual(expected);
  });

  it.each(ILLEGAL)('%s is illegal', (_what, word) => {
    expect(decode(word, PC).operation).toBe(op.ILLEGAL);
  });

  it('gives every word an operation and registers that there are', () => {
    fc.assert(
      fc.property(fc.integer(), (word) => {
        const { operation, rd, rs1, rs2, length } = decode(word, PC);
        expect(operation).toBeGreaterThan(op.UNDECODED);
        expect(operation).toBeLessThan(op.UNFETCHABLE);
        expect(Math.max(rd, rs1, rs2)).toBeLessThan(32);
        expect(length).toBe((word & 3) === 3 ? 4 : 2);
      }),
    );
  });
});
