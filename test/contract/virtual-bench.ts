/**
 * A twin on a serial line in virtual time, and the other end of its cable: deterministic, and as fast as
 * the machine. Time moves only while somebody waits in `read` or in `peer.receive`.
 */
import { type Rng, randomOctets, seededRng } from '../../src/base/random.ts';
import { after, type Duration, earliest, type Instant, START } from '../../src/base/time.ts';
import { portLost } from '../../src/hardware/board/errors.ts';
import type { Transport } from '../../src/hardware/board/transport.ts';
import { Splitter } from '../../src/hardware/control/splitter.ts';
import { Twin, type TwinOptions } from '../../src/hardware/twin/twin.ts';
import { Line } from './line.ts';
import type { ContractSubject, Peer } from './subject.ts';

const SAMPLE = 32;
/** Promise callbacks that may follow each other before time moves: who was woken acts first. */
const SETTLING = 32;

export interface VirtualBenchOptions extends TwinOptions {
  /** bit/s of both ends at first; 0 for a line without a rate. */
  readonly rate?: number;
  readonly seed?: number;
  /** What the board sends comes back to it. */
  readonly loopback?: boolean;
}

export class VirtualBench implements ContractSubject {
  readonly twin: Twin;
  readonly toBoard: Line;
  readonly toHost: Line;
  readonly transport: Transport;
  readonly peer: Peer;
  readonly otherRate?: number;
  now: Instant = START;
  /** A board that hangs takes nothing and says nothing. */
  hung = false;
  /** Whether the port is still there. */
  present = true;
  readonly #splitter = new Splitter();
  readonly #rng: Rng;
  readonly #loopback: boolean;
  readonly #toPeer: Uint8Array[] = [];
  #frames: Uint8Array[] = [];
  #received = 0;
  #sample = new Uint8Array(0);
  #rate: number;
  #woken = false;

  constructor(options: VirtualBenchOptions = {}) {
    this.#rate = options.rate ?? 0;
    this.#rng = seededRng(options.seed ?? 1);
    this.#loopback = options.loopback ?? false;
    if (this.#rate !== 0) this.otherRate = 921_600;
    const lineRate = { present: this.#rate, highest: this.#rate === 0 ? 0 : 3_000_000 };
    this.twin = new Twin({ ...options, identity: { lineRate, ...options.identity } });
    this.toBoard = new Line(this.#rate);
    this.toHost = new Line(this.#rate);
    this.transport = this.#makeTransport();
    this.peer = {
      send: async (frame) => this.twin.receiveFrame(frame, this.now),
      receive: async (timeout) => {
        this.run(after(this.now, timeout), () => this.#toPeer.length > 0);
        return this.#toPeer.shift();
      },
    };
    this.twin.start(this.now);
  }

  async reset(): Promise<void> {
    this.toHost.cut(5); // In the middle of whatever it was saying.
    this.twin.restart('pin', this.now);
  }

  async setCable(plugged: boolean): Promise<void> {
    this.twin.setCable(plugged, this.now);
  }

  async close(): Promise<void> {}

  /** Octets from nowhere, in front of the host's port. */
  inject(octets: Uint8Array): void {
    this.toHost.put(octets, this.now);
  }

  /** Lets time pass up to `until`, or till `stop` says so. */
  run(until: Instant, stop: () => boolean): void {
    for (;;) {
      this.#exchange();
      if (stop()) return;
      const next = earliest(
        this.toBoard.pollTimeout(),
        this.toHost.pollTimeout(),
        this.hung ? undefined : this.twin.pollTimeout(),
      );
      if (next === undefined || next > until) break;
      if (next > this.now) this.now = next;
    }
    if (until > this.now) this.now = until;
  }

  #exchange(): void {
    for (let o = this.toBoard.take(this.now); o; o = this.toBoard.take(this.now)) {
      if (!this.hung) this.twin.handleOctets(this.#heard(o), this.now);
    }
    if (!this.hung) {
      if ((this.twin.pollTimeout() ?? Infinity) <= this.now) this.twin.handleTimeout(this.now);
      for (let o = this.twin.pollOutput(this.now); o; o = this.twin.pollOutput(this.now)) {
        this.toHost.rate = this.twin.lineRate;
        this.toHost.put(o, this.now);
      }
    }
    for (let frame = this.twin.pollFrame(); frame; frame = this.twin.pollFrame()) {
      if (this.#loopback) this.twin.receiveFrame(frame, this.now);
      else this.#toPeer.push(frame);
    }
    for (let o = this.toHost.take(this.now); o; o = this.toHost.take(this.now)) {
      const octets = this.#heard(o);
      this.#received += octets.length;
      this.#sample = octets.slice(-SAMPLE);
      this.#splitter.handleOctets(octets, (frame) => this.#frames.push(frame.slice()));
    }
  }

  /** At two different rates each end hears noise. */
  #heard(octets: Uint8Array): Uint8Array {
    return this.#rate === this.twin.lineRate ? octets : randomOctets(this.#rng, octets.length);
  }

  #makeTransport(): Transport {
    return {
      name: 'virtual twin',
      now: () => this.now,
      write: (octets) => this.toBoard.put(octets, this.now),
      read: (until) => this.#read(until),
      wake: () => {
        this.#woken = true;
      },
      drain: async () => {
        if (!this.present) throw portLost('virtual twin');
        const left = this.toBoard.freeAt;
        if (left > this.now) this.run(left, () => false);
      },
      setLineRate: async (rate) => {
        this.#rate = rate;
        this.toBoard.rate = rate;
      },
      lineRate: () => this.#rate,
      resetBoard: async () => false,
      diagnostics: () => ({ received: this.#received, sample: this.#sample }),
      close: async () => {},
    };
  }

  async #read(until: Instant): Promise<readonly Uint8Array[]> {
    this.#woken = false;
    for (let i = 0; i < SETTLING && !this.#woken; i++) await Promise.resolve();
    if (!this.present) throw portLost('virtual twin');
    if (!this.#woken) this.run(until, () => this.#frames.length > 0);
    return this.#frames.splice(0);
  }
}

/** Lets time pass on a bench without a driver. */
export const pass = (bench: VirtualBench, time: Duration): void =>
  bench.run(after(bench.now, time), () => false);
