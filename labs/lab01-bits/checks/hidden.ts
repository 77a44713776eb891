/** What nobody can know beforehand: bits and frames of chance, against code that knows only the examples. */
import { below, fraction, type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { append } from '../../../src/stack/datalink/ethernet/fcs.ts';
import { toBits, toText } from '../../../src/stack/physical/bits.ts';
import { encode } from '../../../src/stack/physical/ethernet/ten-base-t.ts';
import { encodeOctets } from '../../../src/stack/physical/four-b-five-b.ts';
import { MANCHESTER } from '../../../src/stack/physical/manchester.ts';
import { encode as encodeMlt3 } from '../../../src/stack/physical/mlt3.ts';
import { NRZ_M } from '../../../src/stack/physical/nrz.ts';
import { JITTER } from './clock.ts';
import { bitText, drawn, samplesOf, ternaryText } from './lines.ts';

const ROUNDS = 6;

export const anyBits: Check = {
  id: 'any-bits',
  title: { en: 'Any bits, there and back', ko: '어떤 비트든 갔다가 온다' },
  points: 3,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Octets of chance, in all four codes. Which of them differs?',
      ko: '무작위 옥텟을 네 부호로 보내요. 어느 것이 다른가요?',
    },
    {
      en: 'Does a function keep something from the last call, or know only the octets of the visible checks?',
      ko: '함수가 지난 호출에서 무언가를 기억하거나, 보이는 검사의 옥텟만 알고 있지는 않나요?',
    },
    {
      en: 'For every octet from 0 to 255 each decoder must give back what its encoder was given. Try them all.',
      ko: '0부터 255까지 모든 옥텟에서 디코더는 인코더가 받은 것을 돌려주어야 해요. 다 해 보세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let round = 0; round < ROUNDS; round++) {
      const octets = randomOctets(rng, 1 + below(rng, 12));
      const bits = toBits(octets);
      const before = below(rng, 2) as 0 | 1;
      const groups = encodeOctets(octets);
      const levels = [...encodeMlt3(bits)];
      const lines = { manchester: MANCHESTER.encode(bits), nrzi: NRZ_M.encode(bits, before) };
      const sent = await steps.step(
        { en: `${octets.length} octets, encoded`, ko: `${octets.length}옥텟을 인코딩` },
        async () => ({
          manchester: drawn(await learner.call('manchesterEncode', bits)),
          nrzi: drawn(await learner.call('nrziEncode', bits, before)),
          groups: bitText(await learner.call('fourBFiveBEncode', octets)),
          mlt3: ternaryText(await learner.call('mlt3Encode', bits)),
        }),
      );
      steps.expectFields({ en: 'the four lines', ko: '네 가지 선' }, sent, {
        manchester: drawn(lines.manchester),
        nrzi: drawn(lines.nrzi),
        groups: toText(groups),
        mlt3: ternaryText(levels),
      });
      const back = await steps.step(
        { en: 'the same, decoded', ko: '같은 것을 디코딩' },
        async () => ({
          manchester: bitText(await learner.call('manchesterDecode', lines.manchester)),
          nrzi: bitText(await learner.call('nrziDecode', lines.nrzi, before)),
          groups: await learner.call('fourBFiveBDecode', groups),
          mlt3: bitText(await learner.call('mlt3Decode', levels)),
        }),
      );
      const text = toText(bits);
      steps.expectFields({ en: 'the octets', ko: '그 옥텟' }, back, {
        manchester: text,
        nrzi: text,
        groups: octets,
        mlt3: text,
      });
    }
  },
};

/** Up to 2 % either way. */
const anyError = (rng: Rng): number => (fraction(rng) - 0.5) * 0.04;

export const anyPacket: Check = {
  id: 'any-packet',
  title: { en: 'Any packet, by any clock', ko: '어떤 패킷이든, 어떤 시계로든' },
  points: 4,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Frames of every length, clocks wrong by anything up to 2 %, samples that begin anywhere.',
      ko: '길이가 제각각인 프레임, 2 %까지 아무렇게나 틀린 시계, 아무 데서나 시작하는 표본이에요.',
    },
    {
      en: 'Is something in your receiver made for frames of 60 octets, or for packets that begin with silence?',
      ko: '수신기 어딘가가 60옥텟 프레임이나 정적으로 시작하는 패킷에 맞춰져 있지는 않나요?',
    },
    {
      en: 'Make packets with frameCells, leave out a part of the preamble, stretch their cells by hand to 7.9 and 8.1 samples, and see what receiveFrame says to each.',
      ko: 'frameCells로 패킷을 만들고, 프리앰블의 일부를 빼고, 셀을 표본 7.9개와 8.1개로 늘여 receiveFrame이 뭐라고 하는지 보세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let round = 0; round < ROUNDS; round++) {
      const frame = randomOctets(rng, 14 + below(rng, 300));
      const begin = below(rng, 80);
      const error = anyError(rng);
      const silence = new Uint8Array(below(rng, 30));
      const cells = [...silence, ...encode(append(frame)).subarray(silence.length > 0 ? 0 : begin)];
      const samples = samplesOf(cells, 8, rng, { error, jitter: JITTER });
      const found = await steps.step(
        {
          en: `receiveFrame: ${frame.length} octets, the clock wrong by ${(100 * error).toFixed(2)} %`,
          ko: `receiveFrame: ${frame.length}옥텟, 시계 오차 ${(100 * error).toFixed(2)} %`,
        },
        () => learner.call('receiveFrame', samples, 8),
      );
      steps.expectOctets({ en: 'the frame', ko: '그 프레임' }, found, frame);
    }
  },
};
