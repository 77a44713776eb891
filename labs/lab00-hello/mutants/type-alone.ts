/**
 * A mutant of the solution: a type with no octet left for its length is taken for an item.
 * Caught by: opening
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

const DELIMITER = 0;
const HEADER_LENGTH = 7;
const CRC_LENGTH = 4;
/** Header, payload and CRC, before COBS. */
const FRAME_MAX = 1600;
/** The same after COBS, the delimiter not counted: one octet more for each 254. */
const ENCODED_MAX = 1607;
/** The longest run without a zero that one code can stand for. */
const RUN_MAX = 254;

const OPEN = 0x11;
const OPENED = 0x12;
const DATA = 0x13;
/** How much we can take: messages at once, octets a message, octets in all. */
const WINDOW = 8;
const MESSAGE_MAX = 1589;
const CREDIT = 4096;

/** Two hexadecimal digits an octet, with spaces between. */
export function toHex(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
}

/** The same octets without a zero among them (Cheshire and Baker, 1999). */
export function encodeCobs(octets: Uint8Array): Uint8Array {
  const encoded = [0];
  let codeAt = 0;
  const next = () => {
    encoded[codeAt] = encoded.length - codeAt;
    codeAt = encoded.length;
    encoded.push(0);
  };
  for (const octet of octets) {
    if (encoded.length - codeAt > RUN_MAX) next();
    if (octet === 0) next();
    else encoded.push(octet);
  }
  encoded[codeAt] = encoded.length - codeAt;
  return Uint8Array.from(encoded);
}

/** What was encoded; undefined for octets that no encoder makes. */
export function decodeCobs(encoded: Uint8Array): Uint8Array | undefined {
  const octets: number[] = [];
  let at = 0;
  while (at < encoded.length) {
    const code = encoded[at] ?? 0;
    const end = at + code;
    if (code === 0 || end > encoded.length) return undefined;
    for (at += 1; at < end; at++) {
      const octet = encoded[at] ?? 0;
      if (octet === 0) return undefined;
      octets.push(octet);
    }
    if (code <= RUN_MAX && at < encoded.length) octets.push(0);
  }
  return Uint8Array.from(octets);
}

/** The CRC-32 of Ethernet, zip and PNG: 0xCBF43926 for the octets of "123456789". */
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

/** Ready for the line: content and CRC, without zeros, and a delimiter behind. */
export function encodeFrame(content: Uint8Array): Uint8Array | undefined {
  const end = content.length;
  if (end < HEADER_LENGTH || end + CRC_LENGTH > FRAME_MAX) return undefined;
  const frame = new Uint8Array(end + CRC_LENGTH);
  frame.set(content);
  new DataView(frame.buffer).setUint32(end, crc32(content));
  const encoded = encodeCobs(frame);
  const octets = new Uint8Array(encoded.length + 1);
  octets.set(encoded);
  octets[encoded.length] = DELIMITER;
  return octets;
}

/** The content of what came between two delimiters, or what is wrong with it. */
export function decodeFrame(encoded: Uint8Array): Uint8Array | Damage {
  if (encoded.length > ENCODED_MAX) return 'oversized';
  const frame = decodeCobs(encoded);
  if (frame === undefined) return 'badCobs';
  if (frame.length < HEADER_LENGTH + CRC_LENGTH) return 'short';
  if (frame.length > FRAME_MAX) return 'oversized';
  const end = frame.length - CRC_LENGTH;
  const content = frame.slice(0, end);
  const crc = new DataView(frame.buffer).getUint32(end);
  return crc === crc32(content) ? content : 'badCrc';
}

const partial = new Uint8Array(ENCODED_MAX);
let held = 0;
/** True from the octet that was one too many up to the next delimiter. */
let dropping = false;
let counters = noneCounted();

/** The line begins anew. */
export function begin(): void {
  held = 0;
  dropping = false;
  counters = noneCounted();
}

/** The contents of the good frames that these octets complete, in order. */
export function receive(octets: Uint8Array): Uint8Array[] {
  const contents: Uint8Array[] = [];
  for (const octet of octets) {
    if (octet !== DELIMITER) {
      gather(octet);
      continue;
    }
    if (held > 0) take(partial.slice(0, held), contents);
    held = 0;
    dropping = false;
  }
  return contents;
}

/** What was counted since `begin`. */
export function statistics(): Statistics {
  return { ...counters, held };
}

/** The content of the frame that opens a session. */
export function encodeOpen(session: number, nonce: number): Uint8Array {
  const content = new Uint8Array(HEADER_LENGTH + 9);
  writeHeader(content, OPEN, session, 0, 0);
  const fields = new DataView(content.buffer, HEADER_LENGTH);
  fields.setUint8(0, 1); // The lowest version that we speak,
  fields.setUint8(1, 1); // and the highest.
  fields.setUint8(2, WINDOW);
  fields.setUint16(3, MESSAGE_MAX);
  fields.setUint32(5, nonce);
  return content;
}

/** Who answered, when this content is the answer to our OPEN. */
export function decodeOpened(
  content: Uint8Array,
  session: number,
  nonce: number,
): Identity | undefined {
  const fields = new DataView(content.buffer, content.byteOffset, content.length);
  if (content.length < HEADER_LENGTH + 8 || content[0] !== OPENED) return undefined;
  if (fields.getUint16(1) !== session || fields.getUint32(11) !== nonce) return undefined;
  if (fields.getUint8(7) !== 1) return undefined;
  return decodeIdentity(content.slice(HEADER_LENGTH + 8));
}

/** The content of a frame with one request. */
export function encodeRequest(request: Request): Uint8Array {
  const { session, seq, ack, op, tag, body } = request;
  const content = new Uint8Array(HEADER_LENGTH + 2 + body.length);
  writeHeader(content, DATA, session, seq, ack);
  content[HEADER_LENGTH] = op;
  content[HEADER_LENGTH + 1] = tag;
  content.set(body, HEADER_LENGTH + 2);
  return content;
}

/** The response in this content, when it is one of our session. */
export function decodeResponse(content: Uint8Array, session: number): Response | undefined {
  const fields = new DataView(content.buffer, content.byteOffset, content.length);
  if (content.length < HEADER_LENGTH + 3 || content[0] !== DATA) return undefined;
  if (fields.getUint16(1) !== session) return undefined;
  const op = fields.getUint8(HEADER_LENGTH);
  if (op < 0x80) return undefined;
  return {
    seq: fields.getUint8(3),
    op: op - 0x80,
    tag: fields.getUint8(HEADER_LENGTH + 1),
    status: fields.getUint8(HEADER_LENGTH + 2),
    result: content.slice(HEADER_LENGTH + 3),
  };
}

function noneCounted() {
  return { good: 0, badCobs: 0, short: 0, oversized: 0, badCrc: 0 };
}

function gather(octet: number): void {
  if (dropping) return;
  if (held < ENCODED_MAX) {
    partial[held++] = octet;
    return;
  }
  held = 0;
  dropping = true;
  counters.oversized += 1;
}

function take(encoded: Uint8Array, contents: Uint8Array[]): void {
  const found = decodeFrame(encoded);
  if (typeof found === 'string') {
    counters[found] += 1;
    return;
  }
  counters.good += 1;
  contents.push(found);
}

function writeHeader(
  content: Uint8Array,
  kind: number,
  session: number,
  seq: number,
  ack: number,
): void {
  const fields = new DataView(content.buffer);
  fields.setUint8(0, kind);
  fields.setUint16(1, session);
  fields.setUint8(3, seq);
  fields.setUint8(4, ack);
  fields.setUint16(5, CREDIT);
}

/** Items of type, length and value; of unknown types nothing is known but how to pass over them. */
function decodeIdentity(octets: Uint8Array): Identity | undefined {
  const items = new Map<number, Uint8Array>();
  for (let at = 0; at < octets.length; ) {
    const type = octets[at] ?? 0;
    const start = at + 2;
    const end = start + (octets[at + 1] ?? 0);
    if (at + 1 < octets.length && end > octets.length) return undefined;
    items.set(type, octets.slice(start, end));
    at = end;
  }
  const address = items.get(9);
  return {
    board: textOf(items.get(1)),
    firmware: textOf(items.get(2)),
    address: address?.length === 6 ? address : undefined,
  };
}

function textOf(octets: Uint8Array | undefined): string {
  return String.fromCharCode(...(octets ?? []));
}
