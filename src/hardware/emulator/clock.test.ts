import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockDomain, VirtualClock } from './clock.ts';

describe('virtual clock', () => {
  it('fires alarms in order of time, and those of one time in the order in which they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }), (delays) => {
        const clock = new VirtualClock();
        const fired: [number, number][] = [];
        delays.forEach((delay, i) => {
          clock.createAlarm(() => fired.push([clock.nanos, i])).schedule(delay);
        });
        clock.advance(10);
        const expected = delays.map((delay, i): [number, number] => [delay, i]);
        expected.sort(([a, i], [b, j]) => a - b || i - j);
        expect(fired).toEqual(expected);
        expect(clock.nextDue).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('knows the next due time after an alarm was set anew or cancelled', () => {
    const clock = new VirtualClock(100);
    const one = clock.createAlarm(() => undefined);
    const two = clock.createAlarm(() => undefined);
    one.schedule(50);
    two.schedule(70);
    expect(clock.nextDue).toBe(150);
    one.schedule(90);
    expect(clock.nextDue).toBe(170);
    two.cancel();
    expect(clock.nextDue).toBe(190);
  });

  it('a silenced domain fires nothing, whatever its parts set afterwards', () => {
    const clock = new VirtualClock();
    const domain = new ClockDomain(clock);
    let fired = 0;
    const alarm = domain.createAlarm(() => {
      fired += 1;
    });
    alarm.schedule(5);
    domain.silence();
    alarm.schedule(6);
    clock.advance(10);
    expect(fired).toBe(0);
  });
});
