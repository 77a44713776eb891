/** RV32I and M on registers, as signed 32-bit integers: Unprivileged ISA 20191213 §2.4, §7. */
import * as op from './operations.ts';

const LOWEST = -0x8000_0000;

/** `operation`: one of ADD … REMU. */
export function compute(operation: number, a: number, b: number): number {
  switch (operation) {
    case op.ADD:
      return (a + b) | 0;
    case op.SUB:
      return (a - b) | 0;
    case op.SLL:
      return a << b;
    case op.SLT:
      return a < b ? 1 : 0;
    case op.SLTU:
      return a >>> 0 < b >>> 0 ? 1 : 0;
    case op.XOR:
      return a ^ b;
    case op.SRL:
      return (a >>> b) | 0;
    case op.SRA:
      return a >> b;
    case op.OR:
      return a | b;
    case op.AND:
      return a & b;
    default:
      return multiply(operation, a, b);
  }
}

function multiply(operation: number, a: number, b: number): number {
  switch (operation) {
    case op.MUL:
      return Math.imul(a, b);
    case op.MULH:
      return (upper(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
    case op.MULHSU:
      return (upper(a, b) - (a < 0 ? b : 0)) | 0;
    case op.MULHU:
      return upper(a, b);
    default:
      return divide(operation, a, b);
  }
}

/** By zero and beyond the range without a trap: §7.2, table 7.1. */
function divide(operation: number, a: number, b: number): number {
  switch (operation) {
    case op.DIV:
      if (b === 0) return -1;
      return a === LOWEST && b === -1 ? LOWEST : (a / b) | 0;
    case op.DIVU:
      return b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0;
    case op.REM:
      if (b === 0) return a;
      return a === LOWEST && b === -1 ? 0 : (a % b) | 0;
    default:
      return b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0;
  }
}

/** The upper half of the product of two unsigned numbers, from products of their halves. */
function upper(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const low = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 0x10000) + (low >>> 16)) | 0;
}

/** `operation`: one of BEQ … BGEU. */
export function taken(operation: number, a: number, b: number): boolean {
  switch (operation) {
    case op.BEQ:
      return a === b;
    case op.BNE:
      return a !== b;
    case op.BLT:
      return a < b;
    case op.BGE:
      return a >= b;
    case op.BLTU:
      return a >>> 0 < b >>> 0;
    default:
      return a >>> 0 >= b >>> 0;
  }
}
