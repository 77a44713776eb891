import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromAscii, fromHex } from '../../../base/octets.ts';
import { append, check } from './fcs.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
// The PSDU of IEEE 802.11-2012 annex L.1.2, whose FCS is that of IEEE 802.3, spelling as printed there.
const ANNEX_L = concat([
  hex('0402002e 006008cd37a6 0020d6013cf1 006008ad3baf 0000'),
  fromAscii('Joy, bright spark of divinity,\nDaughter of Elysium,\nFire-insired we trea'),
]);

describe('frame check sequence', () => {
  it('is that of the example in IEEE 802.11 annex L', () => {
    expect(append(ANNEX_L)).toEqual(concat([ANNEX_L, hex('673321b6')]));
  });

  it("is zlib's CRC-32, least significant octet first", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (frame) => {
        const fcs = Buffer.alloc(4);
        fcs.writeUInt32LE(crc32(frame));
        expect(append(frame)).toEqual(concat([frame, fcs]));
        expect(check(append(frame))).toEqual({ ok: true, value: frame });
      }),
    );
  });

  it('finds every burst of up to 32 bits', () => {
    const burst = fc.tuple(
      fc.nat(ANNEX_L.length * 8 - 1),
      fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    );
    fc.assert(
      fc.property(burst, ([first, pattern]) => {
        const octets = append(ANNEX_L);
        for (let bit = 0; bit < 32; bit++) {
          const at = first + bit;
          if ((pattern >>> bit) & 1) octets[at >> 3] = (octets[at >> 3] ?? 0) ^ (1 << (at & 7));
        }
        expect(check(octets)).toEqual({
          ok: false,
          error: { code: 'bad-checksum', protocol: 'ethernet' },
        });
      }),
    );
  });

  it.each([0, 1, 4])('refuses %i octets as truncated', (length) => {
    expect(check(new Uint8Array(length))).toEqual({
      ok: false,
      error: { code: 'truncated', protocol: 'ethernet', need: 5, have: length },
    });
  });
});
