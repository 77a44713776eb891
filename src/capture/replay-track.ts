/**
 * One source's part of a cassette, gone through again. Calls must come as they came in the recording,
 * with the arguments that they had; what is not so is a divergence, and from then on every call fails
 * with that same one.
 *
 * Invariants:
 *   (1) Entries are taken in the order of the recording, each once.
 *   (2) The clock tells, call for call, what it told then; asked more often, it stands still.
 *   (3) No call waits once the patience that it was given has ended.
 */
import { EXIT, NetlabError } from '../base/errors.ts';
import { type Instant, START } from '../base/time.ts';
import type { Json } from './cassette.ts';
import type { Cassette, RecordedEntry } from './cassette-reader.ts';

/**
 * Resolves when a call has waited long enough for its turn: another call that the recording has before
 * it has not come. The shell makes it of a timer.
 */
export type Patience = () => Promise<void>;

interface Waiter {
  readonly call: string;
  readonly argument: Json | undefined;
  readonly resolve: (entry: RecordedEntry) => void;
  readonly reject: (error: NetlabError) => void;
}

export class ReplayTrack {
  readonly #source: string;
  readonly #entries: readonly RecordedEntry[];
  readonly #end: number;
  readonly #patience: Patience;
  #at = 0;
  #now: Instant = START;
  #readings = 0;
  #waiters: Waiter[] = [];
  #diverged: NetlabError | undefined;

  constructor(cassette: Cassette, source: string, patience: Patience) {
    this.#source = source;
    this.#entries = cassette.entries.filter((entry) => entry.source === source);
    this.#end = (cassette.entries.at(-1)?.line ?? 1) + 1;
    this.#patience = patience;
  }

  now(): Instant {
    const head = this.#entries[this.#at];
    const reading = head?.clock?.[this.#readings];
    if (reading !== undefined) {
      this.#readings += 1;
      this.#now = reading;
    } else if (head?.call === 'clock') {
      this.#advance(head);
      return this.now();
    }
    return this.#now;
  }

  /** The call that the recording has next, `clock` entries passed over. */
  nextCall(): string | undefined {
    for (
      let head = this.#entries[this.#at];
      head?.call === 'clock';
      head = this.#entries[this.#at]
    ) {
      this.#advance(head);
    }
    return this.#entries[this.#at]?.call;
  }

  /**
   * Takes the entry of a call that is made now.
   * @throws NetlabError `replay-diverged`, or what the call failed with when it was recorded.
   */
  take(call: string, argument?: Json): RecordedEntry {
    if (this.#diverged !== undefined) throw this.#diverged;
    const next = this.nextCall();
    const entry = this.#entries[this.#at];
    if (entry === undefined || next !== call || !same(entry.argument, argument)) {
      throw this.#diverge(call, argument);
    }
    this.#advance(entry);
    // Not at once: the caller may still look at the clock as it did then, before others go on.
    if (this.#waiters.length > 0) void Promise.resolve().then(() => this.#serve());
    if (entry.failure === undefined) return entry;
    const { code, exitCode, message, details } = entry.failure;
    throw new NetlabError(code, exitCode, message, details);
  }

  /** As `take`, but other calls that are under way may have their turn before. */
  async takeInTurn(call: string, argument?: Json): Promise<RecordedEntry> {
    const next = this.nextCall();
    const queued = this.#waiters.some((waiter) => waiter.call === call);
    if (this.#diverged !== undefined || next === undefined || (next === call && !queued)) {
      return this.take(call, argument);
    }
    return new Promise((resolve, reject) => {
      const waiter = { call, argument, resolve, reject };
      this.#waiters.push(waiter);
      void this.#patience().then(() => {
        if (this.#waiters.includes(waiter)) this.#diverge(call, argument);
      });
    });
  }

  /** The recording has something that nobody can have recorded. */
  unreadable(entry: RecordedEntry): NetlabError {
    const details = { line: entry.line, source: this.#source, call: entry.call };
    const what = `${this.#source} ${entry.call}`;
    const message = `line ${entry.line} of the recording is no ${what} that can be replayed`;
    return new NetlabError('cassette-damaged', EXIT.nothingToCheck, message, details);
  }

  #advance(entry: RecordedEntry): void {
    this.#at += 1;
    this.#now = entry.at;
    this.#readings = 0;
  }

  /** Gives the turn to the first of those who wait for it. */
  #serve(): void {
    const next = this.nextCall();
    const waiter = this.#waiters.find(({ call }) => call === next || next === undefined);
    if (waiter === undefined) return;
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    try {
      waiter.resolve(this.take(waiter.call, waiter.argument));
    } catch (error) {
      if (!(error instanceof NetlabError)) throw error;
      waiter.reject(error);
    }
  }

  #diverge(call: string, argument: Json | undefined): NetlabError {
    const entry = this.#entries[this.#at];
    const line = entry?.line ?? this.#end;
    const expected = entry === undefined ? 'its end' : shown(entry.call, entry.argument);
    const actual = shown(call, argument);
    const error = new NetlabError(
      'replay-diverged',
      EXIT.nothingToCheck,
      `the run has left its recording: line ${line} has ${this.#source} ${expected}, but ${actual} came`,
      { line, source: this.#source, expected, actual, ...difference(entry, call, argument) },
    );
    this.#diverged = error;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(error);
    return error;
  }
}

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

const SHOWN_MAX = 64;

function shown(call: string, argument: Json | undefined): string {
  if (argument === undefined) return call;
  const text = typeof argument === 'string' ? argument : JSON.stringify(argument);
  if (text.length <= SHOWN_MAX) return `${call} ${text}`;
  return `${call} ${text.slice(0, SHOWN_MAX)}… (${text.length / 2} octets)`;
}

/** The first octet in which two arguments of one call differ. */
function difference(
  entry: RecordedEntry | undefined,
  call: string,
  argument: Json | undefined,
): { readonly octet?: number } {
  const recorded = entry?.argument;
  if (entry?.call !== call || typeof recorded !== 'string' || typeof argument !== 'string')
    return {};
  let at = 0;
  while (at < recorded.length && recorded[at] === argument[at]) at += 1;
  return { octet: at >> 1 };
}
