/** What a channel does to frames that overlap, and what slots change. */
import type { Check } from '../../../src/lab/lab.ts';

export const channel: Check = {
  id: 'overlaps',
  title: { en: 'Frames that overlap spoil each other', ko: '겹친 프레임은 서로를 망친다' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Draw three frames of length 10 on a line, beginning at 0, 5 and 20. Which of them is heard alone from its first bit to its last?',
      ko: '길이 10인 프레임 셋을 0, 5, 20에서 시작하게 선 위에 그려 보세요. 첫 비트부터 마지막 비트까지 홀로 들리는 것은 어느 것인가요?',
    },
    {
      en: 'In rising order only the neighbours matter: the one before and the one after. All have the same length.',
      ko: '시작 순서대로라면 이웃만 보면 돼요. 바로 앞의 것과 바로 뒤의 것. 길이는 모두 같으니까요.',
    },
    {
      en: 'A frame is spoiled when the distance to the start before it or to the start behind it is less than the length. Exactly the length is no overlap.',
      ko: '앞의 시작이나 뒤의 시작과의 간격이 길이보다 작으면 망가집니다. 꼭 길이만큼이면 겹치지 않은 거예요.',
    },
  ],
  async run({ learner }, steps) {
    const cases: readonly [number[], number, boolean[], string, string][] = [
      [[0], 10, [false], 'one frame', '프레임 하나'],
      [
        [0, 5, 20],
        10,
        [true, true, false],
        'two that overlap, and one alone',
        '겹친 둘과 홀로인 하나',
      ],
      [
        [0, 10],
        10,
        [false, false],
        'one begins just when the other ends',
        '하나가 끝나는 순간 다른 하나가 시작',
      ],
      [[0, 9], 10, [true, true], 'an overlap of one', '1만큼 겹침'],
      [[0, 8, 16], 10, [true, true, true], 'a chain', '사슬처럼 이어짐'],
      [[3, 3], 10, [true, true], 'at the same instant', '같은 순간'],
      [[], 10, [], 'no frames', '프레임 없음'],
    ];
    for (const [starts, length, spoiled, en, ko] of cases) {
      const found = await steps.step(
        {
          en: `overlaps: ${en}: [${starts.join(', ')}]`,
          ko: `overlaps: ${ko}: [${starts.join(', ')}]`,
        },
        () => learner.call('overlaps', starts, length),
      );
      steps.expect(
        { en: `[${spoiled.join(', ')}]`, ko: `[${spoiled.join(', ')}]` },
        JSON.stringify(found) === JSON.stringify(spoiled),
        {
          en: `overlaps answered ${JSON.stringify(found)}. Open sharing.ts, find overlaps, and start there: a true for each frame that another one touches.`,
          ko: `overlaps의 답은 ${JSON.stringify(found)}이에요. sharing.ts를 열고 overlaps부터 시작하세요. 다른 프레임이 닿은 프레임마다 true입니다.`,
        },
      );
    }
  },
};

export const slots: Check = {
  id: 'slots',
  title: { en: 'Slots begin together', ko: '슬롯은 함께 시작한다' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'A frame is ready at 31, and slots of 10 begin at 30 and 40. When does it go out?',
      ko: '프레임이 31에 준비됐고 길이 10인 슬롯이 30과 40에 시작해요. 언제 나갈까요?',
    },
    {
      en: 'The next multiple of the slot; if it is ready just when one begins, that one.',
      ko: '슬롯의 다음 배수예요. 슬롯이 시작하는 바로 그때 준비됐다면 그 슬롯이고요.',
    },
    {
      en: 'Divide by the slot, round up, multiply again; for each of the list.',
      ko: '슬롯으로 나누고, 올림하고, 다시 곱하세요. 목록의 하나하나에 대해서요.',
    },
  ],
  async run({ learner }, steps) {
    const found = await steps.step(
      {
        en: 'slotStarts: ready at 0, 1, 30, 31, 39.5 and 100, slots of 10',
        ko: 'slotStarts: 0, 1, 30, 31, 39.5, 100에 준비됨, 슬롯은 10',
      },
      () => learner.call('slotStarts', [0, 1, 30, 31, 39.5, 100], 10),
    );
    steps.expectEqual(
      { en: 'the starts of the slots in which they go', ko: '나가는 슬롯의 시작' },
      found,
      [0, 10, 30, 40, 40, 100],
    );
  },
};
