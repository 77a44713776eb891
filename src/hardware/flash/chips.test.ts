import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAscii } from '../../base/octets.ts';
import { FLASH_BOARDS, type FlashBoard, flashBoard, readImage } from './chips.ts';
import { encodeUf2, FAMILY } from './uf2.ts';

const IMAGES = new URL('../../../firmware/images/', import.meta.url);
const FIRMWARE = Uint8Array.from(readFileSync(new URL('w5500-evb-pico.bin', IMAGES)));
const BASE = 0x1000_0000;

function board(name: string): FlashBoard {
  const found = flashBoard(name);
  if (found === undefined) throw new Error(name);
  return found;
}
const PICO = board('w5500-evb-pico');
const UNO = board('uno');

const changed = (at: number): Uint8Array =>
  FIRMWARE.map((octet, i) => (i === at ? octet ^ 1 : octet));
const uf2 = (octets: Uint8Array, address = BASE, family: number = FAMILY.RP2040): Uint8Array =>
  encodeUf2([{ address, octets }], family);

/** JMP, and something after it. */
const AVR = Uint8Array.of(0x0c, 0x94, 0x34, 0x00, 1, 2, 3, 4);
const HEX = fromAscii(':080000000C943400010203041A\n:00000001FF\n');
/** The head of an ESP32-C3 image: magic, segments, flash mode and size, entry. */
const ESP = Uint8Array.of(0xe9, 3, 2, 0x20, 0, 0, 0x38, 0x40, 0xee, 0, 0, 0, 5, 0);

describe('an image', () => {
  it('of the firmware is for the RP2040, as flash and as UF2', () => {
    expect(readImage(FIRMWARE, PICO)).toEqual({
      ok: true,
      value: [{ address: BASE, octets: FIRMWARE }],
    });
    const asUf2 = readImage(uf2(FIRMWARE), PICO);
    const [part] = asUf2.ok ? asUf2.value : [];
    expect(part?.octets.subarray(0, FIRMWARE.length)).toEqual(FIRMWARE);
  });

  it('for the Uno is one that begins with a jump, as flash and as Intel HEX', () => {
    const expected = { ok: true, value: [{ address: 0, octets: AVR }] };
    expect(readImage(AVR, UNO)).toEqual(expected);
    expect(readImage(HEX, UNO)).toEqual(expected);
  });

  it.each<[string, Uint8Array, FlashBoard, string]>([
    ['nothing', new Uint8Array(0), PICO, 'image-truncated'],
    ['ELF', fromAscii('\x7fELF and so on'), PICO, 'image-wrong-chip'],
    ['an ESP image', ESP, PICO, 'image-wrong-chip'],
    ['an ESP image', ESP, UNO, 'image-wrong-chip'],
    ['Intel HEX', HEX, PICO, 'image-wrong-chip'],
    ['UF2', uf2(FIRMWARE), UNO, 'image-wrong-chip'],
    ['UF2 of another family', uf2(FIRMWARE, BASE, FAMILY.RP2350), PICO, 'image-wrong-chip'],
    ['the RP2040’s flash', FIRMWARE, UNO, 'image-wrong-chip'],
    ['a second stage with an altered octet', changed(100), PICO, 'image-malformed'],
    ['a second stage with an altered checksum', changed(254), PICO, 'image-malformed'],
    ['the same as UF2', uf2(changed(100)), PICO, 'image-malformed'],
    ['less than a second stage', FIRMWARE.subarray(0, 255), PICO, 'image-malformed'],
    ['UF2 without a second stage', uf2(FIRMWARE, BASE + 256), PICO, 'image-malformed'],
    ['text', fromAscii('not a program'), UNO, 'image-wrong-chip'],
    ['more than there is room for', filledUp(AVR, 32 * 1024 - 511), UNO, 'image-too-large'],
    ['more than 2 MiB', filledUp(FIRMWARE, 2 * 1024 * 1024 + 1), PICO, 'image-too-large'],
  ])('that is %s is refused', (_, file, of, code) => {
    expect(readImage(file, of)).toMatchObject({ ok: false, error: { code } });
  });

  it('never throws, whatever the file', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FLASH_BOARDS),
        fc.uint8Array({ maxLength: 600 }),
        (of, file) => {
          readImage(file, of);
          readImage(Uint8Array.from([0x3a, ...file]), of);
          readImage(Uint8Array.from([0x55, 0x46, 0x32, 0x0a, ...file]), of);
        },
      ),
    );
  });
});

function filledUp(octets: Uint8Array, size: number): Uint8Array {
  const file = new Uint8Array(size);
  file.set(octets);
  return file;
}
