import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from './random.ts';
import { newSipKey, sipHash, sipKey, toWords } from './siphash.ts';

const upTo = (n: number) => Uint8Array.from({ length: n }, (_, i) => i);
const KEY = upTo(16);

function hash(key: Uint8Array, message: Uint8Array): bigint {
  const out = new Int32Array(2);
  sipHash(sipKey(key), toWords(message), message.length, out);
  return BigInt.asUintN(64, (BigInt(out[1] ?? 0) << 32n) | BigInt((out[0] ?? 0) >>> 0));
}

/** The definition in §2 of the paper, over 64-bit integers. */
function model(key: Uint8Array, message: Uint8Array): bigint {
  const M = (1n << 64n) - 1n;
  const rotate = (x: bigint, n: bigint) => ((x << n) | (x >> (64n - n))) & M;
  const little = (octets: Uint8Array) =>
    octets.reduce((sum, octet, i) => sum | (BigInt(octet) << BigInt(8 * i)), 0n);
  const [k0, k1] = [little(key.subarray(0, 8)), little(key.subarray(8, 16))];
  let a = k0 ^ 0x736f6d6570736575n;
  let b = k1 ^ 0x646f72616e646f6dn;
  let c = k0 ^ 0x6c7967656e657261n;
  let d = k1 ^ 0x7465646279746573n;
  const rounds = (n: number) => {
    for (let i = 0; i < n; i++) {
      a = (a + b) & M;
      c = (c + d) & M;
      b = rotate(b, 13n) ^ a;
      d = rotate(d, 16n) ^ c;
      a = rotate(a, 32n);
      c = (c + b) & M;
      a = (a + d) & M;
      b = rotate(b, 17n) ^ c;
      d = rotate(d, 21n) ^ a;
      c = rotate(c, 32n);
    }
  };
  const padded = new Uint8Array((message.length & ~7) + 8);
  padded.set(message);
  padded[padded.length - 1] = message.length;
  for (let at = 0; at < padded.length; at += 8) {
    const m = little(padded.subarray(at, at + 8));
    d ^= m;
    rounds(2);
    a ^= m;
  }
  c ^= 0xffn;
  rounds(4);
  return a ^ b ^ c ^ d;
}

describe('SipHash-2-4', () => {
  it('gives what appendix A of the paper computes, for the octets 00 … 0e', () => {
    expect(hash(KEY, upTo(15))).toBe(0xa129ca6149be45e5n);
  });

  it.each([
    // The authors' reference code: key 00 … 0f, message 00 … of so many octets.
    [0, 0x726fdb47dd0e0e31n],
    [1, 0x74f839c593dc67fdn],
    [2, 0x0d6c8009d9a94f5an],
    [3, 0x85676696d7fb7e2dn],
    [4, 0xcf2794e0277187b7n],
    [5, 0x18765564cd99a68dn],
    [6, 0xcbc9466e58fee3cen],
    [7, 0xab0200f58b01d137n],
    [8, 0x93f5f5799a932462n],
    [9, 0x9e0082df0ba9e4b0n],
    [12, 0x751e8fbc860ee5fbn],
    [16, 0x3f2acc7f57c29bdbn],
    [27, 0x2f2e6163076bcfadn],
    [28, 0xde4daaaca71dc9a5n],
    [31, 0x32d892fad841c342n],
    [32, 0x7127512f72f27ccen],
    [36, 0x314dffbe0815a3b4n],
    [63, 0x958a324ceb064572n],
  ])('gives what the reference code gives for %i octets', (length, expected) => {
    expect(hash(KEY, upTo(length))).toBe(expected);
  });

  it('is the definition for any key and message', () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(key, fc.uint8Array({ maxLength: 300 }), (k, message) => {
        expect(hash(k, message)).toBe(model(k, message));
      }),
    );
  });

  it('does not look behind the message', () => {
    const [short, long] = [new Int32Array(2), new Int32Array(2)];
    const key = sipKey(KEY);
    sipHash(key, Int32Array.of(1, 2, 3), 12, short);
    sipHash(key, Int32Array.of(1, 2, 3, 99, 98), 12, long);
    expect(long).toEqual(short);
  });

  it('makes a key of 128 bits of chance', () => {
    const key = newSipKey(seededRng(1));
    expect(key.length).toBe(4);
    expect(key).not.toEqual(newSipKey(seededRng(2)));
  });
});
