import fc from 'fast-check';
import { RP2040 } from 'rp2040js';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { VirtualClock } from '../clock.ts';
import { SharedCode } from '../compiler/cache.ts';
import { W5500 } from '../w5500/chip.ts';
import { codeCache } from './compiler/thumb.ts';
import { Cpu, type Fault } from './cpu.ts';
import { Mcu } from './mcu.ts';
import { SpiBus } from './spi-bus.ts';

const START = 0x10000100;
const RAM = 0x20000000;
const DATA = 0x20001000;

/** Little-endian halfwords from `START` on; the vector table says 0x100000f0 for a HardFault. */
function imageOf(program: readonly number[]): Uint8Array {
  const image = new Uint8Array(0x100 + 2 * program.length + 64);
  program.forEach((halfword, i) => {
    image[0x100 + 2 * i] = halfword;
    image[0x101 + 2 * i] = halfword >> 8;
  });
  return image;
}

class Machine {
  readonly clock = new VirtualClock();
  readonly faults: Fault[] = [];
  readonly mcu: Mcu;
  readonly cpu: Cpu;

  constructor(image: Uint8Array, compiled: boolean, registers: readonly number[] = []) {
    const clock = this.clock;
    const rng = seededRng(1);
    const fault = { raise: (_what: string): void => undefined };
    const mcu = new Mcu({ clock, image, cause: 'power', rng, onFault: (w) => fault.raise(w) });
    const nothing = () => undefined;
    const chip = new W5500({ clock, negotiation: 1, onTransmit: nothing, onInterrupt: nothing });
    const spi = new SpiBus(mcu, chip);
    const code = compiled ? codeCache(new SharedCode(), image.length, mcu) : undefined;
    mcu.guard = code?.guard;
    this.cpu = new Cpu({ mcu, clock, code, spi, onFault: (f) => this.faults.push(f) });
    fault.raise = (what) => this.cpu.fault(what);
    registers.forEach((value, i) => {
      mcu.core.registers[i] = value;
    });
    mcu.core.registers[7] = DATA;
    mcu.core.SP = DATA + 0x800;
    mcu.core.PC = START;
    this.mcu = mcu;
  }

  get state() {
    return stateOf(this.mcu, this.clock.nanos);
  }
}

const stateOf = ({ core, sram }: RP2040, nanos: number) => ({
  nanos,
  registers: [...core.registers],
  flags: core.APSR >>> 0,
  memory: [...sram.subarray(DATA - RAM, DATA - RAM + 0x900)],
});

/** rp2040js as it comes, its own clock and all. */
function stock(image: Uint8Array, registers: readonly number[], nanos: number) {
  const mcu = new RP2040();
  mcu.flash.set(image);
  registers.forEach((value, i) => {
    mcu.core.registers[i] = value;
  });
  mcu.core.registers[7] = DATA;
  mcu.core.SP = DATA + 0x800;
  mcu.core.PC = START;
  let time = 0;
  while (time < nanos) time += mcu.core.executeInstruction() * 8;
  return stateOf(mcu, time);
}

const EDGES = [0, 1, 2, 31, 32, 33, 0x7f, 0x80, 0xff, 0x100, 0x7fffffff, 0x80000000, 0xffffffff];
const operand = fc.oneof(fc.constantFrom(...EDGES), fc.integer({ min: 0, max: 0xffffffff }));
const registers = fc.array(operand, { minLength: 7, maxLength: 7 });

/** Any value for the fields that `mask` leaves open. */
const fields = (value: number, mask: number) =>
  fc.integer({ min: 0, max: 0xffff }).map((random) => [value | (random & mask)]);

/** r7 holds the data's address, and nothing writes it: destinations are r0 … r3 or r0 … r6. */
const ALU = [
  fields(0x0000, 0x1fff & ~4), // LSL, LSR, ASR, ADD, SUB by number and register
  fields(0x1800, 0x07fb),
  fields(0x2000, 0x1bff), // MOV, CMP, ADD, SUB of eight bits, to r0 … r3
  fields(0x4000, 0x003b), // AND
  fields(0x4040, 0x003b), // EOR
  fields(0x4200, 0x01fb), // TST, RSB, CMP, CMN, ORR, MUL, BIC, MVN
  fields(0x4300, 0x00fb),
  fields(0xb200, 0x00fb), // SXTH, SXTB, UXTH, UXTB
  fields(0xba00, 0x007b), // REV, REV16
  fields(0xbac0, 0x003b), // REVSH
  fields(0xa000, 0x03ff), // ADR
  fields(0xa800, 0x03ff), // ADD Rd, SP
  fields(0x4600, 0x003b), // MOV of low registers
  fields(0x4640, 0x003b), // MOV of r8 … r15
  fields(0x4480, 0x0000).map(() => [0xbf00]),
] as const;
/** What rp2040js does otherwise than silicon: shifts by register, ADC, SBC. */
const CORRECTED = fields(0x4080, 0x01fb);
const MEMORY = [
  fields(0x6038, 0x07c3), // STR, LDR, STRB, LDRB, STRH, LDRH at r7 + number
  fields(0x6838, 0x07c3),
  fields(0x7038, 0x07c3),
  fields(0x7838, 0x07c3),
  fields(0x8038, 0x07c3),
  fields(0x8838, 0x07c3),
  fields(0x9000, 0x033f), // STR, LDR at SP
  fields(0x9800, 0x033f),
  fields(0x4800, 0x0303), // LDR literal
  fc.integer({ min: 1, max: 0x7f }).map((list) => [0xb400 | list, 0xbc00 | list]), // PUSH, POP
  // LDRSB, LDRSH at r7 + r6 with r6 an even number below 64
  fc.constantFrom(0x5700, 0x5f00).map((op) => [0x263e, 0x4036, op | (6 << 6) | (7 << 3)]),
] as const;
/** Over one instruction or none, on any condition. */
const BRANCH = fc
  .integer({ min: 0, max: 13 })
  .map((condition) => [0xd000 | (condition << 8), 0x3001]);

const loop = (body: readonly number[]): number[] => [
  ...body,
  0xe000 | ((-(body.length + 2) & 0x7ff) >>> 0),
];
const program = (...parts: readonly fc.Arbitrary<number[]>[]) =>
  fc.array(fc.oneof(...parts), { minLength: 1, maxLength: 24 }).map((all) => loop(all.flat()));

const RUN = 40_000;

describe('compiled code', () => {
  it('does cycle for cycle what stock rp2040js does, where that does what silicon does', () => {
    fc.assert(
      fc.property(program(...ALU, ...MEMORY, BRANCH), registers, (code, values) => {
        const machine = new Machine(imageOf(code), true, values);
        machine.cpu.run(RUN);
        expect(machine.state).toEqual(stock(imageOf(code), values, RUN));
      }),
      { numRuns: 60 },
    );
  });

  it('does cycle for cycle what the interpreter does, cut into whatever pieces', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: RUN }), { maxLength: 20 });
    const any = program(...ALU, CORRECTED, CORRECTED, ...MEMORY, BRANCH);
    fc.assert(
      fc.property(any, registers, cuts, (code, values, times) => {
        const [compiled, interpreted] = [true, false].map(
          (c) => new Machine(imageOf(code), c, values),
        ) as [Machine, Machine];
        for (const time of [...times, RUN].sort((a, b) => a - b)) compiled.cpu.run(time);
        interpreted.cpu.run(RUN);
        expect(compiled.state).toEqual(interpreted.state);
      }),
      { numRuns: 60 },
    );
  });

  type Put = (mcu: Mcu, code: readonly number[]) => void;
  const byCpu: Put = (mcu, code) =>
    code.forEach((halfword, i) => {
      mcu.writeUint16(DATA + 2 * i, halfword);
    });
  const byDma: Put = (mcu, code) => mcu.copyIn(DATA, new Uint8Array(Uint16Array.from(code).buffer));

  it.each([
    ['by the CPU', byCpu],
    ['by DMA', byDma],
  ])('is forgotten when its place in RAM is written over %s', (_, write) => {
    // r0 counts by the instruction at r7, which is replaced: ADDS r0, #1 becomes ADDS r0, #2.
    const inRam = loop([0x3001]);
    const machine = new Machine(imageOf([0xe7fe]), true);
    const put = (code: readonly number[]) => write(machine.mcu, code);
    put(inRam);
    machine.mcu.core.PC = DATA;
    machine.cpu.run(RUN);
    const before = machine.mcu.core.registers[0] ?? 0;
    put(loop([0x3002]));
    machine.cpu.run(2 * RUN);
    const counted = (machine.mcu.core.registers[0] ?? 0) - before;
    expect(counted).toBeGreaterThan(1.9 * before);
  });
});

/** Expected by hand from ARMv6-M ARM §A6.7: value, shift or operand, carry in; result, N Z C V. */
describe.each([true, false])('silicon, not rp2040js (compiled: %s)', (compiled) => {
  it.each([
    ['LSLS by 0 keeps C', 0x4088, 5, 0, true, 5, 0x2],
    ['LSLS by 32 gives 0 and the last bit out', 0x4088, 1, 32, false, 0, 0x6],
    ['LSLS by 33 gives 0 and no carry', 0x4088, 0xffffffff, 33, true, 0, 0x4],
    ['LSRS by 0 keeps C', 0x40c8, 0x80000000, 0, false, 0x80000000, 0x8],
    ['LSRS by 32 gives 0 and the top bit', 0x40c8, 0x80000000, 32, false, 0, 0x6],
    ['ASRS by 40 spreads the sign', 0x4108, 0x80000000, 40, false, 0xffffffff, 0xa],
    ['RORS by 0 keeps C', 0x41c8, 0x80000001, 0, false, 0x80000001, 0x8],
    [
      'RORS by 32 leaves the value and takes C from it',
      0x41c8,
      0x80000001,
      32,
      false,
      0x80000001,
      0xa,
    ],
    ['ADCS 0x7fffffff + 0 + 1 overflows', 0x4148, 0x7fffffff, 0, true, 0x80000000, 0x9],
    ['ADCS 1 + 0xffffffff + 1 carries and does not overflow', 0x4148, 1, 0xffffffff, true, 1, 0x2],
    ['SBCS 0 - 0x7fffffff - 1 does not overflow', 0x4188, 0, 0x7fffffff, false, 0x80000000, 0x8],
    ['SBCS 0 - 0xffffffff - 1 borrows', 0x4188, 0, 0xffffffff, false, 0, 0x4],
  ])('%s', (_what, opcode, r0, r1, carry, result, flags) => {
    // r2, r3 hold the operands; each round sets r0, r1 and C anew: C by CMP of r4 with r5.
    const body = [0x0010, 0x0019, 0x42ac, opcode, 0xbf00];
    const values = [0, 0, r0, r1, carry ? 1 : 0, carry ? 0 : 1, 0];
    const machine = new Machine(imageOf(loop(body)), compiled, values);
    // A round takes seven cycles; stop behind the instruction under test, hot or not.
    for (let round = 0; round < 40; round++) machine.cpu.run((7 * round + 4) * 8);
    expect(machine.mcu.core.registers[0]).toBe(result);
    expect(machine.mcu.core.APSR >>> 28).toBe(flags);
  });
});

describe.each([true, false])('faults (compiled: %s)', (compiled) => {
  it.each([
    ['BKPT', [0xbe01], 'breakpoint 1'],
    ['an unaligned load', [0x2001, 0x6800], 'not 32 bit aligned'],
    ['a load from nowhere', [0x2009, 0x0700, 0x6800], 'invalid memory'],
    ['an undefined instruction', [0xde00], 'breakpoint'],
  ])(
    '%s is a HardFault, and a handler that faults again locks the core up',
    (_name, code, what) => {
      const machine = new Machine(imageOf(code), compiled);
      machine.mcu.core.VTOR = 0x10000000; // Vectors that point to 0: no code there either.
      machine.cpu.run(1e6);
      expect(machine.faults[0]?.kind).toBe('hard-fault');
      expect(machine.faults[0]?.what).toContain(what);
      expect(machine.clock.nanos).toBeGreaterThanOrEqual(1e6);
    },
  );
});

describe.each([true, false])('sleep (compiled: %s)', (compiled) => {
  it('WFI with nothing due jumps to the end of the run', () => {
    const machine = new Machine(imageOf([0xbf30, 0xe7fd]), compiled);
    machine.cpu.run(1e12);
    expect(machine.clock.nanos).toBe(1e12);
    expect(machine.cpu.asleep).toBe(true);
  });

  it('a pending interrupt ends WFI under PRIMASK and its handler waits for CPSIE', () => {
    // cpsid; wfi; adds r0, #1; cpsie; b .     The handler at START + 0x20: adds r1, #1; b .
    const code = [0xb672, 0xbf30, 0x3001, 0xb662, 0xe7fe];
    const handler = Array.from({ length: 11 }, () => 0xbf00);
    const machine = new Machine(imageOf([...code, ...handler, 0x0040, 0x3101, 0xe7fe]), compiled);
    const { core } = machine.mcu;
    core.VTOR = RAM;
    machine.mcu.writeUint32(RAM + 4 * (16 + 3), START + 0x22 + 1);
    core.enabledInterrupts = 1 << 3;
    machine.cpu.run(1000);
    expect([core.registers[0], core.registers[1]]).toEqual([0, 0]);
    machine.mcu.setInterrupt(3, true);
    machine.cpu.run(2000);
    expect([core.registers[0], core.registers[1]]).toEqual([1, 1]);
  });
});
