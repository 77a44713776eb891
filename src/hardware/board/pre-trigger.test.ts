import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PreTrigger } from './pre-trigger.ts';

const bits = (text: string): Uint8Array => Uint8Array.from(text, Number);

function watched(trigger: 'rising' | 'falling' | 'high' | 'low', text: string, patience = 100) {
  const window = new PreTrigger({ trigger, before: 3, count: 4, patience });
  window.take(bits(text));
  return { state: window.state, before: window.before, samples: window.samples.join('') };
}

describe('a trigger with what was before it', () => {
  it.each([
    ['rising', '0100001011111', { state: 'FULL', before: 1, samples: '01000' }],
    ['falling', '111110100', { state: 'FULL', before: 3, samples: '1110100' }],
    ['high', '000001', { state: 'TAKING', before: 3, samples: '0001' }],
    ['low', '0011', { state: 'FULL', before: 0, samples: '0011' }],
    ['rising', '1111', { state: 'WATCHING', before: 0, samples: '' }],
  ] as const)('%s in %s', (trigger, text, expected) => {
    expect(watched(trigger, text)).toEqual(expected);
  });

  it('is missed when it does not come in time, and nothing later counts', () => {
    expect(watched('rising', '0000011111', 5)).toEqual({ state: 'MISSED', before: 0, samples: '' });
    expect(watched('rising', '0000111111', 5)).toMatchObject({ state: 'FULL', samples: '0001111' });
  });

  it('is found in the whole as a search would find it, however it is cut', () => {
    const pieces = fc.array(fc.uint8Array({ max: 1, maxLength: 9 }), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, fc.nat(20), fc.integer({ min: 1, max: 20 }), (cut, before, count) => {
        const all = cut.flatMap((piece) => [...piece]);
        const window = new PreTrigger({ trigger: 'rising', before, count, patience: 1000 });
        for (const piece of cut) window.take(piece);
        const at = all.findIndex((now, i) => i > 0 && now === 1 && all[i - 1] === 0);
        const from = Math.max(0, at - before);
        expect([...window.samples]).toEqual(at < 0 ? [] : all.slice(from, at + count));
        expect(window.before).toBe(at < 0 ? 0 : at - from);
      }),
    );
  });
});
