import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, START, seconds } from '../../../base/time.ts';
import { Times } from './times.ts';

const HOUR = seconds(3600);

describe('the times of an interface (RFC 4861 §6.3.2)', () => {
  it('draws ReachableTime anew when its base changes, and after hours, but not before', () => {
    const times = new Times(seededRng(1));
    const first = times.reachable;
    times.handleAdvertisement(0, 0, START);
    times.handleAdvertisement(0, 30_000, after(START, HOUR));
    expect(times.reachable).toBe(first);
    times.handleAdvertisement(0, 0, after(START, seconds(2 * 3600)));
    const second = times.reachable;
    expect(second).not.toBe(first);
    times.handleAdvertisement(0, 60_000, after(START, seconds(2 * 3600 + 1)));
    expect(times.reachable).not.toBe(second);
    expect(times.reachable).toBeGreaterThanOrEqual(seconds(30));
    expect(times.reachable).toBeLessThanOrEqual(seconds(90));
  });

  it.each<[string, number, number, number]>([
    ['a millisecond', 1, 0.5, 1.5],
    ['49 days', 0xffff_ffff, 1800, 5400],
  ])('lets nobody set ReachableTime to %s', (_name, told, least, most) => {
    const times = new Times(seededRng(2));
    times.handleAdvertisement(0, told, START);
    expect(times.reachable).toBeGreaterThanOrEqual(seconds(least));
    expect(times.reachable).toBeLessThanOrEqual(seconds(most));
  });
});
