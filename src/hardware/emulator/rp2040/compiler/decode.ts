/**
 * Thumb instructions as JavaScript, one row an encoding: ARMv6-M Architecture Reference Manual §A5.2,
 * §A6.7. Cycles are those that rp2040js counts.
 */
import { goTo, hex, leave } from '../../compiler/text.ts';
import { ADD_AND_SUBTRACT, DATA_PROCESSING, SHIFT_AND_MOVE, subtract } from './arithmetic.ts';
import { complete, type Encoding, leaving, type Row } from './encoding.ts';
import { LOADS_AND_STORES, stackOffset } from './memory.ts';
import { ALL_FLAGS, d, decline, highD, highM, imm8, n, type Place, wide } from './place.ts';

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
    emit: (p) => `${toRegister(p)}${goTo('t&-2', p.before + 2)}`,
  },
  {
    mask: 0xff87,
    value: 0x4780,
    ...leaving(2),
    emit: (p) => `t=r${highM(p.opcode)};r14=${hex(p.pc + 3)}|0;${goTo('t&-2', p.before + 2)}`,
    flow: () => ({ kind: 'leave and return' }),
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
    flow: () => ({ kind: 'leave and return' }),
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
      cycles: () => 3,
      emit: (p) => `r14=${hex(p.pc + 5)}|0;`,
      flow: (p) => ({ kind: 'call', target: callTarget(p) }),
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
      flow: () => ({ kind: 'leave and return' }),
    },
  },
];

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
