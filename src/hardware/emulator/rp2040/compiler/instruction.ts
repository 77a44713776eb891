/**
 * Thumb instructions as JavaScript, one row an encoding: ARMv6-M Architecture Reference Manual §A5.2,
 * §A6.7. Cycles are those that rp2040js counts.
 *
 * The JavaScript has the registers as 32-bit integers r0 … r14; N as the sign of `fn`, Z as `fz` being 0,
 * C as `fc` being 1, V as the sign of `fv`; the cycles before the block in `cy`; `a`, `k`, `t` to its own
 * use; and the machine as `m` (bus.ts).
 */
import { RAM_SIZE, RAM_START } from '../bus.ts';
import { LINE } from '../code-guard.ts';

/** Flags, as masks. */
export const NZ = 1;
export const C = 2;
export const V = 4;
export const ALL_FLAGS = NZ | C | V;

/** Where an instruction stands and what it may leave out. */
export interface Place {
  readonly opcode: number;
  /** The second halfword of a 32-bit instruction. */
  readonly second: number;
  readonly pc: number;
  /** Cycles of the block before it. */
  readonly before: number;
  /** Flags that somebody reads before they are set again. */
  readonly live: number;
  /** A constant of the flash image, undefined beyond its end. */
  readonly literal: (address: number) => number | undefined;
}

/** What comes after an instruction. */
export type Flow =
  | { readonly kind: 'next' }
  | { readonly kind: 'branch'; readonly target: number; readonly condition: string | undefined }
  /** A call: it comes back to what follows. */
  | { readonly kind: 'call' }
  /** `pc` holds where to go on. */
  | { readonly kind: 'leave' };

export interface Encoding {
  readonly mask: number;
  readonly value: number;
  readonly sets: number;
  readonly uses: number;
  /** It may leave the block when it is done, so that all flags must be right then. */
  readonly mayLeave: boolean;
  readonly cycles: (opcode: number) => number;
  /** Cycles beyond `cycles` at most: what a slow peripheral, or a taken branch, takes more. */
  readonly extra: number;
  readonly emit: (place: Place) => string;
  readonly flow: (place: Place) => Flow;
}

const NEXT: Flow = { kind: 'next' };
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const d = (opcode: number): string => `r${opcode & 7}`;
const n = (opcode: number): string => `r${(opcode >> 3) & 7}`;
const m = (opcode: number): string => `r${(opcode >> 6) & 7}`;
const wide = (opcode: number): string => `r${(opcode >> 8) & 7}`;
const imm5 = (opcode: number): number => (opcode >> 6) & 31;
const imm8 = (opcode: number): number => opcode & 255;

const setNZ = (place: Place, value: string): string =>
  (place.live & NZ) === 0 ? '' : `fn=fz=${value};`;

/** target = x + y; flags as they are needed. x and y are names or constants. */
function add(place: Place, target: string, x: string, y: string): string {
  const carry = (place.live & C) === 0 ? '' : `fc=(t>>>0)<(${x}>>>0)?1:0;`;
  const overflow = (place.live & V) === 0 ? '' : `fv=(${x}^t)&(${y}^t);`;
  const store = target === '' ? '' : `${target}=t;`;
  return `t=(${x}+${y})|0;${carry}${overflow}${setNZ(place, 't')}${store}`;
}

/** target = x − y. */
function subtract(place: Place, target: string, x: string, y: string): string {
  const carry = (place.live & C) === 0 ? '' : `fc=(${x}>>>0)>=(${y}>>>0)?1:0;`;
  const overflow = (place.live & V) === 0 ? '' : `fv=(${x}^${y})&(${x}^t);`;
  const store = target === '' ? '' : `${target}=t;`;
  return `t=(${x}-${y})|0;${carry}${overflow}${setNZ(place, 't')}${store}`;
}

/** rdn = x + y + C; `y` is an expression. */
const addCarry = (place: Place, rdn: string, y: string): string =>
  `k=${y};a=(${rdn}>>>0)+(k>>>0)+fc;t=a|0;fc=a>4294967295?1:0;fv=(${rdn}^t)&(k^t);` +
  `${setNZ(place, 't')}${rdn}=t;`;

const shifted = (place: Place, target: string, value: string, carry: string): string => {
  const c = (place.live & C) === 0 ? '' : `fc=${carry};`;
  return `t=${value};${c}${target}=t;${setNZ(place, 't')}`;
};

/** A shift by a register's lowest octet; `small` for 1 … 31, `large` beyond, each setting t and fc. */
const shiftBy = (place: Place, small: string, large: string): string => {
  const rdn = d(place.opcode);
  return (
    `k=${n(place.opcode)}&255;t=${rdn};if(k!==0){if(k<32){${small}}else{${large}}}` +
    `${rdn}=t;${setNZ(place, 't')}`
  );
};

const leave = (to: string, cycles: number): string => `pc=${to};cy=(cy+${cycles})|0;break run;`;
/** Leaves it to the interpreter. */
const decline = (place: Place): string => leave(hex(place.pc), place.before);

type Width = 8 | 16 | 32;
const SHIFT: Readonly<Record<Width, number>> = { 8: 0, 16: 1, 32: 2 };

const inRam = (width: Width): string => {
  const aligned = width === 8 ? '' : `&&(a&${(width >> 3) - 1})===0`;
  return `((a-${RAM_START})>>>0)<${RAM_SIZE}${aligned}`;
};

const afterAccess = (place: Place): string =>
  `if(m.after){cy=(cy+m.extra)|0;if(m.stop){${leave(hex(place.pc + 2), place.before + 2)}}}`;

const load = (place: Place, width: Width, target: string, address: string, sign = ''): string => {
  const cell = `m_s${width}[(a-${RAM_START})>>${SHIFT[width]}]`;
  const slow = `m.load${width}(a,(cy+${place.before})|0)`;
  const signed = sign === '' ? '' : `${target}=(${target}<<${sign})>>${sign};`;
  return (
    `a=(${address})|0;if(${inRam(width)}){${target}=${cell};${signed}}` +
    `else{${target}=${slow};${signed}${afterAccess(place)}}`
  );
};

const store = (place: Place, width: Width, source: string, address: string): string =>
  `a=(${address})|0;if(${inRam(width)}&&m_lines[(a-${RAM_START})>>${LINE}]===0)m_s${width}[(a-${RAM_START})>>${SHIFT[width]}]=${source};` +
  `else{m.store${width}(a,${source},(cy+${place.before})|0);${afterAccess(place)}}`;

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
  const stores = registers.map((r, i) => `m_s32[k+${i}]=r${r};`).join('');
  return `a=${base};${wordsInRam(place, registers.length)}${noCode(place, registers.length)}${stores}${base}=(a+${4 * registers.length})|0;`;
}

/** By condition code, §A7.3.1. */
const CONDITIONS = [
  'fz===0',
  'fz!==0',
  'fc!==0',
  'fc===0',
  'fn<0',
  'fn>=0',
  'fv<0',
  'fv>=0',
  'fc!==0&&fz!==0',
  'fc===0||fz===0',
  '(fn^fv)>=0',
  '(fn^fv)<0',
  '(fn^fv)>=0&&fz!==0',
  '(fn^fv)<0||fz===0',
] as const;

const register = (number: number, pc: number): string =>
  number === 15 ? `${pc + 4}` : `r${number}`;
const highD = (opcode: number): number => ((opcode >> 4) & 8) | (opcode & 7);
const highM = (opcode: number): number => (opcode >> 3) & 15;

/** Rd = value for any Rd but PC; SP keeps its lowest two bits clear. */
const assignHigh = (rd: number, value: string): string =>
  rd === 13 ? `r13=(${value})&-4;` : `r${rd}=(${value})|0;`;

const callTarget = ({ opcode, second, pc }: Place): number => {
  const s = (opcode >> 10) & 1;
  const i1 = 1 - (s ^ ((second >> 13) & 1));
  const i2 = 1 - (s ^ ((second >> 11) & 1));
  const offset =
    ((s === 1 ? 0xff : 0) << 24) |
    (i1 << 23) |
    (i2 << 22) |
    ((opcode & 0x3ff) << 12) |
    ((second & 0x7ff) << 1);
  return (pc + 4 + offset) | 0;
};

interface Row {
  readonly mask: number;
  readonly value: number;
  readonly emit: (place: Place) => string;
  readonly sets?: number;
  readonly uses?: number;
  readonly mayLeave?: boolean;
  readonly cycles?: (opcode: number) => number;
  readonly extra?: number;
  readonly flow?: (place: Place) => Flow;
}

const alu = (operation: number, sets: number, emit: Row['emit'], uses = 0): Row => ({
  mask: 0xffc0,
  value: 0x4000 | (operation << 6),
  sets,
  uses,
  emit,
});

/** A load or store: two cycles where memory is fast. */
const access = (mask: number, value: number, emit: Row['emit']): Row => ({
  mask,
  value,
  emit,
  mayLeave: true,
  cycles: () => 2,
  extra: 3,
});

const sum = (opcode: number): string => `${n(opcode)}+${m(opcode)}`;
const offset = (opcode: number, scale: number): string => `${n(opcode)}+${imm5(opcode) * scale}`;
const stackOffset = (opcode: number): string => `r13+${imm8(opcode) * 4}`;
const listCycles = (opcode: number): number => 1 + listed(opcode).length;

const leaving = (cycles: number): Pick<Row, 'cycles' | 'flow' | 'mayLeave'> => ({
  cycles: () => cycles,
  flow: () => ({ kind: 'leave' }),
  mayLeave: true,
});

const SHIFT_AND_MOVE: readonly Row[] = [
  {
    mask: 0xffc0,
    value: 0x0000,
    sets: NZ,
    emit: (p) => `${d(p.opcode)}=${n(p.opcode)};${setNZ(p, d(p.opcode))}`,
  },
  {
    mask: 0xf800,
    value: 0x0000,
    sets: NZ | C,
    emit: (p) => {
      const x = n(p.opcode);
      return shifted(
        p,
        d(p.opcode),
        `${x}<<${imm5(p.opcode)}`,
        `(${x}>>>${32 - imm5(p.opcode)})&1`,
      );
    },
  },
  {
    mask: 0xf800,
    value: 0x0800,
    sets: NZ | C,
    emit: (p) => {
      const x = n(p.opcode);
      const k = imm5(p.opcode);
      if (k === 0) return shifted(p, d(p.opcode), '0', `${x}>>>31`);
      return shifted(p, d(p.opcode), `(${x}>>>${k})|0`, `(${x}>>>${k - 1})&1`);
    },
  },
  {
    mask: 0xf800,
    value: 0x1000,
    sets: NZ | C,
    emit: (p) => {
      const k = imm5(p.opcode) === 0 ? 32 : imm5(p.opcode);
      const x = n(p.opcode);
      return shifted(p, d(p.opcode), `${x}>>${Math.min(k, 31)}`, `(${x}>>${k - 1})&1`);
    },
  },
  {
    mask: 0xf800,
    value: 0x2000,
    sets: NZ,
    emit: (p) => `t=${imm8(p.opcode)};${wide(p.opcode)}=t;${setNZ(p, 't')}`,
  },
];

const ADD_AND_SUBTRACT: readonly Row[] = [
  {
    mask: 0xfe00,
    value: 0x1800,
    sets: ALL_FLAGS,
    emit: (p) => add(p, d(p.opcode), n(p.opcode), m(p.opcode)),
  },
  {
    mask: 0xfe00,
    value: 0x1a00,
    sets: ALL_FLAGS,
    emit: (p) => subtract(p, d(p.opcode), n(p.opcode), m(p.opcode)),
  },
  {
    mask: 0xfe00,
    value: 0x1c00,
    sets: ALL_FLAGS,
    emit: (p) => add(p, d(p.opcode), n(p.opcode), `${(p.opcode >> 6) & 7}`),
  },
  {
    mask: 0xfe00,
    value: 0x1e00,
    sets: ALL_FLAGS,
    emit: (p) => subtract(p, d(p.opcode), n(p.opcode), `${(p.opcode >> 6) & 7}`),
  },
  {
    mask: 0xf800,
    value: 0x2800,
    sets: ALL_FLAGS,
    emit: (p) => subtract(p, '', wide(p.opcode), `${imm8(p.opcode)}`),
  },
  {
    mask: 0xf800,
    value: 0x3000,
    sets: ALL_FLAGS,
    emit: (p) => add(p, wide(p.opcode), wide(p.opcode), `${imm8(p.opcode)}`),
  },
  {
    mask: 0xf800,
    value: 0x3800,
    sets: ALL_FLAGS,
    emit: (p) => subtract(p, wide(p.opcode), wide(p.opcode), `${imm8(p.opcode)}`),
  },
];

const logic = (operation: number, expression: (rdn: string, rm: string) => string): Row =>
  alu(operation, NZ, (p) => {
    const rdn = d(p.opcode);
    return `${rdn}=${expression(rdn, n(p.opcode))};${setNZ(p, rdn)}`;
  });

const DATA_PROCESSING: readonly Row[] = [
  logic(0, (x, y) => `${x}&${y}`),
  logic(1, (x, y) => `${x}^${y}`),
  alu(2, NZ | C, (p) => shiftBy(p, 'fc=(t>>>(32-k))&1;t=t<<k;', 'fc=k===32?t&1:0;t=0;'), C),
  alu(3, NZ | C, (p) => shiftBy(p, 'fc=(t>>>(k-1))&1;t=(t>>>k)|0;', 'fc=k===32?t>>>31:0;t=0;'), C),
  alu(4, NZ | C, (p) => shiftBy(p, 'fc=(t>>(k-1))&1;t=t>>k;', 't=t>>31;fc=t&1;'), C),
  alu(5, ALL_FLAGS, (p) => addCarry(p, d(p.opcode), n(p.opcode)), C),
  alu(6, ALL_FLAGS, (p) => addCarry(p, d(p.opcode), `~${n(p.opcode)}`), C),
  alu(
    7,
    NZ | C,
    (p) => {
      const rotate = 't=(t>>>(k&31))|(t<<(-k&31));fc=t>>>31;';
      return shiftBy(p, rotate, rotate);
    },
    C,
  ),
  alu(8, NZ, (p) => setNZ(p, `${d(p.opcode)}&${n(p.opcode)}`)),
  alu(9, ALL_FLAGS, (p) => `k=${n(p.opcode)};${subtract(p, d(p.opcode), '0', 'k')}`),
  alu(10, ALL_FLAGS, (p) => subtract(p, '', d(p.opcode), n(p.opcode))),
  alu(11, ALL_FLAGS, (p) => add(p, '', d(p.opcode), n(p.opcode))),
  logic(12, (x, y) => `${x}|${y}`),
  logic(13, (x, y) => `Math.imul(${x},${y})`),
  logic(14, (x, y) => `${x}&~${y}`),
  logic(15, (_x, y) => `~${y}`),
];

/** Rn or Rm may be any register but PC; those with PC are told apart in `decode`. */
const HIGH_REGISTERS: readonly Row[] = [
  {
    mask: 0xff00,
    value: 0x4400,
    emit: (p) => {
      const rd = highD(p.opcode);
      const value = `${register(rd, p.pc)}+${register(highM(p.opcode), p.pc)}`;
      return assignHigh(rd, value);
    },
  },
  {
    mask: 0xff00,
    value: 0x4500,
    sets: ALL_FLAGS,
    emit: (p) => subtract(p, '', `r${highD(p.opcode)}`, `r${highM(p.opcode)}`),
  },
  {
    mask: 0xff00,
    value: 0x4600,
    emit: (p) => assignHigh(highD(p.opcode), register(highM(p.opcode), p.pc)),
  },
];

const toRegister = (p: Place): string => `t=r${highM(p.opcode)};if(t>>>28===15){${decline(p)}}`;

const BRANCHES: readonly Row[] = [
  {
    mask: 0xff87,
    value: 0x4700,
    ...leaving(2),
    emit: (p) => `${toRegister(p)}${leave('t&-2', p.before + 2)}`,
  },
  {
    mask: 0xff87,
    value: 0x4780,
    ...leaving(2),
    emit: (p) => `t=r${highM(p.opcode)};r14=${hex(p.pc + 3)}|0;${leave('t&-2', p.before + 2)}`,
    flow: () => ({ kind: 'call' }),
  },
  {
    mask: 0xf000,
    value: 0xd000,
    uses: ALL_FLAGS,
    extra: 1,
    emit: () => '',
    flow: (p) => ({
      kind: 'branch',
      target: p.pc + 4 + ((p.opcode << 24) >> 23),
      condition: CONDITIONS[(p.opcode >> 8) & 15],
    }),
  },
  {
    mask: 0xf800,
    value: 0xe000,
    cycles: () => 2,
    emit: () => '',
    flow: (p) => ({
      kind: 'branch',
      target: p.pc + 4 + ((p.opcode << 21) >> 20),
      condition: undefined,
    }),
  },
];

const LOADS_AND_STORES: readonly Row[] = [
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
    emit: (p) => `${pop(p)}${leave('t&-2', p.before + listCycles(p.opcode) + 2)}`,
    flow: () => ({ kind: 'leave' }),
  },
  { mask: 0xf800, value: 0xc000, mayLeave: true, cycles: listCycles, emit: storeMultiple },
  { mask: 0xf800, value: 0xc800, mayLeave: true, cycles: listCycles, emit: loadMultiple },
];

const extend = (value: number, expression: (x: string) => string): Row => ({
  mask: 0xffc0,
  value,
  emit: (p) => `${d(p.opcode)}=${expression(n(p.opcode))};`,
});

const MISCELLANEOUS: readonly Row[] = [
  {
    mask: 0xf800,
    value: 0xa000,
    emit: (p) => `${wide(p.opcode)}=${((p.pc & ~3) + 4 + imm8(p.opcode) * 4) | 0};`,
  },
  { mask: 0xf800, value: 0xa800, emit: (p) => `${wide(p.opcode)}=(${stackOffset(p.opcode)})|0;` },
  { mask: 0xff80, value: 0xb000, emit: (p) => `r13=(r13+${(p.opcode & 127) * 4})|0;` },
  { mask: 0xff80, value: 0xb080, emit: (p) => `r13=(r13-${(p.opcode & 127) * 4})|0;` },
  extend(0xb200, (x) => `(${x}<<16)>>16`),
  extend(0xb240, (x) => `(${x}<<24)>>24`),
  extend(0xb280, (x) => `${x}&65535`),
  extend(0xb2c0, (x) => `${x}&255`),
  extend(0xba00, (x) => `(${x}<<24)|((${x}&65280)<<8)|((${x}>>>8)&65280)|(${x}>>>24)`),
  extend(0xba40, (x) => `((${x}&16711935)<<8)|((${x}>>>8)&16711935)`),
  extend(0xbac0, (x) => `((${x}&255)<<24>>16)|((${x}>>>8)&255)`),
  { mask: 0xffff, value: 0xb672, emit: () => 'm.core.PM=true;' },
  {
    mask: 0xffff,
    value: 0xb662,
    ...leaving(1),
    emit: (p) =>
      `m.core.PM=false;m.core.interruptsUpdated=true;${leave(hex(p.pc + 2), p.before + 1)}`,
    flow: () => ({ kind: 'call' }),
  },
  { mask: 0xffff, value: 0xbf00, emit: () => '' },
];

const WIDE: readonly {
  readonly matches: (p: Place) => boolean;
  readonly row: Omit<Row, 'mask' | 'value'>;
}[] = [
  {
    matches: (p) => p.opcode >> 11 === 0b11110 && (p.second & 0xd000) === 0xd000,
    row: {
      ...leaving(3),
      emit: (p) => `r14=${hex(p.pc + 5)}|0;${leave(hex(callTarget(p)), p.before + 3)}`,
      flow: () => ({ kind: 'call' }),
    },
  },
  {
    // DSB, DMB, ISB: memory is always in order here.
    matches: (p) => p.opcode === 0xf3bf && [0x8f40, 0x8f50, 0x8f60].includes(p.second & 0xfff0),
    row: { cycles: () => 3, emit: () => '' },
  },
  {
    // MRS Rd, PRIMASK
    matches: (p) =>
      p.opcode === 0xf3ef && (p.second & 0xf0ff) === 0x8010 && (p.second & 0x0800) === 0,
    row: { cycles: () => 3, emit: (p) => `r${(p.second >> 8) & 7}=m.core.PM?1:0;` },
  },
  {
    // MSR PRIMASK, Rn
    matches: (p) => (p.opcode & 0xfff8) === 0xf380 && p.second === 0x8810,
    row: {
      ...leaving(3),
      emit: (p) =>
        `m.core.PM=(r${p.opcode & 7}&1)!==0;m.core.interruptsUpdated=true;` +
        leave(hex(p.pc + 4), p.before + 3),
      flow: () => ({ kind: 'call' }),
    },
  },
];

const complete = (row: Omit<Row, 'mask' | 'value'> & Partial<Row>): Encoding => ({
  mask: 0,
  value: 0,
  sets: 0,
  uses: 0,
  mayLeave: false,
  cycles: () => 1,
  extra: 0,
  flow: () => NEXT,
  ...row,
});

const NARROW: readonly Encoding[] = [
  ...SHIFT_AND_MOVE,
  ...ADD_AND_SUBTRACT,
  ...DATA_PROCESSING,
  ...HIGH_REGISTERS,
  ...BRANCHES,
  ...LOADS_AND_STORES,
  ...MISCELLANEOUS,
].map(complete);
/** The rows that an opcode may be of, by its upper octet. */
const BY_HIGH_OCTET = Array.from({ length: 256 }, (_, high) =>
  NARROW.filter(({ mask, value }) => ((high << 8) & mask & 0xff00) === (value & 0xff00)),
);
const WIDE_ROWS = WIDE.map(({ matches, row }) => ({ matches, encoding: complete(row) }));

export const isWide = (opcode: number): boolean => opcode >> 11 >= 0b11101;

/** Undefined for what the interpreter has to do: WFI, SVC, BKPT, writes to PC, whatever is undefined. */
export function decode(place: Place): Encoding | undefined {
  const { opcode } = place;
  if (isWide(opcode)) return WIDE_ROWS.find(({ matches }) => matches(place))?.encoding;
  if (opcode >> 9 === 0b1101111) return undefined; // UDF, SVC
  if (writesPc(opcode)) return undefined;
  return BY_HIGH_OCTET[opcode >> 8]?.find(({ mask, value }) => (opcode & mask) === value);
}

/** ADD, CMP or MOV with PC where its value is not plain: rare, and the interpreter's. */
function writesPc(opcode: number): boolean {
  if (opcode >> 10 !== 0b010001 || (opcode & 0x0300) === 0x0300)
    return opcode >> 7 === 0x8e && highM(opcode) === 15;
  if (highD(opcode) === 15) return true;
  return (opcode & 0x0300) === 0x0100 && highM(opcode) === 15;
}
