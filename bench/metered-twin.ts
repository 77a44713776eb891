/** A loader's twin, and how long its line was busy. */
import type { Instant } from '../src/base/time.ts';
import type { LoaderTwin } from '../test/flash/line-loader.ts';

/** 8N1. */
const BITS = 10;

export class MeteredTwin implements LoaderTwin {
  /** Both ways, one after the other. */
  lineTime_s = 0;
  readonly #twin: LoaderTwin;
  #rate: number;

  /** @param rate in bit/s, at first */
  constructor(twin: LoaderTwin, rate: number) {
    this.#twin = twin;
    this.#rate = rate;
  }

  handleSignals(dtr: boolean, rts: boolean, now: Instant): void {
    this.#twin.handleSignals(dtr, rts, now);
  }

  handleRate(rate: number): void {
    this.#rate = rate;
    this.#twin.handleRate?.(rate);
  }

  handleOctets(octets: Uint8Array, now: Instant): void {
    this.#count(octets);
    this.#twin.handleOctets(octets, now);
  }

  pollOutput(): Uint8Array | undefined {
    const octets = this.#twin.pollOutput();
    if (octets !== undefined) this.#count(octets);
    return octets;
  }

  pollTimeout(): Instant | undefined {
    return this.#twin.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    this.#twin.handleTimeout(now);
  }

  #count({ length }: Uint8Array): void {
    this.lineTime_s += (length * BITS) / this.#rate;
  }
}
