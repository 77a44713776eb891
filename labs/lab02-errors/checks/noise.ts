/** What noise gets past each code, counted, beside what theory says. */
import { below, chance, type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check, Learner, Steps } from '../../../src/lab/lab.ts';
import { plot } from '../../../src/lab/picture.ts';
import {
  crcBurstUndetected,
  parityUndetected,
} from '../../../src/stack/datalink/error-control/undetected.ts';
import { type Code, flipped, protect } from './reference.ts';

const CODES: readonly Code[] = ['parity', 'checksum', 'crc16', 'crc32'];
const OCTETS = 16;
const BLOCKS = 400;

/** Exactly `length` bits from the first wrong one to the last, those between as chance has it. */
function burst(rng: Rng, bits: number, length: number): number[] {
  const start = below(rng, bits - length + 1);
  const inner = Array.from({ length }, (_, i) => i).filter(
    (i) => i === 0 || i === length - 1 || chance(rng, 0.5),
  );
  return inner.map((i) => start + i);
}

/** How many of `blocks` the learner's code believes, or what came back in place of a list of so many answers. */
async function believed(
  learner: Learner,
  code: Code,
  blocks: readonly Uint8Array[],
): Promise<unknown> {
  const answers = await learner.call('passes', code, blocks);
  if (!Array.isArray(answers) || answers.length !== blocks.length) return answers;
  return answers.filter((answer) => answer === true).length;
}

export const bursts: Check = {
  id: 'bursts',
  title: {
    en: 'Bursts are found up to the length of the CRC',
    ko: 'CRC 길이까지의 연속 오류는 모두 찾는다',
  },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'passes gets a list of blocks and gives a list of answers, one for each. Do you give true for every good block?',
      ko: 'passes는 블록의 목록을 받아 블록마다 하나씩 답의 목록을 돌려줍니다. 올바른 블록에는 모두 true를 주나요?',
    },
    {
      en: 'Use what you have: even parity over data and parity bit is 0; the checksum over data and checksum is 0; a CRC is cut off and compared, in the order in which it was written.',
      ko: '가진 것을 쓰세요. 데이터와 패리티 비트를 합친 짝수 패리티는 0, 데이터와 체크섬을 합친 체크섬은 0이에요. CRC는 잘라 내어, 쓰인 순서대로 비교합니다.',
    },
    {
      en: 'Map over the blocks. For crc16 the last two octets, the lower first, must equal the CRC-16 of the rest; for crc32 checkFcs tells. Blocks shorter than their check value do not pass.',
      ko: '블록마다 map을 돌리세요. crc16은 마지막 두 옥텟(낮은 쪽이 먼저)이 나머지의 CRC-16과 같아야 하고, crc32는 checkFcs가 알려 줍니다. 확인값보다 짧은 블록은 통과하지 못해요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (const code of CODES) await expectGood(learner, steps, rng, code);
    for (const [code, length] of [
      ['parity', 1],
      ['checksum', 15],
      ['crc16', 16],
      ['crc32', 32],
    ] as const) {
      const blocks = Array.from({ length: 60 }, () => {
        const block = protect(code, randomOctets(rng, OCTETS));
        const bits = block.length * 8 - (code === 'parity' ? 7 : 0);
        return flipped(block, burst(rng, bits, 1 + below(rng, length)));
      });
      const count = await steps.step(
        {
          en: `passes: ${code}, 60 blocks with a burst of up to ${length} bits in each`,
          ko: `passes: ${code}, 블록 60개에 ${length}비트까지의 연속 오류`,
        },
        () => believed(learner, code, blocks),
      );
      steps.expectEqual({ en: 'none of them passes', ko: '하나도 통과하지 못한다' }, count, 0);
    }
    const scraps = CODES.map((code) => [code, new Uint8Array(code === 'crc32' ? 3 : 1)] as const);
    for (const [code, scrap] of scraps.filter(([code]) => code.startsWith('crc'))) {
      const count = await steps.step(
        {
          en: `passes: ${code}, a block with no room for its check value`,
          ko: `passes: ${code}, 확인값이 들어갈 자리가 없는 블록`,
        },
        () => believed(learner, code, [scrap]),
      );
      steps.expectEqual({ en: 'it does not pass', ko: '통과하지 못한다' }, count, 0);
    }
  },
};

async function expectGood(learner: Learner, steps: Steps, rng: Rng, code: Code): Promise<void> {
  const blocks = Array.from({ length: 20 }, (_, i) =>
    protect(code, randomOctets(rng, OCTETS + 2 * (i % 2))),
  );
  const count = await steps.step(
    {
      en: `passes: ${code}, 20 blocks as they were sent`,
      ko: `passes: ${code}, 보낸 그대로의 블록 20개`,
    },
    () => believed(learner, code, blocks),
  );
  steps.expectEqual({ en: 'all of them pass', ko: '모두 통과한다' }, count, 20);
}

const RATES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3];

export const undetected: Check = {
  id: 'undetected',
  title: { en: 'What gets past, as theory has it', ko: '놓치는 비율이 이론과 같다' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'A parity bit is blind to even numbers of errors. How often are there two among 136 bits, at one in a hundred?',
      ko: '패리티 비트는 짝수 개의 오류를 보지 못해요. 백에 하나꼴로 틀릴 때 136비트 안에 둘이 있을 확률은 얼마일까요?',
    },
    {
      en: 'If you find more than theory allows, you see errors where there are none, or you look at fewer bits than were sent; if fewer, you look at none.',
      ko: '이론보다 많이 찾는다면 없는 오류를 보거나 보낸 것보다 적은 비트를 보고 있는 거예요. 적게 찾는다면 아무것도 안 보고 있는 거고요.',
    },
    {
      en: 'Each code must look at all octets of the block, its own check value included, and at nothing else.',
      ko: '모든 부호는 블록의 모든 옥텟을, 자기 확인값까지 포함해서, 그리고 그것만 보아야 해요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const bits = OCTETS * 8 + 1;
    const measured: [number, number][] = [];
    for (const rate of RATES) {
      const blocks = Array.from({ length: BLOCKS }, () => noisy(rng, bits, rate));
      const wrong = blocks.filter(({ errors }) => errors > 0);
      const count = await steps.step(
        {
          en: `passes: parity, ${wrong.length} damaged blocks at an error rate of ${rate} a bit`,
          ko: `passes: parity, 비트 오류율 ${rate}에서 손상된 블록 ${wrong.length}개`,
        },
        () =>
          believed(
            learner,
            'parity',
            wrong.map(({ block }) => block),
          ),
      );
      const even = wrong.filter(({ errors }) => errors % 2 === 0).length;
      steps.expectEqual(
        {
          en: 'those with an even number of errors pass, and no other',
          ko: '오류가 짝수 개인 것만 통과한다',
        },
        count,
        even,
      );
      measured.push([rate, even / BLOCKS]);
    }
    const theory = Array.from({ length: 31 }, (_, i) => i / 100).map(
      (rate) => [rate, parityUndetected(bits, rate)] as const,
    );
    steps.picture(
      'parity',
      plot({
        title: {
          en: `Errors that a parity bit over ${bits} bits does not see`,
          ko: `${bits}비트를 지키는 패리티 비트가 보지 못하는 오류`,
        },
        x: { en: 'bit error rate', ko: '비트 오류율' },
        y: { en: 'undetected', ko: '놓친 비율' },
        curves: [
          { name: { en: 'theory', ko: '이론' }, points: theory, as: 'line' },
          { name: { en: 'measured', ko: '측정' }, points: measured, as: 'points' },
        ],
      }),
    );
    await measureCrc16(learner, rng, steps);
  },
};

/** Long bursts against CRC-16: about one in 65,536 is believed. */
async function measureCrc16(learner: Learner, rng: Rng, steps: Steps): Promise<void> {
  const blocks = Array.from({ length: 2000 }, () => {
    const block = protect('crc16', randomOctets(rng, OCTETS));
    return flipped(block, burst(rng, block.length * 8, 18 + below(rng, 80)));
  });
  const count = await steps.step(
    {
      en: 'passes: crc16, 2000 blocks with a burst longer than the CRC',
      ko: 'passes: crc16, CRC보다 긴 연속 오류가 있는 블록 2000개',
    },
    () => believed(learner, 'crc16', blocks),
  );
  const expected = 2000 * crcBurstUndetected(16, 20);
  steps.expect(
    {
      en: `hardly one passes: theory has ${expected.toFixed(2)}`,
      ko: `거의 통과하지 못한다: 이론값 ${expected.toFixed(2)}`,
    },
    typeof count === 'number' && count <= 2,
    {
      en: `${String(count)} of them passed.`,
      ko: `${String(count)}개가 통과했어요.`,
    },
  );
}

/** A block with its parity bit, of whose `bits` bits each is wrong with probability `rate`. */
function noisy(rng: Rng, bits: number, rate: number): { block: Uint8Array; errors: number } {
  const wrong = Array.from({ length: bits }, (_, i) => i).filter(() => chance(rng, rate));
  const block = flipped(protect('parity', randomOctets(rng, OCTETS)), wrong);
  return { block, errors: wrong.length };
}
