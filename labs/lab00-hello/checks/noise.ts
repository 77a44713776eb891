/** How many frames come through a noisy line, counted, beside what theory says. */
import { concat } from '../../../src/base/octets.ts';
import { type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { plot } from '../../../src/lab/picture.ts';
import { cut, decodeStream, encodeFrame, expectContents, noisy } from './line.ts';
import { receiveAll } from './stream.ts';

const RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.07, 0.1];
const FRAMES = 150;
/** Content; on the line there are five octets more, and two delimiters that must be unharmed. */
const LENGTHS = [16, 200];
const onTheLine = (length: number): number => length + 4 + 1 + 2;

/** Frames whose octets are no zero, so that all are equally long on the line, delimiters around each. */
const manyFrames = (rng: Rng, length: number): Uint8Array =>
  concat([
    Uint8Array.of(0),
    ...Array.from({ length: FRAMES }, () =>
      encodeFrame(randomOctets(rng, length).map((octet) => octet || 1)),
    ),
  ]);

export const errorRate: Check = {
  id: 'error-rate',
  title: {
    en: 'Every good frame comes through the noise, and no bad one',
    ko: '잡음 속에서 올바른 프레임만 모두 나온다',
  },
  points: 7,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Is a frame missing, or is there one too many? The step says at which error rate, and the frame is shown octet for octet.',
      ko: '프레임이 모자라나요, 하나 더 있나요? 단계가 어떤 오류율에서인지 알려 주고, 프레임도 옥텟 단위로 보여 줘요.',
    },
    {
      en: 'One too many means that a damaged frame was believed: is the CRC compared in full? A missing one was spoiled by its neighbour: what is left over when a frame turns out to be damaged?',
      ko: '하나 더 있다면 손상된 프레임을 믿은 거예요. CRC를 전부 견주나요? 모자란 것은 이웃이 망친 거예요. 프레임이 손상된 것으로 드러났을 때 무엇이 남아 있나요?',
    },
    {
      en: 'Run the check resync again and look at the counters: their sum must be the number of stretches between delimiters that are not empty. If one is missing, look for a path through receive that forgets to empty what was kept, or stops before the piece ends.',
      ko: 'resync 검사를 다시 실행해서 계수를 보세요. 다 더하면 구분자 사이의 비어 있지 않은 구간 수와 같아야 해요. 모자라다면 receive에서 모은 것을 비우는 걸 잊거나 조각이 끝나기 전에 멈추는 길을 찾아보세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const curves = [];
    for (const length of LENGTHS) {
      const measured: (readonly [number, number])[] = [];
      for (const rate of RATES) {
        const stream = noisy(rng, manyFrames(rng, length), rate);
        const { contents } = decodeStream(stream);
        const given = await steps.step(
          {
            en: `${FRAMES} frames of ${length} octets; one octet in ${Math.round(1 / rate)} is lost or changed`,
            ko: `${length}옥텟 프레임 ${FRAMES}개, ${Math.round(1 / rate)}옥텟에 하나꼴로 사라지거나 바뀜`,
          },
          async () => {
            await learner.call('begin');
            return receiveAll(learner, cut(rng, stream, 4000));
          },
        );
        expectContents(steps, given, contents);
        measured.push([rate, contents.length / FRAMES]);
      }
      const theory = Array.from({ length: 51 }, (_, i) => i / 500).map(
        (rate) => [rate, (1 - rate) ** onTheLine(length)] as const,
      );
      curves.push(
        { name: `(1-p)^${onTheLine(length)}`, points: theory, as: 'line' as const },
        {
          name: {
            en: `measured, ${length} octets of content`,
            ko: `측정, 내용 ${length}옥텟`,
          },
          points: measured,
          as: 'points' as const,
        },
      );
    }
    steps.picture(
      'frames-through',
      plot({
        title: {
          en: 'Frames that come through, against the error rate of the line',
          ko: '선의 오류율에 따라 온전히 도착하는 프레임',
        },
        x: { en: 'p, errors an octet', ko: 'p, 옥텟당 오류' },
        y: { en: 'share of frames', ko: '프레임의 비율' },
        curves,
      }),
    );
  },
};
