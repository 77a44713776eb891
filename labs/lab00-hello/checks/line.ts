/**
 * The line once more, written as slowly and plainly as its definition is: the oracle of the checks. Nothing in it is
 * shared with what learners are taught.
 */
import { crc32 } from '../../../src/base/crc32.ts';
import { concat, fromAscii, fromHex, toAscii } from '../../../src/base/octets.ts';
import { below, chance, type Rng } from '../../../src/base/random.ts';
import type { Steps } from '../../../src/lab/lab.ts';

const FRAME_MAX = 1600;
export const ENCODED_MAX = 1607;
const CONTENT_MIN = 7;
export const CONTENT_MAX = FRAME_MAX - 4;

export type Damage = 'badCobs' | 'short' | 'oversized' | 'badCrc';

export interface Statistics {
  good: number;
  badCobs: number;
  short: number;
  oversized: number;
  badCrc: number;
  held: number;
}

export const octetsOf = (hex: string): Uint8Array =>
  fromHex(hex.replaceAll(' ', '')) ?? new Uint8Array(0);

/** Big-endian. */
export const number = (value: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);

/** Cut behind each zero, and where a run is too long; then each piece behind its length and one. */
export function encodeCobs(octets: Uint8Array): Uint8Array {
  const pieces: number[][] = [[]];
  for (const octet of octets) {
    if (pieces.at(-1)?.length === 254) pieces.push([]);
    if (octet === 0) pieces.push([]);
    else pieces.at(-1)?.push(octet);
  }
  return Uint8Array.from(pieces.flatMap((piece) => [piece.length + 1, ...piece]));
}

export function decodeCobs(encoded: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let rest = encoded;
  if (encoded.includes(0)) return undefined;
  while (rest.length > 0) {
    const code = rest[0] as number;
    if (code > rest.length) return undefined;
    parts.push(rest.subarray(1, code));
    rest = rest.subarray(code);
    if (code < 255 && rest.length > 0) parts.push(Uint8Array.of(0));
  }
  return concat(parts);
}

export const withCrc = (content: Uint8Array): Uint8Array =>
  concat([content, number(crc32(content), 4)]);

/** With its delimiter. */
export const encodeFrame = (content: Uint8Array): Uint8Array =>
  concat([encodeCobs(withCrc(content)), Uint8Array.of(0)]);

export function decodeFrame(encoded: Uint8Array): Uint8Array | Damage {
  if (encoded.length > ENCODED_MAX) return 'oversized';
  const frame = decodeCobs(encoded);
  if (frame === undefined) return 'badCobs';
  if (frame.length < CONTENT_MIN + 4) return 'short';
  if (frame.length > FRAME_MAX) return 'oversized';
  const content = frame.slice(0, -4);
  return withCrc(content).every((octet, i) => octet === frame[i]) ? content : 'badCrc';
}

/** All that a decoder finds in a whole stream. */
export function decodeStream(stream: Uint8Array): {
  readonly contents: readonly Uint8Array[];
  readonly statistics: Statistics;
} {
  const statistics = { good: 0, badCobs: 0, short: 0, oversized: 0, badCrc: 0, held: 0 };
  const contents: Uint8Array[] = [];
  let rest = stream;
  for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
    const found = end === 0 ? undefined : decodeFrame(rest.subarray(0, end));
    if (typeof found === 'string') statistics[found] += 1;
    else if (found !== undefined) contents.push(found);
    rest = rest.subarray(end + 1);
  }
  statistics.good = contents.length;
  if (rest.length > ENCODED_MAX) statistics.oversized += 1;
  else statistics.held = rest.length;
  return { contents, statistics };
}

/** Each octet is lost, or has one bit turned over, as chance has it. */
export function noisy(rng: Rng, octets: Uint8Array, rate: number): Uint8Array {
  const out: number[] = [];
  for (const octet of octets) {
    if (!chance(rng, rate)) out.push(octet);
    else if (chance(rng, 0.5)) out.push(octet ^ (1 << below(rng, 8)));
  }
  return Uint8Array.from(out);
}

/** Pieces of 0 … `most` octets that are `octets` together. */
export function cut(rng: Rng, octets: Uint8Array, most: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = below(rng, most + 1);
    pieces.push(octets.slice(at, at + length));
    at += length;
  }
  return pieces;
}

const CREDIT = 4096;

function header(kind: number, session: number, seq: number, ack: number): Uint8Array {
  return concat([
    Uint8Array.of(kind),
    number(session, 2),
    Uint8Array.of(seq, ack),
    number(CREDIT, 2),
  ]);
}

export const openContent = (session: number, nonce: number): Uint8Array =>
  concat([header(0x11, session, 0, 0), Uint8Array.of(1, 1, 8), number(1589, 2), number(nonce, 4)]);

export interface Request {
  readonly session: number;
  readonly seq: number;
  readonly ack: number;
  readonly op: number;
  readonly tag: number;
  readonly body: Uint8Array;
}

export const requestContent = ({ session, seq, ack, op, tag, body }: Request): Uint8Array =>
  concat([header(0x13, session, seq, ack), Uint8Array.of(op, tag), body]);

export const item = (type: number, value: Uint8Array | string): Uint8Array => {
  const octets = typeof value === 'string' ? fromAscii(value) : value;
  return concat([Uint8Array.of(type, octets.length), octets]);
};

export interface Opened {
  readonly kind?: number;
  readonly session: number;
  readonly version?: number;
  readonly nonce: number;
  readonly identity: Uint8Array;
}

export const openedContent = ({ kind = 0x12, session, version = 1, nonce, identity }: Opened) =>
  concat([
    header(kind, session, 0, 0),
    Uint8Array.of(version, 8),
    number(1589, 2),
    number(nonce, 4),
    identity,
  ]);

/** The identity's octets in a board's answer to our OPEN. */
export function identityIn(content: Uint8Array, session: number, nonce: number) {
  const ours = concat([Uint8Array.of(0x12), number(session, 2)]);
  const mine = ours.every((octet, i) => content[i] === octet);
  const echoed = number(nonce, 4).every((octet, i) => content[11 + i] === octet);
  return mine && echoed && content[7] === 1 ? content.slice(15) : undefined;
}

/** The items that a learner is asked for. */
export function readIdentity(octets: Uint8Array) {
  const found: Record<number, Uint8Array> = {};
  for (let rest = octets; rest.length >= 2; rest = rest.subarray(2 + (rest[1] as number))) {
    found[rest[0] as number] = rest.slice(2, 2 + (rest[1] as number));
  }
  const text = (type: number) => toAscii(found[type] ?? new Uint8Array(0));
  return { board: text(1), firmware: text(2), address: found[9] };
}

/** Frame for frame, octet for octet, and no other. */
export function expectContents(
  steps: Steps,
  given: unknown,
  expected: readonly Uint8Array[],
): void {
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  steps.expect({ en: 'an array of contents', ko: '내용의 배열' }, Array.isArray(given), {
    en: 'receive gives an array of the contents that are complete: an empty one when none is.',
    ko: 'receive는 완성된 내용들의 배열을 돌려줘요. 완성된 것이 없으면 빈 배열이에요.',
  });
  const wrong = expected.findIndex((content, i) => !sameOctets(list[i], content));
  if (wrong >= 0) {
    const [place, all] = [wrong + 1, expected.length];
    const what = {
      en: `good frame ${place} of ${all}, as receive gives it`,
      ko: `receive가 준, 올바른 프레임 ${all}개 중 ${place}번째`,
    };
    steps.expectOctets(what, list[wrong], expected[wrong] as Uint8Array);
  }
  steps.expectEqual(
    { en: 'so many good frames, and no other', ko: '올바른 프레임의 수. 다른 것은 없다' },
    list.length,
    expected.length,
  );
}

const sameOctets = (given: unknown, expected: Uint8Array): boolean =>
  given instanceof Uint8Array &&
  given.length === expected.length &&
  expected.every((octet, i) => octet === given[i]);
