/** A station that writes down what it sent and what came to it. */
import { toHex } from '../base/octets.ts';
import type { Duration, Instant } from '../base/time.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';
import type { CassetteWriter } from './cassette.ts';
import { Recorder } from './recorder.ts';

/** A network card as a lab drives it. */
export interface RecordableStation {
  readonly address: Uint8Array;
  now(): Instant;
  send(frame: Uint8Array): Promise<void>;
  /** The next frame that came, or undefined when none did within `timeout`. */
  receive(timeout: Duration): Promise<ReceivedFrame | undefined>;
}

export class RecordingStation implements RecordableStation {
  readonly address: Uint8Array;
  readonly #station: RecordableStation;
  readonly #recorder: Recorder;

  constructor(station: RecordableStation, writer: CassetteWriter, source = 'peer') {
    this.address = station.address;
    this.#station = station;
    this.#recorder = new Recorder(writer, source, () => station.now());
    this.#recorder.append('open', { result: { address: toHex(station.address) } });
  }

  now(): Instant {
    return this.#recorder.now();
  }

  send(frame: Uint8Array): Promise<void> {
    return this.#recorder.call(
      'send',
      toHex(frame),
      () => this.#station.send(frame),
      () => undefined,
    );
  }

  receive(timeout: Duration): Promise<ReceivedFrame | undefined> {
    return this.#recorder.call(
      'receive',
      undefined,
      () => this.#station.receive(timeout),
      (frame) => (frame === undefined ? null : { octets: toHex(frame.octets), at: frame.at }),
    );
  }
}
