/** As much on the raw line as the board holds, and more: a part of the board contract. */
import { describe, expect, it, type TestContext } from 'vitest';
import { seededRng } from '../../src/base/random.ts';
import type { Line } from '../../src/hardware/board/line.ts';
import { CAPABILITY } from '../../src/hardware/control/identity.ts';
import type { Fixture } from './fixture.ts';
import { has, levels, text } from './raw-samples.ts';

/** What a full-speed USB port carries both ways at once. */
const MOST = 500_000;

/** `fast`: its line to the host carries what the raw line does. */
export function longLineContract(fixture: () => Fixture, fast: boolean): void {
  async function opened({ skip }: TestContext): Promise<Line> {
    const { identity, line } = await fixture().connect();
    if ((identity.capabilities & CAPABILITY.line) === 0) skip('has no raw line');
    await line.open();
    return line;
  }

  describe('a long run', () => {
    it('gives back as much as its depth holds', async (context) => {
      const line = await opened(context);
      const { sendDepth, sampleDepth, highestRate } = line.limits;
      const count = Math.min(8 * Math.min(sendDepth, sampleDepth), 40_000);
      const send = levels(seededRng(1), count);
      const rate = Math.min(highestRate, 1_000_000);
      const outcome = await line.exchange({ rate, send, sample: count });
      expect(outcome.ended).toBe('complete');
      expect(text(outcome.samples) === text(send)).toBe(true);
    });

    if (!fast) return;

    it('gives back more than its depth holds, as it goes', async (context) => {
      const line = await opened(context);
      const { limits } = line;
      const longer = has(limits, 'sendsLonger') && has(limits, 'samplesLonger');
      if (!longer) return context.skip('sends and samples no more than its depth');
      const send = levels(seededRng(4), 8 * limits.sendDepth + 100_001);
      const rate = Math.min(limits.highestRate, MOST);
      const outcome = await line.exchange({ rate, send, sample: send.length });
      expect(outcome.ended).toBe('complete');
      expect(text(outcome.samples) === text(send)).toBe(true);
    });
  });
}
