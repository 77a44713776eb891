/**
 * Hosts joined by wires in virtual time, for tests: what one sends the other has at once or after the
 * wire's delay, and no time passes while there is something to do.
 */
import { asPacket } from '../../base/packet.ts';
import { after, type Duration, earliest, type Instant, START } from '../../base/time.ts';
import type { Driven } from './driven.ts';

export interface End {
  readonly host: Driven;
  readonly interface: number;
}

export interface Seen {
  readonly from: End;
  readonly octets: Uint8Array;
  readonly at: Instant;
}

interface Wire {
  readonly ends: readonly [End, End];
  readonly delay: Duration;
  /** False: lost. */
  readonly pass: (seen: Seen) => boolean;
}

interface Flight {
  readonly to: End;
  readonly octets: Uint8Array;
  readonly at: Instant;
}

/** More frames than any test sends: hosts that never fall silent are at fault. */
const FRAMES_MAX = 200_000;

export class VirtualNetwork {
  now: Instant = START;
  /** Every frame, lost or not. */
  readonly seen: Seen[] = [];
  readonly #hosts: Driven[] = [];
  readonly #wires: Wire[] = [];
  #flights: Flight[] = [];
  #frames = 0;

  add<H extends Driven>(host: H): H {
    this.#hosts.push(host);
    return host;
  }

  join(
    a: End,
    b: End,
    delay: Duration = 0 as Duration,
    pass: (seen: Seen) => boolean = () => true,
  ): void {
    this.#wires.push({ ends: [a, b], delay, pass });
  }

  /** Until nothing is left to do at this instant. */
  settle(): void {
    for (let busy = true; busy; ) {
      busy = this.#land();
      for (const host of this.#hosts) {
        const due = host.pollTimeout();
        if (due !== undefined && due <= this.now) host.handleTimeout(this.now);
        while (host.pollFrame(this.now)) {
          busy = true;
          this.#launch(host);
        }
        const again = host.pollTimeout();
        if (again !== undefined && again <= this.now) busy = true;
      }
    }
  }

  run(duration: Duration): void {
    const end = after(this.now, duration);
    this.settle();
    for (let next = this.#next(); next !== undefined && next <= end; next = this.#next()) {
      this.now = Math.max(next, this.now) as Instant;
      this.settle();
    }
    this.now = end;
  }

  /** Puts a frame into one end as if it had come by the wire. */
  inject(to: End, octets: Uint8Array): void {
    to.host.handleFrame(to.interface, asPacket(octets), 0, octets.length, this.now);
    this.settle();
  }

  #next(): Instant | undefined {
    let next: Instant | undefined;
    for (const host of this.#hosts) next = earliest(next, host.pollTimeout());
    for (const { at } of this.#flights) next = earliest(next, at);
    return next;
  }

  #launch(host: Driven): void {
    this.#frames += 1;
    if (this.#frames > FRAMES_MAX) throw new Error('the hosts never fall silent');
    const { packet, start, end, interface: index } = host.frame;
    const octets = packet.octets.slice(start, end);
    for (const { ends, delay, pass } of this.#wires) {
      for (const [i, from] of ends.entries()) {
        if (from.host !== host || from.interface !== index) continue;
        const seen = { from, octets, at: this.now };
        this.seen.push(seen);
        if (!pass(seen)) continue;
        this.#flights.push({ to: ends[1 - i] as End, octets, at: after(this.now, delay) });
      }
    }
  }

  #land(): boolean {
    const landed = this.#flights.filter(({ at }) => at <= this.now);
    this.#flights = this.#flights.filter(({ at }) => at > this.now);
    for (const { to, octets } of landed) {
      to.host.handleFrame(to.interface, asPacket(octets), 0, octets.length, this.now);
    }
    return landed.length > 0;
  }
}
