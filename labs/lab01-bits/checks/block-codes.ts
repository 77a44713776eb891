/** The two codes of 100 Mbit/s: groups of bits, and three levels. */
import { fromHex } from '../../../src/base/octets.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { bitText, digits, ternaryText } from './lines.ts';

const octetsOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array(0);

// IEEE 802.3-2018 table 24-1; the low nibble goes first.
const OCTETS = [
  ['00', '11110 11110', 'twice the nibble 0', '니블 0 두 번'],
  ['10', '11110 01001', 'the low nibble 0 first, then 1', '낮은 니블 0이 먼저, 그다음 1'],
  ['55', '01011 01011', 'an octet of preamble', '프리앰블 옥텟'],
  ['d5', '01011 11011', 'the start frame delimiter', '시작 프레임 구분자'],
  ['ef', '11101 11100', 'F, then E', 'F, 그다음 E'],
  ['8a67', '10110 10010 01111 01110', 'two octets', '옥텟 두 개'],
  ['2bc394', '10111 10100 10101 11010 01010 10011', 'three octets', '옥텟 세 개'],
] as const;

export const groupsEncode: Check = {
  id: '4b5b-encode',
  title: { en: 'Octets become code groups', ko: '옥텟이 부호 그룹이 된다' },
  points: 7,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'An octet has two nibbles. Which one goes first on this line?',
      ko: '옥텟 하나는 니블 둘이에요. 이 선에서는 어느 쪽이 먼저 나가나요?',
    },
    {
      en: 'The lower four bits first. The five bits of a group go from the left, as the table in the README prints them.',
      ko: '아래 네 비트가 먼저예요. 그룹의 다섯 비트는 README의 표에 인쇄된 대로 왼쪽부터 나갑니다.',
    },
    {
      en: 'Keep the sixteen groups as strings in a list. For each octet take the one numbered octet & 15, then octet >> 4; join everything and turn the characters into numbers.',
      ko: '그룹 열여섯 개를 문자열 목록으로 두세요. 옥텟마다 octet & 15번, 그다음 octet >> 4번을 꺼내 모두 잇고, 글자를 숫자로 바꿉니다.',
    },
  ],
  async run({ learner }, steps) {
    for (const [hex, groups, en, ko] of OCTETS) {
      const found = await steps.step(
        { en: `fourBFiveBEncode: ${hex}, ${en}`, ko: `fourBFiveBEncode: ${hex}, ${ko}` },
        () => learner.call('fourBFiveBEncode', octetsOf(hex)),
      );
      const bits = digits(groups).join('');
      steps.expectEqual({ en: `the bits: ${groups}`, ko: `비트: ${groups}` }, bitText(found), bits);
    }
  },
};

export const groupsDecode: Check = {
  id: '4b5b-decode',
  title: { en: 'Code groups become octets', ko: '부호 그룹이 옥텟이 된다' },
  points: 7,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Five bits have 32 values, and 16 are nibbles. What do you do with one of the others?',
      ko: '다섯 비트의 값은 32가지인데 니블은 16가지예요. 나머지가 오면 어떻게 하나요?',
    },
    {
      en: 'Look each group up in the table you encode with. The first of two is the lower nibble. I (11111) and the delimiters J, K, T, R are no data.',
      ko: '인코딩에 쓴 표에서 그룹을 찾으세요. 둘 중 첫째가 낮은 니블이에요. I(11111)와 구분자 J, K, T, R은 데이터가 아닙니다.',
    },
    {
      en: 'Undefined when the length is no multiple of ten. Cut into tens, find both halves with indexOf, undefined for −1, else low | (high << 4).',
      ko: '길이가 10의 배수가 아니면 undefined. 열 개씩 잘라 두 절반을 indexOf로 찾고, −1이면 undefined, 아니면 low | (high << 4).',
    },
  ],
  async run({ learner }, steps) {
    for (const [hex, groups, en, ko] of OCTETS) {
      const found = await steps.step(
        { en: `fourBFiveBDecode: ${groups}, ${en}`, ko: `fourBFiveBDecode: ${groups}, ${ko}` },
        () => learner.call('fourBFiveBDecode', digits(groups)),
      );
      steps.expectOctets({ en: `the octets ${hex}`, ko: `옥텟 ${hex}` }, found, octetsOf(hex));
    }
    const refused = [
      ['11110', 'half an octet', '옥텟 반 개'],
      ['11110 0100', 'a bit is missing', '비트가 하나 모자람'],
      ['11111 11111', 'two groups of idle', '유휴 그룹 두 개'],
      ['11110 00000', 'no light at all in the second group', '둘째 그룹에 빛이 전혀 없음'],
      ['11000 11110', 'the delimiter J in place of data', '데이터 자리에 구분자 J'],
    ] as const;
    for (const [groups, en, ko] of refused) {
      const found = await steps.step(
        { en: `fourBFiveBDecode: ${groups}, ${en}`, ko: `fourBFiveBDecode: ${groups}, ${ko}` },
        () => learner.call('fourBFiveBDecode', digits(groups)),
      );
      steps.expectEqual(
        { en: 'undefined: no octets', ko: 'undefined: 옥텟이 아님' },
        found,
        undefined,
      );
    }
  },
};

const levelsOf = (text: string): number[] =>
  [...text].map((sign) => (sign === '+' ? 1 : sign === '-' ? -1 : 0));

export const mlt3: Check = {
  id: 'mlt3',
  title: { en: 'MLT-3: three levels, no hurry', ko: 'MLT-3: 세 레벨로 느긋하게' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Write down the levels for 1 1 1 1 1. After how many ones is the line where it began?',
      ko: '1 1 1 1 1의 레벨을 적어 보세요. 1이 몇 번 지나면 선이 처음 자리로 돌아오나요?',
    },
    {
      en: 'The level 0 comes twice in a turn, so the level alone does not say where you are: keep a place 0 … 3 in the list 0, +1, 0, −1.',
      ko: '한 바퀴에 레벨 0이 두 번 나와요. 그래서 레벨만으로는 어디인지 모릅니다. 목록 0, +1, 0, −1에서의 자리 0 … 3을 기억하세요.',
    },
    {
      en: 'Encoding: place = (place + bit) % 4. Decoding: the same level is a 0; else go one place on, and if the level is not the one there, answer undefined; it is a 1.',
      ko: '인코딩: place = (place + bit) % 4. 디코딩: 레벨이 같으면 0. 다르면 한 자리 나아가는데, 그 자리의 레벨이 아니면 undefined, 맞으면 1.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      ['1111', '+0-0', 'a whole turn', '한 바퀴'],
      ['11111', '+0-0+', 'and on', '그리고 계속'],
      ['0000', '0000', 'zeros: nothing moves', '0들: 아무것도 움직이지 않는다'],
      ['1110101111', '+0--00+0-0', 'ones and zeros', '1과 0'],
    ] as const;
    for (const [bits, levels, en, ko] of cases) {
      const found = await steps.step(
        { en: `mlt3Encode: ${bits}, ${en}`, ko: `mlt3Encode: ${bits}, ${ko}` },
        () => learner.call('mlt3Encode', digits(bits)),
      );
      steps.expectEqual(
        { en: `the levels: ${levels}`, ko: `레벨: ${levels}` },
        ternaryText(found),
        levels,
      );
      const back = await steps.step(
        { en: `mlt3Decode: ${levels}`, ko: `mlt3Decode: ${levels}` },
        () => learner.call('mlt3Decode', levelsOf(levels)),
      );
      steps.expectEqual({ en: `the bits: ${bits}`, ko: `비트: ${bits}` }, bitText(back), bits);
    }
    const refused = [
      ['+-', 'from one side to the other in one step', '한 걸음에 반대쪽으로'],
      ['+0+', 'twice to the same side', '같은 쪽으로 두 번'],
      ['-', 'the first step to the wrong side', '첫걸음이 반대쪽'],
      ['+0-+', 'a turn that goes astray at its end', '끝에서 어긋난 한 바퀴'],
    ] as const;
    for (const [levels, en, ko] of refused) {
      const found = await steps.step(
        { en: `mlt3Decode: ${levels}, ${en}`, ko: `mlt3Decode: ${levels}, ${ko}` },
        () => learner.call('mlt3Decode', levelsOf(levels)),
      );
      steps.expectEqual(
        { en: 'undefined: no such line', ko: 'undefined: 그런 선은 없음' },
        found,
        undefined,
      );
    }
  },
};
