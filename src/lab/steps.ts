/** The record of one check's steps, kept while they happen. */
import type { Duration } from '../base/time.ts';
import { type Difference, diffFields, diffOctets, diffValues } from './diff.ts';
import type { Picture, Steps, Text } from './lab.ts';
import { PICTURES_MAX, pictureFlaw } from './picture.ts';
import type { StepRecord } from './verdict.ts';

/** An expectation was not met. Ends the check; even a check that catches it has failed. */
export class ExpectationFailed extends Error {
  override readonly name = 'ExpectationFailed';
  readonly code: 'octets' | 'fields' | 'value' | 'condition';
  readonly text: Text;
  readonly difference: Difference | undefined;

  constructor(code: ExpectationFailed['code'], text: Text, difference?: Difference) {
    super(text.en);
    this.code = code;
    this.text = text;
    this.difference = difference;
  }
}

/** A check that was given up went on using its bench. It is told so, and nobody else is. */
export class CheckOver extends Error {
  override readonly name = 'CheckOver';
}

export interface StepListener {
  stepStarted(number: number, text: Text): void;
  stepEnded(step: StepRecord): void;
  pictureDrawn(name: string, picture: Picture): void;
}

type Outcome = StepRecord['outcome'];

/**
 * Invariants:
 *   (1) Numbers run from 1 in the order in which steps begin, nested ones included.
 *   (2) After the first failure, or `end`, nothing is recorded and every step throws.
 */
export class StepLog implements Steps {
  readonly #records: StepRecord[] = [];
  readonly #sinceStart: () => Duration;
  readonly #listener: StepListener;
  #output: string[] = [];
  #failure: ExpectationFailed | undefined;
  #current = 0;
  #pictures = 0;
  #over = false;

  constructor(sinceStart: () => Duration, listener: StepListener) {
    this.#sinceStart = sinceStart;
    this.#listener = listener;
  }

  get records(): readonly StepRecord[] {
    return this.#records;
  }

  /** The number of the step that is under way or was the last. */
  get current(): number {
    return this.#current;
  }

  get failure(): ExpectationFailed | undefined {
    return this.#failure;
  }

  /** What the learner's code prints belongs to the step under way. */
  print(line: string): void {
    this.#output.push(line);
  }

  /** Closes the record: what is still under way stays `unfinished`. */
  end(): void {
    this.#over = true;
    this.#flushOutput();
  }

  async step<T>(title: Text, action: () => Promise<T> | T): Promise<T> {
    const index = this.#begin('action', title);
    try {
      const result = await action();
      this.#finish(index, 'done');
      return result;
    } catch (error) {
      this.#finish(index, 'failed');
      throw error;
    }
  }

  expectOctets(what: Text, actual: unknown, expected: Uint8Array): void {
    this.#expectNone('octets', what, diffOctets(expected, actual));
  }

  expectFields(what: Text, actual: unknown, expected: Readonly<Record<string, unknown>>): void {
    this.#expectNone('fields', what, diffFields(expected, actual));
  }

  expectEqual(what: Text, actual: unknown, expected: unknown): void {
    this.#expectNone('value', what, diffValues(expected, actual));
  }

  expect(what: Text, holds: boolean, why: Text): void {
    this.#judge(what, holds ? undefined : new ExpectationFailed('condition', why));
  }

  /** @throws Error for a picture that may not be kept: a bug of the lab. */
  picture(name: string, picture: Picture): void {
    if (this.#over) throw new CheckOver('the check is over');
    this.#pictures += 1;
    const flaw =
      this.#pictures > PICTURES_MAX
        ? `a check may have ${PICTURES_MAX}`
        : pictureFlaw(name, picture);
    if (flaw !== undefined) throw new Error(`the picture ${name} cannot be kept: ${flaw}`);
    this.#listener.pictureDrawn(name, picture);
  }

  #expectNone(code: ExpectationFailed['code'], what: Text, difference: Difference | undefined) {
    this.#judge(what, difference && new ExpectationFailed(code, notMet(what), difference));
  }

  #judge(what: Text, failure: ExpectationFailed | undefined): void {
    const index = this.#begin('expectation', what);
    this.#finish(index, failure === undefined ? 'held' : 'failed');
    if (failure === undefined) return;
    this.#failure = failure;
    throw failure;
  }

  #begin(kind: StepRecord['kind'], text: Text): number {
    if (this.#over) throw new CheckOver('the check is over');
    if (this.#failure !== undefined) throw this.#failure;
    this.#flushOutput();
    const index = this.#records.length;
    const number = index + 1;
    this.#current = number;
    const at_us = this.#sinceStart();
    this.#records.push({ number, kind, text, at_us, outcome: 'unfinished' });
    this.#listener.stepStarted(number, text);
    return index;
  }

  #finish(index: number, outcome: Outcome): void {
    const record = this.#records[index];
    if (this.#over || record === undefined) return;
    this.#current = record.number;
    this.#flushOutput();
    const ended = { ...(this.#records[index] ?? record), outcome };
    this.#records[index] = ended;
    this.#listener.stepEnded(ended);
  }

  /** Gives what was printed since to the step under way; before the first step it waits for it. */
  #flushOutput(): void {
    const record = this.#records[this.#current - 1];
    if (this.#output.length === 0 || record === undefined) return;
    const output = [...(record.output ?? []), ...this.#output];
    this.#records[this.#current - 1] = { ...record, output };
    this.#output = [];
  }
}

const notMet = (what: Text): Text => ({
  en: `Not as expected: ${what.en}`,
  ko: `기대와 다릅니다: ${what.ko}`,
});
