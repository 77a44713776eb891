/** A board's serial line as it was recorded: a driver cannot tell it from the line itself. */
import { fromHex, toHex } from '../base/octets.ts';
import type { Instant } from '../base/time.ts';
import type { Diagnostics, LineErrors, Transport } from '../hardware/board/transport.ts';
import { type Json, members } from './cassette.ts';
import type { RecordedEntry } from './cassette-reader.ts';
import type { Playback, ReplayTrack } from './playback.ts';

export class ReplayTransport implements Transport {
  readonly name: string;
  readonly #track: ReplayTrack;
  #lineRate: number;
  #diagnostics: Diagnostics = { received: 0, sample: new Uint8Array() };

  /**
   * Each method but `close` and `wake` may throw or reject with what it failed with when it was
   * recorded, with `replay-diverged`, or with `cassette-damaged`.
   * @throws NetlabError `replay-diverged` when the cassette has no such source.
   */
  constructor(playback: Playback, source = 'board') {
    this.#track = playback.open(source);
    const entry = this.#track.opened;
    const { name, lineRate } = members(entry.result);
    if (typeof name !== 'string' || typeof lineRate !== 'number') {
      throw this.#track.unreadable(entry);
    }
    this.name = name;
    this.#lineRate = lineRate;
  }

  now(): Instant {
    return this.#track.now();
  }

  write(octets: Uint8Array): void {
    this.#track.takeEarly('write', toHex(octets));
  }

  async read(_until: Instant): Promise<readonly Uint8Array[]> {
    const entry = await this.#track.takeInTurn('read');
    if (!Array.isArray(entry.result)) throw this.#track.unreadable(entry);
    return entry.result.map((text: Json) => this.#octets(text, entry));
  }

  /** A read that was woken is in the recording as one with nothing. */
  wake(): void {}

  async drain(): Promise<void> {
    await this.#track.takeInTurn('drain');
  }

  async setLineRate(rate: number): Promise<void> {
    const entry = await this.#track.takeInTurn('setLineRate', rate);
    if (typeof entry.result !== 'number') throw this.#track.unreadable(entry);
    this.#lineRate = entry.result;
  }

  lineRate(): number {
    return this.#lineRate;
  }

  async resetBoard(): Promise<boolean> {
    return (await this.#track.takeInTurn('resetBoard')).result === true;
  }

  /** For messages only, so asking more or less often than in the recording is no divergence. */
  diagnostics(): Diagnostics {
    if (this.#track.nextCall() === 'diagnostics') {
      const entry = this.#track.take('diagnostics');
      const { received, sample, errors } = members(entry.result);
      if (typeof received !== 'number') throw this.#track.unreadable(entry);
      const told = { received, sample: this.#octets(sample, entry) };
      this.#diagnostics = errors === undefined ? told : { ...told, errors: lineErrorsOf(errors) };
    }
    return this.#diagnostics;
  }

  async close(): Promise<void> {}

  #octets(text: Json | undefined, entry: RecordedEntry): Uint8Array<ArrayBuffer> {
    const octets = typeof text === 'string' ? fromHex(text) : undefined;
    if (octets === undefined) throw this.#track.unreadable(entry);
    return Uint8Array.from(octets);
  }
}

function lineErrorsOf(value: Json): LineErrors {
  const { breaks, framing, parity, overruns } = members(value);
  const count = (of: Json | undefined): number => (typeof of === 'number' ? of : 0);
  return {
    breaks: count(breaks),
    framing: count(framing),
    parity: count(parity),
    overruns: count(overruns),
  };
}
