/** RV32IMC as the region compiler sees it: the registers that are used as local integers. */
import { CodeCache, Images, type SharedCode } from '../../compiler/cache.ts';
import {
  type Block,
  compile,
  type Fetch,
  type Flow,
  type InstructionSet,
  type Instruction as Part,
} from '../../compiler/region.ts';
import { decode } from '../decode.ts';
import type { Memory, MemoryLayout } from '../memory.ts';
import type { Instruction } from '../operations.ts';
import * as op from '../operations.ts';
import { condition, textOf } from './text.ts';
import type { Window } from './window.ts';

interface Rv32 extends Part {
  readonly code: Instruction;
}

const NEXT: Flow = { kind: 'next' };
/** What the interpreter does: it traps, or sleeps. */
const INTERPRETED: ReadonlySet<number> = new Set([op.ECALL, op.EBREAK, op.WFI, op.ILLEGAL]);

function decodeAt(pc: number, fetch: Fetch): Instruction | undefined {
  const half = fetch(pc);
  if (half === undefined) return undefined;
  const second = (half & 3) === 3 ? fetch(pc + 2) : 0;
  return second === undefined ? undefined : decode(half | (second << 16), pc);
}

function flowOf(code: Instruction): Flow {
  const { operation, rd, imm } = code;
  if (operation === op.JAL) {
    if (rd !== 0) return { kind: 'call', target: imm };
    return { kind: 'branch', target: imm, condition: undefined };
  }
  if (operation === op.JALR) return { kind: rd === 0 ? 'leave' : 'leave and return' };
  if (operation === op.MRET) return { kind: 'leave' };
  const when = condition(code);
  return when === undefined ? NEXT : { kind: 'branch', target: imm, condition: when };
}

const written = (blocks: readonly Block<Rv32>[]): ReadonlySet<number> =>
  new Set(blocks.flatMap(({ instructions }) => instructions.map(({ code }) => code.rd)));

const rv32 = (layout: MemoryLayout): InstructionSet<Rv32> => ({
  most: 100,

  at(pc, fetch) {
    const code = decodeAt(pc, fetch);
    if (code === undefined || INTERPRETED.has(code.operation)) return undefined;
    return { code, pc, size: code.length, cycles: 1, extra: 0, flow: flowOf(code) };
  },

  resumesAt(pc, fetch) {
    return decodeAt(pc, fetch)?.operation === op.WFI ? pc + 4 : undefined;
  },

  emit({ instructions }) {
    return instructions
      .map(({ code, pc }, before) => textOf({ code, pc, before, layout }))
      .join('');
  },

  frame(body, blocks) {
    const used = [...new Set(body.match(/\bx\d+/g))];
    const changed = written(blocks);
    const names = used.map((name) => `${name}=X[${name.slice(1)}],`).join('');
    const kept = used.filter((name) => changed.has(Number(name.slice(1))));
    return [
      'const X=m.x,s8=m.s8,s16=m.s16,s32=m.s32,f=m.compute,' +
        `lo=Math.max(0,m.guard.top-${layout.dataOffset}),hi=${layout.size - layout.dataOffset}-lo;\nlet ${names}k=0,t=0,pc=0;`,
      `${kept.map((name) => `X[${name.slice(1)}]=${name};`).join('')}m.pc=pc;return cy;`,
    ];
  },
});

/** The interpreter is fast, and V8 slow with what is new to it: sooner, and a short run would lose by it. */
const HOT = 1000;

const NO_FLASH = { start: 0, octets: new Uint8Array(0) } as const;

export const IMAGES = new Images<Window>(HOT);

/** The code of a core with this memory; all that share it have one layout. */
export function codeCache(shared: SharedCode<Window>, memory: Memory): CodeCache<Window> {
  const { layout, octets, guard } = memory;
  const set = rv32(layout);
  return new CodeCache({
    shared,
    flash: NO_FLASH,
    ram: { start: layout.codeBase, octets },
    guard,
    compile: (scope, halfword) => compile(set, scope, halfword),
  });
}
