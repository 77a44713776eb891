/** Reads cassettes: see cassette.ts. Never throws; memory is bounded by the size of the text. */
import type { Instant } from '../base/time.ts';
import {
  type About,
  CASSETTE_VERSION,
  check,
  type Entry,
  type Failure,
  type Json,
  LINE_MAX,
} from './cassette.ts';

const TEXT_MAX = 256 * 1024 * 1024;

export interface RecordedEntry extends Entry {
  /** Its line in the cassette, from 1 on. */
  readonly line: number;
}

/** Why a line was refused. */
type DamageCode =
  | 'not-a-cassette'
  | 'unknown-version'
  | 'too-large'
  | 'line-too-long'
  | 'bad-check'
  | 'bad-entry'
  | 'after-end'
  /** The run crashed, or the end was cut off: all that is there is whole. */
  | 'unfinished';

interface CassetteDamage {
  readonly line: number;
  readonly code: DamageCode;
}

export interface Cassette {
  readonly about: About;
  /** All up to the damage. */
  readonly entries: readonly RecordedEntry[];
  readonly damage: CassetteDamage | undefined;
}

export function decodeCassette(text: string): Cassette {
  const reader = new Reader();
  if (text.length > TEXT_MAX) return reader.cassette({ line: 1, code: 'too-large' });
  let from = 0;
  for (let line = 1; from < text.length; line++) {
    const end = text.indexOf('\n', from);
    const code = reader.line(text.slice(from, end === -1 ? text.length : end), line, end !== -1);
    if (code !== undefined) return reader.cassette({ line, code });
    from = end + 1;
  }
  return reader.cassette(reader.ended ? undefined : { line: reader.lines + 1, code: 'unfinished' });
}

class Reader {
  ended = false;
  lines = 0;
  #about: About = {};
  readonly #entries: RecordedEntry[] = [];
  #check = 0;

  cassette(damage: CassetteDamage | undefined): Cassette {
    return { about: this.#about, entries: this.#entries, damage };
  }

  /** `whole`: it had its end. */
  line(given: string, line: number, whole: boolean): DamageCode | undefined {
    if (given.length > LINE_MAX) return 'line-too-long';
    // A cassette that went through the mail may have come out with other line ends.
    const text = given.endsWith('\r') ? given.slice(0, -1) : given;
    const parts = /^([0-9a-f]{8}) ([\x20-\x7e]+)$/.exec(text);
    const json = parts?.[2] ?? '';
    this.#check = check(json, this.#check);
    const right = Number.parseInt(parts?.[1] ?? '', 16) === this.#check;
    if (line === 1 && !right) return 'not-a-cassette';
    if (!whole) return 'unfinished'; // It was being written when the run crashed.
    if (!right) return 'bad-check';
    this.lines = line;
    return this.#document(parse(json), line);
  }

  #document(document: Record<string, unknown>, line: number): DamageCode | undefined {
    if (line === 1) return this.#header(document);
    if (this.ended) return 'after-end';
    const { end } = document;
    if (end !== undefined) {
      this.ended = true;
      return end === this.#entries.length ? undefined : 'bad-entry';
    }
    if (!isEntry(document)) return 'bad-entry';
    this.#entries.push({ ...document, line });
    return undefined;
  }

  #header({ cassette, about }: Record<string, unknown>): DamageCode | undefined {
    if (typeof cassette !== 'number' || !isFlat(about)) return 'not-a-cassette';
    if (cassette !== CASSETTE_VERSION) return 'unknown-version';
    this.#about = about;
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is not a JSON object reads as one without members. */
function parse(json: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(json);
    return isRecord(document) ? document : {};
  } catch {
    return {};
  }
}

const isFlat = (value: unknown): value is Readonly<Record<string, string | number>> =>
  isRecord(value) &&
  Object.values(value).every((v) => typeof v === 'string' || typeof v === 'number');

const isInstant = (value: unknown): value is Instant => Number.isSafeInteger(value);

function isFailure(value: unknown): value is Failure {
  if (!isRecord(value)) return false;
  const { code, exitCode, message, details } = value;
  return (
    typeof code === 'string' &&
    Number.isInteger(exitCode) &&
    typeof message === 'string' &&
    isFlat(details)
  );
}

/** `argument` and `result` are whatever JSON allows; those who replay a call look into them. */
function isEntry(value: Record<string, unknown>): value is Record<string, Json> & Entry {
  const { source, call, at, clock = [], failure } = value;
  return (
    typeof source === 'string' &&
    typeof call === 'string' &&
    isInstant(at) &&
    Array.isArray(clock) &&
    clock.every(isInstant) &&
    (failure === undefined || isFailure(failure))
  );
}
