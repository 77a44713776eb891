/**
 * The ESP32's image, as its mask ROM would take it (ESP-IDF: esp_app_format.h, soc.h): nothing here runs it. What
 * its instructions are `node firmware/build.mjs esp32` looks at.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { flashBoard, readImage } from '../../src/hardware/flash/chips.ts';
import { loadImage } from '../../src/node/images.ts';

const image = Buffer.from(loadImage('esp32').octets);
/** SRAM0 behind the vectors and caches that the ROM has there; SRAM2 between what the ROM uses. */
const CODE = { from: 0x4008_0400, to: 0x400a_0000 };
const DATA = { from: 0x3ffb_0000, to: 0x3ffd_c000 };
const HEAD = 24;

const segments = (() => {
  let at = HEAD;
  return Array.from({ length: image[1] ?? 0 }, () => {
    const address = image.readUInt32LE(at);
    const length = image.readUInt32LE(at + 4);
    const octets = image.subarray(at + 8, at + 8 + length);
    at += 8 + length;
    return { address, octets, end: at };
  });
})();

describe('the image for an ESP32', () => {
  it('is one for that chip, by its head', () => {
    expect(image[0]).toBe(0xe9);
    expect(image.readUInt16LE(12)).toBe(0);
    expect(segments).toHaveLength(2);
  });

  it('has its segments in whole words of RAM that is there, apart from each other', () => {
    const where = segments.map(({ address, octets }) => {
      const end = address + octets.length;
      expect([address % 4, octets.length % 4]).toEqual([0, 0]);
      return [CODE, DATA].findIndex(({ from, to }) => address >= from && end <= to);
    });
    expect(where).toEqual([0, 1]);
  });

  it('begins in its code, at a whole word', () => {
    const entry = image.readUInt32LE(4);
    const [code] = segments;
    expect(entry % 4).toBe(0);
    expect(entry).toBeGreaterThanOrEqual(code?.address ?? Infinity);
    expect(entry).toBeLessThan((code?.address ?? 0) + (code?.octets.length ?? 0));
  });

  it('has vectors where VECBASE can point: jumps at its kernel, user and double exceptions', () => {
    const [code] = segments;
    expect((code?.address ?? 1) % 1024).toBe(0);
    // J has 6 in its six lowest bits (Xtensa ISA Reference Manual); the user vector saves a0 first.
    const jumps = [0x300, 0x345, 0x3c0].map((at) => (code?.octets[at] ?? 0) & 0x3f);
    expect(jumps).toEqual([6, 6, 6]);
  });

  it('ends with the checksum and the SHA-256 of all before it', () => {
    const end = (segments.at(-1)?.end ?? 0) | 15;
    const sum = segments.flatMap(({ octets }) => [...octets]).reduce((a, b) => a ^ b, 0xef);
    expect(image[end]).toBe(sum);
    const digest = createHash('sha256')
      .update(image.subarray(0, end + 1))
      .digest();
    expect(image.subarray(end + 1)).toEqual(digest);
  });

  it('is what netlab flashes, at 0x1000, and to no ESP32-C3', () => {
    const [esp32, esp32c3] = [flashBoard('esp32'), flashBoard('esp32c3')];
    if (esp32 === undefined || esp32c3 === undefined) throw new Error('no such board');
    const part = { address: 0x1000, octets: new Uint8Array(image) };
    expect(readImage(new Uint8Array(image), esp32)).toMatchObject({ ok: true, value: [part] });
    expect(readImage(new Uint8Array(image), esp32c3)).toMatchObject({ ok: false });
  });
});
