/**
 * A region of code as one JavaScript function: the basic blocks that are reached from an entry, calls and
 * returns among them, up to a size; each is a case of a switch, so that loops stay inside. What the
 * instructions are is the core's affair.
 *
 * Invariants:
 *   (1) A block is entered only when it will be over before anything is due: compiled code crosses no
 *       alarm, so that it does octet for octet and cycle for cycle what the interpreter does.
 *   (2) What was read to make it, instructions and literals, is in `madeFrom`; when any of it changes the
 *       region is not used again, and a store that changes it ends the running block.
 */

/** What comes after an instruction. */
export type Flow =
  | { readonly kind: 'next' }
  | { readonly kind: 'branch'; readonly target: number; readonly condition: string | undefined }
  /** What follows is come back to. */
  | { readonly kind: 'call'; readonly target: number }
  /** `pc` holds where to go on, and what follows is come back to. */
  | { readonly kind: 'leave and return' }
  /** `pc` holds where to go on. */
  | { readonly kind: 'leave' };

export interface Instruction {
  readonly pc: number;
  /** In octets. */
  readonly size: number;
  readonly cycles: number;
  /** Cycles beyond `cycles` that a taken branch takes more. */
  readonly extra: number;
  readonly flow: Flow;
}

export interface Block<I> {
  readonly start: number;
  readonly instructions: readonly I[];
  /** Where execution goes on when the last instruction does not say otherwise. */
  readonly end: number;
}

/** Reads a halfword of code; undefined where there is none. */
export type Fetch = (address: number) => number | undefined;

/** Whether some region has a block at an address. */
export type Known = (address: number) => boolean;

const NOTHING: Known = () => false;

/** Runs from block `block` on until it must stop; returns the cycles so far. The machine knows where it stopped. */
export type Compiled<M> = (machine: M, cycle: number, limit: number, block: number) => number;

/** A core's instructions as JavaScript, for a machine `M`. */
export interface InstructionSet<I extends Instruction> {
  /** How many a region has at most: V8 takes more than its share of time for large functions, or never ends. */
  readonly most: number;
  /** Undefined for what the interpreter has to do. */
  at(pc: number, fetch: Fetch): I | undefined;
  /** Where the interpreter goes on behind what it has to do at `pc`, when that is this region's again. */
  resumesAt(pc: number, fetch: Fetch): number | undefined;
  /** What the block's instructions do, all but going on behind it. It takes `most` cycles at most. */
  emit(block: Block<I>, most: number, fetch: Fetch): string;
  /** What stands before the blocks and behind them: `body` is their text. */
  frame(body: string, blocks: readonly Block<I>[]): readonly [before: string, after: string];
}

export interface Region<M> {
  readonly run: Compiled<M>;
  /** The address of each block, by its number: any may be entered. */
  readonly entries: readonly number[];
  /** Address and value of each halfword that it was made from. */
  readonly madeFrom: readonly (readonly [address: number, value: number])[];
}

/** Of a block: the longer, the more is interpreted before an alarm. */
export const BLOCK_MAX = 16;

/** What is compiled. */
export interface Scope {
  readonly entry: number;
  /** Only what follows the entry, up to the next branch. */
  readonly alone: boolean;
  /** Where other regions are gone on with, rather than compiled once more. */
  readonly known?: Known;
}

/** All instructions that belong to the region, and the addresses where its blocks start. */
class Exploration<I extends Instruction> {
  readonly instructions = new Map<number, I>();
  readonly starts = new Set<number>();
  readonly #set: InstructionSet<I>;
  readonly #fetch: Fetch;
  readonly #known: Known;
  readonly #queue: number[] = [];

  constructor(set: InstructionSet<I>, { entry, alone, known = NOTHING }: Scope, fetch: Fetch) {
    this.#set = set;
    this.#fetch = fetch;
    this.#known = known;
    this.starts.add(entry);
    this.#queue.push(entry);
    if (alone) this.#follow(entry);
    else
      for (let pc = this.#queue.shift(); pc !== undefined; pc = this.#queue.shift())
        this.#follow(pc);
  }

  #reach(...addresses: readonly number[]): void {
    for (const address of addresses) {
      if (this.#known(address)) continue;
      this.starts.add(address);
      this.#queue.push(address);
    }
  }

  /** What is executed from `pc` on, one instruction after the other. */
  #follow(pc: number): void {
    let at = pc;
    for (let length = 1; !this.instructions.has(at); length++) {
      if (this.instructions.size >= this.#set.most) return;
      if (length > 1 && this.#known(at)) return;
      const instruction = this.#set.at(at, this.#fetch);
      if (instruction === undefined) {
        const resumes = this.#set.resumesAt(at, this.#fetch);
        if (resumes !== undefined) this.#reach(resumes);
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

function blocksOf<I extends Instruction>({
  instructions,
  starts,
}: Exploration<I>): readonly Block<I>[] {
  const blocks: Block<I>[] = [];
  for (const start of [...starts].sort((a, b) => a - b)) {
    const body: I[] = [];
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

class Emitter<I extends Instruction> {
  readonly #set: InstructionSet<I>;
  readonly #blocks: readonly Block<I>[];
  readonly #fetch: Fetch;
  readonly #numbers: ReadonlyMap<number, number>;

  constructor(set: InstructionSet<I>, blocks: readonly Block<I>[], fetch: Fetch) {
    this.#set = set;
    this.#blocks = blocks;
    this.#fetch = fetch;
    this.#numbers = new Map(blocks.map((block, number) => [block.start, number]));
  }

  body(): string {
    return this.#blocks.map((block, number) => this.#block(block, number)).join('\n');
  }

  #block(block: Block<I>, number: number): string {
    const cycles = block.instructions.reduce((sum, i) => sum + i.cycles, 0);
    const most = block.instructions.reduce((sum, i) => sum + i.extra, cycles);
    const code = this.#set.emit(block, most, this.#fetch);
    const guard = `if((cy+${most})>=limit){pc=${block.start};break run;}`;
    const tail = this.#tail(block, number, cycles);
    return `case ${number}:L${number}:for(;;){${guard}${code}${tail}}`;
  }

  #tail(block: Block<I>, number: number, cycles: number): string {
    const last = block.instructions.at(-1);
    const flow = last?.flow;
    if (flow?.kind === 'leave' || flow?.kind === 'leave and return') return '';
    const count = `cy=(cy+${cycles})|0;`;
    if (flow?.kind === 'call') return count + this.#go(flow.target, number);
    if (flow?.kind !== 'branch') return count + this.#go(block.end, number);
    if (flow.condition === undefined) return count + this.#go(flow.target, number);
    const taken = this.#go(flow.target, number);
    const other = this.#go(block.end, number);
    if (last?.extra === 0) return `${count}if(${flow.condition}){${taken}}${other}`;
    // One sum for both ways, since V8 throws its code away at a sum that it never saw.
    const either = `k=${flow.condition}?${cycles + 1}:${cycles};cy=(cy+k)|0;`;
    return `${either}if(k!==${cycles}){${taken}}${other}`;
  }

  #go(target: number, from: number): string {
    const number = this.#numbers.get(target);
    if (number === undefined) return `pc=${target};break run;`;
    if (number === from) return `continue L${from};`;
    return number === from + 1 ? `break L${from};` : `b=${number};continue run;`;
  }
}

/** The number of the block at each halfword, −1 where none starts, and the address of the first. */
function numbersOf(blocks: readonly Block<Instruction>[]): [Int16Array, number] {
  const first = blocks[0]?.start ?? 0;
  const last = blocks.at(-1)?.start ?? 0;
  const numbers = new Int16Array(((last - first) >> 1) + 1).fill(-1);
  blocks.forEach(({ start }, number) => {
    numbers[(start - first) >> 1] = number;
  });
  return [numbers, first];
}

/** Undefined when the instruction at the entry is the interpreter's. */
export function compile<M, I extends Instruction>(
  set: InstructionSet<I>,
  scope: Scope,
  memory: Fetch,
): Region<M> | undefined {
  const read = new Map<number, number>();
  const fetch: Fetch = (address) => {
    const value = memory(address);
    if (value !== undefined) read.set(address, value);
    return value;
  };
  const blocks = blocksOf(new Exploration(set, scope, fetch));
  if (blocks.length === 0 || !blocks.some(({ start }) => start === scope.entry)) return undefined;
  const body = new Emitter(set, blocks, fetch).body();
  const [before, after] = set.frame(body, blocks);
  // The one place where code is made from data: the data is a firmware image's instructions, and every
  // piece of the text is from the compilers' own tables.
  const text = `${before}\nrun:for(;;){switch(b){\n${body}\n}}\n${after}`;
  const make = new Function('T', 'O', `return function(m,cy,limit,b){${text}}`);
  const run = make(...numbersOf(blocks)) as Compiled<M>;
  return { run, entries: blocks.map(({ start }) => start), madeFrom: [...read] };
}
