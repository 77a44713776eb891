/**
 * The options of a segment: maximum segment size (RFC 9293 §3.7.1), window scale and timestamps (RFC 7323),
 * SACK-permitted and SACK (RFC 2018, RFC 2883), fast open (RFC 7413).
 *
 *   +--------+--------+------- … -------+
 *   |  kind  | length |                 |      End of list (0) and no-operation (1): the kind alone.
 *   +--------+--------+------- … -------+
 *
 * One `SegmentOptions` is filled again for each segment; none is made on the way.
 */
import type { Packet } from '../../../base/packet.ts';
import type { Seq } from './seq.ts';

export const KIND = {
  endOfList: 0,
  noOperation: 1,
  maximumSegmentSize: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamps: 8,
  fastOpen: 34,
} as const;

/** RFC 7323 §2.3. */
export const WINDOW_SCALE_MAX = 14;
/** RFC 2018 §3: four without other options. */
export const SACK_BLOCKS_MAX = 4;
export const TIMESTAMPS_LENGTH = 12; // With two no-operations that align it.
export const TIMESTAMPS_ALIGNED = 0x0101_080a; // RFC 7323 appendix A

/** RFC 7413 §4.1.1: cookies of 4 … 16 octets, or none to ask for one. */
export const COOKIE_MIN = 4;
export const COOKIE_MAX = 16;

export class SegmentOptions {
  /** 0: absent. */
  maximumSegmentSize = 0;
  /** −1: absent. More than 14 was read as 14 (RFC 7323 §2.3). */
  windowScale = -1;
  sackPermitted = false;
  timestamps = false;
  tsval = 0;
  tsecr = 0;
  sackBlocks = 0;
  /** Left and right edges by turns. */
  readonly edges = new Int32Array(2 * SACK_BLOCKS_MAX);
  /** Octets of the cookie, 0 for a request of one, −1: absent. */
  cookieLength = -1;
  /** Where in the packet the cookie begins. */
  cookieAt = 0;

  left(block: number): Seq {
    return this.edges[2 * block] as Seq;
  }

  right(block: number): Seq {
    return this.edges[2 * block + 1] as Seq;
  }

  clear(): void {
    this.maximumSegmentSize = 0;
    this.windowScale = -1;
    this.sackPermitted = false;
    this.timestamps = false;
    this.sackBlocks = 0;
    this.cookieLength = -1;
  }

  /**
   * Reads the options at `start` … `end` − 1, of any segment (MUST-5), wherever they begin (MUST-64). MUST-4: those
   * of RFC 9293 are known; all but two have a length (MUST-68). MUST-6: unknown ones are passed over by their length. MUST-7:
   * an illegal length ends the reading there, whatever it is; what was read before it holds.
   */
  read(p: Packet, start: number, end: number): void {
    this.clear();
    const { view } = p;
    // All but a few segments of a connection carry this and nothing else.
    if (end - start === TIMESTAMPS_LENGTH && view.getInt32(start) === TIMESTAMPS_ALIGNED) {
      this.timestamps = true;
      this.tsval = view.getInt32(start + 4);
      this.tsecr = view.getInt32(start + 8);
      return;
    }
    for (let at = start; at < end; ) {
      const kind = view.getUint8(at);
      if (kind === KIND.endOfList) return;
      if (kind === KIND.noOperation) {
        at += 1;
        continue;
      }
      const length = at + 1 < end ? view.getUint8(at + 1) : 0;
      if (length < 2 || length > end - at) return;
      this.#readOne(p, kind, at, length);
      at += length;
    }
  }

  /** An option whose length is not the one of its kind is passed over. */
  #readOne(p: Packet, kind: number, at: number, length: number): void {
    const { view } = p;
    if (kind === KIND.maximumSegmentSize && length === 4) {
      this.maximumSegmentSize = view.getUint16(at + 2);
    } else if (kind === KIND.windowScale && length === 3) {
      this.windowScale = Math.min(view.getUint8(at + 2), WINDOW_SCALE_MAX);
    } else if (kind === KIND.sackPermitted && length === 2) {
      this.sackPermitted = true;
    } else if (kind === KIND.timestamps && length === 10) {
      this.timestamps = true;
      this.tsval = view.getInt32(at + 2);
      this.tsecr = view.getInt32(at + 6);
    } else if (kind === KIND.sack && length > 2 && (length - 2) % 8 === 0) {
      this.#readSack(p, at + 2, (length - 2) / 8);
    } else if (kind === KIND.fastOpen) {
      this.#readCookie(at + 2, length - 2);
    }
  }

  #readSack(p: Packet, at: number, blocks: number): void {
    this.sackBlocks = Math.min(blocks, SACK_BLOCKS_MAX);
    for (let i = 0; i < 2 * this.sackBlocks; i++) this.edges[i] = p.view.getInt32(at + 4 * i);
  }

  #readCookie(at: number, length: number): void {
    if (length !== 0 && (length < COOKIE_MIN || length > COOKIE_MAX || length % 2 !== 0)) return;
    this.cookieLength = length;
    this.cookieAt = at;
  }
}

/** What a SYN says. */
export interface SynOptions {
  readonly maximumSegmentSize: number;
  /** −1: none. */
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly timestamps: boolean;
  readonly tsval: number;
  readonly tsecr: number;
  /** Undefined: none; empty: a request. */
  readonly cookie: Uint8Array | undefined;
}

/**
 * In which order a SYN has them. It means nothing, but tests of other stacks are written to it: with the
 * BSDs the window scale is second, with Linux the last but the cookie.
 */
export type OptionOrder = 'linux' | 'bsd';

/** Writes a SYN's options at `at`: no other segment has most of them (MUST-65). Octets written, a multiple of four. */
export function writeSyn(p: Packet, at: number, syn: SynOptions, order: OptionOrder): number {
  const { view } = p;
  view.setUint32(at, (KIND.maximumSegmentSize << 24) | (4 << 16) | syn.maximumSegmentSize);
  let next = at + 4;
  if (order === 'bsd') next = writeWindowScale(p, next, syn.windowScale);
  const alone = syn.sackPermitted !== syn.timestamps;
  if (alone && (syn.timestamps || order === 'linux')) next = writeNoOperations(p, next);
  if (syn.sackPermitted) {
    view.setUint16(next, (KIND.sackPermitted << 8) | 2);
    next += 2;
  }
  if (syn.timestamps) {
    view.setUint16(next, (KIND.timestamps << 8) | 10);
    view.setInt32(next + 2, syn.tsval);
    view.setInt32(next + 6, syn.tsecr);
    next += 10;
  }
  // The BSDs pad at the end, with ends of the list (MUST-69); behind one nothing is read, a cookie neither.
  if (alone && syn.sackPermitted && order === 'bsd') {
    writeNoOperations(p, next);
    if (syn.cookie === undefined) view.setUint16(next, 0);
    next += 2;
  }
  if (order === 'linux') next = writeWindowScale(p, next, syn.windowScale);
  if (syn.cookie !== undefined) next = writeCookie(p, next, syn.cookie, order);
  return next - at;
}

function writeNoOperations(p: Packet, at: number): number {
  p.view.setUint16(at, (KIND.noOperation << 8) | KIND.noOperation);
  return at + 2;
}

function writeWindowScale(p: Packet, at: number, shift: number): number {
  if (shift < 0) return at;
  p.view.setUint32(at, (KIND.noOperation << 24) | (KIND.windowScale << 16) | (3 << 8) | shift);
  return at + 4;
}

/** Linux pads behind it. */
function writeCookie(p: Packet, at: number, cookie: Uint8Array, order: OptionOrder): number {
  const length = cookie.length + 2;
  const padding = (4 - (length & 3)) & 3;
  const own = order === 'linux' ? at : at + padding;
  p.octets.fill(KIND.noOperation, at, at + length + padding);
  p.view.setUint16(own, (KIND.fastOpen << 8) | length);
  p.octets.set(cookie, own + 2);
  return at + length + padding;
}

/** Writes aligned timestamps at `at`, RFC 7323 appendix A; twelve octets. */
export function writeTimestamps(p: Packet, at: number, tsval: number, tsecr: number): number {
  p.view.setUint32(at, TIMESTAMPS_ALIGNED);
  p.view.setInt32(at + 4, tsval);
  p.view.setInt32(at + 8, tsecr);
  return TIMESTAMPS_LENGTH;
}

/** Writes the head of an aligned SACK option of `blocks`; the edges follow at `at + 4`. Octets in all. */
export function writeSackHead(p: Packet, at: number, blocks: number): number {
  p.view.setUint32(at, 0x0101_0000 | (KIND.sack << 8) | (2 + 8 * blocks));
  return 4 + 8 * blocks;
}
