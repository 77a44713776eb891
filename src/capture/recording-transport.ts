/** A transport that writes down what passes through it. */
import { toHex } from '../base/octets.ts';
import type { Instant } from '../base/time.ts';
import type { Diagnostics, Transport } from '../hardware/board/transport.ts';
import type { CassetteWriter } from './cassette.ts';
import { Recorder } from './recorder.ts';

export class RecordingTransport implements Transport {
  readonly name: string;
  readonly #transport: Transport;
  readonly #recorder: Recorder;

  constructor(transport: Transport, writer: CassetteWriter, source = 'board') {
    this.name = transport.name;
    this.#transport = transport;
    this.#recorder = new Recorder(writer, source, () => transport.now());
    const result = { name: transport.name, lineRate: transport.lineRate() };
    this.#recorder.append('open', { result });
  }

  now(): Instant {
    return this.#recorder.now();
  }

  write(octets: Uint8Array): void {
    this.#recorder.append('write', { argument: toHex(octets) });
    this.#transport.write(octets);
  }

  read(until: Instant): Promise<readonly Uint8Array[]> {
    return this.#recorder.call(
      'read',
      undefined,
      () => this.#transport.read(until),
      (frames) => frames.map((frame) => toHex(frame)),
    );
  }

  wake(): void {
    this.#transport.wake();
  }

  drain(): Promise<void> {
    return this.#recorder.call(
      'drain',
      undefined,
      () => this.#transport.drain(),
      () => undefined,
    );
  }

  setLineRate(rate: number): Promise<void> {
    return this.#recorder.call(
      'setLineRate',
      rate,
      () => this.#transport.setLineRate(rate),
      () => this.#transport.lineRate(),
    );
  }

  lineRate(): number {
    return this.#transport.lineRate();
  }

  resetBoard(): Promise<boolean> {
    return this.#recorder.call(
      'resetBoard',
      undefined,
      () => this.#transport.resetBoard(),
      (done) => done,
    );
  }

  diagnostics(): Diagnostics {
    const told = this.#transport.diagnostics();
    const { received, sample, errors } = told;
    const result = { received, sample: toHex(sample), ...(errors && { errors: { ...errors } }) };
    this.#recorder.append('diagnostics', { result });
    return told;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
