import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checksum, sum } from '../../base/checksum.ts';
import { concat, equal } from '../../base/octets.ts';
import { asPacket } from '../../base/packet.ts';
import { after, type Instant, milliseconds, START } from '../../base/time.ts';
import type { TcpConfig } from '../transport/tcp/config.ts';
import { Connection } from '../transport/tcp/connection.ts';
import { PROTOCOL_TCP } from '../transport/tcp/header.ts';
import { Express } from './express.ts';
import { Host } from './host.ts';
import type { HostPath } from './path.ts';
import { address, mac, prefix } from './test-bench.ts';

const PORT = 80;
/** Two octets before the frame, so that the datagram lies on words. */
const FRAME = 2;

const host = (n: number, express: boolean, tcp: Partial<TcpConfig>): Host => {
  const made = new Host({ seed: n, express, tcp });
  made.addInterface({ name: 'eth0', hardware: mac(n) });
  made.addAddress(0, prefix(`192.0.2.${n}/24`), START);
  return made;
};

/** A server twice, with the short way and without: both have the same frames, and the client hears the first. */
class Twins {
  readonly servers: readonly [Host, Host];
  readonly #client: Host;
  readonly #connections: [Connection<HostPath>[], Connection<HostPath>[]] = [[], []];
  readonly #toClient: Uint8Array[] = [];
  readonly #sender: Connection<HostPath>;
  #now: Instant = START;

  constructor(tcp: Partial<TcpConfig>) {
    this.servers = [host(2, true, tcp), host(2, false, tcp)];
    this.#client = host(3, true, {});
    for (const server of this.servers) server.listen(undefined, PORT, {});
    this.#sender = this.#client.connect(address('192.0.2.2'), PORT, {}, this.#now);
    for (let turn = 0; turn < 10; turn++) this.turn((frame) => [frame]);
  }

  /** The client's frames, as `line` makes others of them, reach both servers, and what these say the client. */
  turn(line: (frame: Uint8Array) => readonly Uint8Array[]): void {
    const now = after(this.#now, milliseconds(1));
    this.#now = now;
    this.#client.handleTimeout(now);
    for (const frame of this.#toClient.splice(0)) deliver(this.#client, frame, now);
    for (const frame of frames(this.#client, now)) {
      for (const made of line(frame)) for (const server of this.servers) deliver(server, made, now);
    }
    const [one, other] = this.servers.map((server, i) => this.#answers(server, i as 0 | 1));
    expect(other?.length).toBe(one?.length);
    expect(one?.every((frame, i) => equal(frame, other?.[i] as Uint8Array))).toBe(true);
    this.#toClient.push(...(one ?? []));
  }

  #answers(server: Host, i: 0 | 1): Uint8Array[] {
    server.handleTimeout(this.#now);
    for (let news = server.pollEvent(); news !== undefined; news = server.pollEvent()) {
      const accepted = 'accept' in news ? news.accept() : undefined;
      if (accepted instanceof Connection) this.#connections[i].push(accepted);
    }
    return frames(server, this.#now);
  }

  write(octets: number): void {
    if (octets === 0 || this.#sender.writable === 0) return;
    this.#sender.send(new Uint8Array(octets).fill(octets), this.#now);
  }

  end(): void {
    this.#sender.close(this.#now);
  }

  answer(octets: number): void {
    if (octets === 0) return;
    const data = new Uint8Array(octets);
    this.both((c, now) => (c.writable > 0 ? c.send(data, now) : 0));
  }

  /** The servers do the same. */
  both(act: (connection: Connection<HostPath>, now: Instant) => unknown): void {
    for (const some of this.#connections) for (const c of some) act(c, this.#now);
  }

  /** Both read: it is the same that came. */
  read(octets: number): void {
    const [one, other] = this.#connections.map((some) =>
      concat(some.map((c) => c.receive(octets))),
    );
    expect(equal(one as Uint8Array, other as Uint8Array)).toBe(true);
  }

  compare(): void {
    const [one, other] = this.servers;
    expect(one.counters).toEqual(other.counters);
    expect(one.tcpCounters).toEqual(other.tcpCounters);
    expect(one.interfaces.map((i) => i.counters)).toEqual(other.interfaces.map((i) => i.counters));
    const [some, others] = this.#connections.map((all) =>
      all.map((c) => ({ ...c.info(this.#now), state: c.state, readable: c.readable })),
    );
    expect(some).toEqual(others);
  }
}

function deliver(to: Host, frame: Uint8Array, now: Instant): void {
  const octets = new Uint8Array(FRAME + frame.length);
  octets.set(frame, FRAME);
  to.handleFrame(0, asPacket(octets), FRAME, octets.length, now);
}

function frames(from: Host, now: Instant): Uint8Array[] {
  const all: Uint8Array[] = [];
  while (from.pollFrame(now)) {
    const { packet, start, end } = from.frame;
    all.push(packet.octets.slice(start, end));
  }
  return all;
}

/**
 * What may become of a frame on its way: how many of it, and a bit that turns over, or octets more or less; or an octet
 * of its TCP header is another, and the checksum is right.
 */
const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ copies: 1 }) },
  { weight: 1, arbitrary: fc.record({ copies: fc.constantFrom(0, 2) }) },
  { weight: 1, arbitrary: fc.record({ copies: fc.constant(1), bit: fc.nat(8 * 80) }) },
  {
    weight: 1,
    arbitrary: fc.record({ copies: fc.constant(1), octets: fc.integer({ min: -60, max: 20 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      copies: fc.constant(1),
      // Sequence number, acknowledgment, flags, window.
      forged: fc.record({ at: fc.integer({ min: 4, max: 15 }), by: fc.nat(0xff) }),
    }),
  },
);

interface Damage {
  readonly copies: number;
  readonly bit?: number;
  readonly octets?: number;
  readonly forged?: { readonly at: number; readonly by: number };
}

/** Of an IPv4 datagram without options, in a frame. */
const SEGMENT = 14 + 20;

function damaged(frame: Uint8Array, { copies, bit, octets = 0, forged }: Damage): Uint8Array[] {
  const made = new Uint8Array(Math.max(0, frame.length + octets));
  made.set(frame.subarray(0, made.length));
  const at = (bit ?? 0) >> 3;
  if (bit !== undefined && at < made.length) made[at] = (made[at] as number) ^ (1 << (bit & 7));
  if (forged !== undefined && made[SEGMENT - 11] === PROTOCOL_TCP) forge(made, forged);
  return new Array<Uint8Array>(copies).fill(made);
}

function forge(frame: Uint8Array, { at, by }: { readonly at: number; readonly by: number }): void {
  const p = asPacket(frame);
  frame[SEGMENT + at] = (frame[SEGMENT + at] as number) ^ by;
  p.view.setUint16(SEGMENT + 16, 0);
  const end = 14 + p.view.getUint16(16);
  const pseudoHeader = sum(p, SEGMENT - 8, SEGMENT) + PROTOCOL_TCP + end - SEGMENT;
  p.view.setUint16(SEGMENT + 16, checksum(p, SEGMENT, end, pseudoHeader));
}

const step = fc.record({
  write: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9000 })),
  read: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 })),
  answer: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3000 })),
  close: fc.nat(60).map((n) => n === 0),
  end: fc.nat(30).map((n) => n === 0),
  damage: fc.array(damage, { minLength: 1, maxLength: 5 }),
});

const settings = fc.record({
  timestamps: fc.boolean(),
  sack: fc.boolean(),
  receiveBuffer: fc.constantFrom(2000, 16_384, 262_144),
});

describe('the short way up', () => {
  it('gives the same frames, counts and octets as the ordinary one, whatever happens to frames', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 40, size: 'max' }), (tcp, steps) => {
        const twins = new Twins(tcp);
        for (const { write, read, answer, close, end, damage: what } of steps) {
          twins.write(write);
          if (end) twins.end();
          let frame = 0;
          twins.turn((octets) => damaged(octets, what[frame++ % what.length] as Damage));
          twins.read(read);
          twins.answer(answer);
          if (close) twins.both((c, now) => c.close(now));
        }
        twins.compare();
      }),
      { numRuns: 50 },
    );
  });

  it('is the way of a stream', () => {
    const taken = vi.spyOn(Express.prototype, 'handle');
    try {
      const twins = new Twins({});
      const before = taken.mock.results.length;
      for (let i = 0; i < 100; i++) {
        twins.write(5000);
        twins.turn((frame) => [frame]);
        twins.read(5000);
      }
      const ways = taken.mock.results.slice(before).map(({ value }) => value);
      expect(ways.length).toBeGreaterThan(200);
      expect(new Set(ways)).toEqual(new Set([true]));
    } finally {
      taken.mockRestore();
    }
  });

  it('is none for a source that is a broadcast now, though the address that makes it one is being asked for', () => {
    const twins = new Twins({});
    for (const server of twins.servers) {
      server.addAddress(0, prefix('192.0.2.1/30'), START, { detect: true });
    }
    twins.write(100);
    twins.turn((frame) => [frame]);
    twins.compare();
    expect(twins.servers[0].counters.ipv4.inAddrErrors).toBe(1);
  });

  it('is none to an address that was taken away', () => {
    const twins = new Twins({});
    for (const server of twins.servers) server.removeAddress(0, address('192.0.2.2'), START);
    twins.write(100);
    twins.turn((frame) => [frame]);
    twins.compare();
    expect(twins.servers[0].counters.ipv4.inAddrErrors).toBe(1);
  });
});
