import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { view } from '../../base/octets.ts';
import type { ChipImage } from './image.ts';
import { decodeBlock, decodeInfo, decodeUf2, encodeUf2, FAMILY, UF2_BLOCK } from './uf2.ts';

const IMAGES = new URL('../../../firmware/images/', import.meta.url);
const image = (name: string): Uint8Array => Uint8Array.from(readFileSync(new URL(name, IMAGES)));

/** Four blocks of which each octet says where it lies. */
const PARTS: ChipImage = [
  { address: 0x1000_0000, octets: Uint8Array.from({ length: 1024 }, (_, i) => i & 0xff) },
];
const file = (): Uint8Array => encodeUf2(PARTS, FAMILY.RP2040);

function altered(at: number, word: number): Uint8Array {
  const copy = file();
  view(copy).setUint32(at, word, true);
  return copy;
}

/** A slow obvious model: the flash octet by octet, the later part over the earlier. */
function flashOf(parts: ChipImage): (number | undefined)[] {
  const flash: (number | undefined)[] = [];
  for (const { address, octets } of parts) {
    for (const [i, octet] of octets.entries()) flash[address + i] = octet;
  }
  return flash;
}

const without = (block: number): Uint8Array => {
  const whole = file();
  const rest = [...whole.subarray(0, block * 512), ...whole.subarray((block + 1) * 512)];
  return Uint8Array.from(rest);
};

describe('a UF2 file', () => {
  it('has the words of the specification’s table, little-endian', () => {
    const octets = Uint8Array.of(0xde, 0xad);
    const block = encodeUf2([{ address: 0x1000_0100, octets }], FAMILY.RP2040);
    const expected = [
      ...[0x55, 0x46, 0x32, 0x0a, 0x57, 0x51, 0x5d, 0x9e],
      ...[0x00, 0x20, 0x00, 0x00, 0x00, 0x01, 0x00, 0x10],
      ...[0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
      ...[0x01, 0x00, 0x00, 0x00, 0x56, 0xff, 0x8b, 0xe4],
      ...[0xde, 0xad, 0xff],
    ];
    expect([...block.subarray(0, expected.length)]).toEqual(expected);
    expect([...block.subarray(508)]).toEqual([0x30, 0x6f, 0xb1, 0x0a]);
    expect(block.length).toBe(512);
  });

  it('that the firmware’s build made is the flash image, its last page filled with zeros', () => {
    const flash = image('w5500-evb-pico.bin');
    const decoded = decodeUf2(image('w5500-evb-pico.uf2'), FAMILY.RP2040);
    const padded = new Uint8Array(Math.ceil(flash.length / 256) * 256);
    padded.set(flash);
    expect(decoded).toEqual({ ok: true, value: [{ address: 0x1000_0000, octets: padded }] });
  });

  it('with blocks for other chips beside ours gives ours', () => {
    const other = encodeUf2([{ address: 0, octets: Uint8Array.of(1, 2, 3) }], FAMILY.RP2350);
    const both = Uint8Array.from([...other, ...file(), ...other]);
    expect(decodeUf2(both, FAMILY.RP2040)).toEqual({ ok: true, value: PARTS });
  });

  it('in any order, blocks twice, is the same', () => {
    const whole = file();
    const blocks = [3, 1, 0, 2, 1].map((i) => whole.subarray(i * 512, (i + 1) * 512));
    const mixed = Uint8Array.from(blocks.flatMap((block) => [...block]));
    expect(decodeUf2(mixed, FAMILY.RP2040)).toEqual({ ok: true, value: PARTS });
  });

  it.each<[string, Uint8Array, object]>([
    ['is empty', new Uint8Array(0), { code: 'image-truncated', details: { need: 512, have: 0 } }],
    ['ends in a block', file().subarray(0, 1500), { details: { need: 1536, have: 1500 } }],
    [
      'lacks its last block',
      without(3),
      { code: 'image-truncated', details: { need: 2048, have: 1536 } },
    ],
    ['lacks its first block', without(0), { code: 'image-truncated' }],
    ['has another start', altered(512, 0x0a324654), { code: 'image-malformed' }],
    ['has another second word', altered(4, 0), { code: 'image-malformed' }],
    ['has another end', altered(1020, 0), { code: 'image-malformed' }],
    ['has a block too many', altered(20, 4), { code: 'image-malformed' }],
    ['does not agree how many blocks it has', altered(512 + 24, 9), { code: 'image-malformed' }],
    ['has a page that is none', altered(12, 0x1000_0004), { code: 'image-malformed' }],
    ['has a payload the ROM does not take', altered(16, 128), { code: 'image-malformed' }],
    [
      'is for another chip',
      encodeUf2(PARTS, FAMILY.RP2350),
      { code: 'image-wrong-chip', details: { expected: 'RP2040', found: 'RP2350' } },
    ],
    [
      'is for a chip that nobody knows',
      encodeUf2(PARTS, 0x1234),
      { details: { found: 'UF2 0x00001234' } },
    ],
    ['is comments only', altered(8, 0x2001).subarray(0, 512), { code: 'image-wrong-chip' }],
  ])('that %s is refused', (_, octets, error) => {
    expect(decodeUf2(octets, FAMILY.RP2040)).toMatchObject({ ok: false, error });
  });

  it('decode ∘ encode gives the pages of any image', () => {
    const stretch = fc.tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.uint8Array({ minLength: 1, maxLength: 700 }),
    );
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 5 }), (stretches) => {
        const parts = stretches.map(([page, octets]) => ({ address: page * 256, octets }));
        const pages = parts.map(({ address, octets }) => {
          const whole = new Uint8Array(Math.ceil(octets.length / 256) * 256).fill(0xff);
          return { address, octets: whole };
        });
        const decoded = decodeUf2(encodeUf2(parts, 7), 7);
        const got = flashOf(decoded.ok ? decoded.value : []);
        expect(got).toEqual(flashOf([...pages, ...parts]));
      }),
    );
  });

  it('never throws on any octets', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.array(fc.tuple(fc.nat(2047), fc.nat(255)), { maxLength: 6 }),
        (noise, changes) => {
          decodeUf2(noise, FAMILY.RP2040);
          decodeBlock(noise);
          const whole = file();
          for (const [at, octet] of changes) whole[at] = octet;
          decodeUf2(whole, FAMILY.RP2040);
        },
      ),
    );
  });

  it('no other sector is taken for a block', () => {
    expect(decodeBlock(new Uint8Array(UF2_BLOCK))).toBeUndefined();
    expect(decodeBlock(file().subarray(0, 511))).toBeUndefined();
  });
});

describe('INFO_UF2.TXT', () => {
  it('of the RP2040’s mask ROM', () => {
    const text = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';
    expect(decodeInfo(text)).toEqual({ model: 'Raspberry Pi RP2', boardId: 'RPI-RP2' });
  });

  it.each([
    ['', 'nothing'],
    ['Model: x\nBoard-ID: y', 'another first line'],
    ['UF2 Bootloader v3.0\nModel: x', 'no board'],
  ])('%j is none: %s', (text) => {
    expect(decodeInfo(text)).toBeUndefined();
  });
});
