import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Duration, microseconds, milliseconds, seconds } from '../../../base/time.ts';
import {
  afterSynTimeout,
  backOff,
  expectedSamples,
  newRtt,
  RTO_LINUX,
  RTO_RFC,
  type RtoLimits,
  type Rtt,
  restore,
  sample,
} from './rtt.ts';

const ms = milliseconds;

function measured(limits: RtoLimits, ...rtts: Duration[]): Rtt {
  const e = newRtt(limits);
  for (const rtt of rtts) sample(e, rtt, 1, limits);
  return e;
}

const backedOff = (times: number, limits: RtoLimits): Rtt => {
  const e = newRtt(limits);
  for (let i = 0; i < times; i++) backOff(e, limits);
  return e;
};

describe('retransmission timeout (RFC 6298)', () => {
  it.each<[string, Rtt, Partial<Rtt>]>([
    ['§2.1 starts at one second', newRtt(RTO_RFC), { srtt: 0 as Duration, rto: seconds(1) }],
    [
      '§2.2 takes SRTT and RTTVAR from the first sample',
      measured(RTO_RFC, ms(400)),
      { srtt: ms(400), rttvar: ms(200), rto: ms(1200) },
    ],
    [
      '§2.3 smooths later samples',
      measured(RTO_RFC, ms(400), ms(800)),
      { srtt: ms(450), rttvar: ms(250), rto: ms(1450) },
    ],
    [
      '§2.3 smooths shorter ones as well',
      measured(RTO_RFC, ms(800), ms(400)),
      { srtt: ms(750), rttvar: ms(400), rto: ms(2350) },
    ],
    ['§2.3 is a tick longer than SRTT at least', steady(RTO_RFC, seconds(3)), { rto: ms(3001) }],
    ['§2.4 rounds up to one second', measured(RTO_RFC, ms(10)), { rto: seconds(1) }],
    ['§2.4 rounds up to less if told so', measured(RTO_LINUX, ms(1)), { rto: ms(201) }],
    ['keeps 200 ms off SRTT if told so', steady(RTO_LINUX, ms(190)), { rto: ms(390) }],
    ['§2.5 does not go beyond a minute', measured(RTO_RFC, seconds(59)), { rto: seconds(60) }],
    ['§5.5 doubles', backedOff(3, RTO_RFC), { rto: seconds(8) }],
    ['§5.5 stops doubling at a minute', backedOff(7, RTO_RFC), { rto: seconds(60) }],
    ['takes nothing for a microsecond', measured(RTO_RFC, 0 as Duration), { srtt: 1 as Duration }],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toMatchObject(expected);
  });

  function steady(limits: RtoLimits, rtt: Duration): Rtt {
    return measured(limits, ...new Array<Duration>(100).fill(rtt));
  }

  it('§5 collapses with the next measurement, or when the timeout proves false', () => {
    const e = measured(RTO_RFC, ms(400));
    backOff(e, RTO_RFC);
    expect(e.rto).toBe(ms(2400));
    restore(e, RTO_RFC);
    expect(e.rto).toBe(ms(1200));
    backOff(e, RTO_RFC);
    sample(e, ms(400), 1, RTO_RFC);
    expect(e.rto).toBe(ms(1000));
    const unmeasured = backedOff(2, RTO_RFC);
    restore(unmeasured, RTO_RFC);
    expect(unmeasured.rto).toBe(seconds(1));
  });

  it('§5.7 has three seconds for data when the SYN was lost', () => {
    const e = newRtt(RTO_RFC);
    afterSynTimeout(e);
    expect(e.rto).toBe(seconds(3));
    const longer = backedOff(3, RTO_RFC);
    afterSynTimeout(longer);
    expect(longer.rto).toBe(seconds(8));
  });

  it.each([
    ['no more than one for one segment', 1000, 1],
    ['one for two', 2000, 1],
    ['two for three', 3000, 2],
    ['fifty for a hundred', 100_000, 50],
    ['one for nothing', 0, 1],
  ])('expects samples of a flight, %s (RFC 7323 appendix G)', (_name, flight, samples) => {
    expect(expectedSamples(flight, 1000)).toBe(samples);
  });

  it('is as far after a round trip of many samples as after one of one', () => {
    const one = measured(RTO_RFC, ms(100));
    const many = measured(RTO_RFC, ms(100));
    sample(one, ms(200), 1, RTO_RFC);
    for (let i = 0; i < 50; i++) sample(many, ms(200), 50, RTO_RFC);
    expect(one.srtt).toBe(microseconds(112_500));
    expect(many.srtt).toBeGreaterThan(ms(111));
    expect(many.srtt).toBeLessThan(ms(113));
  });

  it('reaches a steady round-trip time to the microsecond, however small the gain', () => {
    const e = measured(RTO_RFC, ms(100));
    for (let i = 0; i < 20_000; i++) sample(e, microseconds(99_950), 100, RTO_RFC);
    expect(e).toMatchObject({ srtt: microseconds(99_950), rttvar: 0 });
  });

  it('stays within a step of the averages in real numbers', () => {
    const rtts = fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(rtts, fc.constantFrom(1, 2, 10), (samples, n) => {
        const e = newRtt(RTO_RFC);
        let srtt = 0;
        let rttvar = 0;
        samples.forEach((r, i) => {
          sample(e, r as Duration, n, RTO_RFC);
          if (i === 0) [srtt, rttvar] = [r, r / 2];
          else {
            rttvar += (Math.abs(srtt - r) - rttvar) / (4 * n);
            srtt += (r - srtt) / (8 * n);
          }
        });
        // Each step is off by less than one, and what it was off before by a gain less.
        expect(Math.abs(e.srtt - srtt)).toBeLessThanOrEqual(8 * n);
        expect(Math.abs(e.rttvar - rttvar)).toBeLessThanOrEqual(4 * n + 8 * n + 1);
        expect(Number.isInteger(e.srtt) && Number.isInteger(e.rttvar)).toBe(true);
        expect(e.rto).toBeGreaterThanOrEqual(RTO_RFC.min);
        expect(e.rto).toBeLessThanOrEqual(RTO_RFC.max);
      }),
    );
  });
});
