/** A station as it was recorded: what is sent must be what was sent then, and the same comes back. */
import { fromHex, toHex } from '../base/octets.ts';
import type { Duration, Instant } from '../base/time.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';
import { type Json, members } from './cassette.ts';
import type { RecordedEntry } from './cassette-reader.ts';
import type { Playback, ReplayTrack } from './playback.ts';
import type { RecordableStation } from './recording-station.ts';

export class ReplayStation implements RecordableStation {
  readonly address: Uint8Array;
  readonly #track: ReplayTrack;

  /**
   * `send` and `receive` reject as `ReplayTransport`'s methods do.
   * @throws NetlabError `replay-diverged` when the cassette has no such source.
   */
  constructor(playback: Playback, source = 'peer') {
    this.#track = playback.open(source);
    const entry = this.#track.opened;
    const { address } = members(entry.result);
    this.address = this.#octets(address, entry);
  }

  now(): Instant {
    return this.#track.now();
  }

  async send(frame: Uint8Array): Promise<void> {
    await this.#track.takeInTurn('send', toHex(frame));
  }

  async receive(_timeout: Duration): Promise<ReceivedFrame | undefined> {
    const entry = await this.#track.takeInTurn('receive');
    if (entry.result === null) return undefined;
    const { octets, at } = members(entry.result);
    if (typeof at !== 'number') throw this.#track.unreadable(entry);
    return { octets: this.#octets(octets, entry), at: at as Instant };
  }

  #octets(text: Json | undefined, entry: RecordedEntry): Uint8Array {
    const octets = typeof text === 'string' ? fromHex(text) : undefined;
    if (octets === undefined) throw this.#track.unreadable(entry);
    return octets;
  }
}
