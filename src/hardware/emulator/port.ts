/**
 * The host's end of an emulated board's serial line, in virtual time. Its shape is that of a driver's
 * `Transport`; `port.test.ts` in test/ proves the fit, since the ends of a cable do not know each other.
 */
import { after, type Instant, microseconds, seconds } from '../../base/time.ts';
import { Splitter } from '../control/splitter.ts';

/** The one who lets virtual time pass. */
export interface Waiter {
  now(): Instant;
  wait(until: Instant, ready: () => boolean): Promise<void>;
}

/** The board behind the port. */
export interface Line {
  readonly queued: number;
  /** In bit/s; 0 for USB, which has none. */
  readonly rate: number;
  setRate(rate: number): void;
  write(octets: Uint8Array): void;
  close(): void;
  reset(cause: 'pin' | 'power'): void;
}

const SAMPLE = 64;
/** Frames kept while nobody reads: more than a window holds. When it is full the oldest goes. */
const FRAMES_MAX = 4096;
const DRAIN_DEADLINE = seconds(5);
/** A line that has sent everything wakes nobody. */
const DRAIN_STEP = microseconds(100);

export class EmulatedPort {
  readonly name: string;
  readonly #line: Line;
  readonly #world: Waiter;
  readonly #splitter = new Splitter();
  #frames: Uint8Array[] = [];
  #woken = false;
  #received = 0;
  /** The last octets that came, round and round: octet n of all is at n modulo `SAMPLE`. */
  readonly #sample = new Uint8Array(SAMPLE);

  constructor(name: string, line: Line, world: Waiter) {
    this.name = name;
    this.#line = line;
    this.#world = world;
  }

  now(): Instant {
    return this.#world.now();
  }

  write(octets: Uint8Array): void {
    this.#line.write(octets);
  }

  /** Lets virtual time pass until an encoded frame is there or `until` has come. */
  async read(until: Instant): Promise<readonly Uint8Array[]> {
    this.#woken = false;
    if (this.#frames.length === 0) {
      await this.#world.wait(until, () => this.#frames.length > 0 || this.#woken);
    }
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  wake(): void {
    this.#woken = true;
  }

  async drain(): Promise<void> {
    const deadline = after(this.now(), DRAIN_DEADLINE);
    while (this.#line.queued > 0 && this.now() < deadline) {
      await this.#world.wait(after(this.now(), DRAIN_STEP), () => this.#line.queued === 0);
    }
  }

  /** In bit/s. Does nothing on USB. */
  async setLineRate(rate: number): Promise<void> {
    this.#splitter.reset();
    this.#line.setRate(rate);
  }

  /** In bit/s; 0 on USB. */
  lineRate(): number {
    return this.#line.rate;
  }

  /** The RUN pin. */
  async resetBoard(): Promise<boolean> {
    this.#splitter.reset();
    this.#line.reset('pin');
    return true;
  }

  diagnostics(): { readonly received: number; readonly sample: Uint8Array } {
    const count = Math.min(SAMPLE, this.#received);
    const from = this.#received - count;
    const sample = Uint8Array.from(
      { length: count },
      (_, i) => this.#sample[(from + i) % SAMPLE] ?? 0,
    );
    return { received: this.#received, sample };
  }

  async close(): Promise<void> {
    this.#line.close();
  }

  /** Octets from the board. True when a frame is whole. */
  handleOctets(octets: Uint8Array): boolean {
    this.#remember(octets);
    const before = this.#frames.length;
    this.#splitter.handleOctets(octets, (encoded) => this.#frames.push(encoded.slice()));
    const whole = this.#frames.length > before;
    if (this.#frames.length > FRAMES_MAX) this.#frames.shift();
    return whole;
  }

  #remember(octets: Uint8Array): void {
    const fresh = octets.subarray(Math.max(0, octets.length - SAMPLE));
    this.#received += octets.length;
    const at = (this.#received - fresh.length) % SAMPLE;
    const first = fresh.subarray(0, SAMPLE - at);
    this.#sample.set(first, at);
    this.#sample.set(fresh.subarray(first.length));
  }
}
