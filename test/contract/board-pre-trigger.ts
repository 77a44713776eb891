/** What a raw line was at before its trigger: a part of the board contract. */
import { describe, expect, it, type TestContext } from 'vitest';
import { seededRng } from '../../src/base/random.ts';
import { milliseconds } from '../../src/base/time.ts';
import type { Board } from '../../src/hardware/board/board.ts';
import { CAPABILITY } from '../../src/hardware/control/identity.ts';
import type { Fixture } from './fixture.ts';
import { levels, text, usualRate } from './raw-samples.ts';

/** All that is sampled has to cross the slowest of the lines, of 115200 bit/s. */
const RATE_MAX = 10_000;

export function preTriggerContract(fixture: () => Fixture): void {
  async function withLine({ skip }: TestContext): Promise<{ line: Board['line']; rate: number }> {
    const { identity, line } = await fixture().connect();
    if ((identity.capabilities & CAPABILITY.line) === 0) skip('has no raw line');
    await line.open();
    return {
      line,
      rate: Math.max(line.limits.lowestRate, Math.min(usualRate(line.limits), RATE_MAX)),
    };
  }

  describe('before the trigger', () => {
    it('keeps as many samples as are wanted, or as there were', async (context) => {
      const { line, rate } = await withLine(context);
      const late = { send: Uint8Array.from('000001101011', Number), trigger: 'rising' } as const;
      const kept = await line.exchange({ ...late, rate, sample: 6, before: 3 });
      expect(kept).toMatchObject({ ended: 'complete', before: 3 });
      expect(text(kept.samples)).toBe('000110101');
      const all = await line.exchange({ ...late, rate, sample: 6, before: 100 });
      expect(all).toMatchObject({ ended: 'complete', before: 5 });
      expect(text(all.samples)).toBe('00000110101');
    });

    it('sends to the end, however soon enough was sampled', async (context) => {
      const { line, rate } = await withLine(context);
      const send = Uint8Array.from({ length: 1000 }, (_, i) => i & 1);
      const early = { send, trigger: 'rising', sample: 2, before: 1 } as const;
      const outcome = await line.exchange({ ...early, rate });
      expect(outcome).toMatchObject({ ended: 'complete', sent: 1000, before: 1 });
      expect(text(outcome.samples)).toBe('010');
    });

    it('finds it far behind the beginning, in one piece', async (context) => {
      const { line, rate } = await withLine(context);
      const tail = levels(seededRng(9), 300);
      const send = Uint8Array.from([...new Uint8Array(1500), 1, ...tail]);
      const outcome = await line.exchange({
        ...{ rate, send, sample: 200, before: 1000, trigger: 'rising' },
        timeout: milliseconds(5000),
      });
      expect(outcome).toMatchObject({ ended: 'complete', before: 1000 });
      expect(text(outcome.samples)).toBe(`${'0'.repeat(1000)}1${text(tail.subarray(0, 199))}`);
    });

    it('says so when it does not come, and is ready for the next', async (context) => {
      const { line, rate } = await withLine(context);
      const timeout = milliseconds(50);
      const waited = await line.exchange({ rate, sample: 8, before: 8, trigger: 'high', timeout });
      expect(waited).toMatchObject({ ended: 'timeout', before: 0 });
      expect(waited.samples).toHaveLength(0);
      const next = await line.exchange({ rate, send: Uint8Array.of(1, 0), sample: 2 });
      expect(text(next.samples)).toBe('10');
    });

    it('is nothing that a board could be asked for without a trigger', async (context) => {
      const { line, rate } = await withLine(context);
      const wrong = line.exchange({ rate, sample: 8, before: 8 });
      await expect(wrong).rejects.toMatchObject({ code: 'bad-line', details: { what: 'before' } });
    });
  });
}
