import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, milliseconds, START, seconds } from '../../../base/time.ts';
import { address, UNSPECIFIED } from '../ipv4/address.ts';
import { ConflictDetector, type ConflictEvent, type Defence } from './conflict.ts';
import { type ArpPacket, OPERATION } from './header.ts';

const WANTED = address(0xc0000201);
const OTHER = address(0xc0000202);
const OUR_MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
const THEIR_MAC = Uint8Array.of(2, 0, 0, 0, 0, 2);

const request = (
  senderProtocol: number,
  targetProtocol = WANTED,
  senderHardware = OUR_MAC,
): ArpPacket => ({
  operation: OPERATION.request,
  senderHardware,
  senderProtocol: address(senderProtocol),
  targetHardware: new Uint8Array(6),
  targetProtocol,
});
const PROBE = request(UNSPECIFIED);
const ANNOUNCEMENT = request(WANTED);
const theirs = (sender: number, target = WANTED) => request(sender, target, THEIR_MAC);

interface Options {
  defence?: Defence;
  conflicts?: number;
  seed?: number;
}

/** A detector in virtual time, and all that it sent, with the time. */
class Bench {
  readonly detector: ConflictDetector;
  readonly sent: { readonly at: Instant; readonly packet: ArpPacket }[] = [];
  readonly events: ConflictEvent[] = [];
  now: Instant = START;

  constructor({ defence = 'once', conflicts = 0, seed = 1 }: Options = {}) {
    const rng = seededRng(seed);
    this.detector = new ConflictDetector(WANTED, OUR_MAC, defence, conflicts, rng, START);
  }

  wait_s(delay: number): this {
    const end = after(this.now, milliseconds(delay * 1000));
    for (let due = this.detector.pollTimeout(); due !== undefined && due <= end; ) {
      this.now = due;
      this.detector.handleTimeout(due);
      this.#collect();
      due = this.detector.pollTimeout();
    }
    this.now = end;
    return this;
  }

  hear(packet: ArpPacket): this {
    this.detector.handlePacket(packet, this.now);
    this.#collect();
    return this;
  }

  #collect(): void {
    for (let one = this.detector.pollOutput(); one; one = this.detector.pollOutput()) {
      this.sent.push({ at: this.now, packet: one });
    }
    for (let one = this.detector.pollEvent(); one; one = this.detector.pollEvent()) {
      this.events.push(one);
    }
  }
}

const inUse = (options?: Options) => {
  const bench = new Bench(options).wait_s(20);
  bench.sent.length = 0;
  return bench;
};

describe('address conflict detection (RFC 5227)', () => {
  it('sends three probes and two announcements, at the times of §1.1', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const bench = new Bench({ seed }).wait_s(20);
        const { sent } = bench;
        expect(sent.map(({ packet }) => packet)).toEqual([
          PROBE,
          PROBE,
          PROBE,
          ANNOUNCEMENT,
          ANNOUNCEMENT,
        ]);
        expect(bench.events).toEqual(['claimed']);
        expect(bench.detector.state).toBe('DEFENDING');
        const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = sent.map(({ at }) => at);
        expect(first).toBeLessThanOrEqual(seconds(1));
        for (const gap of [second - first, third - second]) {
          expect(gap).toBeGreaterThanOrEqual(seconds(1));
          expect(gap).toBeLessThanOrEqual(seconds(2));
        }
        expect([fourth - third, fifth - fourth]).toEqual([seconds(2), seconds(2)]);
      }),
    );
  });

  it('draws its times from the seed', () => {
    const first = (seed: number) => new Bench({ seed }).wait_s(20).sent[0]?.at;
    expect(new Set(Array.from({ length: 20 }, (_, seed) => first(seed))).size).toBeGreaterThan(15);
  });

  it.each<[string, ArpPacket]>([
    ['a reply from who has the address', { ...theirs(WANTED), operation: OPERATION.reply }],
    ['a request from who has the address', theirs(WANTED, OTHER)],
    ['a probe of another who wants it', theirs(UNSPECIFIED)],
  ])('gives up while it probes at %s', (_name, packet) => {
    for (const delay of [0, 1.5, 5]) {
      const bench = new Bench().wait_s(delay).hear(packet);
      const before = bench.sent.length;
      bench.wait_s(60);
      expect(bench.events).toEqual(['conflict']);
      expect(bench.sent.length).toBe(before);
      expect(bench.detector.state).toBe('REFUSED');
    }
  });

  it.each<[string, ArpPacket]>([
    ['its own probe, come back from a hub', PROBE],
    ['a request for the address', theirs(OTHER)],
    ['a probe for another address', theirs(UNSPECIFIED, OTHER)],
    ['what others say to each other', theirs(OTHER, address(0xc0000203))],
  ])('is not put off by %s', (_name, packet) => {
    const bench = new Bench().wait_s(1.5).hear(packet).wait_s(20);
    expect(bench.events).toEqual(['claimed']);
  });

  it('waits a minute after ten conflicts (MAX_CONFLICTS)', () => {
    expect(new Bench({ conflicts: 9 }).wait_s(1).sent.length).toBe(1);
    const slow = new Bench({ conflicts: 10 }).wait_s(59.9);
    expect(slow.sent).toEqual([]);
    expect(slow.wait_s(1.1).sent.length).toBe(1);
  });

  it('once in use, is not moved by a probe: the resolver answers that', () => {
    expect(inUse().hear(theirs(UNSPECIFIED)).wait_s(1).events).toEqual(['claimed']);
  });

  it('defends an address that was given untested, and sends nothing before', () => {
    const detector = new ConflictDetector(WANTED, OUR_MAC, 'once', 0, seededRng(1), undefined);
    expect([detector.state, detector.pollTimeout()]).toEqual(['DEFENDING', undefined]);
    expect(detector.pollOutput()).toBeUndefined();
    detector.handlePacket(theirs(UNSPECIFIED), START);
    expect(detector.pollOutput()).toBeUndefined();
    detector.handlePacket(theirs(WANTED), START);
    expect(detector.pollOutput()).toEqual(ANNOUNCEMENT);
    detector.handlePacket(theirs(WANTED), after(START, seconds(9)));
    expect(detector.pollEvent()).toBe('lost');
  });

  it('(a) gives the address up at once without a defence', () => {
    const bench = inUse({ defence: 'none' }).hear(theirs(WANTED));
    expect(bench.events).toEqual(['claimed', 'lost']);
    expect(bench.sent).toEqual([]);
  });

  it('(b) defends it once in ten seconds, and loses it at the second conflict', () => {
    const bench = inUse().hear(theirs(WANTED)).wait_s(10).hear(theirs(WANTED));
    expect(bench.sent.map(({ packet }) => packet)).toEqual([ANNOUNCEMENT, ANNOUNCEMENT]);
    expect(bench.wait_s(9.9).hear(theirs(WANTED)).events).toEqual(['claimed', 'lost']);
    expect(bench.hear(theirs(WANTED)).sent.length).toBe(2);
  });

  it('(c) defends it always, but sends no more than one in ten seconds', () => {
    const bench = inUse({ defence: 'always' });
    for (let i = 0; i < 50; i++) bench.hear(theirs(WANTED)).wait_s(0.5);
    expect(bench.events).toEqual(['claimed']);
    expect(bench.sent.map(({ at }) => (at - START) / seconds(1))).toEqual([20, 30, 40]);
  });
});
