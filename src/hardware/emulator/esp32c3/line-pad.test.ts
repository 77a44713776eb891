import { describe, expect, it } from 'vitest';
import { Wire } from '../../../medium/wire.ts';
import { VirtualClock } from '../clock.ts';
import { LinePad, type PadState } from './line-pad.ts';

const GPIO: PadState = { level: 0, enabled: true, openDrain: false, ofI2s: false, inverted: false };
const I2S: PadState = { ...GPIO, ofI2s: true };

function bench() {
  const wire = new Wire({ seed: 1, delay: 0, rest: 0 });
  const end = wire.attach();
  const clock = new VirtualClock();
  const pad = new LinePad(end, clock);
  end.listensSince = 0;
  /** What the pad drives at each bit's middle, `z` where it lets go. */
  const seen = (from: number, count: number): string =>
    Array.from({ length: count }, (_, i) => end.drivenAt(from + 100 * i + 50) ?? 'z').join('');
  return { pad, clock, seen };
}

describe('the pad of the sending pin', () => {
  it('follows GPIO, and drives only where it is enabled', () => {
    const { pad, clock, seen } = bench();
    pad.set({ ...GPIO, level: 1, enabled: false });
    clock.advance(100);
    pad.set({ ...GPIO, level: 1 });
    clock.advance(200);
    pad.set(GPIO);
    expect(seen(0, 4)).toBe('z100');
  });

  it('lets go for a 1 on open drain, of GPIO and of I2S', () => {
    const { pad, clock, seen } = bench();
    pad.set({ ...GPIO, level: 1, openDrain: true });
    clock.advance(100);
    pad.set({ ...I2S, openDrain: true });
    pad.shift(0x5000_0000, 100, 100);
    expect(seen(0, 6)).toBe('z0z0z0');
  });

  it('has the bits of a word one after the other, and the other way round where that is asked', () => {
    const { pad, seen } = bench();
    pad.set(I2S);
    pad.shift(0xb000_0000, 0, 100);
    expect(seen(0, 5)).toBe('10110');
    pad.set({ ...I2S, inverted: true });
    expect(seen(0, 5)).toBe('01001');
  });

  it('takes back what I2S was to send when it becomes GPIO’s, and goes on in the middle of a word', () => {
    const { pad, clock, seen } = bench();
    pad.set(I2S);
    pad.shift(0xffff_ffff, 0, 100);
    clock.advance(300);
    pad.set(GPIO);
    expect(seen(0, 5)).toBe('11100');
    clock.advance(600);
    pad.set(I2S);
    expect(seen(0, 9)).toBe('111000111');
  });

  it('is at 0 before the first word and when the transmitter stops', () => {
    const { pad, clock, seen } = bench();
    pad.set({ ...I2S, inverted: true });
    clock.advance(100);
    pad.shift(0xffff_ffff, 100, 100);
    clock.advance(300);
    pad.rest();
    expect(seen(0, 6)).toBe('100111');
  });
});
