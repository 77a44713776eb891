/** What nobody can know beforehand: values of chance, against code that knows only the examples. */
import { below, randomOctets } from '../../../src/base/random.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { checksum, crc16, crc32, hamming, parity } from './reference.ts';

const BLOCKS = 8;
const WORDS = 12;

export const anyBlock: Check = {
  id: 'any-block',
  title: { en: 'Any block gets its check values', ko: '어떤 블록이든 확인값을 얻는다' },
  points: 3,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Blocks of chance, of every length. Which of the four values differs, and for which lengths?',
      ko: '길이가 제각각인 무작위 블록이에요. 네 값 중 어느 것이, 어떤 길이에서 다른가요?',
    },
    {
      en: 'Odd lengths matter to the checksum, values from 0x80 on to whatever has a sign, long blocks to carries.',
      ko: '홀수 길이는 체크섬에, 0x80 이상의 값은 부호가 있는 모든 것에, 긴 블록은 올림에 영향을 줘요.',
    },
    {
      en: 'Compare your functions with each other on one octet, two octets and three, with the highest bit set in each place.',
      ko: '옥텟 하나, 둘, 셋에서 자리마다 최상위 비트를 세워 보며 함수들을 견주어 보세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let i = 0; i < BLOCKS; i++) {
      const octets = randomOctets(rng, 1 + below(rng, 90));
      const found = await steps.step(
        { en: `a block of ${octets.length} octets`, ko: `${octets.length}옥텟짜리 블록` },
        async () => ({
          parityBit: await learner.call('parityBit', octets, 'odd'),
          checksum: await learner.call('checksum', octets),
          crc16: await learner.call('crc16', octets),
          crc32: await learner.call('crc32', octets),
        }),
      );
      steps.expectFields({ en: 'its four check values', ko: '네 가지 확인값' }, found, {
        parityBit: 1 - parity(octets),
        checksum: checksum(octets),
        crc16: crc16(octets),
        crc32: crc32(octets),
      });
    }
  },
};

export const anyWord: Check = {
  id: 'any-word',
  title: { en: 'Any code word is mended', ko: '어떤 부호어든 고친다' },
  points: 2,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Octets of chance, a wrong bit of chance.',
      ko: '무작위 옥텟에 무작위 비트 하나가 틀렸어요.',
    },
    {
      en: 'Does your code know a table of the six octets that the visible checks use?',
      ko: '혹시 보이는 검사에 나오는 여섯 옥텟의 표만 알고 있지 않나요?',
    },
    {
      en: 'For all 256 octets and all 13 positions hammingDecode(hammingEncode(o) with that bit turned over) gives o and the position. Try them all.',
      ko: '256개 옥텟과 13개 위치 모두에서, hammingEncode(o)의 그 비트를 뒤집은 것을 hammingDecode에 넣으면 o와 그 위치가 나와야 해요. 다 해 보세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let i = 0; i < WORDS; i++) {
      const octet = below(rng, 256);
      const position = below(rng, 13);
      const found = await steps.step(
        { en: `octet ${octet}, position ${position}`, ko: `옥텟 ${octet}, 위치 ${position}` },
        async () => ({
          word: await learner.call('hammingEncode', octet),
          mended: await learner.call('hammingDecode', hamming(octet) ^ (1 << position)),
        }),
      );
      steps.expectEqual({ en: 'the code word', ko: '부호어' }, found.word, hamming(octet));
      steps.expectFields({ en: 'the octet, mended', ko: '고친 옥텟' }, found.mended, {
        octet,
        corrected: position,
      });
    }
  },
};
