/** Carrier sense, collision detection, and what they come to on a busy cable. */
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';
import { plot } from '../../../src/lab/picture.ts';
import { efficiency } from '../../../src/stack/datalink/csma-cd/theory.ts';
import { expectStep } from './aloha.ts';
import { runBus } from './bus.ts';
import { COLLIDES, DEFERS, FRAME, type Row } from './csma-steps.ts';

export const backoff: Check = {
  id: 'backoff',
  title: { en: 'Binary exponential backoff', ko: '이진 지수 백오프' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Two stations collided. With how many slots to choose from do they miss each other half of the time?',
      ko: '두 스테이션이 충돌했어요. 고를 슬롯이 몇 개면 둘이 절반의 경우에 서로를 피할까요?',
    },
    {
      en: 'After the n-th collision there are 2^n slots, 0 among them; from the tenth on the number stays at 1024; after the sixteenth the frame is given up.',
      ko: 'n번째 충돌 뒤에는 슬롯이 0을 포함해 2^n 개예요. 열 번째부터는 1024로 머물고, 열여섯 번째 뒤에는 포기합니다.',
    },
    {
      en: 'Multiply fraction by two to the power of the lesser of collisions and 10, and round down. First answer undefined when collisions has come to 16.',
      ko: 'fraction에 2의 (collisions와 10 중 작은 것) 제곱을 곱해 내림하세요. 그보다 먼저, collisions가 16이 되었으면 undefined를 답합니다.',
    },
  ],
  async run({ learner }, steps) {
    const cases: readonly [number, number, number | undefined][] = [
      [1, 0, 0],
      [1, 0.4999, 0],
      [1, 0.5, 1],
      [2, 0.9999, 3],
      [3, 0.5, 4],
      [9, 0.9999, 511],
      [10, 0.9999, 1023],
      [11, 0.9999, 1023],
      [15, 0.5, 512],
      [16, 0.5, undefined],
    ];
    for (const [collisions, chance, slots] of cases) {
      const found = await steps.step(
        {
          en: `backoffSlots: collision ${collisions}, fraction ${chance}`,
          ko: `backoffSlots: 충돌 ${collisions}번째, fraction ${chance}`,
        },
        () => learner.call('backoffSlots', collisions, chance),
      );
      const gone = slots === undefined;
      steps.expectEqual(
        {
          en: gone ? 'undefined: given up' : `${slots} slots`,
          ko: gone ? 'undefined: 포기' : `슬롯 ${slots}개`,
        },
        found,
        slots,
      );
    }
  },
};

export const csmaDefers: Check = {
  id: 'csma-defers',
  title: { en: 'A station listens before it speaks', ko: '말하기 전에 듣는다' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Which states are there between having a frame and sending it? What ends each of them?',
      ko: '프레임이 생기고 나서 보내기까지 어떤 상태들이 있나요? 각각은 무엇으로 끝나나요?',
    },
    {
      en: 'deferring is waiting for the others to fall silent, and has no timer; gap is the 96 bit times behind that. A carrier in the gap leads back.',
      ko: 'deferring은 다른 이들이 조용해지기를 기다리는 것이고 타이머가 없어요. gap은 그 뒤의 96비트 시간이고요. gap 중에 반송파가 들리면 되돌아갑니다.',
    },
    {
      en: 'One helper does it for all: with a carrier it answers deferring, without one gap and a timer of 96. Call it for a new frame, for each carrier event in those two states, and at the end of a backoff. Always store what the carrier is.',
      ko: '도우미 하나로 다 됩니다. 반송파가 있으면 deferring, 없으면 gap과 타이머 96을 답하는 함수예요. 새 프레임, 그 두 상태에서의 반송파 사건, 백오프의 끝에서 부르세요. 반송파가 어떤지는 늘 저장하고요.',
    },
  ],
  async run({ learner }, steps) {
    await follow(learner, steps, DEFERS);
  },
};

async function follow(learner: Learner, steps: Steps, rows: readonly Row[]): Promise<void> {
  let left: unknown;
  for (const [en, ko, before = left, event, chance, wanted] of rows) {
    const found = await expectStep(
      { learner, steps, title: { en: `csma: ${en}`, ko: `csma: ${ko}` } },
      ['csma', before, event, FRAME, chance],
      wanted,
    );
    left = found.station;
  }
}

export const csmaCollides: Check = {
  id: 'csma-collides',
  title: { en: 'A collision is jammed, and backed off from', ko: '충돌하면 잼을 보내고 물러난다' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'What does a station that sends hear, if it hears another? And what must the third station learn, at the far end?',
      ko: '보내는 중인 스테이션에 남의 소리가 들린다면 그것은 무엇일까요? 그리고 저 끝의 세 번째 스테이션은 무엇을 알아야 하나요?',
    },
    {
      en: 'A carrier while sending is a collision: 32 bits of jam, then backoff by backoffSlots of the collisions of this frame, each slot 512 bits, then listening as at first.',
      ko: '보내는 중의 반송파가 곧 충돌이에요. 잼 32비트, 그다음 이 프레임의 충돌 횟수로 backoffSlots를 불러 슬롯마다 512비트를 물러나고, 처음처럼 듣는 것부터 다시 합니다.',
    },
    {
      en: 'At the collision: state jamming, collisions one more, transmit jam, timer 32. At that timer: backoffSlots; undefined means idle and failed, a number means backing-off and a timer of that many times 512, even 0. A carrier meanwhile is only stored.',
      ko: '충돌하면 상태는 jamming, collisions에 하나를 더하고, 잼을 보내고, 타이머는 32. 그 타이머에서 backoffSlots를 불러 undefined면 idle과 failed, 숫자면 backing-off와 그 숫자 곱하기 512의 타이머예요. 0이어도요. 그 사이의 반송파는 저장만 합니다.',
    },
  ],
  async run({ learner }, steps) {
    await follow(learner, steps, COLLIDES);
  },
};

const KEPT: Text = { en: 'They keep to the rules.', ko: '규칙을 지켜요.' };
const COUNTS = [2, 5, 10];
/** A call costs: so few frames are enough to tell what keeps to the rules, at 90 % and more, from what does not. */
const LENGTH = 20 * FRAME;

export const csmaBusy: Check = {
  id: 'csma-busy',
  title: { en: 'A busy cable is shared', ko: '붐비는 케이블을 나눠 쓴다' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'All steps are right one by one. What about two in a row? Is anything remembered outside of the station?',
      ko: '한 단계씩은 다 맞아요. 두 단계를 이으면요? 스테이션 밖에 기억해 둔 것이 있나요?',
    },
    {
      en: 'If a station began too soon: the gap counts from the end of the last carrier, and starts anew with each. If all is quiet for ever: an event was dropped that should have asked for a timer.',
      ko: '스테이션이 너무 일찍 시작했다면: 간격은 마지막 반송파가 끝난 때부터 세고, 반송파마다 새로 시작해요. 영영 조용하다면: 타이머를 청해야 할 사건을 흘려보낸 거예요.',
    },
    {
      en: 'If little gets through: the number of collisions must be kept while the frame is tried again, and be zero when the next frame begins, not sooner.',
      ko: '통과하는 것이 적다면: 충돌 횟수는 같은 프레임을 다시 시도하는 동안 유지되고, 다음 프레임이 시작할 때에야 0이어야 해요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const measured: [number, number][] = [];
    for (const count of COUNTS) {
      const run = await steps.step(
        {
          en: `${count} stations that always have a frame`,
          ko: `늘 보낼 것이 있는 스테이션 ${count}개`,
        },
        () => runBus(learner, rng, count, FRAME, LENGTH),
      );
      steps.expect(
        { en: 'nobody speaks while another does', ko: '남이 말할 때 아무도 말하지 않는다' },
        run.fault === undefined,
        run.fault ?? KEPT,
      );
      const percent = Math.round(100 * run.used);
      steps.expect(
        {
          en: 'more than 80 % of the time carries frames that get through',
          ko: '시간의 80 % 넘게 통과하는 프레임을 나른다',
        },
        run.used > 0.8,
        {
          en: `${percent} % does: ${run.sent} frames, ${run.collisions} jams, ${run.failed} given up.`,
          ko: `${percent} %예요. 프레임 ${run.sent}개, 잼 ${run.collisions}번, 포기 ${run.failed}번.`,
        },
      );
      measured.push([count, run.used]);
    }
    const theory = Array.from(
      { length: 19 },
      (_, i) => [i + 2, efficiency(i + 2, FRAME / 512)] as const,
    );
    steps.picture(
      'efficiency',
      plot({
        title: {
          en: 'CSMA/CD: how much of the cable carries frames',
          ko: 'CSMA/CD: 케이블이 프레임을 나르는 비율',
        },
        x: { en: 'stations', ko: '스테이션 수' },
        y: { en: 'efficiency', ko: '효율' },
        curves: [
          {
            name: { en: 'Metcalfe and Boggs, 1976', ko: '메트컬프와 보그스, 1976' },
            points: theory,
            as: 'line',
          },
          { name: { en: 'measured', ko: '측정' }, points: measured, as: 'points' },
        ],
      }),
    );
  },
};
