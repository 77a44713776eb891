/**
 * Instructions that rp2040js 1.4.1 carries out otherwise than silicon, done right: ADCS and SBCS (V and a
 * carry out of Rm + C), shifts by a register's 0 and by more than 32, and STM with its base in the list.
 * ARMv6-M Architecture Reference Manual §A6.7; everything else is rp2040js' own.
 */
import type { RP2040 } from 'rp2040js';

type Core = RP2040['core'];

const setResult = (core: Core, rd: number, result: number): void => {
  core.registers[rd] = result;
  core.N = (result & 0x80000000) !== 0;
  core.Z = (result | 0) === 0;
};

/** AddWithCarry, §A2.2.1. */
function addWithCarry(core: Core, rd: number, x: number, y: number): void {
  const sum = x + y + (core.C ? 1 : 0);
  const result = sum | 0;
  setResult(core, rd, result);
  core.C = sum > 0xffffffff;
  core.V = ((x ^ result) & (y ^ result)) < 0;
}

/** Shift_C for a count that is not 0, §A2.2.1: the result, then the carry. */
const SHIFTS: readonly ((x: number, n: number) => readonly [number, boolean])[] = [
  (x, n) => (n > 32 ? [0, false] : [n === 32 ? 0 : x << n, ((x >>> (32 - n)) & 1) !== 0]),
  (x, n) => (n > 32 ? [0, false] : [n === 32 ? 0 : x >>> n, ((x >>> (n - 1)) & 1) !== 0]),
  (x, n) => (n > 31 ? [x >> 31, x >> 31 !== 0] : [x >> n, ((x >> (n - 1)) & 1) !== 0]),
  (x, n) => {
    const result = (x >>> (n & 31)) | (x << (-n & 31));
    return [result, result < 0];
  },
];

function shift(core: Core, kind: number, rdn: number, rm: number): void {
  const count = (core.registers[rm] ?? 0) & 0xff;
  const x = (core.registers[rdn] ?? 0) | 0;
  if (count === 0) {
    setResult(core, rdn, x);
    return;
  }
  const [result, carry] = SHIFTS[kind]?.(x, count) ?? [x, core.C];
  setResult(core, rdn, result);
  core.C = carry;
}

/** By the low four bits of an opcode 010000 xxxx. */
const DATA_PROCESSING: Readonly<Record<number, (core: Core, rdn: number, rm: number) => void>> = {
  2: (core, rdn, rm) => shift(core, 0, rdn, rm),
  3: (core, rdn, rm) => shift(core, 1, rdn, rm),
  4: (core, rdn, rm) => shift(core, 2, rdn, rm),
  5: (core, rdn, rm) => addWithCarry(core, rdn, core.registers[rdn] ?? 0, core.registers[rm] ?? 0),
  6: (core, rdn, rm) =>
    addWithCarry(core, rdn, core.registers[rdn] ?? 0, ~(core.registers[rm] ?? 0) >>> 0),
  7: (core, rdn, rm) => shift(core, 3, rdn, rm),
};

/** Executes one instruction at PC and returns its cycles. */
export function stepAsSilicon(mcu: RP2040): number {
  const { core } = mcu;
  const pc = core.PC & ~1;
  const opcode = mcu.readUint16(pc);
  if (opcode >> 10 === 0b010000) {
    const corrected = DATA_PROCESSING[(opcode >> 6) & 15];
    if (corrected !== undefined) {
      corrected(core, opcode & 7, (opcode >> 3) & 7);
      core.PC = pc + 2;
      core.cycles += 1;
      return 1;
    }
  }
  const cycles = core.executeInstruction();
  if (opcode >> 11 === 0b11000) {
    const rn = (opcode >> 8) & 7;
    if (((opcode >> rn) & 1) !== 0)
      core.registers[rn] = (core.registers[rn] ?? 0) + 4 * (cycles - 1);
  }
  return cycles;
}
