/**
 * RV32IMC instructions as JavaScript. Names beside those of all cores (../../compiler/text.ts): x1 … x31 the
 * registers as 32-bit integers; `s8`, `s16`, `s32` memory as loads and stores see it, of which no code lies in the
 * `hi` octets from `lo` on; `f` what arithmetic.ts computes; the machine `m` is that of window.ts.
 */

import { goTo } from '../../compiler/text.ts';
import type { MemoryLayout } from '../memory.ts';
import type { Instruction } from '../operations.ts';
import * as op from '../operations.ts';

/** Where an instruction stands. */
export interface Place {
  readonly code: Instruction;
  readonly pc: number;
  /** Cycles of the block before it. */
  readonly before: number;
  readonly layout: MemoryLayout;
}

const x = (register: number): string => (register === 0 ? '0' : `x${register}`);
const unsigned = (operand: string): string => `(${operand}>>>0)`;

type Binary = (a: string, b: string) => string;

const sum: Binary = (a, b) => {
  if (a === '0') return b;
  return b === '0' ? a : `(${a}+${b})|0`;
};

/** By operation; the others are `f`'s. */
const EXPRESSIONS: Readonly<Record<number, Binary>> = {
  [op.ADD]: sum,
  [op.SUB]: (a, b) => `(${a}-${b})|0`,
  [op.SLL]: (a, b) => `${a}<<${b}`,
  [op.SLT]: (a, b) => `${a}<${b}?1:0`,
  [op.SLTU]: (a, b) => `${unsigned(a)}<${unsigned(b)}?1:0`,
  [op.XOR]: (a, b) => `${a}^${b}`,
  [op.SRL]: (a, b) => `(${a}>>>${b})|0`,
  [op.SRA]: (a, b) => `${a}>>${b}`,
  [op.OR]: (a, b) => `${a}|${b}`,
  [op.AND]: (a, b) => `${a}&${b}`,
  [op.MUL]: (a, b) => `Math.imul(${a},${b})`,
};

const CONDITIONS: Readonly<Record<number, Binary>> = {
  [op.BEQ]: (a, b) => `${a}===${b}`,
  [op.BNE]: (a, b) => `${a}!==${b}`,
  [op.BLT]: (a, b) => `${a}<${b}`,
  [op.BGE]: (a, b) => `${a}>=${b}`,
  [op.BLTU]: (a, b) => `${unsigned(a)}<${unsigned(b)}`,
  [op.BGEU]: (a, b) => `${unsigned(a)}>=${unsigned(b)}`,
};

export const condition = ({ operation, rs1, rs2 }: Instruction): string | undefined =>
  CONDITIONS[operation]?.(x(rs1), x(rs2));

const put = (rd: number, value: string): string => (rd === 0 ? `${value};` : `x${rd}=${value};`);

function arithmetic({ operation, rd, rs1, rs2, imm }: Instruction): string {
  if (rd === 0) return '';
  const immediate = (operation & op.IMMEDIATE) !== 0;
  const kind = operation & ~op.IMMEDIATE;
  const [a, b] = [x(rs1), immediate ? `${imm}` : x(rs2)];
  return put(rd, EXPRESSIONS[kind]?.(a, b) ?? `f(${kind},${a},${b})`);
}

/** `k` is the address from where memory begins. */
const address = ({ code: { rs1, imm }, layout }: Place): string =>
  `k=${sum(x(rs1), `${(imm - layout.dataBase) | 0}`)};`;

const SCALE: Readonly<Record<number, 0 | 1 | 2>> = {
  ...{ [op.LB]: 0, [op.LBU]: 0, [op.SB]: 0 },
  ...{ [op.LH]: 1, [op.LHU]: 1, [op.SH]: 1 },
  ...{ [op.LW]: 2, [op.SW]: 2 },
};

/** In memory from `from` on, `size` octets, and aligned: rotated, what is not aligned is far beyond. */
function inMemory(operation: number, from: string, size: string): readonly [string, string] {
  const scale = SCALE[operation] ?? 0;
  const index = scale === 0 ? 't=k;' : `t=(k>>>${scale})|(k<<${32 - scale});`;
  const shift = scale === 0 ? '' : `>>${scale}`;
  const at = from === '' ? 't' : `(t-(${from}${shift}))`;
  return [`${index}if((${at}>>>0)<(${size}${shift}))`, `s${8 << scale}[t]`];
}

/** How long it took and whether to go on the machine says: V8 throws its code away at a sum that it never saw. */
const slowly = ({ code, pc, before }: Place, call: string): string =>
  `${put(code.rd, `m.${call},cy,${before},${pc})`)}cy=m.cycle;` +
  `if(m.left){pc=${pc + code.length};break run;}`;

function load(place: Place): string {
  const { operation, rd } = place.code;
  const { size, dataOffset } = place.layout;
  const [test, cell] = inMemory(operation, '', `${size - dataOffset}`);
  const masked = operation === op.LBU ? `${cell}&255` : `${cell}&65535`;
  const value = operation === op.LBU || operation === op.LHU ? masked : cell;
  const slow = slowly(place, `load(${operation},k,${x(rd)}`);
  return `${address(place)}${test}{${rd === 0 ? '' : put(rd, value)}}else{${slow}}`;
}

function store(place: Place): string {
  const { operation, rs2 } = place.code;
  const [test, cell] = inMemory(operation, 'lo', 'hi');
  const slow = slowly(place, `store(${operation},k,${x(rs2)}`);
  return `${address(place)}${test}${cell}=${x(rs2)};else{${slow}}`;
}

function csr(place: Place): string {
  const { operation, rd, rs1, imm } = place.code;
  const source = operation >= op.CSRRWI ? `${rs1}` : x(rs1);
  const writes = operation === op.CSRRW || operation === op.CSRRWI || rs1 !== 0;
  return slowly(place, `csr(${operation},${imm},${source},${writes},${x(rd)}`);
}

function jumpToRegister({ code, pc, before }: Place): string {
  const { rd, rs1, imm } = code;
  const link = rd === 0 ? '' : put(rd, `${pc + code.length}`);
  return `t=(${x(rs1)}+${imm})&-2;${link}${goTo('t', before + 1)}`;
}

/** What it does, all but going on where a branch or JAL leads. */
export function textOf(place: Place): string {
  const { operation, rd, length } = place.code;
  if (operation < op.BEQ) return arithmetic(place.code);
  if (operation < op.LB) return '';
  if (operation < op.SB) return load(place);
  if (operation < op.JAL) return store(place);
  switch (operation) {
    case op.JAL:
      return rd === 0 ? '' : put(rd, `${place.pc + length}`);
    case op.JALR:
      return jumpToRegister(place);
    case op.FENCE:
      return '';
    case op.MRET:
      return `pc=m.return();cy=(cy+${place.before + 1})|0;break run;`;
    default:
      return csr(place);
  }
}
