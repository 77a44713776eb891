import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../base/time.ts';
import { Flight, MARK, NONE } from './flight.ts';
import { add, distance, type Seq, seq } from './seq.ts';

interface Entry {
  start: number;
  end: number;
  sentAt: number;
  sacked: boolean;
  lost: boolean;
  again: boolean;
  ever: boolean;
}

/** A least round trip that every retransmission is older than. */
const ANY = 0;

const sum = (entries: readonly Entry[]): number =>
  entries.reduce((octets, e) => octets + e.end - e.start, 0);

/** The same without a ring, without hints and without sums: everything is looked for when it is asked. */
class Model {
  entries: Entry[] = [];
  delivered = 0;
  measuredFrom = -1;
  ambiguous = false;
  newlyLost = 0;
  rackSentAt = 0;
  last = 0;
  rackRtt = 0;

  /** Of what leaves in the same microsecond each is a little later than the one before. */
  stamp(now: number): number {
    this.last = now > this.last ? now : this.last + 1 / 1024;
    return this.last;
  }

  begin(): void {
    this.delivered = 0;
    this.measuredFrom = -1;
    this.ambiguous = false;
    this.newlyLost = 0;
  }

  deliver(e: Entry, octets: number, now: number, minRtt: number): void {
    this.delivered += octets;
    // Karn: nothing is measured by what may be of either transmission.
    this.ambiguous ||= e.ever;
    const earlier = this.measuredFrom < 0 || e.sentAt < this.measuredFrom;
    if (this.ambiguous) this.measuredFrom = -1;
    else if (earlier) this.measuredFrom = Math.floor(e.sentAt);
    if (e.ever && now - e.sentAt < minRtt) return;
    this.rackRtt = now - Math.floor(e.sentAt);
    this.rackSentAt = Math.max(this.rackSentAt, e.sentAt);
  }

  acknowledge(una: number, now: number, minRtt: number): void {
    for (const e of this.entries) {
      const octets = Math.min(e.end, una) - e.start;
      if (octets > 0 && !e.sacked) this.deliver(e, octets, now, minRtt);
      if (octets > 0) e.start = Math.min(e.end, una);
    }
    this.entries = this.entries.filter((e) => e.start < e.end);
  }

  sack(left: number, right: number, now: number, minRtt: number): void {
    for (const e of this.entries) {
      if (e.sacked || e.start < left || e.end > right) continue;
      this.deliver(e, e.end - e.start, now, minRtt);
      Object.assign(e, { sacked: true, lost: false, again: false });
    }
  }

  lose(e: Entry): void {
    this.newlyLost += e.end - e.start;
    e.lost = true;
    e.again = false;
  }

  loseBelowSacked(threshold: number): void {
    for (const [i, e] of this.entries.entries()) {
      const above = sum(this.entries.slice(i + 1).filter(({ sacked }) => sacked));
      if (above >= threshold && !e.sacked && !e.lost) this.lose(e);
    }
  }

  /** RFC 8985 §6.2 step 5, of every segment. */
  detectLoss(reorderingWindow: number, now: number): number {
    let timeout = 0;
    for (const e of this.entries) {
      if (e.sacked || (e.lost && !e.again)) continue;
      if (e.sentAt >= this.rackSentAt) continue;
      const remaining = Math.floor(e.sentAt) + this.rackRtt + reorderingWindow - now;
      if (remaining <= 0) this.lose(e);
      else timeout = Math.max(timeout, remaining);
    }
    return timeout;
  }

  get nextLost(): number {
    const i = this.entries.findIndex((e) => e.lost && !e.again);
    return i < 0 ? NONE : i;
  }
}

/** A number from 0 to 1; a double of fast-check's would be near 0 nearly always. */
const share = fc.nat(100).map((n) => n / 100);
const steps = fc.array(
  fc.record({
    what: fc.constantFrom(
      'push',
      'push',
      'push',
      'acknowledge',
      'sack',
      'sack',
      'loseAll',
      'loseFirst',
      'loseBelowSacked',
      'loseLargerThan',
      'detectLoss',
      'retransmit',
      'retransmit',
      'retransmitLast',
      'split',
      'forgive',
      'forgetSacks',
    ),
    a: share,
    b: share,
    length: fc.integer({ min: 1, max: 10 }),
    pause: fc.nat(3),
    minRtt: fc.constantFrom(0, 4),
  }),
  { maxLength: 60, size: 'max' },
);

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

class Bench {
  readonly flight = new Flight();
  readonly model = new Model();
  readonly origin: Seq;
  una = 0;
  nxt = 0;
  now = 1;

  constructor(origin: Seq) {
    this.origin = origin;
  }

  at(offset: number): Seq {
    return add(this.origin, offset);
  }

  /** What a sender may do: only in flight is there something to acknowledge, only what is lost is sent again. */
  do({ what, a, b, length, pause, minRtt }: Step): void {
    this.now += pause;
    const { flight, model } = this;
    const now = this.now as Instant;
    flight.begin();
    model.begin();
    const width = this.nxt - this.una;
    const left = this.una + Math.floor(a * width);
    const right = left + Math.ceil(b * (this.nxt - left));
    switch (what) {
      case 'push':
        for (let i = 0; i < 1 + Math.floor(a * 3); i++) this.#push(length);
        break;
      case 'acknowledge':
        flight.acknowledge(this.at(left), now, minRtt);
        model.acknowledge(left, now, minRtt);
        this.una = left;
        break;
      case 'sack':
        flight.acknowledgeSelectively(this.at(left), this.at(right), now, minRtt);
        model.sack(left, right, now, minRtt);
        break;
      case 'detectLoss':
        expect(flight.detectLoss(pause, now)).toBe(model.detectLoss(pause, now));
        break;
      case 'retransmit':
      case 'retransmitLast':
      case 'split':
        this.#again(what, a);
        break;
      default:
        this.#mark(what, length);
    }
  }

  #push(length: number): void {
    const { nxt, now } = this;
    this.nxt += length;
    this.flight.push(this.at(nxt), this.at(this.nxt), now as Instant);
    const fresh = { sacked: false, lost: false, again: false, ever: false };
    const sentAt = this.model.stamp(now);
    this.model.entries.push({ start: nxt, end: this.nxt, sentAt, ...fresh });
  }

  #again(what: string, a: number): void {
    const { flight, model, now } = this;
    const lost = flight.nextLost();
    expect(lost).toBe(model.nextLost);
    const i = what === 'retransmitLast' ? model.entries.length - 1 : lost;
    const e = model.entries[i];
    if (e === undefined || e.sacked) return;
    if (what !== 'split') {
      flight.retransmit(i, now as Instant);
      e.ever = true;
      e.again = e.lost;
      e.sentAt = model.stamp(now);
    } else if (e.end - e.start > 1) {
      const octets = 1 + Math.floor(a * (e.end - e.start - 2));
      flight.split(i, octets);
      const behind = { ...e, start: e.start + octets };
      e.end = behind.start;
      model.entries.splice(i + 1, 0, behind);
    }
  }

  #mark(what: string, length: number): void {
    const { flight, model } = this;
    const { entries } = model;
    const lose = (which: readonly Entry[]): void => {
      for (const e of which) if (!e.sacked) model.lose(e);
    };
    const marks: Record<string, () => void> = {
      loseAll: () => {
        flight.loseAll();
        lose(entries);
      },
      loseFirst: () => {
        flight.loseFirst();
        lose(entries.slice(0, 1));
      },
      loseBelowSacked: () => {
        flight.loseBelowSacked(length);
        model.loseBelowSacked(length);
      },
      loseLargerThan: () => {
        flight.loseLargerThan(length);
        lose(entries.filter((e) => e.end - e.start > length));
      },
      forgive: () => {
        flight.forgive();
        for (const e of entries) Object.assign(e, { lost: false, again: false });
      },
      forgetSacks: () => {
        flight.forgetSacks();
        for (const e of entries) e.sacked = false;
      },
    };
    marks[what]?.();
  }

  /** Everything that can be asked of a flight. */
  get seen(): unknown {
    const { flight } = this;
    return {
      count: flight.count,
      sacked: flight.sacked,
      lost: flight.lost,
      retransmitted: flight.retransmitted,
      sackedSegments: flight.sackedSegments,
      delivered: flight.delivered,
      measuredFrom: flight.measuredFrom,
      newlyLost: flight.newlyLost,
      rackSentAt: flight.rackSentAt,
      rackRtt: flight.rackRtt,
      nextLost: flight.nextLost(),
      entries: Array.from({ length: flight.count }, (_, i) => ({
        start: distance(flight.start(i), this.origin),
        end: distance(flight.end(i), this.origin),
        sentAt: flight.sentAt(i),
        sacked: flight.has(i, MARK.sacked),
        lost: flight.has(i, MARK.lost),
        again: flight.has(i, MARK.retransmitted),
        ever: flight.has(i, MARK.ever),
      })),
    };
  }

  get expected(): unknown {
    const { model } = this;
    const { entries, delivered, measuredFrom, newlyLost, rackSentAt, rackRtt, nextLost } = model;
    return {
      count: entries.length,
      sacked: sum(entries.filter(({ sacked }) => sacked)),
      lost: sum(entries.filter(({ lost }) => lost)),
      retransmitted: sum(entries.filter(({ again }) => again)),
      sackedSegments: entries.filter(({ sacked }) => sacked).length,
      delivered,
      measuredFrom,
      newlyLost,
      rackSentAt,
      rackRtt,
      nextLost,
      entries: entries.map((e) => ({ ...e, sentAt: Math.floor(e.sentAt) })),
    };
  }
}

describe('the segments in flight', () => {
  it.each([
    ['anywhere', seq(5000)],
    ['across the wrap', seq(0xffff_ffc0)],
    ['across the sign', seq(0x7fff_ffc0)],
  ])('are as a slow list has them, %s', (_name, origin) => {
    fc.assert(
      fc.property(steps, (all) => {
        const bench = new Bench(origin);
        for (const step of all) {
          bench.do(step);
          expect(bench.seen).toEqual(bench.expected);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('touch one another and cover what is in flight', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const bench = new Bench(seq(0));
        const { flight } = bench;
        for (const step of all) {
          bench.do(step);
          if (flight.count === 0) continue;
          expect(flight.start(0)).toBe(bench.una);
          expect(flight.end(flight.count - 1)).toBe(bench.nxt);
          for (let i = 1; i < flight.count; i++) expect(flight.start(i)).toBe(flight.end(i - 1));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('has none of what it was used for before', () => {
    const used = new Flight();
    for (let i = 0; i < 20; i++) used.push(seq(i), seq(i + 1), i as Instant);
    used.acknowledgeSelectively(seq(3), seq(9), 30 as Instant, ANY);
    used.loseAll();
    used.retransmit(used.nextLost(), 31 as Instant);
    used.reset();
    const first = [used.count, used.sacked, used.lost, used.retransmitted, used.nextLost()];
    expect(first).toEqual([0, 0, 0, 0, NONE]);
    used.push(seq(100), seq(101), 40 as Instant);
    expect([used.has(0, MARK.lost | MARK.sacked | MARK.ever), used.rackSentAt]).toEqual([false, 0]);
  });

  it('tells when the path reorders: what was sent once arrives below what arrived before', () => {
    const flight = new Flight();
    for (let i = 0; i < 3; i++) flight.push(seq(i), seq(i + 1), (i + 1) as Instant);
    flight.acknowledgeSelectively(seq(2), seq(3), 10 as Instant, ANY);
    expect(flight.reordered).toBe(false);
    flight.acknowledgeSelectively(seq(1), seq(2), 11 as Instant, ANY);
    expect(flight.reordered).toBe(true);
  });
});
