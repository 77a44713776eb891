/**
 * One direction of a serial line on which anything may come: frames of the control protocol, the lines of a
 * program that prints, or octets that are neither.
 *
 * Frames end with 0x00 (docs/control-protocol.md §1), and texts with a line feed; what ends with neither is given
 * out when the line has been silent for a moment, or when it is longer than any frame.
 */
import { after, type Duration, type Instant, milliseconds } from '../base/time.ts';
import { describeFrame, type FrameDescription } from '../hardware/control/describe.ts';
import { decodeFrame, ENCODED_MAX, type FrameFault } from '../hardware/control/frame.ts';
import { decodeUtf8 } from './utf8.ts';

export type LineRecord = { readonly at: Instant } & (
  | { readonly kind: 'frame'; readonly frame: FrameDescription; readonly octets: number }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'octets';
      readonly octets: Uint8Array;
      /** Why it is no frame, where it ended as one. */
      readonly fault?: FrameFault;
    }
);

const DELIMITER = 0x00;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SILENCE: Duration = milliseconds(100);

export class LineReader {
  readonly #pending = new Uint8Array(ENCODED_MAX + 1);
  readonly #records: LineRecord[] = [];
  #length = 0;
  #begun: Instant | undefined;
  #last: Instant | undefined;

  handleOctets(chunk: Uint8Array, now: Instant): void {
    for (const octet of chunk) this.#octet(octet, now);
    this.#last = now;
  }

  pollRecord(): LineRecord | undefined {
    return this.#records.shift();
  }

  pollTimeout(): Instant | undefined {
    return this.#length === 0 || this.#last === undefined ? undefined : after(this.#last, SILENCE);
  }

  /** What has come so far is given out when nothing followed it. */
  handleTimeout(now: Instant): void {
    const due = this.pollTimeout();
    if (due !== undefined && due <= now) this.flush();
  }

  /** Gives out what has come so far, whatever it is the beginning of. */
  flush(): void {
    if (this.#length > 0)
      this.#giveOut(this.#takeText() ?? { kind: 'octets', octets: this.#take() });
  }

  #octet(octet: number, now: Instant): void {
    this.#begun ??= now;
    if (octet === DELIMITER) {
      this.#delimiter();
      return;
    }
    this.#pending[this.#length] = octet;
    this.#length += 1;
    // A frame may begin with an octet that is a line feed, and none does with two octets of text.
    if (octet === LINE_FEED && this.#length > 1) {
      const text = this.#takeText();
      if (text !== undefined) this.#giveOut(text);
    }
    if (this.#length === this.#pending.length) this.flush();
  }

  #delimiter(): void {
    if (this.#length === 0) {
      this.#begun = undefined;
      return;
    }
    const encoded = this.#pending.subarray(0, this.#length);
    const frame = decodeFrame(encoded);
    if (frame.ok) {
      const octets = this.#length + 1;
      this.#length = 0;
      this.#giveOut({ kind: 'frame', frame: describeFrame(frame.value), octets });
      return;
    }
    this.#giveOut(this.#takeText() ?? { kind: 'octets', octets: this.#take(), fault: frame.error });
  }

  #take(): Uint8Array {
    const octets = this.#pending.slice(0, this.#length);
    this.#length = 0;
    return octets;
  }

  /** Undefined when what has come is no text. */
  #takeText(): Unplaced | undefined {
    const octets = this.#pending.subarray(0, this.#length);
    if (!octets.every(isOfText)) return undefined;
    const text = decodeUtf8(octets);
    if (text.includes('\ufffd')) return undefined;
    this.#length = 0;
    return { kind: 'text', text: text.replace(/^[\r\n]+|[\r\n]+$/g, '') };
  }

  #giveOut(record: Unplaced): void {
    const at = this.#begun ?? this.#last;
    this.#begun = undefined;
    if (at !== undefined) this.#records.push({ at, ...record } as LineRecord);
  }
}

type Unplaced = LineRecord extends infer R ? (R extends LineRecord ? Omit<R, 'at'> : never) : never;

/** BEL to CR: what a program that prints sends besides letters. */
const BELL = 0x07;
const ESCAPE = 0x1b;
const DELETE = 0x7f;

/** Printable, white space and the like, the escape of a terminal's sequences, or a part of UTF-8. */
const isOfText = (octet: number): boolean =>
  (octet >= 0x20 && octet !== DELETE) ||
  (octet >= BELL && octet <= CARRIAGE_RETURN) ||
  octet === ESCAPE;
