/**
 * 4B/5B, IEEE 802.3-2018 table 24-1: each nibble becomes five code bits with an edge in NRZ-M at least
 * every third. The nibble of the lower four bits of an octet goes first; the code bits of a group go
 * from the left. A frame stands between the start (J K) and the end (T R) of stream delimiters.
 */
import { assert, type DecodeError } from '../../base/errors.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Bits } from './line-code.ts';

/** Code groups of the nibbles 0 … F, as five bits read from the left. */
const DATA = [
  ...[0b11110, 0b01001, 0b10100, 0b10101, 0b01010, 0b01011, 0b01110, 0b01111],
  ...[0b10010, 0b10011, 0b10110, 0b10111, 0b11010, 0b11011, 0b11100, 0b11101],
];
export const CONTROL = { I: 0b11111, J: 0b11000, K: 0b10001, T: 0b01101, R: 0b00111, H: 0b00100 };

const NIBBLES = new Map(DATA.map((group, nibble) => [group, nibble]));
const PROTOCOL = '4B5B';

/** Code groups as bits. */
export function groupsToBits(groups: readonly number[]): Bits {
  const bits = new Uint8Array(groups.length * 5);
  groups.forEach((group, at) => {
    for (let i = 0; i < 5; i++) bits[at * 5 + i] = (group >> (4 - i)) & 1;
  });
  return bits;
}

export function encodeOctets(octets: Uint8Array): Bits {
  const groups: number[] = [];
  for (const octet of octets) groups.push(DATA[octet & 15] as number, DATA[octet >> 4] as number);
  return groupsToBits(groups);
}

const groupAt = (bits: Bits, at: number): number => {
  let group = 0;
  for (let i = 0; i < 5; i++) group = (group << 1) | (bits[at + i] as number);
  return group;
};

/** `bits` are the code bits of whole octets. The error gives the bit at which no data group stands. */
export function decodeOctets(bits: Bits): Result<Uint8Array, DecodeError> {
  if (bits.length % 10 !== 0) {
    const need = Math.ceil(bits.length / 10) * 10;
    return fail({ code: 'truncated', protocol: PROTOCOL, need, have: bits.length });
  }
  const octets = new Uint8Array(bits.length / 10);
  for (let i = 0; i < octets.length * 2; i++) {
    const nibble = NIBBLES.get(groupAt(bits, i * 5));
    if (nibble === undefined) {
      return fail({ code: 'bad-field', protocol: PROTOCOL, field: 'bit', value: i * 5 });
    }
    octets[i >> 1] = (octets[i >> 1] as number) | (nibble << (4 * (i & 1)));
  }
  return ok(octets);
}

/** `octets` between the delimiters, with `idle` groups of I on both sides. */
export function encodeStream(octets: Uint8Array, idle = 2): Bits {
  assert(idle >= 0, 'a stream has no less than 0 groups of idle');
  const { I, J, K, T, R } = CONTROL;
  const pause = Array.from({ length: idle }, () => I);
  const data: number[] = [];
  for (const octet of octets) data.push(DATA[octet & 15] as number, DATA[octet >> 4] as number);
  return groupsToBits([...pause, J, K, ...data, T, R, ...pause]);
}

const JK = groupsToBits([CONTROL.J, CONTROL.K]);

/**
 * The octets of the first stream in `bits`, wherever its groups start.
 * @returns truncated when no start or no end is there, bad-field with the bit of a group that is no data.
 */
export function decodeStream(bits: Bits): Result<Uint8Array, DecodeError> {
  const start = find(bits, JK);
  const missing = (need: number) =>
    fail({ code: 'truncated', protocol: PROTOCOL, need, have: bits.length } as const);
  if (start === undefined) return missing(bits.length + JK.length);
  const first = start + JK.length;
  for (let at = first; at + 10 <= bits.length; at += 5) {
    if (groupAt(bits, at) !== CONTROL.T) continue;
    if (groupAt(bits, at + 5) !== CONTROL.R || (at - first) % 10 !== 0) {
      return fail({ code: 'bad-field', protocol: PROTOCOL, field: 'bit', value: at });
    }
    return decodeOctets(bits.subarray(first, at));
  }
  return missing(bits.length + 5);
}

function find(bits: Bits, pattern: Bits): number | undefined {
  for (let at = 0; at + pattern.length <= bits.length; at++) {
    if (pattern.every((bit, i) => bits[at + i] === bit)) return at;
  }
  return undefined;
}
