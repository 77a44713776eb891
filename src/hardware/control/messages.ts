/**
 * What host and board say to each other (docs/control-protocol.md §5): requests, responses and events.
 *
 *    0    1    2 …
 *   +----+----+--------+
 *   | op |tag | body … |
 *   +----+----+--------+
 */
import { assert, type DecodeError } from '../../base/errors.ts';
import { view } from '../../base/octets.ts';
import { fail, ok, type Result } from '../../base/result.ts';

export const OP = {
  SYSTEM_IDENTIFY: 0x01,
  SYSTEM_ECHO: 0x02,
  SYSTEM_RESET: 0x03,
  SYSTEM_STATISTICS: 0x04,
  SYSTEM_LINE_RATE: 0x05,
  SYSTEM_CLOCK: 0x06,
  PHY_READ: 0x10,
  PHY_MODE: 0x11,
  PHY_EVENTS: 0x12,
  PHY_CHANGED: 0x1f,
  MAC_OPEN: 0x20,
  MAC_CLOSE: 0x21,
  MAC_SEND: 0x22,
  MAC_FILTER: 0x23,
  MAC_COUNTERS: 0x24,
  MAC_RECEIVED: 0x2f,
  LINE_OPEN: 0x30,
  LINE_CLOSE: 0x31,
  LINE_LOAD: 0x32,
  LINE_START: 0x33,
  LINE_STOP: 0x34,
  LINE_SAMPLES: 0x3e,
  LINE_DONE: 0x3f,
} as const;

export type OpName = keyof typeof OP;

/** Set in the op of a response. */
export const RESPONSE = 0x80;

export const STATUS = {
  OK: 0,
  UNKNOWN_OP: 1,
  BAD_ARGUMENT: 2,
  BAD_STATE: 3,
  NO_CHIP: 4,
  CHIP_TIMEOUT: 5,
  LINK_DOWN: 6,
  BUSY: 7,
  UNSUPPORTED: 8,
  BUS: 9,
} as const;

export type Status = (typeof STATUS)[keyof typeof STATUS];

export const TAG_MAX = 255;
const HEADER_LENGTH = 2;
/** Op, tag and time before the frame of MAC_RECEIVED. */
const RECEIVED_OVERHEAD = HEADER_LENGTH + 4;

/** An Ethernet frame without FCS, in octets. */
export const MAC_FRAME_MIN = 14;
export const MAC_FRAME_MAX = 1514;

/** Sn_MR of the W5500 (datasheet §4.2), its top four bits. */
export const FILTER = { MFEN: 0x80, BCASTB: 0x40, MMB: 0x20, MIP6B: 0x10 } as const;

/** OPMDC of PHYCFGR (W5500 datasheet §4.1). 5 is not defined. */
export const PHY_MODE = {
  '10BT-H': 0,
  '10BT-F': 1,
  '100BT-H': 2,
  '100BT-F': 3,
  '100BT-H-AUTO': 4,
  'POWER-DOWN': 6,
  'ALL-AUTO': 7,
} as const;

export type PhyModeName = keyof typeof PHY_MODE;

export const RESET_KIND = { restart: 0, loader: 1 } as const;

export interface Message {
  readonly op: number;
  readonly tag: number;
  readonly body: Uint8Array;
}

/** The body is a view of `octets`. */
export function decodeMessage(octets: Uint8Array): Result<Message, DecodeError> {
  if (octets.length < HEADER_LENGTH) return truncated(HEADER_LENGTH, octets.length);
  return ok({
    op: octets[0] as number,
    tag: octets[1] as number,
    body: octets.subarray(HEADER_LENGTH),
  });
}

export function encodeMessage(op: number, tag: number, body: Uint8Array): Uint8Array {
  const octets = new Uint8Array(HEADER_LENGTH + body.length);
  octets[0] = op;
  octets[1] = tag;
  octets.set(body, HEADER_LENGTH);
  return octets;
}

export function encodeResponse(
  op: number,
  tag: number,
  status: Status,
  result?: Uint8Array,
): Uint8Array {
  const body = new Uint8Array(1 + (result?.length ?? 0));
  body[0] = status;
  if (result !== undefined) body.set(result, 1);
  return encodeMessage(op | RESPONSE, tag, body);
}

export interface PhyState {
  readonly link: boolean;
  /** Mbit/s. */
  readonly speed: 10 | 100;
  readonly duplex: 'half' | 'full';
  /** OPMDC. */
  readonly mode: number;
}

export const encodePhyState = (state: PhyState): Uint8Array =>
  Uint8Array.of(state.link ? 1 : 0, state.speed, state.duplex === 'full' ? 1 : 0, state.mode);

export function decodePhyState(octets: Uint8Array): Result<PhyState, DecodeError> {
  const [link, speed, duplex, mode] = octets;
  if (link === undefined || speed === undefined || duplex === undefined || mode === undefined) {
    return truncated(4, octets.length);
  }
  if (link > 1) return badField('link', link);
  if (speed !== 10 && speed !== 100) return badField('speed', speed);
  if (duplex > 1) return badField('duplex', duplex);
  return ok({ link: link === 1, speed, duplex: duplex === 1 ? 'full' : 'half', mode });
}

/** A time, modulo 2^32 µs, and what is true or was received then. */
export interface Timed {
  readonly time: number;
  readonly rest: Uint8Array;
}

/** The body of PHY_CHANGED and MAC_RECEIVED; the rest is a view of `body`. */
export function decodeTimed(body: Uint8Array): Result<Timed, DecodeError> {
  if (body.length < 4) return truncated(4, body.length);
  return ok({ time: view(body).getUint32(0), rest: body.subarray(4) });
}

/** An event whose body is a time, modulo 2^32 µs, and `rest`. */
export function encodeTimed(op: number, time: number, rest: Uint8Array): Uint8Array {
  const octets = new Uint8Array(RECEIVED_OVERHEAD + rest.length);
  octets[0] = op;
  view(octets).setUint32(HEADER_LENGTH, time % 2 ** 32);
  octets.set(rest, RECEIVED_OVERHEAD);
  return octets;
}

export function encodeUint32(value: number): Uint8Array {
  const octets = new Uint8Array(4);
  view(octets).setUint32(0, value % 2 ** 32);
  return octets;
}

export function decodeUint32(octets: Uint8Array): Result<number, DecodeError> {
  return octets.length < 4 ? truncated(4, octets.length) : ok(view(octets).getUint32(0));
}

export function encodeUint64(value: number): Uint8Array {
  assert(Number.isSafeInteger(value) && value >= 0, `${value} is no time`);
  const octets = new Uint8Array(8);
  view(octets).setBigUint64(0, BigInt(value));
  return octets;
}

/** Below 2^53; a board that has run for 285 years is refused. */
export function decodeUint64(octets: Uint8Array): Result<number, DecodeError> {
  if (octets.length < 8) return truncated(8, octets.length);
  const value = Number(view(octets).getBigUint64(0));
  return Number.isSafeInteger(value) ? ok(value) : badField('time', value);
}

const PAIR_LENGTH = 5;

/** Pairs of counter and value, each value modulo 2^32. */
export function encodeCounters<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  values: Readonly<Record<Name, number>>,
): Uint8Array {
  const names = Object.keys(numbers) as Name[];
  const octets = new Uint8Array(PAIR_LENGTH * names.length);
  const out = view(octets);
  names.forEach((name, i) => {
    out.setUint8(PAIR_LENGTH * i, numbers[name]);
    out.setUint32(PAIR_LENGTH * i + 1, values[name] % 2 ** 32);
  });
  return octets;
}

/** Counters that `numbers` does not know are skipped; those that are not there are 0. */
export function decodeCounters<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  octets: Uint8Array,
): Result<Record<Name, number>, DecodeError> {
  if (octets.length % PAIR_LENGTH !== 0) {
    return truncated(Math.ceil(octets.length / PAIR_LENGTH) * PAIR_LENGTH, octets.length);
  }
  const values = new Map<number, number>();
  for (let at = 0; at < octets.length; at += PAIR_LENGTH) {
    values.set(octets[at] as number, view(octets).getUint32(at + 1));
  }
  const named = Object.entries<number>(numbers).map(([name, n]) => [name, values.get(n) ?? 0]);
  return ok(Object.fromEntries(named) as Record<Name, number>);
}

const truncated = (need: number, have: number): Result<never, DecodeError> =>
  fail({ code: 'truncated', protocol: 'control', need, have });

const badField = (field: string, value: number): Result<never, DecodeError> =>
  fail({ code: 'bad-field', protocol: 'control', field, value });
