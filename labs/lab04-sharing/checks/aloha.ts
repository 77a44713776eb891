/** ALOHA: the curve, and the station. */
import { fraction, type Rng } from '../../../src/base/random.ts';
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';
import { plot } from '../../../src/lab/picture.ts';
import { show } from '../../../src/lab/show.ts';
import { pure, slotted } from '../../../src/stack/datalink/aloha/theory.ts';
import { ROWS } from './aloha-steps.ts';

const FRAMES = 4000;
const LENGTH = 100;
const LOADS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2];
/** Five standard deviations of 4000 draws, which chance passes once in two million runs. */
const TOLERANCE = 5 * Math.sqrt(0.25 / FRAMES);

/** Starts of a Poisson process with `load` frames a frame time. */
function poisson(rng: Rng, load: number, frames: number): number[] {
  let time = 0;
  return Array.from({ length: frames }, () => {
    time += (-Math.log(1 - fraction(rng)) * LENGTH) / load;
    return time;
  });
}

/** What part of the frames got through, by the learner's account; -1 when that is no list of so many. */
async function share(learner: Learner, starts: readonly number[]): Promise<number> {
  const spoiled = await learner.call('overlaps', starts, LENGTH);
  if (!Array.isArray(spoiled) || spoiled.length !== starts.length) return -1;
  return spoiled.filter((one) => one === false).length / starts.length;
}

async function slotsOf(learner: Learner, times: readonly number[]): Promise<readonly number[]> {
  const starts = await learner.call('slotStarts', times, LENGTH);
  return Array.isArray(starts) ? starts.map(Number) : [];
}

export const alohaCurve: Check = {
  id: 'aloha-curve',
  title: {
    en: 'Throughput against load, as theory has it',
    ko: '부하에 따른 처리율이 이론과 같다',
  },
  points: 15,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'This asks overlaps and slotStarts about thousands of frames at once. Do they agree with theory at a load of 0.1, where almost all get through?',
      ko: '여기서는 overlaps와 slotStarts에 수천 프레임을 한꺼번에 물어봅니다. 거의 모두 통과하는 부하 0.1에서는 이론과 맞나요?',
    },
    {
      en: 'Without slots a frame is hurt by whatever begins within one frame time before it or behind it: e^(−2G) get through. With slots only what is in the same slot hurts: e^(−G).',
      ko: '슬롯이 없으면 앞뒤로 프레임 시간 하나 안에 시작하는 모든 것이 해를 입혀서 e^(−2G)만 통과해요. 슬롯이 있으면 같은 슬롯에 든 것만 해를 입히니 e^(−G)입니다.',
    },
    {
      en: 'If only the slotted curve is wrong: frames in the same slot begin at exactly the same time, a distance of 0, and frames in the next slot at a distance of exactly one length, which is no overlap. Let slotStarts give exact multiples.',
      ko: '슬롯 곡선만 틀린다면: 같은 슬롯의 프레임은 꼭 같은 때, 간격 0으로 시작하고, 다음 슬롯의 프레임은 꼭 길이만큼 떨어져 겹치지 않아요. slotStarts가 정확한 배수를 주게 하세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const measured: Record<'pure' | 'slotted', [number, number][]> = { pure: [], slotted: [] };
    for (const load of LOADS) {
      const ready = poisson(rng, load, FRAMES);
      const found = await steps.step(
        {
          en: `${FRAMES} frames at a load of ${load}, without slots and with`,
          ko: `부하 ${load}의 프레임 ${FRAMES}개, 슬롯 없이 그리고 있이`,
        },
        async () => ({
          pure: await share(learner, ready),
          slotted: await share(learner, await slotsOf(learner, ready)),
        }),
      );
      expectShare(steps, 'pure', found.pure, Math.exp(-2 * load));
      expectShare(steps, 'slotted', found.slotted, Math.exp(-load));
      measured.pure.push([load, load * found.pure]);
      measured.slotted.push([load, load * found.slotted]);
    }
    const line = (theory: (load: number) => number) =>
      Array.from({ length: 41 }, (_, i) => [i / 20, theory(i / 20)] as const);
    steps.picture(
      'throughput',
      plot({
        title: { en: 'Throughput of ALOHA', ko: 'ALOHA의 처리율' },
        x: { en: 'G, offered frames a frame time', ko: 'G, 프레임 시간마다 내놓은 프레임' },
        y: { en: 'S, carried', ko: 'S, 통과한 것' },
        curves: [
          {
            name: { en: 'pure: G·e^(−2G)', ko: '순수: G·e^(−2G)' },
            points: line(pure),
            as: 'line',
          },
          {
            name: { en: 'slotted: G·e^(−G)', ko: '슬롯: G·e^(−G)' },
            points: line(slotted),
            as: 'line',
          },
          { name: { en: 'measured, pure', ko: '측정, 순수' }, points: measured.pure, as: 'points' },
          {
            name: { en: 'measured, slotted', ko: '측정, 슬롯' },
            points: measured.slotted,
            as: 'points',
          },
        ],
      }),
    );
  },
};

function expectShare(steps: Steps, name: 'pure' | 'slotted', found: number, theory: number): void {
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  const ko = name === 'pure' ? '슬롯 없이' : '슬롯 있이';
  steps.expect(
    { en: `${name}: ${percent(theory)} get through`, ko: `${ko}: ${percent(theory)}가 통과` },
    Math.abs(found - theory) < TOLERANCE,
    {
      en: `${percent(found)} got through; chance alone strays from ${percent(theory)} by less than ${percent(TOLERANCE)}.`,
      ko: `${percent(found)}가 통과했어요. 우연만으로는 ${percent(theory)}에서 ${percent(TOLERANCE)} 넘게 벗어나지 않아요.`,
    },
  );
}

export const alohaSteps: Check = {
  id: 'aloha-station',
  title: { en: 'A station of ALOHA', ko: 'ALOHA의 스테이션' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Take the drawing in the comment and put a finger on the state. Which arrow leaves it with this event? If none does, nothing changes.',
      ko: '주석의 그림에서 지금 상태에 손가락을 놓아 보세요. 이 사건으로 나가는 화살표가 있나요? 없으면 아무것도 바뀌지 않아요.',
    },
    {
      en: 'attempts counts transmissions: it goes up when sending begins. backing-off is also where a new frame waits for its slot.',
      ko: 'attempts는 보낸 횟수예요. 보내기 시작할 때 올라갑니다. 새 프레임이 슬롯을 기다리는 곳도 backing-off예요.',
    },
    {
      en: 'Make one helper that is told from when on the station may send: on a channel with slots it rounds up to the next; if that is now it sends in this very step, else it asks for a timer for the difference.',
      ko: '"언제부터 보내도 되는지"를 받는 도우미 함수를 하나 만드세요. 슬롯이 있으면 다음 슬롯으로 올리고, 그것이 지금이면 이번 단계에서 바로 보내고, 아니면 그 차이만큼 타이머를 청합니다.',
    },
  ],
  async run({ learner }, steps) {
    for (const [en, ko, before, kind, settings, chance, wanted] of ROWS) {
      await expectStep(
        { learner, steps, title: { en: `aloha: ${en}`, ko: `aloha: ${ko}` } },
        ['aloha', before, { kind }, settings, chance],
        wanted,
      );
    }
  },
};

interface Story {
  readonly learner: Learner;
  readonly steps: Steps;
  readonly title: Text;
}

/** One event: the call is shown as it may be repeated by hand, the answer compared field for field. */
export async function expectStep(
  { learner, steps, title }: Story,
  [name, ...args]: readonly [string, ...unknown[]],
  wanted: object,
): Promise<{ readonly station?: unknown }> {
  const found = await steps.step(title, () => learner.call(name, ...args));
  const call = `${name}(${args.map((arg) => show(arg)).join(', ')})`;
  const answered = typeof found === 'object' && found !== null ? flat(found) : found;
  steps.expectFields({ en: call, ko: call }, answered, flat(wanted));
  return Object(found) as { readonly station?: unknown };
}

/** The station's own fields with a dot. */
function flat(step: object): Record<string, unknown> {
  const { station: inner, ...rest } = step as Record<string, unknown>;
  const fields = Object.entries(Object(inner) as Record<string, unknown>);
  return {
    ...rest,
    ...Object.fromEntries(fields.map(([name, value]) => [`station.${name}`, value])),
  };
}
