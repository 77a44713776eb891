/**
 * A cassette gone through again, all its sources in the one order of the recording. Calls must come as
 * they came then, with the arguments that they had; what is not so is a divergence, and from then on every
 * call fails with that same one.
 *
 * The order is kept across sources because they bear on each other: while a lab waits for the peer, the
 * board's driver reads, acknowledges and keeps time, and in a replay nothing takes any time. What a driver writes
 * cannot wait, and two boards' drivers write when each is ready: it is in order among its source's alone.
 *
 * Invariants:
 *   (1) Entries are taken in the order of the recording, each once; `open` comes when it comes, and `write` may
 *       come before its turn.
 *   (2) A source's clock tells, call for call, what it told then; asked more often, it stands still.
 *   (3) No call waits once the patience that it was given has ended.
 */
import { EXIT, NetlabError } from '../base/errors.ts';
import type { Instant } from '../base/time.ts';
import type { Json } from './cassette.ts';
import type { Cassette, RecordedEntry } from './cassette-reader.ts';

/**
 * Resolves when a call has waited long enough for its turn: another call that the recording has before
 * it has not come. The shell makes it of a timer.
 */
export type Patience = () => Promise<void>;

interface Waiter {
  readonly track: ReplayTrack;
  readonly call: string;
  readonly argument: Json | undefined;
  readonly resolve: (entry: RecordedEntry) => void;
  readonly reject: (error: unknown) => void;
}

/** Where the replay of a cassette stands. */
export class Playback {
  readonly #cassette: Cassette;
  readonly #patience: Patience;
  readonly #order: readonly RecordedEntry[];
  #at = 0;
  /** Of those behind the head. */
  readonly #taken = new Set<RecordedEntry>();
  #waiters: Waiter[] = [];
  #diverged: NetlabError | undefined;

  constructor(cassette: Cassette, patience: Patience) {
    this.#cassette = cassette;
    this.#patience = patience;
    this.#order = cassette.entries.filter(({ call }) => call !== 'open' && call !== 'clock');
  }

  /** @throws NetlabError `replay-diverged` when the cassette has no such source. */
  open(source: string): ReplayTrack {
    const entries = this.#cassette.entries.filter((entry) => entry.source === source);
    const opened = entries.find(({ call }) => call === 'open');
    if (opened === undefined) throw this.diverge(source, 'open', undefined);
    const rest = entries.filter((entry) => entry !== opened);
    return new ReplayTrack(this, opened, rest);
  }

  /** The entry whose turn it is. @throws NetlabError `replay-diverged` once the replay has. */
  head(): RecordedEntry | undefined {
    if (this.#diverged !== undefined) throw this.#diverged;
    return this.#order[this.#at];
  }

  /** It was taken. */
  advance(entry: RecordedEntry): void {
    this.#taken.add(entry);
    for (let head = this.#order[this.#at]; head && this.#taken.delete(head); ) {
      this.#at += 1;
      head = this.#order[this.#at];
    }
    // Not at once: the caller may still look at the clock as it did then, before others go on.
    if (this.#waiters.length > 0) void Promise.resolve().then(() => this.#serve());
  }

  hasWaiting(track: ReplayTrack, call: string): boolean {
    return this.#waiters.some((waiter) => waiter.track === track && waiter.call === call);
  }

  wait(track: ReplayTrack, call: string, argument: Json | undefined): Promise<RecordedEntry> {
    return new Promise((resolve, reject) => {
      const waiter = { track, call, argument, resolve, reject };
      this.#waiters.push(waiter);
      void this.#patience().then(() => {
        if (this.#waiters.includes(waiter)) this.diverge(track.source, call, argument);
      });
    });
  }

  /** Gives the turn to the first of those who wait for it; at the end of the recording to any. */
  #serve(): void {
    const head = this.#order[this.#at];
    const waiter = this.#waiters.find(
      ({ track, call }) =>
        head === undefined || (track.source === head.source && call === head.call),
    );
    if (waiter === undefined) return;
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    try {
      waiter.resolve(waiter.track.take(waiter.call, waiter.argument));
    } catch (error) {
      waiter.reject(error);
    }
  }

  /** The run has left its recording: nothing more can be had from it. */
  diverge(source: string, call: string, argument: Json | undefined): NetlabError {
    const entry = this.#order[this.#at];
    const line = entry?.line ?? (this.#cassette.entries.at(-1)?.line ?? 1) + 1;
    const expected =
      entry === undefined ? 'its end' : shown(entry.source, entry.call, entry.argument);
    const actual = shown(source, call, argument);
    const octet =
      entry?.source === source && entry.call === call ? difference(entry, argument) : {};
    const error = new NetlabError(
      'replay-diverged',
      EXIT.nothingToCheck,
      `the run has left its recording: line ${line} has ${expected}, but ${actual} came`,
      { line, source, expected, actual, ...octet },
    );
    this.#diverged = error;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(error);
    return error;
  }
}

/** One source's part of a playback. */
export class ReplayTrack {
  readonly source: string;
  /** What the source was when it was opened. */
  readonly opened: RecordedEntry;
  readonly #playback: Playback;
  readonly #entries: readonly RecordedEntry[];
  #at = 0;
  #now: Instant;
  #readings = 0;

  constructor(playback: Playback, opened: RecordedEntry, entries: readonly RecordedEntry[]) {
    this.source = opened.source;
    this.opened = opened;
    this.#playback = playback;
    this.#entries = entries;
    this.#now = opened.at;
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

  /** The call that the recording has next of this source, `clock` entries passed over. */
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
    const head = this.#playback.head();
    if (!this.#isNext(head, call) || !same(head.argument, argument)) {
      throw this.#playback.diverge(this.source, call, argument);
    }
    return this.#taking(head);
  }

  /** As `take`, but before its turn where those before it are of other sources. */
  takeEarly(call: string, argument?: Json): RecordedEntry {
    const head = this.#playback.head();
    const next = this.nextCall() === call ? this.#entries[this.#at] : undefined;
    if (head === undefined || next === undefined || !same(next.argument, argument)) {
      throw this.#playback.diverge(this.source, call, argument);
    }
    return this.#taking(next);
  }

  /** As `take`, but other calls that are under way may have their turn before. */
  async takeInTurn(call: string, argument?: Json): Promise<RecordedEntry> {
    const head = this.#playback.head();
    const queued = this.#playback.hasWaiting(this, call);
    if (head === undefined || (this.#isNext(head, call) && !queued))
      return this.take(call, argument);
    return this.#playback.wait(this, call, argument);
  }

  /** The recording has something that nobody can have recorded. */
  unreadable(entry: RecordedEntry): NetlabError {
    const details = { line: entry.line, source: this.source, call: entry.call };
    const what = `${this.source} ${entry.call}`;
    const message = `line ${entry.line} of the recording is no ${what} that can be replayed`;
    return new NetlabError('cassette-damaged', EXIT.nothingToCheck, message, details);
  }

  #taking(entry: RecordedEntry): RecordedEntry {
    this.#advance(entry);
    this.#playback.advance(entry);
    if (entry.failure === undefined) return entry;
    const { code, exitCode, message, details } = entry.failure;
    throw new NetlabError(code, exitCode, message, details);
  }

  #isNext(head: RecordedEntry | undefined, call: string): head is RecordedEntry {
    return head?.source === this.source && this.nextCall() === call;
  }

  #advance(entry: RecordedEntry): void {
    this.#at += 1;
    this.#now = entry.at;
    this.#readings = 0;
  }
}

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

const SHOWN_MAX = 64;

function shown(source: string, call: string, argument: Json | undefined): string {
  if (argument === undefined) return `${source} ${call}`;
  const text = typeof argument === 'string' ? argument : JSON.stringify(argument);
  if (text.length <= SHOWN_MAX) return `${source} ${call} ${text}`;
  return `${source} ${call} ${text.slice(0, SHOWN_MAX)}… (${text.length / 2} octets)`;
}

/** The first octet in which a call's argument differs from the recorded one. */
function difference(entry: RecordedEntry, argument: Json | undefined): { readonly octet?: number } {
  const recorded = entry.argument;
  if (typeof recorded !== 'string' || typeof argument !== 'string') return {};
  let at = 0;
  while (at < recorded.length && recorded[at] === argument[at]) at += 1;
  return { octet: at >> 1 };
}
