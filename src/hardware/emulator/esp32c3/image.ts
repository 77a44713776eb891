/**
 * The image at the start of the flash, as the ESP32-C3's mask ROM reads it (Espressif's esptool documentation,
 * Firmware Image Format):
 *
 *      0xE9 · segments · mode · size and speed · entry, 4 · 0xEE · drive, 3 · chip, 2 · … · hash flag      24
 *      address, 4 · length, 4 · octets                                                     for each segment
 *      zeroes up to the last octet of a line of 16, which is 0xEF ^ every octet of the segments
 *      SHA-256 of all before it, where the flag says so
 */
import { equal } from '../../../base/octets.ts';
import { sha256 } from './sha256.ts';

const MAGIC = 0xe9;
const CHIP_ESP32_C3 = 5;
const HEADER = 24;
const SEGMENT_HEADER = 8;
const SEGMENTS_MAX = 16;
const SEED = 0xef;
const DIGEST = 32;

interface Segment {
  readonly address: number;
  readonly octets: Uint8Array;
}

export interface Image {
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** The digest behind it is another: the mask ROM says so and goes on. */
  readonly digestDiffers: boolean;
}

/** The image, or why the mask ROM does not load it. */
export function parseImage(flash: Uint8Array): Image | string {
  if (flash.length < HEADER) return 'shorter than a header';
  const view = new DataView(flash.buffer, flash.byteOffset, flash.byteLength);
  if (flash[0] !== MAGIC) return 'no 0xE9 at its start';
  const count = flash[1] ?? 0;
  if (count === 0 || count > SEGMENTS_MAX) return `${count} segments`;
  const chip = view.getUint16(12, true);
  if (chip !== CHIP_ESP32_C3) return `for chip ${chip}`;
  const segments: Segment[] = [];
  let at = HEADER;
  for (let i = 0; i < count; i++) {
    if (at + SEGMENT_HEADER > flash.length) return 'cut short';
    const length = view.getUint32(at + 4, true);
    const octets = flash.subarray(at + SEGMENT_HEADER, at + SEGMENT_HEADER + length);
    if (octets.length < length) return 'cut short';
    segments.push({ address: view.getUint32(at, true), octets });
    at += SEGMENT_HEADER + length;
  }
  const end = (at | 15) + 1;
  if (flash[end - 1] !== checksum(segments)) return 'its checksum is wrong';
  const hashed = flash[23] === 1;
  const digestDiffers =
    hashed && !equal(flash.subarray(end, end + DIGEST), sha256(flash.subarray(0, end)));
  return { entry: view.getUint32(4, true), segments, digestDiffers };
}

function checksum(segments: readonly Segment[]): number {
  let sum = SEED;
  for (const { octets } of segments) for (const octet of octets) sum ^= octet;
  return sum;
}
