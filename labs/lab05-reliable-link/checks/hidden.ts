/** What nobody can know beforehand: values of chance, against code that knows only the examples. */
import { below, chance, randomOctets } from '../../../src/base/random.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { frameBits } from '../../../src/stack/datalink/hdlc/bit-stuffing.ts';
import { type Control, decodeControl } from '../../../src/stack/datalink/hdlc/control.ts';
import { encode } from '../../../src/stack/datalink/hdlc/frame.ts';
import { deframed, shownFrames } from './bits.ts';
import { runLine } from './channel.ts';
import { expectWhole, piecesOf } from './loss.ts';

const ROUNDS = 6;
/** I and S frames of every number. */
const anyControl = (octet: number): Control => {
  const found = decodeControl(Uint8Array.of(octet & ~2), 8);
  return found.ok ? found.value.control : { kind: 'UI', pf: false };
};

export const anyFrame: Check = {
  id: 'any-frame',
  title: { en: 'Any frame, however the bits are cut', ko: '어떤 프레임이든, 비트를 어떻게 자르든' },
  points: 3,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Frames of chance, many of them full of ones, in pieces of any length.',
      ko: '1이 가득한 것도 많은 무작위 프레임을 아무 길이로나 잘랐어요.',
    },
    {
      en: 'Everything that deframe must know of the bits before is in the object that it gives back; a piece may end within a flag.',
      ko: 'deframe이 앞의 비트에 대해 알아야 할 모든 것은 돌려주는 객체에 있어야 해요. 조각은 플래그 한가운데에서 끝날 수도 있습니다.',
    },
    {
      en: 'Try your own: for many frames, deframe of lineBits, a bit at a time, must give them back; and decodeFrame of encodeFrame the fields.',
      ko: '직접 해 보세요. 많은 프레임에 대해 lineBits의 결과를 한 비트씩 deframe하면 그대로 돌아와야 하고, encodeFrame의 결과를 decodeFrame하면 필드가 돌아와야 해요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let i = 0; i < ROUNDS; i++) {
      const frames = Array.from({ length: 3 }, () => {
        const control = anyControl(below(rng, 256));
        const length = control.kind === 'I' ? below(rng, 30) : 0;
        const information = randomOctets(rng, length).map((octet) =>
          chance(rng, 0.5) ? 0xff : octet,
        );
        return { address: below(rng, 256), control, information };
      });
      const octets = frames.map((frame) => encode(frame, { modulus: 8 }));
      const bits = frameBits(octets);
      const length = 1 + below(rng, 20);
      const found = await steps.step(
        {
          en: `three frames of chance, ${length} bits at a time`,
          ko: `무작위 프레임 셋, 한 번에 ${length}비트`,
        },
        async () => {
          const made: unknown[] = [];
          for (const frame of frames) made.push(await learner.call('encodeFrame', frame));
          const line = await learner.call('lineBits', octets);
          return { made, line, got: await deframed(learner, bits, length) };
        },
      );
      steps.expectEqual(
        { en: 'the frames that are made', ko: '만든 프레임' },
        shownFrames(found.made),
        shownFrames(octets),
      );
      steps.expectOctets({ en: 'the bits on the line', ko: '선 위의 비트' }, found.line, bits);
      steps.expectEqual(
        { en: 'the frames that are read', ko: '읽은 프레임' },
        shownFrames(found.got),
        shownFrames(octets),
      );
    }
  },
};

export const anyLoss: Check = {
  id: 'any-loss',
  title: { en: 'Any window, any delay, any loss', ko: '어떤 창, 어떤 지연, 어떤 손실이든' },
  points: 2,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Other windows and other delays than those of the examples.',
      ko: '예와는 다른 창과 지연이에요.',
    },
    {
      en: 'The window and the timeout come in as settings. Is one of them written into your code?',
      ko: '창과 시간 제한은 settings로 들어와요. 코드에 박혀 있는 것은 없나요?',
    },
    {
      en: 'Numbers go round at 8 whatever the window is; the receiver tells old from new by the window of the settings alone.',
      ko: '창이 얼마든 번호는 8에서 돌아요. 수신 쪽은 settings의 창만으로 옛것과 새것을 가립니다.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let i = 0; i < ROUNDS; i++) {
      const selective = i % 2 === 1;
      const window = 1 + below(rng, selective ? 3 : 7);
      const delay = below(rng, 5);
      const loss = 0.05 + below(rng, 20) / 100;
      const pieces = piecesOf(25);
      const run = await steps.step(
        {
          en: `window ${window}, ${selective ? 'SREJ' : 'REJ'}, delay ${delay}, ${Math.round(100 * loss)} % lost`,
          ko: `창 ${window}, ${selective ? 'SREJ' : 'REJ'}, 지연 ${delay}, 손실 ${Math.round(100 * loss)} %`,
        },
        () => runLine(learner, pieces, { window, selective, delay, lost: () => chance(rng, loss) }),
      );
      expectWhole(steps, run, pieces);
    }
  },
};
