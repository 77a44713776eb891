/**
 * Packets of the ESP chips' mask ROM, inside SLIP: direction 1, command 1, size 2, checksum or value 4, then
 * the body; an answer's ends in four octets of status. Words are little-endian.
 */
import { view } from '../../base/octets.ts';

export const OP = {
  flashBegin: 0x02,
  flashData: 0x03,
  sync: 0x08,
  writeRegister: 0x09,
  readRegister: 0x0a,
  spiSetParameters: 0x0b,
  spiAttach: 0x0d,
  changeRate: 0x0f,
  deflateBegin: 0x10,
  deflateData: 0x11,
  flashMd5: 0x13,
  securityInfo: 0x14,
} as const;

export const BLOCK = 0x400;
const HEADER = 8;
const STATUS = 4;
const CHECKSUM_START = 0xef;

export interface Answer {
  readonly value: number;
  readonly data: Uint8Array;
  readonly refused: boolean;
}

/** Only data has a checksum: over what is to be written, after the body's head of four words. */
export function encodeCommand(op: number, body: Uint8Array): Uint8Array {
  const packet = new Uint8Array(HEADER + body.length);
  const head = view(packet);
  head.setUint8(1, op);
  head.setUint16(2, body.length, true);
  if (op === OP.flashData || op === OP.deflateData)
    head.setUint32(4, checksum(body.subarray(16)), true);
  packet.set(body, HEADER);
  return packet;
}

/** Undefined when it is no answer to `op`: an earlier sync's, or text that the chip says when it starts. */
export function decodeAnswer(packet: Uint8Array, op: number | undefined): Answer | undefined {
  if (packet.length < HEADER + 2 || packet[0] !== 1 || packet[1] !== op) return undefined;
  const head = view(packet);
  const size = head.getUint16(2, true);
  if (size !== packet.length - HEADER || size < STATUS) return undefined;
  const data = packet.slice(HEADER, packet.length - STATUS);
  const refused = packet[packet.length - STATUS] !== 0;
  return { value: head.getUint32(4, true), data, refused };
}

export function wordsOf(words: readonly number[]): Uint8Array {
  const octets = new Uint8Array(4 * words.length);
  for (const [i, word] of words.entries()) view(octets).setUint32(4 * i, word, true);
  return octets;
}

/** A block of data, filled with ones up to `length`. */
export function dataOf(block: Uint8Array, sequence: number, length = block.length): Uint8Array {
  const body = new Uint8Array(16 + length).fill(0xff);
  body.set(wordsOf([length, sequence, 0, 0]));
  body.set(block, 16);
  return body;
}

const checksum = (data: Uint8Array): number =>
  data.reduce((sum, octet) => sum ^ octet, CHECKSUM_START);
