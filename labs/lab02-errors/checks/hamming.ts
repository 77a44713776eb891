/** A code that mends. */
import type { Check } from '../../../src/lab/lab.ts';
import { hamming } from './reference.ts';
import { hexNumber } from './sums.ts';

/** A sample of octets that has each bit set and clear, alone and among others. */
const OCTETS = [0x00, 0x01, 0x80, 0x53, 0xa5, 0xff];
const LENGTH = 13;

const binary = (word: number): string => word.toString(2).padStart(LENGTH, '0');

export const hammingWords: Check = {
  id: 'hamming-words',
  title: { en: 'An octet becomes a code word', ko: '옥텟이 부호어가 된다' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Write the numbers 1 to 12 in binary, one below the other. Which of them have bit 0 set? Those are what check bit 1 looks after.',
      ko: '1부터 12까지를 이진수로 아래로 늘어놓아 보세요. 0번 비트가 1인 것은 어느 것인가요? 바로 그것들을 검사 비트 1이 돌봅니다.',
    },
    {
      en: 'If you exclusive-or the numbers of all positions that hold a one, the four check bits must make the result zero. So the value before they are set tells which of them to set.',
      ko: '1이 든 모든 위치의 번호를 배타적 논리합하면, 검사 비트 넷은 그 결과를 0으로 만들어야 해요. 그러니 검사 비트를 놓기 전의 값이 어느 것을 1로 할지 알려 줍니다.',
    },
    {
      en: 'Put the octet’s bits at the positions that are no powers of two, from 3 on. Exclusive-or the numbers of the positions that are set: for each of 1, 2, 4, 8 that the result contains, set that position. Last, position 0 is the parity of all the others.',
      ko: '옥텟의 비트를 3부터, 2의 거듭제곱이 아닌 위치에 차례로 놓으세요. 1인 위치의 번호를 모두 배타적 논리합하고, 그 결과에 들어 있는 1, 2, 4, 8마다 그 위치를 1로 합니다. 마지막으로 위치 0은 나머지 전부의 패리티예요.',
    },
  ],
  async run({ learner }, steps) {
    for (const octet of OCTETS) {
      const name = hexNumber(octet, 2);
      const found = await steps.step(
        { en: `hammingEncode: ${name}`, ko: `hammingEncode: ${name}` },
        () => learner.call('hammingEncode', octet),
      );
      const word = typeof found === 'number' && found >= 0 ? binary(found) : found;
      steps.expectEqual(
        { en: 'the thirteen bits, position 12 to the left', ko: '열세 비트. 왼쪽이 위치 12' },
        word,
        binary(hamming(octet)),
      );
    }
  },
};

export const hammingMends: Check = {
  id: 'hamming-mends',
  title: { en: 'One wrong bit is mended', ko: '틀린 비트 하나를 고친다' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'In a good word the positions that hold a one exclusive-or to zero. What do they come to after bit 6 was turned over?',
      ko: '올바른 부호어에서는 1인 위치들의 배타적 논리합이 0이에요. 6번 비트가 뒤집히면 얼마가 될까요?',
    },
    {
      en: 'The result, the syndrome, is the number of the wrong position itself. The parity over all thirteen tells whether there is one wrong bit (odd) or none or two (even).',
      ko: '그 결과인 신드롬이 바로 틀린 위치의 번호예요. 열세 비트 전체의 패리티는 틀린 비트가 하나인지(홀수), 없거나 둘인지(짝수)를 알려 줍니다.',
    },
    {
      en: 'Parity odd: turn over the bit whose number is the syndrome; when the syndrome is 0, that is position 0 itself, and nothing of the octet is lost. Then collect the octet’s bits again.',
      ko: '패리티가 홀수면 신드롬이 가리키는 비트를 뒤집으세요. 신드롬이 0이면 위치 0 자신이 틀린 것이고 옥텟은 무사해요. 그다음 옥텟의 비트를 다시 모읍니다.',
    },
  ],
  async run({ learner }, steps) {
    for (const octet of OCTETS) {
      const name = hexNumber(octet, 2);
      const good = await steps.step(
        { en: `hammingDecode: ${name} as it was sent`, ko: `hammingDecode: 보낸 그대로의 ${name}` },
        () => learner.call('hammingDecode', hamming(octet)),
      );
      steps.expectFields({ en: 'nothing was wrong', ko: '틀린 곳이 없다' }, good, {
        octet,
        corrected: undefined,
      });
    }
    for (let position = 0; position < LENGTH; position++) {
      const octet = OCTETS[position % OCTETS.length] as number;
      const found = await steps.step(
        {
          en: `hammingDecode: ${hexNumber(octet, 2)} with position ${position} turned over`,
          ko: `hammingDecode: 위치 ${position}이(가) 뒤집힌 ${hexNumber(octet, 2)}`,
        },
        () => learner.call('hammingDecode', hamming(octet) ^ (1 << position)),
      );
      steps.expectFields({ en: 'mended, and where', ko: '고쳤고, 어디인지 안다' }, found, {
        octet,
        corrected: position,
      });
    }
  },
};

export const hammingTwo: Check = {
  id: 'hamming-two',
  title: {
    en: 'Two wrong bits are found, and not mended',
    ko: '틀린 비트 둘은 찾되 고치지 않는다',
  },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Two bits were turned over. What does the parity over all thirteen say, and what the syndrome?',
      ko: '비트 두 개가 뒤집혔어요. 열세 비트 전체의 패리티는 뭐라고 하고, 신드롬은 뭐라고 하나요?',
    },
    {
      en: 'Even parity and a syndrome that is not 0: two are wrong. Mending one would make a third. And three wrong bits can name a position that the word does not have.',
      ko: '패리티는 짝수인데 신드롬이 0이 아니면 둘이 틀린 거예요. 하나를 "고치면" 셋이 됩니다. 그리고 셋이 틀리면 부호어에 없는 위치를 가리킬 수도 있어요.',
    },
    {
      en: 'Return undefined when the parity is even and the syndrome is not 0, and also when the syndrome is greater than 12.',
      ko: '패리티가 짝수이고 신드롬이 0이 아니면 undefined를 돌려주세요. 신드롬이 12보다 클 때도요.',
    },
  ],
  async run({ learner }, steps) {
    for (let first = 0; first < LENGTH; first++) {
      const wrong: number[] = [];
      await steps.step(
        {
          en: `hammingDecode: position ${first} and each one after it turned over`,
          ko: `hammingDecode: 위치 ${first}에 그 뒤의 위치를 하나씩 더해 뒤집음`,
        },
        async () => {
          for (let second = first + 1; second < LENGTH; second++) {
            const octet = OCTETS[(first + second) % OCTETS.length] as number;
            const word = hamming(octet) ^ (1 << first) ^ (1 << second);
            if ((await learner.call('hammingDecode', word)) !== undefined) wrong.push(second);
          }
        },
      );
      steps.expectEqual(
        { en: 'positions with which an answer came back', ko: '답이 돌아온 짝의 위치' },
        wrong.join(' '),
        '',
      );
    }
    // Positions 1, 4 and 8 exclusive-or to 13, which a word of thirteen bits does not have.
    const three = await steps.step(
      {
        en: 'hammingDecode: positions 1, 4 and 8 turned over',
        ko: 'hammingDecode: 위치 1, 4, 8을 뒤집음',
      },
      () => learner.call('hammingDecode', hamming(0x53) ^ 0b1_0001_0010),
    );
    steps.expectEqual(
      { en: 'undefined: there is no position 13', ko: 'undefined: 위치 13은 없다' },
      three,
      undefined,
    );
  },
};
