/**
 * Intel HEX, the form in which AVR compilers give an image (Intel, Hexadecimal Object File Format
 * Specification, rev. A): `:` count · address · type · data · checksum, in hexadecimal digits.
 */
import { fromHex } from '../../base/octets.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import {
  type ChipImage,
  type ImageFlaw,
  joined,
  malformed,
  type Part,
  truncated,
} from './image.ts';

const TYPE = { data: 0, end: 1, segment: 2, segmentStart: 3, linear: 4, linearStart: 5 } as const;
const COLON = 0x3a;

export const isIntelHex = (file: Uint8Array): boolean => file[0] === COLON;

interface Record {
  readonly address: number;
  readonly type: number;
  readonly data: Uint8Array;
}

/** Without its end record it is truncated, however many records it has. */
export function decodeIntelHex(file: Uint8Array): Result<ChipImage, ImageFlaw> {
  const text = Array.from(file, (octet) => String.fromCharCode(octet)).join('');
  const parts: Part[] = [];
  let base = 0;
  for (const [i, line] of text.trimEnd().split(/\r?\n/).entries()) {
    const record = decodeRecord(line.trim());
    if (record === undefined) return fail(malformed(`Intel HEX line ${i + 1}`));
    const { address, type, data } = record;
    if (type === TYPE.end) return ok(joined(parts));
    if (type === TYPE.data) parts.push({ address: base + address, octets: data });
    else if (type === TYPE.segment) base = word(data) * 16;
    else if (type === TYPE.linear) base = word(data) * 0x1_0000;
    else if (type !== TYPE.segmentStart && type !== TYPE.linearStart) {
      return fail(malformed(`Intel HEX line ${i + 1}: type ${type}`));
    }
  }
  return fail(truncated(text.length + 1, text.length));
}

function decodeRecord(line: string): Record | undefined {
  const octets = line.startsWith(':') ? fromHex(line.slice(1)) : undefined;
  if (octets === undefined || octets.length < 5 || octets.length !== (octets[0] ?? 0) + 5) {
    return undefined;
  }
  if (octets.reduce((sum, octet) => sum + octet, 0) % 256 !== 0) return undefined;
  const [, high = 0, low = 0, type = 0] = octets;
  return { address: high * 256 + low, type, data: octets.slice(4, -1) };
}

const word = (data: Uint8Array): number => (data[0] ?? 0) * 256 + (data[1] ?? 0);
