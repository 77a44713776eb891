/**
 * A cassette is the record of all that came to the host in a run, so that the run can be had again with
 * no board. It is text, a line at a time, so that a crash keeps what was recorded until then:
 *
 *   6d2b11c0 {"cassette":1,"about":{"lab":"lab03"}}
 *   91f0a3e7 {"source":"board","call":"open","at":0,"result":{"name":"/dev/ttyACM0","lineRate":0}}
 *   0c55d7b2 {"source":"board","call":"write","at":12,"argument":"0010…"}
 *   …
 *   e81f4d09 {"end":412}
 *
 * Each line is one JSON document in ASCII behind the CRC-32 of all the documents so far, in eight
 * hexadecimal digits, so a line that was altered, lost or moved is found where it stands. The last line
 * says how many entries there are; a cassette without it was not finished.
 */
import { crc32 } from '../base/crc32.ts';
import { assert, type ExitCode } from '../base/errors.ts';
import { fromAscii } from '../base/octets.ts';
import type { Instant } from '../base/time.ts';

export const CASSETTE_VERSION = 1;
/** In characters: a line holds what one call gave, and that is bounded by the protocol's window. */
export const LINE_MAX = 4 * 1024 * 1024;

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What is not a JSON object reads as one without members. */
export const members = (value: Json | undefined): { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {};

/** A NetlabError that a call ended in. */
export interface Failure {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/** One call to a source of the run, once it was over. Octets are in hexadecimal. */
export interface Entry {
  /** `board`: the serial line. `peer`: the station at the cable's other end. */
  readonly source: string;
  readonly call: string;
  /** The source's clock when the call was over. */
  readonly at: Instant;
  /** What the clock told since the entry before, when that was anything but the time of that entry. */
  readonly clock?: readonly Instant[];
  readonly argument?: Json;
  readonly result?: Json;
  readonly failure?: Failure;
}

/** What the run was: lab, seed, board, versions. */
export type About = Readonly<Record<string, string | number>>;

/** The CRC of a line's document, which goes on from that of the line before. */
export const check = (json: string, preceding: number): number => crc32(fromAscii(json), preceding);

const ascii = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

export class CassetteWriter {
  readonly #write: (line: string) => void;
  #check = 0;
  #entries = 0;
  #ended = false;
  readonly #flushes: (() => void)[] = [];

  /** `write` takes each line, its end included, at once: what it has been given survives a crash. */
  constructor(write: (line: string) => void, about: About) {
    this.#write = write;
    this.#line({ cassette: CASSETTE_VERSION, about });
  }

  append(entry: Entry): void {
    assert(!this.#ended, 'nothing is recorded after the end');
    this.#entries += 1;
    this.#line(entry);
  }

  /** `flush` is called before the end is written, for what a recorder still holds. */
  beforeEnd(flush: () => void): void {
    this.#flushes.push(flush);
  }

  end(): void {
    if (this.#ended) return;
    for (const flush of this.#flushes) flush();
    this.#ended = true;
    this.#line({ end: this.#entries });
  }

  #line(document: object): void {
    const json = ascii(JSON.stringify(document));
    assert(json.length <= LINE_MAX - 9, `a line of ${json.length} characters is too long`);
    this.#check = check(json, this.#check);
    this.#write(`${this.#check.toString(16).padStart(8, '0')} ${json}\n`);
  }
}
