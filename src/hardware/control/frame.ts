/**
 * One frame of the control protocol (docs/control-protocol.md §2) and its encoding on the line (§1).
 *
 *    0          1     2     3      4      5     6     7 …           n      n+3
 *   +----+----+-----+-----+------+------+-----+-----+-------------+-----------+
 *   |ver |kind|  session  | seq  | ack  |  credit   |  payload …  |  CRC-32   |
 *   +----+----+-----+-----+------+------+-----+-----+-------------+-----------+
 */

import { crc32 } from '../../base/crc32.ts';
import { assert } from '../../base/errors.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { after, type Duration, type Instant, milliseconds, START } from '../../base/time.ts';
import { decodeCobs, encodeCobs, encodedLengthMax } from './cobs.ts';
import type { Statistics } from './statistics.ts';

export const VERSION = 1;

export const KIND = {
  OPEN: 1,
  OPENED: 2,
  DATA: 3,
  ACK: 4,
  NAK: 5,
  CLOSE: 6,
  RESET: 7,
  BOOT: 8,
  POLL: 9,
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

const HEADER_LENGTH = 7;
const CRC_LENGTH = 4;
const FRAME_MAX = 1600;
export const PAYLOAD_MAX = FRAME_MAX - HEADER_LENGTH - CRC_LENGTH;
/** The longest frame on the line, its delimiter not counted. */
export const ENCODED_MAX = encodedLengthMax(FRAME_MAX);

/** Kinds that are alike in every version, so that two versions can still tell each other so (§3). */
const OF_EVERY_VERSION =
  (1 << KIND.OPEN) | (1 << KIND.OPENED) | (1 << KIND.RESET) | (1 << KIND.BOOT);

export interface Frame {
  readonly kind: Kind;
  readonly session: number;
  readonly seq: number;
  readonly ack: number;
  readonly credit: number;
  readonly payload: Uint8Array;
}

/** Why a frame was dropped: the name of the counter that it raises. */
export type FrameFault =
  | 'bad_cobs'
  | 'short'
  | 'oversized'
  | 'bad_crc'
  | 'bad_version'
  | 'unknown_kind';

/** Reads one encoded frame, its delimiter taken off. The payload is a copy: `encoded` may be reused. */
export function decodeFrame(encoded: Uint8Array): Result<Frame, FrameFault> {
  if (encoded.length > ENCODED_MAX) return fail('oversized');
  const octets = new Uint8Array(encoded.length);
  const length = decodeCobs(encoded, octets);
  if (length < 0) return fail('bad_cobs');
  if (length < HEADER_LENGTH + CRC_LENGTH) return fail('short');
  if (length > FRAME_MAX) return fail('oversized');
  const end = length - CRC_LENGTH;
  if (crc32(octets, 0, end) !== uint32(octets, end)) return fail('bad_crc');

  const first = octets[0] as number;
  const kind = first & 0x0f;
  if (first >> 4 !== VERSION && ((OF_EVERY_VERSION >> kind) & 1) === 0) return fail('bad_version');
  if (kind < KIND.OPEN || kind > KIND.POLL) return fail('unknown_kind');
  return ok({
    kind: kind as Kind,
    session: ((octets[1] as number) << 8) | (octets[2] as number),
    seq: octets[3] as number,
    ack: octets[4] as number,
    credit: ((octets[5] as number) << 8) | (octets[6] as number),
    payload: octets.subarray(HEADER_LENGTH, end),
  });
}

const uint32 = (octets: Uint8Array, at: number): number =>
  (((octets[at] as number) << 24) |
    ((octets[at + 1] as number) << 16) |
    ((octets[at + 2] as number) << 8) |
    (octets[at + 3] as number)) >>>
  0;

/** After this long without a frame the line counts as having been silent (§1). */
const SILENT_AFTER: Duration = milliseconds(2);
const NOTHING = new Uint8Array(0);

/**
 * The sending end of a line: frames out as octets, delimiters included. It remembers when the last one
 * left, since the first frame after a silence gets a delimiter before it, too.
 */
export class FrameEncoder {
  readonly #statistics: Statistics;
  readonly #plain = new Uint8Array(FRAME_MAX);
  #silentFrom: Instant = START;

  constructor(statistics: Statistics) {
    this.#statistics = statistics;
  }

  /** The octets of one frame, in a buffer of their own. `payload` is at most PAYLOAD_MAX octets. */
  encode(
    kind: Kind,
    session: number,
    seq: number,
    ack: number,
    credit: number,
    now: Instant,
    payload: Uint8Array = NOTHING,
  ): Uint8Array {
    assert(payload.length <= PAYLOAD_MAX, `a payload of ${payload.length} octets fits no frame`);
    const plain = this.#plain;
    plain[0] = (VERSION << 4) | kind;
    plain[1] = session >> 8;
    plain[2] = session;
    plain[3] = seq;
    plain[4] = ack;
    plain[5] = credit >> 8;
    plain[6] = credit;
    plain.set(payload, HEADER_LENGTH);
    const end = HEADER_LENGTH + payload.length;
    const crc = crc32(plain, 0, end);
    plain[end] = crc >>> 24;
    plain[end + 1] = crc >>> 16;
    plain[end + 2] = crc >>> 8;
    plain[end + 3] = crc;

    const length = end + CRC_LENGTH;
    const octets = new Uint8Array(encodedLengthMax(length) + 2);
    const start = now >= this.#silentFrom ? 1 : 0; // octets[0] is the delimiter then.
    const encodedEnd = encodeCobs(plain, length, octets, start);
    this.#silentFrom = after(now, SILENT_AFTER);
    this.#statistics.frames_sent += 1;
    return octets.subarray(0, encodedEnd + 1);
  }
}
