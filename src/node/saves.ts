/**
 * The saves in a learner's folder. Editors write in many ways: in place, in pieces, beside and renamed over. So what
 * counts is not what the system tells of files, but that the sources read otherwise than before, and twice the same.
 */
import { type FSWatcher, watch } from 'node:fs';
import { NetlabError } from '../base/errors.ts';
import type { LearnerCode } from '../lab/learner.ts';
import { hashOf } from './store/code-hash.ts';
import { readLearnerCode } from './store/learner-code.ts';

/** From one look to the next while something changes. */
const SETTLE_MS = 15;
/** In case the system tells nothing: network drives, containers, a folder that was replaced. */
const LOOK_MS = 200;
/** An entry that is gone for longer was not just being renamed. */
const MISSING_LOOKS = 4;

export class Saves {
  /** Called when there is something for `next`. */
  onSave: (() => void) | undefined;
  readonly #folder: string;
  readonly #entry: string;
  readonly #clock: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #settling: NodeJS.Timeout | undefined;
  #waiter: (() => void) | undefined;
  #known = '';
  #candidate = '';
  #missing = 0;
  #waiting = false;
  #closed = false;

  /** What is there now counts as a save. */
  constructor(folder: string, entry: string) {
    this.#folder = folder;
    this.#entry = entry;
    try {
      this.#watcher = watch(folder, { recursive: true }, () => this.#lookSoon());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // Looking now and then will do.
    }
    this.#clock = setInterval(() => this.#look(), LOOK_MS);
    this.#look();
  }

  /** Resolves at the next save, or at once when there was one since the last call; false when closed. */
  async next(): Promise<boolean> {
    if (!this.#waiting && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#waiter = resolve;
      });
    }
    this.#waiting = false;
    return !this.#closed;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#clock);
    clearTimeout(this.#settling);
    this.#watcher?.close();
    this.#waiter?.();
  }

  #lookSoon(): void {
    if (this.#closed) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#look(), SETTLE_MS);
  }

  #look(): void {
    const state = this.#state();
    if (state === undefined || state === this.#known) return;
    if (state !== this.#candidate) {
      this.#candidate = state;
      this.#lookSoon();
      return;
    }
    this.#known = state;
    this.#waiting = true;
    this.onSave?.();
    this.#waiter?.();
  }

  /** Undefined while the entry is missing for a moment. */
  #state(): string | undefined {
    try {
      const code: LearnerCode = readLearnerCode(this.#folder, this.#entry);
      this.#missing = 0;
      return hashOf(code);
    } catch (error) {
      if (!(error instanceof NetlabError)) throw error;
      this.#missing += 1;
      return this.#missing < MISSING_LOOKS ? undefined : error.code;
    }
  }
}
