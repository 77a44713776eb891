/**
 * Reads the fields of a DNS message from front to back. The first fault is kept and all that is read after
 * it is zero, so that a decoder asks once, at its end.
 *
 * A compressed name (RFC 1035 §4.1.4) points to an earlier one. Each pointer here must lead before the
 * octet where the run of labels that holds it began, and what it leads to must end before that octet too:
 * a window that only shrinks, so that no name goes round in a circle.
 */
import type { DecodeError } from '../../../base/errors.ts';
import { view } from '../../../base/octets.ts';
import {
  formatLabel,
  fromLabels,
  LABEL_LENGTH_MAX,
  NAME_LENGTH_MAX,
  type Name,
  ROOT,
} from './name.ts';

/** The two high bits of a length octet: 00 a label, 11 a pointer; the others are not in use. */
const POINTER = 0xc0;
/** A name of 255 octets has 127 labels; more pointers than that lead nowhere but to other pointers. */
const POINTERS_MAX = 127;

/** The labels of a name that were read so far, and the octets that they take on the wire with the root's. */
interface Labels {
  readonly texts: string[];
  length: number;
}

export class Reader {
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #end: number;
  #error: DecodeError | undefined;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#view = view(octets);
    this.#end = octets.length;
  }

  get error(): DecodeError | undefined {
    return this.#error;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  uint8(): number {
    return this.#has(1) ? this.#view.getUint8(this.#advance(1)) : 0;
  }

  uint16(): number {
    return this.#has(2) ? this.#view.getUint16(this.#advance(2)) : 0;
  }

  uint32(): number {
    return this.#has(4) ? this.#view.getUint32(this.#advance(4)) : 0;
  }

  /** A copy. */
  take(length: number): Uint8Array {
    if (!this.#has(length)) return new Uint8Array();
    const at = this.#advance(length);
    return this.#octets.slice(at, at + length);
  }

  /** Keeps what follows inside the next `length` octets; `leave` with what this gives. */
  enter(length: number): number {
    const outer = this.#end;
    if (this.#has(length)) this.#end = this.#at + length;
    return outer;
  }

  /** Back to the whole: what was entered must have been read to its end. */
  leave(outer: number, field: string): void {
    if (this.#error === undefined && this.left !== 0) this.refuse(field, this.left);
    this.#end = outer;
  }

  refuse(field: string, value: number): void {
    this.#error ??= { code: 'bad-field', protocol: 'dns', field, value };
  }

  name(): Name {
    const labels: Labels = { texts: [], length: 1 };
    let start = this.#at;
    let run = this.#run(start, this.#end, labels);
    this.#at = run.end;
    for (let pointers = 1; run.pointer !== undefined && this.#error === undefined; pointers++) {
      const { pointer } = run;
      if (pointer >= start || pointers > POINTERS_MAX) this.refuse('pointer', pointer);
      run = this.#run(pointer, start, labels);
      start = pointer;
    }
    return this.#error === undefined ? fromLabels(labels.texts) : ROOT;
  }

  /** Reads labels up to the root's or to a pointer; `end` is behind that. */
  #run(start: number, limit: number, labels: Labels): { end: number; pointer?: number } {
    let at = start;
    while (this.#error === undefined) {
      const head = at < limit ? (this.#octets[at] as number) : this.#cut(limit);
      if (head === 0) return { end: at + 1 };
      if (head >= POINTER) {
        const low = at + 1 < limit ? (this.#octets[at + 1] as number) : this.#cut(limit);
        return { end: at + 2, pointer: ((head & ~POINTER) << 8) | low };
      }
      at = this.#label(at, head, labels);
    }
    return { end: at };
  }

  /**
   * Reads the label of `length` octets at `at`, and gives where the next one is: past the limit when the
   * label goes past it.
   */
  #label(at: number, length: number, labels: Labels): number {
    const next = at + 1 + length;
    labels.length += 1 + length;
    if (length > LABEL_LENGTH_MAX) this.refuse('label length', length);
    else if (labels.length > NAME_LENGTH_MAX) this.refuse('name length', labels.length);
    else labels.texts.push(formatLabel(this.#octets.subarray(at + 1, next)));
    return next;
  }

  /** A name goes on past the end of the message, of its RDATA, or of the run that points to it. */
  #cut(limit: number): number {
    if (limit === this.#octets.length) this.#truncated(1);
    else this.refuse('name end', limit);
    return 0;
  }

  #has(length: number): boolean {
    if (this.#error !== undefined) return false;
    if (length > this.left) this.#truncated(length - this.left);
    return this.#error === undefined;
  }

  #truncated(missing: number): void {
    const have = this.#octets.length;
    this.#error ??= { code: 'truncated', protocol: 'dns', need: have + missing, have };
  }

  #advance(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
