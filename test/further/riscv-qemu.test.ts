/** The emulator's RV32IMC core against QEMU: the same programs, the same results, memory and registers. */
import { describe, expect, it } from 'vitest';
import { assemble, canCompare, onCore, onQemu } from './riscv-machine.ts';
import { stream, torture, tortureMachine } from './riscv-programs.ts';

/** 60 KiB of results and data, and 32 registers. */
const LENGTH = 0xf080;

/** Interpreted, and compiled at the first pass. */
const CORES = [undefined, 1] as const;

function compare(text: string): void {
  const program = assemble(text);
  const theirs = onQemu(program);
  expect(theirs.length).toBe(LENGTH);
  for (const hot of CORES) {
    const ours = onCore(program, hot);
    expect(ours.length).toBe(LENGTH);
    const differs = ours.findIndex((octet, i) => octet !== theirs[i]);
    const at = differs & ~3;
    const word = (octets: Uint8Array) => [...octets.subarray(at, at + 4)];
    expect({ hot, differs, word: differs < 0 ? [] : word(ours) }).toEqual({
      hot,
      differs: -1,
      word: differs < 0 ? [] : word(theirs),
    });
  }
}

describe.runIf(canCompare)('RV32IMC as QEMU has it', () => {
  it('every instruction between registers and with an immediate, at its edges', () => {
    compare(torture());
  });

  it('memory, jumps, CSRs, traps, and code that changes itself', () => {
    compare(tortureMachine());
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('5000 instructions by chance, seed %i', (seed) => {
    compare(stream(seed, 5000));
  });
});
