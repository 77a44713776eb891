/** Shifts, moves, arithmetic and logic: ARMv6-M Architecture Reference Manual §A5.2.1, §A5.2.2. */
import type { Row } from './encoding.ts';
import { ALL_FLAGS, C, d, imm5, imm8, m, NZ, n, type Place, V, wide } from './place.ts';

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
export function subtract(place: Place, target: string, x: string, y: string): string {
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

const alu = (operation: number, sets: number, emit: Row['emit'], uses = 0): Row => ({
  mask: 0xffc0,
  value: 0x4000 | (operation << 6),
  sets,
  uses,
  emit,
});

/** A load or store: two cycles where memory is fast. */
export const SHIFT_AND_MOVE: readonly Row[] = [
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

export const ADD_AND_SUBTRACT: readonly Row[] = [
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

export const DATA_PROCESSING: readonly Row[] = [
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
