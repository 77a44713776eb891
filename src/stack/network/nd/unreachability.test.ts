import { describe, expect, it } from 'vitest';
import { milliseconds, seconds } from '../../../base/time.ts';
import {
  advertisement,
  Bench,
  deliver,
  LOST,
  PEER,
  PEER_MAC,
  request,
  routerAdvertisement,
} from './test-bench.ts';

describe('unreachability detection (RFC 4861 §7.3)', () => {
  it('is REACHABLE for half to one and a half times 30 s, as the seed wills', () => {
    const last = (seed: number) => {
      const bench = new Bench(seed).knowing();
      let s = 0;
      while (bench.state() === 'REACHABLE') s = bench.wait_ms(1000).now / seconds(1);
      return s;
    };
    const times = Array.from({ length: 40 }, (_, seed) => last(seed));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(15);
    expect(Math.max(...times)).toBeLessThanOrEqual(46);
    expect(new Set(times).size).toBeGreaterThan(15);
  });

  it('uses a STALE address, and probes by unicast five seconds after the first use', () => {
    const bench = new Bench().stale().send(PEER, 'A').send(PEER, 'B');
    expect(bench.outputs()).toEqual([deliver('A'), deliver('B')]);
    expect(bench.state()).toBe('DELAY');
    expect(bench.wait_ms(4999).outputs()).toEqual([]);
    expect(bench.wait_ms(1).outputs()).toEqual([request(PEER, PEER_MAC)]);
    expect(bench.state()).toBe('PROBE');
    expect(bench.send(PEER, 'C').outputs()).toEqual([deliver('C')]);
  });

  it('gives up after three probes, and asks all again', () => {
    const bench = new Bench().stale().send(PEER, 'A').wait_ms(5000).wait_ms(2999);
    const probe = request(PEER, PEER_MAC);
    expect(bench.outputs()).toEqual([deliver('A'), probe, probe, probe]);
    expect(bench.wait_ms(1).outputs()).toEqual([LOST]);
    expect(bench.resolver.isReachable(PEER)).toBe(false);
    expect(bench.send(PEER, 'B').outputs()).toEqual([request(PEER)]);
  });

  it.each<[string, number]>([
    ['STALE', 0],
    ['DELAY', 1000],
    ['PROBE', 6000],
  ])('does not probe what a layer above knows to answer: %s', (state, delay) => {
    const bench = new Bench().stale();
    if (delay > 0) bench.send(PEER, 'A').wait_ms(delay);
    expect(bench.state()).toBe(state);
    bench.outputs();
    bench.resolver.confirm(PEER, bench.now);
    expect(bench.state()).toBe('REACHABLE');
    expect(bench.wait_ms(14_000).send(PEER, 'B').wait_ms(0).outputs()).toEqual([deliver('B')]);
    expect(bench.resolver.pollTimeout()).toBeUndefined();
  });

  it('is begun for what a layer above doubts, when it is used next (RFC 1122 §3.3.1.4)', () => {
    const bench = new Bench().knowing();
    bench.resolver.doubt(PEER, bench.now);
    expect(bench.state()).toBe('STALE');
    expect(bench.wait_ms(9000).outputs()).toEqual([]);
    expect(bench.send(PEER, 'A').outputs()).toEqual([deliver('A')]);
    bench.resolver.doubt(PEER, bench.now);
    expect(bench.state()).toBe('DELAY');
    expect(bench.wait_ms(5000).outputs()).toEqual([request(PEER, PEER_MAC)]);
  });

  it('sends nothing for an address that nobody uses, however old it is', () => {
    expect(new Bench().knowing().wait_ms(600_000).outputs()).toEqual([]);
  });

  it('takes ReachableTime and RetransTimer from routers, within limits (§6.3.4)', () => {
    const bench = new Bench().knowing();
    bench.hear(routerAdvertisement({ reachableTime_ms: 2000, retransTimer_ms: 250 }));
    expect(bench.resolver.retransmit).toBe(milliseconds(250));
    bench.send(PEER, 'A').hear(advertisement()).wait_ms(3000);
    expect(bench.state()).toBe('STALE');
    bench.hear(routerAdvertisement({ retransTimer_ms: 1 }));
    expect(bench.resolver.retransmit).toBe(milliseconds(100));
    bench.hear(routerAdvertisement({ retransTimer_ms: 0xffff_ffff }));
    expect(bench.resolver.retransmit).toBe(seconds(60));
  });
});
