/** Compiled code against the interpreter: after each run the same registers, memory, CSRs, cycles and accesses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedCode } from '../compiler/cache.ts';
import { Core } from './core.ts';
import * as op from './operations.ts';

const CODE = 0x4000_0000;
const DATA = 0x2000_0000;
const SIZE = 0x1000;
/** Where in memory: the handlers, seen by fetches alone; code and data, seen by loads and stores too. */
const OFFSET = 0x400;
const BODY = 0x400;
const SCRATCH = 0xc00;
const DEVICE = 0x6000_0000;
/** Of the device: ends the run, raises an interrupt, takes it back. */
const [YIELD, RAISE, LOWER] = [0x10, 0x20, 0x30];
const ABSENT = 0x7000_0000;
const CYCLES = 3000;

/** Registers with a meaning: where data, the device, nothing and the code are, as loads and stores see it. */
const [AT_DATA, AT_DEVICE, AT_NOTHING, AT_BODY] = [2, 3, 4, 5];
/** Handlers use it, and nobody else. */
const OWN = 31;

const i = (opcode: number, funct3: number, rd: number, rs1: number, imm: number): number =>
  ((imm << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode) >>> 0;
const r = (funct7: number, funct3: number, rd: number, rs1: number, rs2: number): number =>
  i(0x33, funct3, rd, rs1, (funct7 << 5) | rs2);
const s = (funct3: number, rs1: number, rs2: number, imm: number): number =>
  i(0x23, funct3, imm & 31, rs1, ((imm >> 5) << 5) | rs2);
const b = (funct3: number, rs1: number, rs2: number, imm: number): number =>
  (((imm >> 12) & 1) << 31) |
  (((imm >> 5) & 63) << 25) |
  i(0x63, funct3, (imm & 30) | ((imm >> 11) & 1), rs1, rs2);
const j = (rd: number, imm: number): number =>
  (((imm >> 20) & 1) << 31) |
  (((imm >> 1) & 0x3ff) << 21) |
  (((imm >> 11) & 1) << 20) |
  (imm & 0xff000) |
  (rd << 7) |
  0x6f;
const [MRET, WFI, ECALL, EBREAK, FENCE_I] = [0x3020_0073, 0x1050_0073, 0x73, 0x0010_0073, 0x100f];
const [MSTATUS, MTVEC, MSCRATCH, MEPC] = [0x300, 0x305, 0x340, 0x341];

const wide = (word: number): number[] => [word & 0xffff, word >>> 16];
const narrow = (half: number): number[] => [half];

/** Any register but the pointers, for results: x0 too. */
const result = fc.constantFrom(0, 1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 28, 30);
const operand = fc.oneof(result, fc.constantFrom(AT_DATA, AT_BODY));
const small = fc.integer({ min: -32, max: 31 });
const imm12 = fc.oneof(small, fc.integer({ min: -2048, max: 2047 }));
const shift = fc.integer({ min: 0, max: 31 });
const any3 = fc.integer({ min: 0, max: 7 });
type Piece = fc.Arbitrary<number[]>;

const arithmetic: Piece = fc.oneof(
  fc.tuple(any3, result, operand, operand).map(([f, rd, x, y]) => wide(r(0, f, rd, x, y))),
  fc.tuple(any3, result, operand, operand).map(([f, rd, x, y]) => wide(r(1, f, rd, x, y))),
  fc.tuple(result, operand, operand).map(([rd, x, y]) => wide(r(0x20, 0, rd, x, y))),
  fc.tuple(result, operand, operand).map(([rd, x, y]) => wide(r(0x20, 5, rd, x, y))),
  fc
    .tuple(fc.constantFrom(0, 2, 3, 4, 6, 7), result, operand, imm12)
    .map(([f, rd, x, imm]) => wide(i(0x13, f, rd, x, imm))),
  fc.tuple(result, operand, shift).map(([rd, x, n]) => wide(i(0x13, 1, rd, x, n))),
  fc.tuple(result, operand, shift).map(([rd, x, n]) => wide(i(0x13, 5, rd, x, n | 0x400))),
  fc.tuple(result, fc.nat(0xfffff)).map(([rd, n]) => wide(((n << 12) | (rd << 7) | 0x37) >>> 0)),
  fc.tuple(result, fc.nat(0xfffff)).map(([rd, n]) => wide(((n << 12) | (rd << 7) | 0x17) >>> 0)),
);

/** C.ADDI, C.LI, C.MV, C.ADD, C.SUB … C.AND, C.SRLI, C.SRAI, C.ANDI: to x8 … x15. */
const compressed: Piece = fc.oneof(
  fc.tuple(fc.constantFrom(0x0401, 0x4401), fc.nat(7), shift).map(([c, rd, n]) => {
    return narrow(c | (rd << 7) | (n << 2));
  }),
  fc.tuple(fc.constantFrom(0x8402, 0x9402), fc.nat(7), fc.integer({ min: 1, max: 15 })).map((f) => {
    return narrow(f[0] | (f[1] << 7) | (f[2] << 2));
  }),
  fc.nat(0x3ff).map((rest) => narrow(0x8c01 | ((rest & 7) << 7) | (rest & 0x7c))),
  fc.nat(0x3ff).map((rest) => narrow(0x8001 | (rest & 0xbfc))),
);

/** To data and to the device, aligned and not, and sometimes to nothing; into code is `rewriting`. */
const address = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant(AT_DATA), small) },
  { weight: 3, arbitrary: fc.tuple(fc.constant(AT_DEVICE), fc.constantFrom(0, 1, 2, 4, YIELD)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant(AT_DEVICE), fc.constantFrom(RAISE, LOWER)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant(AT_BODY), small) },
);
const access: Piece = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 1, 2, 4, 5), result, address)
    .map(([f, rd, [base, imm]]) => wide(i(0x03, f, rd, base, imm))),
  fc
    .tuple(fc.constantFrom(0, 1, 2), operand, address)
    .filter(([, , [base]]) => base !== AT_BODY)
    .map(([f, value, [base, imm]]) => wide(s(f, base, value, imm))),
);
const fault: Piece = fc.oneof(
  fc.tuple(fc.constantFrom(0x03, 0x23), result).map(([c, rd]) => wide(i(c, 2, rd, AT_NOTHING, 0))),
  fc.constantFrom(wide(ECALL), wide(EBREAK), wide(0xffff_ffff), wide(i(0x73, 1, 6, 7, 0x7c0))),
);

/** Over one instruction of four octets or two of two, or none of it. */
const branch: Piece = fc
  .tuple(fc.constantFrom(0, 1, 4, 5, 6, 7), operand, operand, result)
  .map(([f, x, y, rd]) => [...wide(b(f, x, y, 8)), ...wide(i(0x13, 0, rd, rd, 1))]);
/** JAL and JALR over a halfword or into what follows; x30 is spoilt. */
const jump: Piece = fc.oneof(
  result.map((rd) => [...wide(j(rd, 6)), 0x0001, 0x0001]),
  result.map((rd) => [...wide(0x0000_0f17), ...wide(i(0x67, 0, rd, 30, 12)), ...wide(0x13)]),
  fc.constant(0xa011).map((half) => [half, 0x0001]),
);
const csr: Piece = fc.oneof(
  fc
    .tuple(fc.constantFrom(1, 2, 3, 5, 6, 7), result, result)
    .map(([f, rd, source]) => wide(i(0x73, f, rd, source, MSCRATCH))),
  fc.constantFrom(2, 3, 6, 7).map((f) => wide(i(0x73, f, 6, f > 3 ? 8 : 0, MSTATUS))),
  fc.constantFrom(wide(i(0x73, 6, 0, 8, MSTATUS)), wide(FENCE_I), wide(WFI)),
);
const piece: Piece = fc.oneof(
  { weight: 8, arbitrary: arithmetic },
  { weight: 4, arbitrary: compressed },
  { weight: 5, arbitrary: access },
  { weight: 4, arbitrary: branch },
  { weight: 2, arbitrary: jump },
  { weight: 1, arbitrary: csr },
  { weight: 1, arbitrary: fault },
);

/** For ever; the instruction that goes back is four octets. */
const loop = (body: readonly number[]): number[] => [
  ...body,
  ...wide(j(0, -2 * body.length) >>> 0),
];
const program = (parts: Piece, maxLength: number): Piece =>
  fc.array(parts, { minLength: 1, maxLength }).map((all) => loop(all.flat()));

const EDGES = [0, 1, 2, 31, 32, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const value = fc.oneof(fc.constantFrom(...EDGES), fc.integer({ min: 0, max: 0xffff_ffff }));
const values = fc.array(value, { minLength: 32, maxLength: 32 });

interface Bench {
  readonly core: Core;
  readonly events: string[];
}

/** Exceptions go on behind an instruction of four octets; interrupts are taken back. */
const HANDLERS: readonly number[] = [
  j(0, 0x80),
  ...Array.from({ length: 31 }, (_, n) => j(0, 0xa0 - 4 * (n + 1))),
  i(0x73, 2, OWN, 0, MEPC),
  i(0x13, 0, OWN, OWN, 4),
  i(0x73, 1, 0, OWN, MEPC),
  MRET,
  ...[0x13, 0x13, 0x13, 0x13],
  s(2, AT_DEVICE, 0, LOWER),
  MRET,
];

function bench(hot: number | undefined, code: readonly number[], start: readonly number[]): Bench {
  const events: string[] = [];
  const access = (what: string, address: number): boolean => {
    events.push(`${what} ${address.toString(16)} after ${core.elapsed}`);
    const at = address - DEVICE;
    if (at === YIELD) core.yield();
    if (at === RAISE) core.setInterrupt(5);
    if (at === LOWER) core.setInterrupt(0);
    return address < ABSENT;
  };
  const core: Core = new Core({
    layout: { size: SIZE, codeBase: CODE, dataBase: DATA, dataOffset: OFFSET },
    bus: {
      read: (address, width) =>
        access('read', address) ? 0x89ab_cdef & (width === 1 ? 0xff : -1) : undefined,
      write: (address, width, what) => access(`write ${width} ${what} to`, address),
    },
    csrs: { mtvecMask: 0xffff_ff80, vectors: 'always', constants: {} },
    shared: hot === undefined ? undefined : new SharedCode(hot),
    onException: (cause, pc) => events.push(`exception ${cause} at ${pc.toString(16)}`),
  });
  core.memory.load(0, new Uint8Array(Uint32Array.from(HANDLERS).buffer));
  core.memory.load(BODY, new Uint8Array(Uint16Array.from(code).buffer));
  core.x.set(start.slice(1, 32), 1);
  core.x.set([DATA + SCRATCH - OFFSET, DEVICE, ABSENT, DATA + BODY - OFFSET], AT_DATA);
  core.csrs.access(op.CSRRW, MTVEC, CODE, true);
  core.csrs.access(op.CSRRW, MSTATUS, 8, true);
  core.pc = CODE + BODY;
  return { core, events };
}

const CSRS = [MSTATUS, MTVEC, MSCRATCH, MEPC, 0x342, 0x343];
const stateOf = ({ core, events }: Bench) => ({
  pc: core.pc >>> 0,
  x: [...core.x.subarray(0, 32)],
  csrs: CSRS.map((number) => core.csrs.access(op.CSRRS, number, 0, false)),
  asleep: core.asleep,
  memory: Buffer.from(core.memory.octets).toString('hex'),
  events: events.splice(0),
});

/** Runs of both, as long as told; an interrupt comes before some. After each they are as one another. */
function inLockStep(
  benches: readonly [Bench, Bench],
  runs: readonly (readonly [number, number])[],
) {
  let cycles = 0;
  for (let n = 0; cycles < CYCLES; n++) {
    const [length, interrupt] = runs[n % runs.length] ?? [1, 0];
    if (interrupt > 0) for (const { core } of benches) core.setInterrupt(interrupt);
    const [ours, theirs] = benches.map(({ core }) => core.run(length));
    expect(ours).toBe(theirs);
    expect(stateOf(benches[0])).toEqual(stateOf(benches[1]));
    cycles += Math.max(1, ours ?? 0);
  }
}

const length = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 40, max: 1500 }));
const interrupt = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  fc.integer({ min: 1, max: 31 }),
);
const runs = fc.array(fc.tuple(length, interrupt), { minLength: 1, maxLength: 30 });

describe('compiled code', () => {
  it.each([1, 12])(
    'does cycle for cycle what the interpreter does, cut and interrupted anywhere (hot: %i)',
    (hot) => {
      fc.assert(
        fc.property(program(piece, 40), values, runs, (code, start, cuts) => {
          inLockStep([bench(hot, code, start), bench(undefined, code, start)], cuts);
        }),
        { numRuns: 50 },
      );
    },
  );

  /** Puts into the code what a register has, a halfword at any even place; the register changes now and then. */
  const rewriting: Piece = fc
    .tuple(fc.constantFrom(1, 2), fc.integer({ min: 0, max: 60 }), fc.constantFrom(16, 17))
    .map(([f, at, source]) => wide(s(f, AT_BODY, source, 2 * at)));

  it.each([1, 12])('is the same when the code changes itself (hot: %i)', (hot) => {
    const parts = fc.oneof({ weight: 12, arbitrary: piece }, { weight: 1, arbitrary: rewriting });
    // C.ADDI x8, 1 and C.LI x9, 5; ADDI x10, x10, 1: halves of it alone are other instructions.
    const patches = fc.constantFrom([0x0405_4495, 0x0405], [0x0015_0513, 0x4495_0405]);
    fc.assert(
      fc.property(program(parts, 30), values, runs, patches, (code, start, cuts, patch) => {
        const both = [bench(hot, code, start), bench(undefined, code, start)] as const;
        for (const { core } of both) core.x.set(patch, 16);
        inLockStep(both, cuts);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['by a store', (core: Core, octets: Uint8Array) => store(core, octets)],
    ['by a loader', (core: Core, octets: Uint8Array) => core.memory.load(BODY, octets)],
  ])('is forgotten when its place is written over %s', (_, put) => {
    // x8 counts by 1, then by 2.
    const { core } = bench(
      12,
      loop([0x0405]),
      Array.from({ length: 32 }, () => 0),
    );
    core.run(3000);
    expect(core.x[8]).toBe(1500);
    put(core, new Uint8Array(Uint16Array.from(loop([0x0409])).buffer));
    core.pc = CODE + BODY;
    core.run(3000);
    expect(core.x[8]).toBe(4500);
  });
});

/** As the core itself would, from code that is not written over. */
function store(core: Core, octets: Uint8Array): void {
  core.memory.load(SIZE - 4, new Uint8Array(Uint32Array.of(s(1, AT_BODY, 6, 0)).buffer));
  const halves = new Uint16Array(octets.buffer);
  for (const [n, half] of halves.entries()) {
    core.x[AT_BODY] = DATA + BODY - OFFSET + 2 * n;
    core.x[6] = half;
    core.pc = CODE + SIZE - 4;
    core.run(1);
  }
}
