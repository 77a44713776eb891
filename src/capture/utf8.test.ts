import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

describe('utf-8', () => {
  it("encodes as the platform's own encoder does, lone surrogates too", () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
    expect(encodeUtf8('a\ud800b')).toEqual(new TextEncoder().encode('a\ud800b'));
  });

  it("decodes as the platform's own decoder does, whatever arrives", () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    // Leads and tails of all kinds come up often enough that sequences do too.
    const octet = fc.oneof(
      fc.nat(255),
      fc.constantFrom(0xc2, 0xe0, 0xe1, 0xed, 0xf0, 0xf1, 0xf4, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf),
    );
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 12 }), (octets) => {
        const given = Uint8Array.from(octets);
        expect(decodeUtf8(given)).toBe(decoder.decode(given));
      }),
      { numRuns: 2000 },
    );
  });
});
