/** The raw line's messages and its item of the identity (docs/control-protocol.md §8). */
import { assert, type DecodeError } from '../../base/errors.ts';
import { view } from '../../base/octets.ts';
import { fail, ok, type Result } from '../../base/result.ts';

export const LINE_FEATURE = {
  openDrain: 1,
  sendsLonger: 2,
  samplesLonger: 4,
  twoRates: 8,
  strengths: 16,
  noPullDown: 32,
} as const;

export const LINE_DRIVES = ['push-pull', 'open-drain'] as const;
export const LINE_PULLS = ['none', 'up', 'down'] as const;
export const LINE_TRIGGERS = ['none', 'rising', 'falling', 'high', 'low'] as const;
export const LINE_ENDS = ['complete', 'stopped', 'timeout', 'underrun', 'overrun'] as const;

type LineDrive = (typeof LINE_DRIVES)[number];
type LinePull = (typeof LINE_PULLS)[number];
export type LineTrigger = (typeof LINE_TRIGGERS)[number];
export type LineEnd = (typeof LINE_ENDS)[number];

export type Level = 0 | 1;

const FLAG_SEND_AT_TRIGGER = 1;
/** Milliseconds. */
export const LINE_TIMEOUT_MAX = 600_000;

/** What a board's raw line can do: item 10 of the identity. */
export interface LineLimits {
  readonly sendPin: number;
  readonly samplePin: number;
  /** Bits of LINE_FEATURE. */
  readonly features: number;
  /** Hertz. */
  readonly lowestRate: number;
  readonly highestRate: number;
  /** Octets, of eight samples each. */
  readonly sendDepth: number;
  readonly sampleDepth: number;
}

/** LINE_OPEN. */
export interface LineSetup {
  readonly drive: LineDrive;
  /** Milliamperes at most; 0 is the board's choice. */
  readonly strength: number;
  readonly idle: Level;
  readonly pull: LinePull;
}

/** LINE_START. */
export interface LineStart {
  /** Hertz. */
  readonly sendRate: number;
  readonly sampleRate: number;
  readonly sendCount: number;
  readonly sampleCount: number;
  readonly trigger: LineTrigger;
  readonly sendAtTrigger: boolean;
  /** Milliseconds; 0 without a trigger. */
  readonly timeout: number;
}

/** What LINE_START answers: hertz, to a thousandth. */
export interface LineRates {
  readonly sendRate: number;
  readonly sampleRate: number;
}

/** LINE_LOAD and LINE_SAMPLES; the octets are a view of the body. */
export interface PackedSamples {
  /** LINE_LOAD: in octets. LINE_SAMPLES: in samples. */
  readonly at: number;
  readonly octets: Uint8Array;
}

/** LINE_DONE. */
export interface LineDone {
  /** µs of the board's clock, modulo 2^32. */
  readonly time: number;
  readonly end: LineEnd;
  readonly sent: number;
  readonly sampled: number;
}

/** Eight levels to an octet, the first in the top bit; the last octet is filled up with `fill`. */
export function packLevels(levels: Uint8Array, fill: Level = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil(levels.length / 8));
  for (let i = 0; i < octets.length * 8; i++) {
    const level = levels[i] ?? fill;
    if (level !== 0) octets[i >> 3] = (octets[i >> 3] as number) | (0x80 >> (i & 7));
  }
  return octets;
}

/** Writes the levels of `octets` to `levels` from `at` on, as far as both go. */
export function unpackLevels(octets: Uint8Array, levels: Uint8Array, at: number): void {
  const count = Math.min(octets.length * 8, levels.length - at);
  for (let i = 0; i < count; i++) {
    levels[at + i] = ((octets[i >> 3] as number) >> (7 - (i & 7))) & 1;
  }
}

const OPEN_LENGTH = 4;

export const encodeLineOpen = (setup: LineSetup): Uint8Array =>
  Uint8Array.of(
    LINE_DRIVES.indexOf(setup.drive),
    setup.strength,
    setup.idle,
    LINE_PULLS.indexOf(setup.pull),
  );

export function decodeLineOpen(body: Uint8Array): Result<LineSetup, DecodeError> {
  if (body.length !== OPEN_LENGTH) return truncated(OPEN_LENGTH, body.length);
  const [driveCode = 0, strength = 0, idle = 0, pullCode = 0] = body;
  const drive = LINE_DRIVES[driveCode];
  const pull = LINE_PULLS[pullCode];
  if (drive === undefined) return badField('drive', driveCode);
  if (pull === undefined) return badField('pull', pullCode);
  if (idle > 1 || (drive === 'open-drain' && idle === 0)) return badField('idle', idle);
  return ok({ drive, strength, idle: idle as Level, pull });
}

const AT_LENGTH = 4;

export function encodePackedSamples({ at, octets }: PackedSamples): Uint8Array {
  const body = new Uint8Array(AT_LENGTH + octets.length);
  view(body).setUint32(0, at);
  body.set(octets, AT_LENGTH);
  return body;
}

export function decodePackedSamples(body: Uint8Array): Result<PackedSamples, DecodeError> {
  if (body.length <= AT_LENGTH) return truncated(AT_LENGTH + 1, body.length);
  return ok({ at: view(body).getUint32(0), octets: body.subarray(AT_LENGTH) });
}

const START_LENGTH = 22;

export function encodeLineStart(start: LineStart): Uint8Array {
  assert(start.timeout <= LINE_TIMEOUT_MAX, `a timeout of ${start.timeout} ms`);
  const body = new Uint8Array(START_LENGTH);
  const out = view(body);
  out.setUint32(0, start.sendRate);
  out.setUint32(4, start.sampleRate);
  out.setUint32(8, start.sendCount);
  out.setUint32(12, start.sampleCount);
  out.setUint8(16, LINE_TRIGGERS.indexOf(start.trigger));
  out.setUint8(17, start.sendAtTrigger ? FLAG_SEND_AT_TRIGGER : 0);
  out.setUint32(18, start.timeout);
  return body;
}

/** Refuses what no board may start; its own limits are for `startFits`. */
export function decodeLineStart(body: Uint8Array): Result<LineStart, DecodeError> {
  if (body.length !== START_LENGTH) return truncated(START_LENGTH, body.length);
  const at = view(body);
  const code = at.getUint8(16);
  const flags = at.getUint8(17);
  const trigger = LINE_TRIGGERS[code];
  if (trigger === undefined) return badField('trigger', code);
  if (flags > FLAG_SEND_AT_TRIGGER) return badField('flags', flags);
  const start: LineStart = {
    sendRate: at.getUint32(0),
    sampleRate: at.getUint32(4),
    sendCount: at.getUint32(8),
    sampleCount: at.getUint32(12),
    trigger,
    sendAtTrigger: flags === FLAG_SEND_AT_TRIGGER,
    timeout: at.getUint32(18),
  };
  if (start.sendCount === 0 && start.sampleCount === 0) return badField('sample count', 0);
  const fault = triggerFault(start);
  return fault === undefined ? ok(start) : badField(fault, view(body).getUint32(18));
}

/** The field that does not go with the others. */
function triggerFault(start: LineStart): string | undefined {
  const { trigger, sendCount, sampleCount, sendAtTrigger, timeout } = start;
  if (trigger === 'none') {
    if (sendAtTrigger) return 'flags';
    return timeout === 0 ? undefined : 'timeout';
  }
  if (sendAtTrigger ? sendCount === 0 : sampleCount === 0) return 'trigger';
  return timeout === 0 || timeout > LINE_TIMEOUT_MAX ? 'timeout' : undefined;
}

/** Whether a board of these limits can carry out `start`, whatever of it is loaded. */
export function startFits(start: LineStart, limits: LineLimits): boolean {
  const { sendRate, sampleRate, sendCount, sampleCount } = start;
  const { features, sendDepth, sampleDepth } = limits;
  const rateFits = (rate: number): boolean =>
    rate >= limits.lowestRate && rate <= limits.highestRate;
  if (sendCount > 0 && !rateFits(sendRate)) return false;
  if (sampleCount > 0 && !rateFits(sampleRate)) return false;
  const both = sendCount > 0 && sampleCount > 0;
  if (both && sendRate !== sampleRate && (features & LINE_FEATURE.twoRates) === 0) return false;
  if (sendCount > 8 * sendDepth && (features & LINE_FEATURE.sendsLonger) === 0) return false;
  return sampleCount <= 8 * sampleDepth || (features & LINE_FEATURE.samplesLonger) !== 0;
}

const STARTED_LENGTH = 16;
const MILLI = 1000;

export function encodeLineRates({ sendRate, sampleRate }: LineRates): Uint8Array {
  const octets = new Uint8Array(STARTED_LENGTH);
  view(octets).setBigUint64(0, BigInt(Math.round(sendRate * MILLI)));
  view(octets).setBigUint64(8, BigInt(Math.round(sampleRate * MILLI)));
  return octets;
}

export function decodeLineRates(octets: Uint8Array): Result<LineRates, DecodeError> {
  if (octets.length < STARTED_LENGTH) return truncated(STARTED_LENGTH, octets.length);
  return ok({
    sendRate: Number(view(octets).getBigUint64(0)) / MILLI,
    sampleRate: Number(view(octets).getBigUint64(8)) / MILLI,
  });
}

const DONE_LENGTH = 13;

export function encodeLineDone({ time, end, sent, sampled }: LineDone): Uint8Array {
  const body = new Uint8Array(DONE_LENGTH);
  const out = view(body);
  out.setUint32(0, time % 2 ** 32);
  out.setUint8(4, LINE_ENDS.indexOf(end));
  out.setUint32(5, sent);
  out.setUint32(9, sampled);
  return body;
}

export function decodeLineDone(body: Uint8Array): Result<LineDone, DecodeError> {
  if (body.length < DONE_LENGTH) return truncated(DONE_LENGTH, body.length);
  const at = view(body);
  const end = LINE_ENDS[at.getUint8(4)];
  if (end === undefined) return badField('end', at.getUint8(4));
  return ok({ time: at.getUint32(0), end, sent: at.getUint32(5), sampled: at.getUint32(9) });
}

export const LINE_LIMITS_LENGTH = 19;

export function encodeLineLimits(limits: LineLimits): Uint8Array {
  const value = new Uint8Array(LINE_LIMITS_LENGTH);
  const out = view(value);
  value.set([limits.sendPin, limits.samplePin, limits.features]);
  out.setUint32(3, limits.lowestRate);
  out.setUint32(7, limits.highestRate);
  out.setUint32(11, limits.sendDepth);
  out.setUint32(15, limits.sampleDepth);
  return value;
}

/** `value` has LINE_LIMITS_LENGTH octets. */
export function decodeLineLimits(value: Uint8Array): LineLimits {
  const at = view(value);
  return {
    sendPin: at.getUint8(0),
    samplePin: at.getUint8(1),
    features: at.getUint8(2),
    lowestRate: at.getUint32(3),
    highestRate: at.getUint32(7),
    sendDepth: at.getUint32(11),
    sampleDepth: at.getUint32(15),
  };
}

const truncated = (need: number, have: number): Result<never, DecodeError> =>
  fail({ code: 'truncated', protocol: 'control', need, have });

const badField = (field: string, value: number): Result<never, DecodeError> =>
  fail({ code: 'bad-field', protocol: 'control', field, value });
