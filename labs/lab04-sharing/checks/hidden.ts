/** What nobody can know beforehand: values of chance, against code that knows only the examples. */
import { below, fraction } from '../../../src/base/random.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { runBus } from './bus.ts';

export const anyStarts: Check = {
  id: 'any-starts',
  title: { en: 'Any frames on a channel', ko: '채널 위의 어떤 프레임이든' },
  points: 3,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Starts and lengths of chance. Is there a length in your code that ought to be the argument?',
      ko: '무작위 시작과 길이예요. 인자로 받아야 할 길이가 코드에 박혀 있지 않나요?',
    },
    {
      en: 'Three frames in a row may overlap in pairs without the first touching the third.',
      ko: '세 프레임이 둘씩 겹치면서 첫째와 셋째는 닿지 않을 수도 있어요.',
    },
    {
      en: 'Write the slow form: compare each with every other, and see where yours differs.',
      ko: '느린 방법을 써 보세요. 하나하나를 나머지 모두와 견주고, 어디서 다른지 보세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let i = 0; i < 6; i++) {
      const length = 1 + below(rng, 50);
      const starts = Array.from({ length: 12 }, () => below(rng, 600)).toSorted((a, b) => a - b);
      const spoiled = starts.map((start, a) =>
        starts.some((other, b) => a !== b && Math.abs(start - other) < length),
      );
      const slot = 1 + below(rng, 90);
      const found = await steps.step(
        {
          en: `frames of ${length} at ${starts.join(', ')}`,
          ko: `길이 ${length}의 프레임: ${starts.join(', ')}`,
        },
        async () => ({
          overlaps: JSON.stringify(await learner.call('overlaps', starts, length)),
          slotStarts: JSON.stringify(await learner.call('slotStarts', starts, slot)),
        }),
      );
      steps.expectFields({ en: 'overlaps and slots', ko: '겹침과 슬롯' }, found, {
        overlaps: JSON.stringify(spoiled),
        slotStarts: JSON.stringify(starts.map((start) => start + ((slot - (start % slot)) % slot))),
      });
    }
  },
};

export const anyRun: Check = {
  id: 'any-run',
  title: { en: 'Any cable', ko: '어떤 케이블이든' },
  points: 2,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Another number of stations, frames of another length.',
      ko: '스테이션 수도, 프레임 길이도 달라요.',
    },
    {
      en: 'The length of the frame is an argument of csma; its end is a timer of that many bits.',
      ko: '프레임 길이는 csma의 인자예요. 그 끝은 그만큼의 비트를 센 타이머고요.',
    },
    {
      en: 'Short frames collide more often: watch the count of collisions over several tries.',
      ko: '짧은 프레임은 더 자주 충돌해요. 여러 번 시도하는 동안의 충돌 횟수를 살펴보세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const count = 3 + below(rng, 4);
    const bits = 1000 + Math.floor(fraction(rng) * 4000);
    const run = await steps.step(
      {
        en: `${count} stations, frames of ${bits} bits`,
        ko: `스테이션 ${count}개, ${bits}비트 프레임`,
      },
      () => runBus(learner, rng, count, bits, 40 * bits),
    );
    steps.expect(
      {
        en: 'the rules are kept, and more than half of the time carries frames',
        ko: '규칙을 지키고 시간의 절반 넘게 프레임을 나른다',
      },
      run.fault === undefined && run.used > 0.5,
      run.fault ?? {
        en: `${Math.round(100 * run.used)} % of the time does.`,
        ko: `시간의 ${Math.round(100 * run.used)} %예요.`,
      },
    );
  },
};
