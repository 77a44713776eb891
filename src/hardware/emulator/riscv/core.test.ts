import { describe, expect, it } from 'vitest';
import { Core } from './core.ts';
import { CAUSE } from './csr.ts';

const CODE = 0x4000_0000;
const DATA = 0x2000_0000;
const OFFSET = 0x100;
const HANDLER = 0x80;
const ABSENT = 0x7000_0000;
/** A peripheral that makes the run end. */
const YIELDS = 0x6000_1000;

interface Bench {
  readonly core: Core;
  readonly accesses: string[];
  readonly exceptions: string[];
}

/** Words from the start of memory on; a register's number and value. Handlers of traps are at HANDLER. */
function bench(code: readonly number[], registers: Readonly<Record<number, number>> = {}): Bench {
  const accesses: string[] = [];
  const exceptions: string[] = [];
  const core: Core = new Core({
    layout: { size: 0x400, codeBase: CODE, dataBase: DATA, dataOffset: OFFSET },
    bus: {
      read: (address, width) => {
        accesses.push(`read ${width} at ${address.toString(16)} after ${core.elapsed}`);
        if (address === YIELDS) core.yield();
        return address >= ABSENT ? undefined : 0x89ab_cdef & (width === 1 ? 0xff : -1);
      },
      write: (address, width, value) => {
        accesses.push(`write ${width} ${value.toString(16)} at ${address.toString(16)}`);
        return address < ABSENT;
      },
    },
    csrs: { mtvecMask: 0xffff_ff80, vectors: 'either', constants: { 769: 0x4000_1104, 3857: 7 } },
    onException: (cause, pc) => exceptions.push(`${cause} at ${pc.toString(16)}`),
  });
  core.memory.load(0, new Uint8Array(Uint32Array.from(code).buffer));
  core.pc = CODE;
  for (const [register, value] of Object.entries(registers)) core.x[Number(register)] = value;
  core.csrs.access(85, 0x305, CODE + HANDLER, true);
  return { core, accesses, exceptions };
}

const NOP = 0x13;
const csr = (core: Core, number: number): number | undefined =>
  core.csrs.access(86, number, 0, false);
const MSTATUS = 0x300;

describe('registers', () => {
  it('x0 stays 0, whatever is written to it', () => {
    const { core } = bench([0x00500013, 0x000000b3]); // addi x0,x0,5; add x1,x0,x0
    core.x[1] = 9;
    expect(core.run(2)).toBe(2);
    expect([core.x[0], core.x[1]]).toEqual([0, 0]);
  });

  it('JALR reads its register before it writes the same one', () => {
    const { core } = bench([0x004080e7], { 1: CODE + 0x21 }); // jalr x1, 4(x1)
    core.run(1);
    expect([core.pc, core.x[1]]).toEqual([CODE + 0x24, CODE + 4]);
  });

  it('a compressed jump and link returns behind its two octets', () => {
    const { core } = bench([0x00012011]); // c.jal .+4
    core.run(1);
    expect([core.pc, core.x[1]]).toEqual([CODE + 4, CODE + 2]);
  });
});

describe('loads and stores', () => {
  const LOADS: readonly (readonly [string, number, number])[] = [
    ['lb', 0x00010083, -1],
    ['lbu', 0x00014083, 0xff],
    ['lh', 0x00011083, -32513],
    ['lhu', 0x00015083, 0x80ff],
    ['lw', 0x00012083, 0x7f0180ff],
  ];
  it.each(LOADS)('%s extends its sign, or not', (_name, word, value) => {
    const { core } = bench([word], { 2: DATA + 8 });
    core.memory.octets.set([0xff, 0x80, 0x01, 0x7f], OFFSET + 8);
    core.run(1);
    expect(core.x[1]).toBe(value);
  });

  it.each(LOADS)('%s does so at any address', (_name, word, value) => {
    const { core } = bench([word], { 2: DATA + 9 });
    core.memory.octets.set([0xff, 0x80, 0x01, 0x7f], OFFSET + 9);
    core.run(1);
    expect(core.x[1]).toBe(value);
  });

  it('sb, sh and sw write as many octets, aligned or not', () => {
    const { core } = bench([0x00110023, 0x001110a3, 0x001122a3], { 1: 0x01020304, 2: DATA });
    core.run(3); // sb x1,0(x2); sh x1,1(x2); sw x1,5(x2)
    const octets = core.memory.octets.subarray(OFFSET, OFFSET + 10);
    expect([...octets]).toEqual([4, 4, 3, 0, 0, 4, 3, 2, 1, 0]);
  });

  it('what is not memory is asked of the bus, at its cycle', () => {
    const { core, accesses } = bench([NOP, 0x00012083, 0x00311023], { 2: 0x6000_0000, 3: -1 });
    core.run(3); // lw x1,0(x2); sh x3,0(x2)
    expect(accesses).toEqual(['read 4 at 60000000 after 2', 'write 2 ffff at 60000000']);
    expect(core.x[1]).toBe(0x89abcdef | 0);
  });

  const FAULTS: readonly (readonly [string, number, number, number])[] = [
    ['a load that nobody answers', 0x00012083, ABSENT, CAUSE.loadAccess],
    ['a store that nobody answers', 0x00112023, ABSENT, CAUSE.storeAccess],
    ['a load across the end of memory', 0x00012083, DATA + 0x2fe, CAUSE.loadAccess],
    ['a load from a peripheral that is not aligned', 0x00011083, 0x6000_0001, CAUSE.loadAccess],
    ['a store to a peripheral that is not aligned', 0x00112023, 0x6000_0002, CAUSE.storeAccess],
  ];
  it.each(FAULTS)('%s traps, and changes nothing', (_what, word, address, cause) => {
    const { core } = bench([NOP, word], { 1: 5, 2: address });
    core.run(2);
    expect([core.pc, core.x[1]]).toEqual([CODE + HANDLER, 5]);
    expect([core.csrs.mcause, core.csrs.mepc, core.csrs.mtval >>> 0]).toEqual([
      cause,
      CODE + 4,
      address,
    ]);
  });
});

describe('traps', () => {
  const TRAPS: readonly (readonly [string, number, number, number])[] = [
    ['ECALL', 0x73, CAUSE.environmentCall, 0],
    ['EBREAK', 0x100073, CAUSE.breakpoint, CODE],
    ['C.EBREAK', 0x9002, CAUSE.breakpoint, CODE],
    ['an illegal instruction', 0xffffffff, CAUSE.illegalInstruction, -1],
    ['an illegal half', 0xffff0000, CAUSE.illegalInstruction, 0],
    ['a CSR that is not there', 0x7c0012f3, CAUSE.illegalInstruction, 0x7c0012f3],
    ['a write to a CSR that only reads', 0xf11012f3, CAUSE.illegalInstruction, 0xf11012f3 | 0],
  ];
  it.each(TRAPS)('%s', (_what, word, cause, value) => {
    const { core, exceptions } = bench([word], { 5: 3 });
    core.run(1);
    const { mcause, mepc, mtval } = core.csrs;
    expect([mcause, mepc, mtval, core.x[5]]).toEqual([cause, CODE, value, 3]);
    expect(core.pc).toBe(CODE + HANDLER);
    expect(exceptions).toEqual([`${cause} at ${CODE.toString(16)}`]);
  });

  it('a jump to where no memory is traps there', () => {
    const { core } = bench([0x00008067], { 1: 0x5000_0000 }); // jalr x0, 0(x1)
    core.run(2);
    expect([core.csrs.mcause, core.csrs.mepc]).toEqual([CAUSE.instructionAccess, 0x5000_0000]);
  });

  it('an instruction half of which is there traps', () => {
    const { core } = bench([]);
    core.memory.load(0x3fe, Uint8Array.of(0x13, 0x00));
    core.pc = CODE + 0x3fe;
    core.run(1);
    expect(core.csrs.mcause).toBe(CAUSE.instructionAccess);
  });

  it('MRET goes back, with interrupts as they were', () => {
    const { core } = bench([0x30046073, 0x73]); // csrsi mstatus, 8; ecall
    core.memory.load(HANDLER, Uint8Array.of(0x73, 0, 0x20, 0x30)); // mret
    core.run(2);
    expect(csr(core, MSTATUS)).toBe(0x1880);
    core.run(1);
    expect([csr(core, MSTATUS), core.pc]).toEqual([0x1888, CODE + 4]);
  });
});

describe('CSRs', () => {
  const ACCESSES: readonly (readonly [string, number, number, number])[] = [
    ['csrrw x5, mscratch, x6', 0x340312f3, 0x0ff0, 0x00ff],
    ['csrrs x5, mscratch, x6', 0x340322f3, 0x0ff0, 0x0fff],
    ['csrrc x5, mscratch, x6', 0x340332f3, 0x0ff0, 0x0f00],
    ['csrrs x5, mscratch, x0', 0x340022f3, 0x0ff0, 0x0ff0],
    ['csrrwi x5, mscratch, 31', 0x340fd2f3, 0x0ff0, 31],
    ['csrrsi x5, mscratch, 31', 0x340fe2f3, 0x0ff0, 0x0fff],
    ['csrrci x5, mscratch, 31', 0x340ff2f3, 0x0ff0, 0x0fe0],
  ];
  it.each(ACCESSES)('%s', (_text, word, old, present) => {
    const { core } = bench([word], { 6: 0x00ff });
    core.csrs.access(85, 0x340, old, true);
    core.run(1);
    expect([core.x[5], csr(core, 0x340)]).toEqual([old, present]);
  });

  it('one that only reads can be read by CSRRS of x0', () => {
    const { core, exceptions } = bench([0xf11022f3]);
    core.run(1);
    expect([core.x[5], exceptions]).toEqual([7, []]);
  });

  it('mtvec keeps the bits that it has, mepc is even', () => {
    const { core } = bench([]);
    core.csrs.access(85, 0x305, -1, true);
    core.csrs.access(85, 0x341, 3, true);
    expect([csr(core, 0x305), csr(core, 0x341)]).toEqual([0xffffff81 | 0, 2]);
  });
});

describe('interrupts', () => {
  const enable = (core: Core): void => void core.csrs.access(86, MSTATUS, 8, true);

  it('one that is let through is taken before the next instruction, at its vector', () => {
    const { core } = bench([NOP]);
    core.csrs.access(85, 0x305, CODE + HANDLER + 1, true);
    enable(core);
    core.memory.load(HANDLER + 4 * 6, Uint8Array.of(0x13, 0, 0, 0));
    core.setInterrupt(6);
    core.run(1);
    expect([core.csrs.mcause >>> 0, core.csrs.mepc]).toEqual([0x80000006, CODE]);
    expect(core.pc).toBe(CODE + HANDLER + 4 * 6 + 4);
  });

  it('without vectors all go to the base', () => {
    const { core } = bench([NOP]);
    enable(core);
    core.memory.load(HANDLER, Uint8Array.of(0x13, 0, 0, 0));
    core.setInterrupt(6);
    core.run(1);
    expect(core.pc).toBe(CODE + HANDLER + 4);
  });

  it('while MIE is 0 none is taken; setting it lets the one that waits in', () => {
    const { core } = bench([NOP, 0x30046073, NOP]);
    core.memory.load(HANDLER, Uint8Array.of(0x13, 0, 0, 0));
    core.setInterrupt(3);
    expect(core.run(3)).toBe(2); // It says so after CSRSI.
    expect(core.pc).toBe(CODE + 8);
    core.run(1);
    expect(core.csrs.mepc).toBe(CODE + 8);
  });

  it('WFI sleeps until an interrupt comes, even one that may not be taken', () => {
    const { core } = bench([0x10500073, 0x00100093]); // wfi; li x1, 1
    expect(core.run(10)).toBe(1);
    expect(core.asleep).toBe(true);
    core.setInterrupt(1);
    expect(core.asleep).toBe(false);
    core.run(1);
    expect([core.x[1], core.pc]).toEqual([1, CODE + 8]);
  });

  it('WFI with an interrupt waiting does nothing', () => {
    const { core } = bench([0x10500073]);
    core.setInterrupt(1);
    core.run(1);
    expect(core.asleep).toBe(false);
  });

  it('a bus access may end the run', () => {
    const { core } = bench([0x00012083, NOP, NOP], { 2: YIELDS });
    expect(core.run(3)).toBe(1);
    expect(core.run(3)).toBe(3);
  });
});

describe('code that changes', () => {
  it('is decoded anew when a store has changed it', () => {
    // loop: addi x1, x1, 1 … where sw makes the first instruction addi x1, x1, 16
    const { core } = bench([NOP], { 2: DATA, 3: 0x01008093 });
    const at = OFFSET;
    core.memory.load(at, new Uint8Array(Uint32Array.of(0x00108093, 0x00312023).buffer));
    core.pc = CODE + at;
    core.run(2);
    core.pc = CODE + at;
    core.run(1);
    expect(core.x[1]).toBe(17);
  });

  it('also when only the second half of an instruction lies in the line written', () => {
    const at = OFFSET + 0x3e;
    const { core } = bench([], { 2: DATA + 0x40, 3: 0x0100 });
    core.memory.load(at, new Uint8Array(Uint32Array.of(0x00108093).buffer)); // addi x1, x1, 1
    core.pc = CODE + at;
    core.run(1);
    core.memory.load(OFFSET + 0x80, Uint8Array.of(0x23, 0x10, 0x31, 0x00)); // sh x3, 0(x2)
    core.pc = CODE + at;
    core.run(1);
    core.pc = CODE + OFFSET + 0x80;
    core.run(1);
    core.pc = CODE + at;
    core.run(1);
    expect(core.x[1]).toBe(1 + 1 + 16);
  });
});
