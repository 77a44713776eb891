/**
 * A region of code as one JavaScript function: the basic blocks that are reached from an entry, calls and
 * returns among them, up to a size; each is a case of a switch, so that loops stay inside.
 *
 * Invariants:
 *   (1) A block is entered only when it will be over before anything is due: compiled code crosses no
 *       alarm, so that it does octet for octet and cycle for cycle what the interpreter does.
 *   (2) What was read to make it, instructions and literals, is in `madeFrom`; when any of it changes the
 *       region is not used again, and a store that changes it ends the running block.
 */
import type { Bus } from '../bus.ts';
import { decode, isWide } from './decode.ts';
import type { Encoding, Flow } from './encoding.ts';
import { ALL_FLAGS, type Place } from './place.ts';

/** Runs from block `block` on until it must stop; returns the cycles so far. R15 says where it stopped. */
export type Compiled = (bus: Bus, cycle: number, limit: number, block: number) => number;

export interface Region {
  readonly run: Compiled;
  /** The address of each block, by its number: any may be entered. */
  readonly entries: readonly number[];
  /** Address and value of each halfword that it was made from. */
  readonly madeFrom: readonly (readonly [address: number, value: number])[];
}

/** Reads a halfword of code; undefined where there is none. */
export type Fetch = (address: number) => number | undefined;

/** Larger functions V8 optimises late or never. */
const INSTRUCTIONS_MAX = 300;
/** As the text has them. It is looked for `r1` in `r10`, too: a register more does no harm. */
const REGISTERS = Array.from({ length: 15 }, (_, n) => `r${n}`);
/** Of a block: the longer, the more is interpreted before an alarm. */
const BLOCK_MAX = 16;
/** WFI, WFE, SEV, YIELD: the interpreter's, and what follows them is this region's again. */
const isHint = (opcode: number | undefined): boolean =>
  opcode !== undefined && opcode >> 8 === 0xbf;

interface Instruction {
  readonly encoding: Encoding;
  readonly opcode: number;
  readonly second: number;
  readonly pc: number;
  readonly size: number;
  readonly flow: Flow;
}

interface Block {
  readonly start: number;
  readonly instructions: readonly Instruction[];
  /** Where execution goes on when the last instruction does not say otherwise. */
  readonly end: number;
}

function instructionAt(pc: number, fetch: Fetch): Instruction | undefined {
  const opcode = fetch(pc);
  if (opcode === undefined) return undefined;
  const wide = isWide(opcode);
  const second = wide ? (fetch(pc + 2) ?? 0) : 0;
  const place = { opcode, second, pc, before: 0, most: 0, live: 0, literal: () => undefined };
  const encoding = decode(place);
  if (encoding === undefined) return undefined;
  return { encoding, opcode, second, pc, size: wide ? 4 : 2, flow: encoding.flow(place) };
}

/** All instructions that belong to the region, and the addresses where its blocks start. */
class Exploration {
  readonly instructions = new Map<number, Instruction>();
  readonly starts = new Set<number>();
  readonly #fetch: Fetch;
  readonly #queue: number[] = [];

  constructor(entry: number, fetch: Fetch, alone: boolean) {
    this.#fetch = fetch;
    this.#reach(entry);
    if (alone) this.#follow(entry);
    else
      for (let pc = this.#queue.shift(); pc !== undefined; pc = this.#queue.shift())
        this.#follow(pc);
  }

  #reach(...addresses: readonly number[]): void {
    for (const address of addresses) this.starts.add(address);
    this.#queue.push(...addresses);
  }

  /** What is executed from `pc` on, one instruction after the other. */
  #follow(pc: number): void {
    let at = pc;
    for (let length = 1; !this.instructions.has(at); length++) {
      if (this.instructions.size >= INSTRUCTIONS_MAX) return;
      const instruction = instructionAt(at, this.#fetch);
      if (instruction === undefined) {
        if (isHint(this.#fetch(at))) this.#reach(at + 2);
        return;
      }
      if (length % BLOCK_MAX === 0) this.starts.add(at);
      this.instructions.set(at, instruction);
      at += instruction.size;
      if (instruction.flow.kind !== 'next') {
        this.#reach(...successors(instruction.flow, at));
        return;
      }
    }
  }
}

function successors(flow: Flow, next: number): readonly number[] {
  if (flow.kind === 'leave and return') return [next];
  if (flow.kind === 'call') return [flow.target, next];
  if (flow.kind !== 'branch') return [];
  return flow.condition === undefined ? [flow.target] : [flow.target, next];
}

function blocksOf(entry: number, fetch: Fetch, alone: boolean): readonly Block[] {
  const { instructions, starts } = new Exploration(entry, fetch, alone);
  const blocks: Block[] = [];
  for (const start of [...starts].sort((a, b) => a - b)) {
    const body: Instruction[] = [];
    let pc = start;
    for (let i = instructions.get(pc); i !== undefined; i = instructions.get(pc)) {
      body.push(i);
      pc += i.size;
      if (i.flow.kind !== 'next' || starts.has(pc)) break;
    }
    if (body.length > 0) blocks.push({ start, instructions: body, end: pc });
  }
  return blocks;
}

/** For each instruction the flags that are read after it before they are set again. */
function liveness(block: Block): readonly number[] {
  const live: number[] = [];
  let after = ALL_FLAGS;
  for (const { encoding } of [...block.instructions].reverse()) {
    if (encoding.mayLeave) after = ALL_FLAGS;
    live.unshift(after);
    after = (after & ~encoding.sets) | encoding.uses;
  }
  return live;
}

const mostOf = (block: Block): number =>
  block.instructions.reduce(
    (sum, { encoding, opcode }) => sum + encoding.cycles(opcode) + encoding.extra,
    0,
  );

class Emitter {
  readonly #blocks: readonly Block[];
  readonly #literal: Place['literal'];
  readonly #numbers: ReadonlyMap<number, number>;

  constructor(blocks: readonly Block[], fetch: Fetch) {
    this.#blocks = blocks;
    this.#literal = (address) => {
      const low = fetch(address);
      const high = fetch(address + 2);
      return low === undefined || high === undefined ? undefined : low | (high << 16);
    };
    this.#numbers = new Map(blocks.map((block, number) => [block.start, number]));
  }

  body(): string {
    return this.#blocks.map((block, number) => this.#block(block, number)).join('\n');
  }

  #block(block: Block, number: number): string {
    const live = liveness(block);
    let code = '';
    let cycles = 0;
    const most = mostOf(block);
    block.instructions.forEach(({ encoding, opcode, second, pc }, i) => {
      const before = cycles;
      const place = {
        opcode,
        second,
        pc,
        before,
        most,
        live: live[i] ?? 0,
        literal: this.#literal,
      };
      code += encoding.emit(place);
      cycles += encoding.cycles(opcode);
    });
    const guard = `if((cy+${most})>=limit){pc=${block.start};break run;}`;
    const tail = this.#tail(block, number, cycles);
    return `case ${number}:L${number}:for(;;){${guard}${code}${tail}}`;
  }

  #tail(block: Block, number: number, cycles: number): string {
    const last = block.instructions.at(-1);
    const flow = last?.flow;
    if (flow?.kind === 'leave' || flow?.kind === 'leave and return') return '';
    const count = `cy=(cy+${cycles})|0;`;
    if (flow?.kind === 'call') return count + this.#go(flow.target, number);
    if (flow?.kind !== 'branch') return count + this.#go(block.end, number);
    if (flow.condition === undefined) return count + this.#go(flow.target, number);
    // One sum for both ways, since V8 throws its code away at a sum that it never saw.
    const either = `k=${flow.condition}?${cycles + 1}:${cycles};cy=(cy+k)|0;`;
    const taken = `if(k!==${cycles}){${this.#go(flow.target, number)}}`;
    return `${either}${taken}${this.#go(block.end, number)}`;
  }

  #go(target: number, from: number): string {
    const number = this.#numbers.get(target);
    if (number === undefined) return `pc=${target};break run;`;
    if (number === from) return `continue L${from};`;
    return number === from + 1 ? `break L${from};` : `b=${number};continue run;`;
  }
}

/** The number of the block at each halfword, −1 where none starts, and the address of the first. */
function numbersOf(blocks: readonly Block[]): [Int16Array, number] {
  const first = blocks[0]?.start ?? 0;
  const last = blocks.at(-1)?.start ?? 0;
  const numbers = new Int16Array(((last - first) >> 1) + 1).fill(-1);
  blocks.forEach(({ start }, number) => {
    numbers[(start - first) >> 1] = number;
  });
  return [numbers, first];
}

/**
 * Undefined when the instruction at `entry` is the interpreter's.
 * @param alone only what follows `entry` up to the next branch.
 */
export function compile(entry: number, memory: Fetch, alone: boolean): Region | undefined {
  const read = new Map<number, number>();
  const fetch: Fetch = (address) => {
    const value = memory(address);
    if (value !== undefined) read.set(address, value);
    return value;
  };
  const blocks = blocksOf(entry, fetch, alone);
  if (blocks.length === 0 || !blocks.some(({ start }) => start === entry)) return undefined;
  const body = new Emitter(blocks, fetch).body();
  const used = REGISTERS.filter((r) => body.includes(r));
  const source = [
    'const R=m.R,m_s8=m.s8,m_s16=m.s16,m_s32=m.s32,m_lines=m.lines,core=m.core;',
    `let ${used.map((r) => `${r}=R[${r.slice(1)}]|0,`).join('')}a=0,k=0,t=0,pc=0;`,
    'let fn=core.N?-1:0,fz=core.Z?0:1,fc=core.C?1:0,fv=core.V?-1:0;',
    `run:for(;;){switch(b){\n${body}\n}}`,
    used.map((r) => `R[${r.slice(1)}]=${r};`).join(''),
    'R[15]=pc;core.N=fn<0;core.Z=fz===0;core.C=fc!==0;core.V=fv<0;return cy;',
  ].join('\n');
  // The one place where code is made from data: the data is a firmware image's instructions, and every
  // piece of the text is from this folder's tables.
  const make = new Function('T', 'O', `return function(m,cy,limit,b){${source}}`);
  const run = make(...numbersOf(blocks)) as Compiled;
  return { run, entries: blocks.map(({ start }) => start), madeFrom: [...read] };
}
