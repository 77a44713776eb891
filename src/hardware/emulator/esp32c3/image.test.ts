import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImage } from './image.ts';

/** As firmware/esp-image.mjs made it, on another way to the same format. */
const IMAGE = new Uint8Array(
  readFileSync(new URL('../../../../firmware/images/esp32c3.bin', import.meta.url)),
);
const altered = (at: number, octet: number): Uint8Array => {
  const copy = IMAGE.slice();
  copy[at] = octet;
  return copy;
};

describe('parseImage', () => {
  it('takes the provided image: code and data, where the chip has memory for them', () => {
    expect(parseImage(IMAGE)).toMatchObject({
      entry: 0x40380000,
      segments: [{ address: 0x40380000 }, { address: 0x3fc92000 }],
      digestDiffers: false,
    });
  });

  const FLAWS: readonly (readonly [string, Uint8Array, string])[] = [
    ['nothing', new Uint8Array(0), 'shorter than a header'],
    ['an erased flash', new Uint8Array(64).fill(0xff), 'no 0xE9 at its start'],
    ['no segment', altered(1, 0), '0 segments'],
    ['more segments than there may be', altered(1, 17), '17 segments'],
    ['one for the first ESP32', altered(12, 0), 'for chip 0'],
    ['half of it', IMAGE.subarray(0, 9000), 'cut short'],
    ['an octet of code altered', altered(500, (IMAGE[500] ?? 0) ^ 1), 'its checksum is wrong'],
  ];
  it.each(FLAWS)('does not take %s', (_what, flash, flaw) => {
    expect(parseImage(flash)).toBe(flaw);
  });

  it('tells of a digest that is another, as the mask ROM does', () => {
    const at = IMAGE.length - 1;
    expect(parseImage(altered(at, (IMAGE[at] ?? 0) ^ 1))).toMatchObject({ digestDiffers: true });
  });

  it('never throws, whatever the flash holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        parseImage(Uint8Array.from([0xe9, 2, ...octets]));
      }),
    );
  });
});
