import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filled, joined, type Part, pagesOf, sizeOf } from './image.ts';

const part = fc.record({
  address: fc.nat(300),
  octets: fc.uint8Array({ maxLength: 60 }),
}) satisfies fc.Arbitrary<Part>;

/** Octet by octet, the later part over the earlier. */
function flashOf(parts: readonly Part[]): Map<number, number> {
  const flash = new Map<number, number>();
  for (const { address, octets } of parts) {
    for (const [i, octet] of octets.entries()) flash.set(address + i, octet);
  }
  return flash;
}

const sorted = (flash: Map<number, number>): [number, number][] =>
  [...flash].sort(([a], [b]) => a - b);

describe('parts of an image', () => {
  it('joined are the same octets, in order, none touching', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const image = joined(parts);
        expect([...flashOf(image)]).toEqual(sorted(flashOf(parts)));
        for (const [i, { address }] of image.entries()) {
          const before = image[i - 1];
          if (before !== undefined)
            expect(before.address + before.octets.length).toBeLessThan(address);
        }
        expect(sizeOf(image)).toBe(flashOf(parts).size);
      }),
    );
  });

  it('filled are those octets in ones', () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.nat(200),
        fc.nat(200),
        (parts, base, size) => {
          const flash = flashOf(parts);
          const expected = Array.from({ length: size }, (_, i) => flash.get(base + i) ?? 0xff);
          expect([...filled(joined(parts), base, size).octets]).toEqual(expected);
        },
      ),
    );
  });

  it('have each page that they touch, once', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const touched = new Set([...flashOf(parts).keys()].map((at) => at - (at % 16)));
        const pages = pagesOf(joined(parts), 16);
        expect(pages.map(({ address }) => address)).toEqual([...touched].sort((a, b) => a - b));
      }),
    );
  });
});
