import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Level, Wire, type WireEnd } from './wire.ts';

const levels = (end: WireEnd, from: number, to: number): string => {
  let text = '';
  for (let at = from; at < to; at++) text += end.level(at);
  return text;
};

describe('a wire', () => {
  it('rests where its resistor holds it, and a pin pulls more than that', () => {
    const wire = new Wire({ seed: 1 });
    const end = wire.attach();
    expect(end.level(0)).toBe(0);
    end.pull = 1;
    expect(end.level(0)).toBe(1);
    expect(new Wire({ seed: 1, rest: 1 }).attach().level(0)).toBe(1);
  });

  it('shows an end its own level at once, and the others after the delay', () => {
    const wire = new Wire({ seed: 1, delay: 3 });
    const [own, other] = [wire.attach(), wire.attach()];
    own.listensSince = 0;
    own.drive(1, 2);
    own.drive(0, 6);
    expect(levels(own, 0, 10)).toBe('0011110000');
    expect(levels(other, 0, 10)).toBe('0000011110');
    expect(other.nextChange(0)).toBe(5);
    expect(other.nextChange(5)).toBe(9);
    expect(other.nextChange(9)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is low when any of several open drains pulls low', () => {
    const wire = new Wire({ seed: 1, delay: 0, rest: 1 });
    const [a, b] = [wire.attach(), wire.attach()];
    a.drive(0, 1);
    b.drive(0, 2);
    a.drive(undefined, 3);
    b.drive(undefined, 5);
    expect(levels(a, 0, 7)).toBe('1000011');
    expect(wire.conflicts).toBe(0);
  });

  it('counts when push-pull outputs are against each other', () => {
    const wire = new Wire({ seed: 1, delay: 0 });
    const [a, b] = [wire.attach(), wire.attach()];
    a.drive(1, 0);
    b.drive(0, 0);
    expect(a.level(1)).toBe(0);
    expect(wire.conflicts).toBe(1);
  });

  it('takes back what was still to come', () => {
    const wire = new Wire({ seed: 1, delay: 0 });
    const end = wire.attach();
    for (let at = 0; at < 8; at += 2) end.drive(((at / 2) % 2) as Level, at);
    end.cut(3);
    expect(levels(end, 0, 8)).toBe('00111111');
  });

  it('tells the others that it has changed', () => {
    const wire = new Wire({ seed: 1 });
    const [a, b] = [wire.attach(), wire.attach()];
    let told = 0;
    b.onChange = () => {
      told += 1;
    };
    a.drive(1, 0);
    a.drive(1, 5);
    expect(told).toBe(1);
  });

  it('moves transitions by about its jitter, and never out of order', () => {
    const wire = new Wire({ seed: 7, jitter: 10 });
    const end = wire.attach();
    end.listensSince = 0;
    const off: number[] = [];
    for (let i = 0; i < 2000; i++) {
      end.drive((i % 2) as Level, 1000 * i);
      off.push(end.transitionAfter(1000 * i - 500) - 1000 * i);
    }
    const mean = off.reduce((sum, x) => sum + x, 0) / off.length;
    const deviation = Math.sqrt(off.reduce((sum, x) => sum + (x - mean) ** 2, 0) / off.length);
    expect(Math.abs(mean)).toBeLessThan(1);
    expect(deviation).toBeGreaterThan(9);
    expect(deviation).toBeLessThan(11);
    expect(Math.max(...off.map(Math.abs))).toBeLessThanOrEqual(40);
  });

  it('flips as many samples as it is told to', () => {
    const wire = new Wire({ seed: 3, flip: 0.1 });
    const end = wire.attach();
    let flipped = 0;
    for (let at = 0; at < 10_000; at++) flipped += end.sample(at);
    expect(flipped).toBeGreaterThan(900);
    expect(flipped).toBeLessThan(1100);
  });

  it('has bursts in which half of the samples are wrong, and nothing between them', () => {
    const wire = new Wire({ seed: 3, burst: { probability: 0.001, length: 64 } });
    const end = wire.attach();
    const wrong: number[] = [];
    for (let at = 0; at < 100_000; at++) if (end.sample(at) === 1) wrong.push(at);
    const bursts = wrong.filter((at, i) => i === 0 || at - (wrong[i - 1] as number) > 64).length;
    expect(bursts).toBeGreaterThan(50);
    expect(wrong.length / bursts).toBeGreaterThan(25);
    expect(wrong.length / bursts).toBeLessThan(45);
  });

  it('gives an end the same chances whoever else is on the wire', () => {
    const samples = (others: number): number[] => {
      const wire = new Wire({ seed: 9, flip: 0.3 });
      const end = wire.attach();
      for (let i = 0; i < others; i++) wire.attach().sample(0);
      return Array.from({ length: 64 }, (_, at) => end.sample(at));
    };
    expect(samples(3)).toEqual(samples(0));
  });

  it('forgets what nobody can ask for any more, and nothing else', () => {
    const wire = new Wire({ seed: 1, delay: 0 });
    const [a, b] = [wire.attach(), wire.attach()];
    const wrong: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      b.listensSince = 10 * i - 300;
      a.drive((i % 2) as Level, 10 * i);
      const late = i > 40 && b.level(10 * i - 300) !== (i - 30) % 2;
      if (b.level(10 * i) !== i % 2 || late) wrong.push(i);
    }
    expect(wrong).toEqual([]);
  });

  it('equals a plain table of who drove what', () => {
    const step = fc.record({
      end: fc.nat(2),
      level: fc.constantFrom<Level | undefined>(0, 1, undefined),
      wait: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(5), (steps, delay) => {
        const wire = new Wire({ seed: 1, delay, rest: 1 });
        const ends = [wire.attach(), wire.attach(), wire.attach()];
        for (const end of ends) end.listensSince = 0;
        const driven: { end: number; level: Level | undefined; at: number }[] = [];
        let now = 0;
        for (const { end, level, wait } of steps) {
          now += wait;
          (ends[end] as WireEnd).drive(level, now);
          driven.push({ end, level, at: now });
        }
        const seen = (observer: number, at: number): Level => {
          const drives = [0, 1, 2].map((end) => {
            const limit = end === observer ? at : at - delay;
            return driven.filter((d) => d.end === end && d.at <= limit).at(-1)?.level;
          });
          return drives.includes(0) ? 0 : 1;
        };
        for (let at = 0; at <= now + delay; at++) {
          expect(ends.map((end) => end.level(at))).toEqual([0, 1, 2].map((i) => seen(i, at)));
        }
      }),
    );
  });
});
