import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, milliseconds, START, seconds } from '../../../base/time.ts';
import type { RouterAdvertisement } from './message.ts';
import { type AdvertisementIntervals, RouterAdvertiser } from './router-advertiser.ts';

const MESSAGE: RouterAdvertisement = {
  kind: 'router advertisement',
  currentHopLimit: 64,
  managed: false,
  otherConfiguration: false,
  preference: 'medium',
  lifetime_s: 1800,
  reachableTime_ms: 0,
  retransTimer_ms: 0,
  options: [],
};

class Bench {
  readonly advertiser: RouterAdvertiser;
  readonly sent: { readonly at_s: number; readonly message: RouterAdvertisement }[] = [];
  now: Instant = START;

  constructor(seed = 1, intervals?: AdvertisementIntervals) {
    this.advertiser = new RouterAdvertiser(MESSAGE, seededRng(seed), intervals);
  }

  wait_s(delay: number): this {
    const end = after(this.now, milliseconds(delay * 1000));
    for (let due = this.advertiser.pollTimeout(); due !== undefined && due <= end; ) {
      this.now = due;
      this.advertiser.handleTimeout(due);
      this.#collect();
      due = this.advertiser.pollTimeout();
    }
    this.now = end;
    return this;
  }

  go(command: 'start' | 'stop' | 'handleSolicitation'): this {
    this.advertiser[command](this.now);
    this.#collect();
    return this;
  }

  get times(): number[] {
    return this.sent.map(({ at_s }) => at_s);
  }

  get gaps(): number[] {
    return this.times.slice(1).map((at, i) => at - (this.times[i] ?? 0));
  }

  #collect(): void {
    for (let m = this.advertiser.pollOutput(); m; m = this.advertiser.pollOutput()) {
      this.sent.push({ at_s: this.now / seconds(1), message: m });
    }
  }
}

describe('router advertiser (RFC 4861 §6.2)', () => {
  it('hastens with the first three, then takes its interval', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { times, gaps } = new Bench(seed).go('start').wait_s(6000);
        expect(times[0]).toBeLessThanOrEqual(0.5);
        expect(gaps.slice(0, 2)).toEqual([16, 16].map((s) => expect.closeTo(s, 5)));
        for (const gap of gaps.slice(2)) {
          expect(gap).toBeGreaterThanOrEqual(200);
          expect(gap).toBeLessThanOrEqual(600);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('keeps to a short interval from the first on', () => {
    const intervals = { min: seconds(3), max: seconds(4) };
    const { gaps } = new Bench(1, intervals).go('start').wait_s(100);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4);
  });

  it('answers a solicitation within half a second, and begins its interval anew', () => {
    const bench = new Bench().go('start').wait_s(100);
    bench.go('handleSolicitation').wait_s(0.5);
    expect(bench.times.at(-1)).toBeGreaterThanOrEqual(100);
    const count = bench.sent.length;
    expect(bench.wait_s(199).sent.length).toBe(count);
  });

  it('answers a crowd of solicitations with one advertisement in three seconds', () => {
    const bench = new Bench().go('start').wait_s(100);
    for (let i = 0; i < 300; i++) bench.go('handleSolicitation').wait_s(0.1);
    const answers = bench.times.filter((at) => at >= 100);
    expect(answers.length).toBeGreaterThanOrEqual(8);
    expect(Math.min(...bench.gaps)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...bench.gaps.slice(-answers.length + 1))).toBeLessThanOrEqual(3.7);
  });

  it('says three times that it ceases, and no more', () => {
    const bench = new Bench().go('start').wait_s(100);
    const before = bench.sent.length;
    bench.go('stop').go('handleSolicitation').wait_s(0);
    const last = bench.wait_s(10_000).sent.slice(before);
    expect(last.map(({ message }) => message.lifetime_s)).toEqual([0, 0, 0]);
    expect(last.map(({ at_s }) => at_s)).toEqual([100, 103, 106]);
    expect([bench.advertiser.state, bench.advertiser.pollTimeout()]).toEqual(['SILENT', undefined]);
  });

  it('tells what changed at the pace of the start', () => {
    const bench = new Bench().go('start').wait_s(1000);
    const before = bench.sent.length;
    bench.advertiser.update({ ...MESSAGE, currentHopLimit: 32 }, bench.now);
    const fresh = bench.wait_s(40).sent.slice(before);
    expect(fresh.map(({ message }) => message.currentHopLimit)).toEqual([32, 32, 32]);
  });

  it('sends nothing before it is started', () => {
    const bench = new Bench().go('handleSolicitation').go('stop').wait_s(1000);
    bench.advertiser.update(MESSAGE, bench.now);
    expect(bench.wait_s(1000).sent).toEqual([]);
  });

  it('never sends two within three seconds, whatever happens', () => {
    const step = fc.oneof(
      fc.constantFrom('start' as const, 'stop' as const, 'handleSolicitation' as const),
      fc.integer({ min: 0, max: 20_000 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const bench = new Bench();
        for (const one of steps) {
          if (typeof one === 'number') bench.wait_s(one / 1000);
          else bench.go(one);
        }
        expect(Math.min(3, ...bench.gaps)).toBeGreaterThanOrEqual(3 - 1e-6);
      }),
    );
  });

  it.each<[string, number, number]>([
    ['a maximum below 4 s', 3, 3.9],
    ['a maximum above half an hour', 3, 1801],
    ['a minimum below 3 s', 2, 10],
    ['a minimum near the maximum', 8, 10],
  ])('refuses %s', (_name, min, max) => {
    expect(() => new Bench(1, { min: seconds(min), max: seconds(max) })).toThrow();
  });
});
