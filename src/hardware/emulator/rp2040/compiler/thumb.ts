/** Thumb as the region compiler sees it: registers and flags as local integers, for the machine of bus.ts. */
import { CodeCache, Images, type SharedCode } from '../../compiler/cache.ts';
import { CodeGuard } from '../../compiler/guard.ts';
import {
  type Block,
  compile,
  type Fetch,
  type Instruction,
  type InstructionSet,
} from '../../compiler/region.ts';
import type { Bus } from '../bus.ts';
import { FLASH_START, RAM_SIZE, RAM_START } from '../memory-map.ts';
import { decode, isWide } from './decode.ts';
import type { Encoding } from './encoding.ts';
import { ALL_FLAGS, type Place } from './place.ts';

/** As the text has them. It is looked for `r1` in `r10`, too: a register more does no harm. */
const REGISTERS = Array.from({ length: 15 }, (_, n) => `r${n}`);

interface Thumb extends Instruction {
  readonly encoding: Encoding;
  readonly opcode: number;
  readonly second: number;
}

/** For each instruction the flags that are read after it before they are set again. */
function liveness(block: Block<Thumb>): readonly number[] {
  const live: number[] = [];
  let after = ALL_FLAGS;
  for (const { encoding } of [...block.instructions].reverse()) {
    if (encoding.mayLeave) after = ALL_FLAGS;
    live.unshift(after);
    after = (after & ~encoding.sets) | encoding.uses;
  }
  return live;
}

const literalOf =
  (fetch: Fetch): Place['literal'] =>
  (address) => {
    const low = fetch(address);
    const high = fetch(address + 2);
    return low === undefined || high === undefined ? undefined : low | (high << 16);
  };

const THUMB: InstructionSet<Thumb> = {
  most: 300,

  at(pc, fetch) {
    const opcode = fetch(pc);
    if (opcode === undefined) return undefined;
    const wide = isWide(opcode);
    const second = wide ? (fetch(pc + 2) ?? 0) : 0;
    const place = { opcode, second, pc, before: 0, most: 0, live: 0, literal: () => undefined };
    const encoding = decode(place);
    if (encoding === undefined) return undefined;
    const { extra } = encoding;
    const what = { encoding, opcode, second, pc, size: wide ? 4 : 2 };
    return { ...what, cycles: encoding.cycles(opcode), extra, flow: encoding.flow(place) };
  },

  /** WFI, WFE, SEV, YIELD */
  resumesAt(pc, fetch) {
    const opcode = fetch(pc);
    return opcode !== undefined && opcode >> 8 === 0xbf ? pc + 2 : undefined;
  },

  emit(block, most, fetch) {
    const live = liveness(block);
    const literal = literalOf(fetch);
    let code = '';
    let before = 0;
    block.instructions.forEach(({ encoding, opcode, second, pc, cycles }, i) => {
      code += encoding.emit({ opcode, second, pc, before, most, live: live[i] ?? 0, literal });
      before += cycles;
    });
    return code;
  },

  frame(body) {
    const used = REGISTERS.filter((r) => body.includes(r));
    const before = [
      'const R=m.R,m_s8=m.s8,m_s16=m.s16,m_s32=m.s32,m_lines=m.lines,core=m.core;',
      `let ${used.map((r) => `${r}=R[${r.slice(1)}]|0,`).join('')}a=0,k=0,t=0,pc=0;`,
      'let fn=core.N?-1:0,fz=core.Z?0:1,fc=core.C?1:0,fv=core.V?-1:0;',
    ].join('\n');
    const after = [
      used.map((r) => `R[${r.slice(1)}]=${r};`).join(''),
      'R[15]=pc;core.N=fn<0;core.Z=fz===0;core.C=fc!==0;core.V=fv<0;return cy;',
    ].join('\n');
    return [before, after];
  },
};

export const IMAGES = new Images<Bus>();

/** The code of a board with these memories; `size` is the image's. */
export function codeCache(
  shared: SharedCode<Bus>,
  size: number,
  memory: { readonly flash: Uint8Array; readonly sram: Uint8Array },
): CodeCache<Bus> {
  return new CodeCache({
    shared,
    flash: { start: FLASH_START, octets: memory.flash.subarray(0, size) },
    ram: { start: RAM_START, octets: memory.sram },
    guard: new CodeGuard(RAM_START, RAM_SIZE),
    compile: ({ entry, alone }, halfword) => compile(THUMB, { entry, alone }, halfword),
  });
}
