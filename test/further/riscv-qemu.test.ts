/** The emulator's RV32IMC core against QEMU: the same programs, the same results, memory and registers. */
import { describe, expect, it } from 'vitest';
import { assemble, canCompare, onCore, onQemu } from './riscv-machine.ts';
import { stream, torture, tortureMachine } from './riscv-programs.ts';

/** 60 KiB of results and data, and 32 registers. */
const LENGTH = 0xf080;

function compare(text: string): void {
  const program = assemble(text);
  const [ours, theirs] = [onCore(program), onQemu(program)];
  expect(ours.length).toBe(LENGTH);
  const differs = ours.findIndex((octet, i) => octet !== theirs[i]);
  expect({ differs, at: [...ours.subarray(differs & ~3, (differs & ~3) + 4)] }).toEqual({
    differs: -1,
    at:
      differs === -1
        ? [...ours.subarray(-4, 0)]
        : [...theirs.subarray(differs & ~3, (differs & ~3) + 4)],
  });
  expect(theirs.length).toBe(LENGTH);
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
