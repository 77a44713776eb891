import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { RouterSolicitor } from './router-solicitor.ts';

/** When it solicits, in seconds, until `until`; something may happen on the way. */
function run(solicitor: RouterSolicitor, until: Instant): number[] {
  const times: number[] = [];
  for (let due = solicitor.pollTimeout(); due !== undefined && due <= until; ) {
    solicitor.handleTimeout(due);
    while (solicitor.pollOutput() !== undefined) times.push(due / seconds(1));
    due = solicitor.pollTimeout();
  }
  return times;
}

const started = (seed: number): RouterSolicitor => {
  const solicitor = new RouterSolicitor(seededRng(seed));
  solicitor.start(START);
  return solicitor;
};

describe('router solicitor (RFC 7559)', () => {
  it('waits twice as long each time, up to an hour, ten per cent more or less', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const times = run(started(seed), after(START, seconds(48 * 3600)));
        expect(times[0]).toBeLessThanOrEqual(1);
        const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
        expect(gaps.length).toBeGreaterThan(20);
        let before: number | undefined;
        for (const gap of gaps) {
          const least = before === undefined ? 3.6 : Math.min(before * 1.9, 3240);
          const doubled = before === undefined ? 4.4 : before * 2.1;
          const most = doubled < 3600 ? doubled : 3960;
          expect(gap).toBeGreaterThanOrEqual(least - 1e-5);
          expect(gap).toBeLessThanOrEqual(most + 1e-5);
          before = gap;
        }
      }),
      { numRuns: 20 },
    );
  });

  it('stops when a default router answers, and not when another router does', () => {
    const solicitor = started(1);
    run(solicitor, after(START, seconds(10)));
    solicitor.handleAdvertisement(0);
    expect(solicitor.pollTimeout()).toBeDefined();
    solicitor.handleAdvertisement(1800);
    expect([solicitor.pollTimeout(), solicitor.pollOutput()]).toEqual([undefined, undefined]);
  });

  it('begins anew when it is started again', () => {
    const solicitor = started(1);
    run(solicitor, after(START, seconds(1000)));
    const now = after(START, seconds(1000));
    solicitor.start(now);
    const [first = 0, second = 0] = run(solicitor, after(now, seconds(10)));
    expect(first).toBeLessThanOrEqual(1001);
    expect(second - first).toBeLessThan(4.5);
  });

  it('is silent before it is started', () => {
    expect(run(new RouterSolicitor(seededRng(1)), after(START, seconds(1e6)))).toEqual([]);
  });
});
