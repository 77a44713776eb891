/**
 * Lab 00: hello, board. This file is yours.
 *
 * Octets (bytes, numbers from 0 to 255) come in as a Uint8Array and go out as one. `Uint8Array.of(1, 2, 3)` makes one,
 * `octets[0]` is its first, `octets.length` says how many there are, `for (const octet of octets)` takes them in turn.
 *
 * One rule runs through the module: what cannot be is `undefined`. Nothing here throws, since what comes over a line can
 * be anything.
 *
 * Replace each `yourTurn(…)` by code of your own, from the top down: the checks go the same way. Add functions,
 * constants and variables of your own as you like; keep the names and the types that stand here, since the checks call
 * them. Import nothing.
 */

/** What is wrong with what came between two delimiters. */
export type Damage = 'badCobs' | 'short' | 'oversized' | 'badCrc';

/** What the decoder has counted since the line began. */
export interface Statistics {
  good: number;
  badCobs: number;
  short: number;
  oversized: number;
  badCrc: number;
  /** Octets of a frame that is not whole yet: 0 … 1607. */
  held: number;
}

/** Who a board says it is. */
export interface Identity {
  board: string;
  firmware: string;
  address: Uint8Array | undefined;
}

/** What is asked of a board, and the numbers that its frame carries. */
export interface Request {
  session: number;
  seq: number;
  ack: number;
  op: number;
  tag: number;
  body: Uint8Array;
}

/** What a board answers. */
export interface Response {
  seq: number;
  op: number;
  tag: number;
  status: number;
  result: Uint8Array;
}

/**
 * Two hexadecimal digits an octet, lower case, with spaces between.
 *
 *     toHex(Uint8Array.of(104, 105, 0, 255))   →  '68 69 00 ff'
 *     toHex(new Uint8Array(0))                 →  ''
 */
export function toHex(octets: Uint8Array): string {
  return yourTurn('', octets);
}

/**
 * The same octets without a zero among them: Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999). In hex:
 *
 *     11 22 00 33      →  03 11 22 02 33
 *     00               →  01 01
 *     (nothing)        →  01
 *
 * After 254 octets that are not zero in a row stands the code ff, which means no zero. Where nothing follows such a run,
 * no further code does either.
 */
export function encodeCobs(octets: Uint8Array): Uint8Array {
  return yourTurn(octets.slice(0, 0), octets);
}

/**
 * What was encoded. Undefined for octets that no encoder makes: a code that leads past the end, or a zero anywhere.
 */
export function decodeCobs(encoded: Uint8Array): Uint8Array | undefined {
  return yourTurn(encoded.slice(0, 0), encoded);
}

/**
 * The CRC-32 of Ethernet, zip and PNG: 0xCBF43926 for the octets of "123456789". This one is a gift: you will write it
 * yourself in lab 02. Whoever changes one octet of a frame gets another number.
 */
export function crc32(octets: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const octet of octets) {
    remainder ^= octet;
    for (let bit = 0; bit < 8; bit++) {
      const out = remainder & 1;
      remainder >>>= 1;
      if (out === 1) remainder ^= 0xedb88320;
    }
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

/**
 * Ready for the line: the content, its CRC-32 in four octets with the most significant first, both together encoded so
 * that no zero is left, and a zero behind as the delimiter. Undefined when the content has fewer than 7 octets or more
 * than 1596.
 */
export function encodeFrame(content: Uint8Array): Uint8Array | undefined {
  return yourTurn(content.slice(0, 0), content);
}

/**
 * The content of what came between two delimiters, its CRC checked and taken off. Or what is wrong with it, the first of
 * these that holds:
 *
 *     'oversized'   there are more than 1607 octets
 *     'badCobs'     they cannot be decoded
 *     'short'       decoded, there are fewer than 11
 *     'oversized'   decoded, there are more than 1600
 *     'badCrc'      the last four are not the CRC of the others
 */
export function decodeFrame(encoded: Uint8Array): Uint8Array | Damage {
  return yourTurn(encoded.slice(0, 0), encoded);
}

/** The line begins anew: whatever came before is forgotten, and nothing is counted yet. */
export function begin(): void {
  yourTurn(undefined);
}

/**
 * Takes the next octets from the line, however many there are, and gives the contents of the good frames that they
 * complete, in order. What is not whole yet is kept for the next call. Damaged frames are counted and dropped; two
 * delimiters in a row mean nothing.
 *
 * No more than 1607 octets are ever kept. When one more comes and no delimiter, the frame is oversized: it is counted,
 * what was kept is forgotten, and all is dropped up to the next delimiter.
 */
export function receive(octets: Uint8Array): Uint8Array[] {
  return yourTurn([], octets);
}

/** What was counted since `begin`, and how many octets are kept. */
export function statistics(): Statistics {
  return yourTurn({ good: -1, badCobs: -1, short: -1, oversized: -1, badCrc: -1, held: -1 });
}

/**
 * The content of the frame that opens a session: kind 0x11, the session, seq 0, ack 0, credit 4096; then versions 1 and
 * 1, window 8, longest message 1589, and the nonce. The README has the drawing.
 */
export function encodeOpen(session: number, nonce: number): Uint8Array {
  return yourTurn(new Uint8Array(0), session, nonce);
}

/**
 * Who answered. Undefined when this content is not the answer to our OPEN: another kind than 0x12, another session or
 * nonce, a version other than 1, too short, or an item of the identity that leads past the end. Items of other types
 * than 1 (board), 2 (firmware) and 9 (address, 6 octets) are passed over; a text that is missing is ''.
 */
export function decodeOpened(
  content: Uint8Array,
  session: number,
  nonce: number,
): Identity | undefined {
  return yourTurn({ board: '?', firmware: '?', address: undefined }, content, session, nonce);
}

/** The content of a frame with one request: kind 0x13, the header's numbers, credit 4096; then op, tag and body. */
export function encodeRequest(request: Request): Uint8Array {
  return yourTurn(new Uint8Array(0), request);
}

/**
 * The response in this content, its op without the top bit. Undefined when it is none of our session: another kind than
 * 0x13, another session, an op without the top bit, or no room for op, tag and status.
 */
export function decodeResponse(content: Uint8Array, session: number): Response | undefined {
  const nothing = { seq: -1, op: -1, tag: -1, status: -1, result: content.slice(0, 0) };
  return yourTurn(nothing, content, session);
}

/** Stands where your code will, and answers `placeholder`. Delete it when nothing calls it any more. */
function yourTurn<T>(placeholder: T, ..._arguments: unknown[]): T {
  return placeholder;
}
