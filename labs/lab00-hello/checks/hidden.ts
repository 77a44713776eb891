/** What nobody can know beforehand: contents and noise of chance, against code that knows only the examples. */
import { concat } from '../../../src/base/octets.ts';
import { below, randomOctets } from '../../../src/base/random.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { cut, encodeFrame, noisy } from './line.ts';
import { content, expectStream } from './stream.ts';

export const anyFrame: Check = {
  id: 'any-frame',
  title: { en: 'Any content, any noise', ko: '어떤 내용이든, 어떤 잡음이든' },
  points: 5,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Contents of chance, of every length. Do your functions know anything about the examples?',
      ko: '길이도 내용도 무작위예요. 혹시 함수들이 예제에 대해 무언가 알고 있지 않나요?',
    },
    {
      en: 'Think of zeros in the CRC, of runs that are just as long as a code can say, of noise that looks like the beginning of a frame.',
      ko: 'CRC 안의 0, 코드가 말할 수 있는 길이와 꼭 같은 구간, 프레임의 시작처럼 보이는 잡음을 떠올려 보세요.',
    },
    {
      en: 'Write a loop of your own: for many lengths, encode octets of chance, decode them, and compare. Then do it again with one octet changed: nothing may come out.',
      ko: '반복문을 직접 만들어 보세요. 여러 길이로 무작위 옥텟을 인코딩하고 디코딩해서 견주는 거예요. 그다음 옥텟 하나를 바꾸고 다시 하세요. 아무것도 나오면 안 됩니다.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (const most of [20, 300, 1590]) {
      const sample = content(rng, most);
      const given = await steps.step(
        {
          en: `encodeFrame: ${sample.length} octets of chance`,
          ko: `encodeFrame: 무작위 ${sample.length}옥텟`,
        },
        () => learner.call('encodeFrame', sample),
      );
      steps.expectOctets(
        { en: 'the octets on the line', ko: '선 위의 옥텟' },
        given,
        encodeFrame(sample),
      );
    }
    for (let round = 0; round < 4; round++) {
      const frames = Array.from({ length: 8 }, () => encodeFrame(content(rng, 400)));
      const noise = randomOctets(rng, below(rng, 60));
      const stream = concat([noise, noisy(rng, concat(frames), 0.003), noise]);
      await expectStream(
        learner,
        steps,
        {
          en: `eight frames and noise, ${stream.length} octets`,
          ko: `프레임 여덟 개와 잡음, ${stream.length}옥텟`,
        },
        cut(rng, stream, 700),
      );
    }
  },
};
