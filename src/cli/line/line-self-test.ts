/** A board's raw line over a jumper between its two pins: what each of its parts must give back. */

import { randomOctets, seededRng } from '../../base/random.ts';
import { milliseconds } from '../../base/time.ts';
import type { Line, LineOutcome } from '../../hardware/board/line.ts';
import { LINE_FEATURE } from '../../hardware/control/line.ts';

type LinePart =
  | 'idle-0'
  | 'idle-1'
  | 'loop'
  | 'trigger'
  | 'timeout'
  | 'open-drain-up'
  | 'open-drain-down';

export interface LineTest {
  readonly part: LinePart;
  readonly passed: boolean;
  /** Hertz. */
  readonly rate: number;
  readonly expected: string;
  readonly actual: string;
}

/** Samples of one exchange: few enough to be read. */
const COUNT = 64;

export async function* selfTest(line: Line): AsyncGenerator<LineTest> {
  const { lowestRate, highestRate, features } = line.limits;
  const usual = Math.max(lowestRate, Math.min(highestRate, 100_000));
  const sent = randomOctets(seededRng(1), COUNT).map((octet) => octet & 1);
  const text = sent.join('');
  for (const idle of [0, 1] as const) {
    await line.open({ idle });
    const still = await line.exchange({ rate: usual, sample: COUNT });
    yield judge(`idle-${idle}`, usual, String(idle).repeat(COUNT), still);
  }
  await line.open();
  for (const rate of decades(lowestRate, highestRate)) {
    yield judge('loop', rate, text, await line.exchange({ rate, send: sent, sample: COUNT }));
  }
  const late = Uint8Array.of(0, 0, 0, 1, 1, 0, 1, 0);
  const caught = await line.exchange({ rate: usual, send: late, sample: 5, trigger: 'rising' });
  yield judge('trigger', usual, '11010', caught);
  const timeout = milliseconds(20);
  const missed = await line.exchange({ rate: usual, sample: 8, trigger: 'rising', timeout });
  yield {
    part: 'timeout',
    rate: usual,
    passed: missed.ended === 'timeout',
    expected: 'timeout',
    actual: missed.ended,
  };
  if ((features & LINE_FEATURE.openDrain) === 0) return;
  const pulls =
    (features & LINE_FEATURE.noPullDown) === 0 ? (['up', 'down'] as const) : (['up'] as const);
  for (const pull of pulls) {
    await line.open({ drive: 'open-drain', idle: 1, pull });
    const expected = pull === 'up' ? text : '0'.repeat(COUNT);
    const outcome = await line.exchange({ rate: usual, send: sent, sample: COUNT });
    yield judge(`open-drain-${pull}`, usual, expected, outcome);
  }
}

function judge(part: LinePart, rate: number, expected: string, outcome: LineOutcome): LineTest {
  const levels = outcome.samples.join('');
  const actual = outcome.ended === 'complete' ? levels : `${outcome.ended} ${levels}`;
  return { part, rate, expected, actual, passed: actual === expected };
}

/** Powers of ten within the limits, and the highest rate. */
function decades(lowest: number, highest: number): number[] {
  const rates: number[] = [];
  for (let rate = 10 ** Math.ceil(Math.log10(lowest)); rate < highest; rate *= 10) rates.push(rate);
  return [...rates, highest];
}
