import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../base/octets.ts';
import { address } from './address.ts';
import { fragment } from './fragment.ts';
import { type Datagram, decode, encode } from './header.ts';

function decoded(octets: Uint8Array): Datagram {
  const result = decode(octets);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const whole = (payload: Uint8Array, over: Partial<Datagram> = {}): Uint8Array =>
  encode({
    trafficClass: 0,
    identification: 111,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 123,
    protocol: 6,
    source: address(0xc0000201),
    destination: address(0xc6336402),
    options: new Uint8Array(),
    payload,
    ...over,
  });

describe('IPv4 fragmentation', () => {
  it('cuts the example of RFC 791 Appendix A: 452 octets of data over a link of 280', () => {
    const [first, second, ...more] = (fragment(whole(new Uint8Array(452)), 280) ?? []).map(decoded);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ moreFragments: true, fragmentOffset: 0, identification: 111 });
    expect(first?.payload.length).toBe(256);
    expect(second).toMatchObject({ moreFragments: false, fragmentOffset: 32 * 8, timeToLive: 123 });
    expect(second?.payload.length).toBe(452 - 256);
  });

  it('leaves alone what fits, padding cut off', () => {
    const octets = whole(new Uint8Array(48));
    expect(fragment(concat([octets, new Uint8Array(4)]), 68)).toEqual([octets]);
  });

  it('cuts nothing that says it must not be cut', () => {
    expect(fragment(whole(new Uint8Array(100), { dontFragment: true }), 68)).toBeUndefined();
  });

  it('gives the first all options, the others those to be copied', () => {
    const options = fromHex('070704 00000000 01 94040000') ?? new Uint8Array();
    const cut = (fragment(whole(new Uint8Array(90), { options }), 68) ?? []).map(decoded);
    expect(cut.map((f) => toHex(f.options))).toEqual([toHex(options), '94040000', '94040000']);
    // 68 − 32 leaves room for 36 octets, of which whole units are 32; 68 − 24 for 44 and 40.
    expect(cut.map((f) => f.payload.length)).toEqual([32, 40, 18]);
  });

  it('fits the link, loses nothing, and cuts a fragment as it does a whole', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 49, maxLength: 800 }),
        fc.integer({ min: 68, max: 300 }),
        fc.integer({ min: 68, max: 300 }),
        fc.integer({ min: 0, max: 7000 }),
        (payload, mtu, second, units) => {
          const fragmentOffset = units * 8;
          const octets = whole(payload, { fragmentOffset });
          const once = fragment(octets, mtu) ?? [];
          const twice = once.flatMap((piece) => fragment(piece, second) ?? []);
          for (const piece of twice)
            expect(piece.length).toBeLessThanOrEqual(Math.min(mtu, second));
          const parts = twice.map(decoded);
          expect(concat(parts.map((f) => f.payload))).toEqual(payload);
          let next = fragmentOffset;
          for (const [i, part] of parts.entries()) {
            expect(part.fragmentOffset).toBe(next);
            expect(part.moreFragments).toBe(i < parts.length - 1);
            next += part.payload.length;
          }
        },
      ),
    );
  });
});
