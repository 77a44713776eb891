/**
 * Scramblers: long runs of one level have no edges, so bits are mixed with a pseudo-random sequence.
 * Side-stream (both ends run the same register, which the receiver must first find): 100BASE-TX, X¹¹ + X⁹ + 1
 * (IEEE 802.3-2018 §25.4.9, ANSI X3.263 §7.2). Self-synchronising (the register holds the line's own last
 * bits, so it finds itself, and one bit error makes as many as the polynomial has terms): X¹⁷ + X¹² + 1 as in
 * G3RUH modems, X⁴³ + 1 as in packet over SONET (RFC 2615 §6).
 */
import { assert } from '../../base/errors.ts';
import type { Bits } from './line-code.ts';

const LENGTH = 11;

/**
 * Scrambles and, with the same state, descrambles.
 * `state`: the register's last eleven bits, the oldest as the highest; not all zero.
 */
export function sideStream(bits: Bits, state: number): Bits {
  assert(state > 0 && state < 1 << LENGTH, `a state of ${state} is not in 1 … 2047`);
  let register = state;
  return bits.map((bit) => {
    const key = ((register >> 10) ^ (register >> 8)) & 1;
    register = ((register << 1) | key) & 0x7ff;
    return bit ^ key;
  });
}

/**
 * The state with which `bits` begin, when what was scrambled is idle: ones all along, as between frames.
 * Undefined when the first `trust` bits do not fit one.
 */
export function findState(bits: Bits, trust = 40): number | undefined {
  if (bits.length < trust || trust <= LENGTH) return undefined;
  // Each key bit is its line bit inverted; the register after eleven bits is those keys.
  let register = 0;
  for (let i = 0; i < LENGTH; i++) register = (register << 1) | (1 - (bits[i] as number));
  if (register === 0) return undefined;
  const first = rewind(register);
  return sideStream(bits.subarray(0, trust), first).every((bit) => bit === 1) ? first : undefined;
}

/** Eleven steps back: of key = s[10] ^ s[8], s[10] is what shifted out. */
function rewind(register: number): number {
  let state = register;
  for (let i = 0; i < LENGTH; i++) {
    const key = state & 1;
    const before = state >> 1;
    state = before | ((key ^ ((before >> 8) & 1)) << 10);
  }
  return state;
}

/** The exponents of a self-synchronising scrambler's polynomial, its 1 left out. */
export type Taps = readonly number[];
export const G3RUH: Taps = [17, 12];
export const SONET: Taps = [43];

/** The line's bits before the first are zeros. */
export function scramble(bits: Bits, taps: Taps): Bits {
  const line = new Uint8Array(bits.length);
  for (let i = 0; i < bits.length; i++) line[i] = (bits[i] as number) ^ mix(line, i, taps);
  return line;
}

export const descramble = (line: Bits, taps: Taps): Bits =>
  line.map((bit, i) => bit ^ mix(line, i, taps));

const mix = (line: Bits, at: number, taps: Taps): number =>
  taps.reduce((sum, tap) => sum ^ (line[at - tap] ?? 0), 0);
