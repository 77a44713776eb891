/** Loads and stores, one or many: ARMv6-M Architecture Reference Manual §A5.2.4, §A6.7. */
import { LINE } from '../../compiler/guard.ts';
import { goTo, hex } from '../../compiler/text.ts';
import { RAM_SIZE, RAM_START } from '../memory-map.ts';
import type { Row } from './encoding.ts';
import { d, decline, imm5, imm8, m, n, type Place, wide } from './place.ts';

type Width = 8 | 16 | 32;
const SHIFT: Readonly<Record<Width, number>> = { 8: 0, 16: 1, 32: 2 };

const inRam = (width: Width): string => {
  const aligned = width === 8 ? '' : `&&(a&${(width >> 3) - 1})===0`;
  return `((a-${RAM_START})>>>0)<${RAM_SIZE}${aligned}`;
};

/** Where an access that is not plain RAM stands, for the bus. */
const where = ({ before, most }: Place): string => `cy,${before},${most}`;

/**
 * The access may have made something due, or taken so long that the block is no longer over in time. The bus
 * does the sums: V8 throws optimised code away when it comes to an operation that it never saw carried out.
 */
const afterAccess = ({ pc }: Place): string =>
  `cy=m.cycle;if(m.left){pc=${hex(pc + 2)};break run;}`;

const load = (place: Place, width: Width, target: string, address: string, sign = ''): string => {
  const cell = `m_s${width}[(a-${RAM_START})>>${SHIFT[width]}]`;
  const slow = `m.load${width}(a,${where(place)})`;
  const signed = sign === '' ? '' : `${target}=(${target}<<${sign})>>${sign};`;
  return (
    `a=(${address})|0;if(${inRam(width)}){${target}=${cell};${signed}}` +
    `else{${target}=${slow};${signed}${afterAccess(place)}}`
  );
};

const store = (place: Place, width: Width, source: string, address: string): string =>
  `a=(${address})|0;if(${inRam(width)}&&m_lines[(a-${RAM_START})>>${LINE}]===0)m_s${width}[(a-${RAM_START})>>${SHIFT[width]}]=${source};` +
  `else{m.store${width}(a,${source},${where(place)});${afterAccess(place)}}`;

const listed = (opcode: number): readonly number[] =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter((r) => ((opcode >> r) & 1) === 1);

/** Guards a block of words at `a`: anything but aligned RAM is the interpreter's. */
const wordsInRam = (place: Place, words: number): string =>
  `if(((a-${RAM_START})>>>0)>${RAM_SIZE - 4 * words}||(a&3)!==0){${decline(place)}}` +
  `k=(a-${RAM_START})>>2;`;

/** No code among the words from index k on: they lie in two lines at most. */
const noCode = (place: Place, words: number): string =>
  `if((m_lines[k>>${LINE - 2}]|m_lines[(k+${words - 1})>>${LINE - 2}])!==0){${decline(place)}}`;

function push(place: Place): string {
  const registers = [...listed(place.opcode).map((r) => `r${r}`)];
  if ((place.opcode & 0x100) !== 0) registers.push('r14');
  const words = registers.length;
  const stores = registers.map((r, i) => `m_s32[k+${i}]=${r};`).join('');
  return `a=(r13-${4 * words})|0;${wordsInRam(place, words)}${noCode(place, words)}${stores}r13=a;`;
}

function pop(place: Place): string {
  const registers = listed(place.opcode);
  const toPc = (place.opcode & 0x100) !== 0;
  const words = registers.length + (toPc ? 1 : 0);
  const loads = registers.map((r, i) => `r${r}=m_s32[k+${i}];`).join('');
  const target = toPc ? `t=m_s32[k+${words - 1}];if(t>>>28===15){${decline(place)}}` : '';
  return `a=r13;${wordsInRam(place, words)}${target}${loads}r13=(a+${4 * words})|0;`;
}

function loadMultiple(place: Place): string {
  const base = wide(place.opcode);
  const registers = listed(place.opcode);
  const loads = registers.map((r, i) => `r${r}=m_s32[k+${i}];`).join('');
  const within = ((place.opcode >> ((place.opcode >> 8) & 7)) & 1) === 1;
  const writeBack = within ? '' : `${base}=(a+${4 * registers.length})|0;`;
  return `a=${base};${wordsInRam(place, registers.length)}${loads}${writeBack}`;
}

function storeMultiple(place: Place): string {
  const base = wide(place.opcode);
  const registers = listed(place.opcode);
  if (registers.length === 1) return storeOne(place, base, `r${registers[0]}`);
  const stores = registers.map((r, i) => `m_s32[k+${i}]=r${r};`).join('');
  return `a=${base};${wordsInRam(place, registers.length)}${noCode(place, registers.length)}${stores}${base}=(a+${4 * registers.length})|0;`;
}

/** How compilers copy by words, to a peripheral too. rp2040js counts no cycles more for that, as for STR. */
function storeOne(place: Place, base: string, source: string): string {
  const fast = `${inRam(32)}&&m_lines[(a-${RAM_START})>>${LINE}]===0`;
  return (
    `a=${base};t=${source};${base}=(a+4)|0;if(${fast})m_s32[(a-${RAM_START})>>2]=t;` +
    `else{m.storeNext(a,t,${where(place)});${afterAccess(place)}}`
  );
}

/** A load or store: two cycles where memory is fast; where it is slow the bus looks at the time again. */
const access = (mask: number, value: number, emit: Row['emit']): Row => ({
  mask,
  value,
  emit,
  mayLeave: true,
  cycles: () => 2,
});

const sum = (opcode: number): string => `${n(opcode)}+${m(opcode)}`;
const offset = (opcode: number, scale: number): string => `${n(opcode)}+${imm5(opcode) * scale}`;
export const stackOffset = (opcode: number): string => `r13+${imm8(opcode) * 4}`;
const listCycles = (opcode: number): number => 1 + listed(opcode).length;

export const LOADS_AND_STORES: readonly Row[] = [
  {
    ...access(0xf800, 0x4800, (p) => {
      const address = ((p.pc + 4) & ~3) + imm8(p.opcode) * 4;
      const constant = p.literal(address);
      const rt = wide(p.opcode);
      return constant === undefined ? load(p, 32, rt, hex(address)) : `${rt}=${constant | 0};`;
    }),
  },
  access(0xfe00, 0x5000, (p) => store(p, 32, d(p.opcode), sum(p.opcode))),
  access(0xfe00, 0x5200, (p) => store(p, 16, d(p.opcode), sum(p.opcode))),
  access(0xfe00, 0x5400, (p) => store(p, 8, d(p.opcode), sum(p.opcode))),
  access(0xfe00, 0x5600, (p) => load(p, 8, d(p.opcode), sum(p.opcode), '24')),
  access(0xfe00, 0x5800, (p) => load(p, 32, d(p.opcode), sum(p.opcode))),
  access(0xfe00, 0x5a00, (p) => load(p, 16, d(p.opcode), sum(p.opcode))),
  access(0xfe00, 0x5c00, (p) => load(p, 8, d(p.opcode), sum(p.opcode))),
  access(0xfe00, 0x5e00, (p) => load(p, 16, d(p.opcode), sum(p.opcode), '16')),
  access(0xf800, 0x6000, (p) => store(p, 32, d(p.opcode), offset(p.opcode, 4))),
  access(0xf800, 0x6800, (p) => load(p, 32, d(p.opcode), offset(p.opcode, 4))),
  access(0xf800, 0x7000, (p) => store(p, 8, d(p.opcode), offset(p.opcode, 1))),
  access(0xf800, 0x7800, (p) => load(p, 8, d(p.opcode), offset(p.opcode, 1))),
  access(0xf800, 0x8000, (p) => store(p, 16, d(p.opcode), offset(p.opcode, 2))),
  access(0xf800, 0x8800, (p) => load(p, 16, d(p.opcode), offset(p.opcode, 2))),
  access(0xf800, 0x9000, (p) => store(p, 32, wide(p.opcode), stackOffset(p.opcode))),
  access(0xf800, 0x9800, (p) => load(p, 32, wide(p.opcode), stackOffset(p.opcode))),
  { mask: 0xfe00, value: 0xb400, mayLeave: true, cycles: listCycles, emit: push },
  { mask: 0xff00, value: 0xbc00, mayLeave: true, cycles: listCycles, emit: pop },
  {
    mask: 0xff00,
    value: 0xbd00,
    mayLeave: true,
    cycles: (opcode) => listCycles(opcode) + 2,
    emit: (p) => `${pop(p)}${goTo('t&-2', p.before + listCycles(p.opcode) + 2)}`,
    flow: () => ({ kind: 'leave' }),
  },
  { mask: 0xf800, value: 0xc000, mayLeave: true, cycles: listCycles, emit: storeMultiple },
  { mask: 0xf800, value: 0xc800, mayLeave: true, cycles: listCycles, emit: loadMultiple },
];
