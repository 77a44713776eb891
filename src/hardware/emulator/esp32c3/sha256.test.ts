import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from './sha256.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

it('gives the digest of "abc" that FIPS 180-4 was published with', () => {
  expect(hex(sha256(new TextEncoder().encode('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

it('is what OpenSSL computes, at every length around a block', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      expect(hex(sha256(octets))).toBe(createHash('sha256').update(octets).digest('hex'));
    }),
  );
});
