/** Octets as people write them, and octets without a zero among them. */
import type { Check, Text } from '../../../src/lab/lab.ts';
import { octetsOf } from './line.ts';

const run = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => (from + i).toString(16).padStart(2, '0')).join(
    '',
  );

type Row = readonly [octets: string, encoded: string, what: Text];

/**
 * The IP header is Figure 3 of Cheshire and Baker (IEEE/ACM Transactions on Networking 7(2), 1999); the others are those
 * of test/vectors/control.txt, made by a program of its own from the paper's definition.
 */
const ENCODED: readonly Row[] = [
  ['11223344', '0511223344', { en: 'no zero at all', ko: '0이 하나도 없다' }],
  ['11220033', '0311220233', { en: 'a zero inside', ko: '가운데에 0' }],
  ['00', '0101', { en: 'one zero', ko: '0 하나' }],
  ['0000', '010101', { en: 'two zeros', ko: '0 둘' }],
  ['11000000', '0211010101', { en: 'zeros at the end', ko: '끝에 0' }],
  ['', '01', { en: 'nothing', ko: '아무것도 없음' }],
  [
    '4500002c4c79000040064f37',
    '024501042c4c790105' + '40064f37',
    { en: "an IP header, the paper's example", ko: '논문의 예: IP 헤더' },
  ],
];

const LONG: readonly Row[] = [
  [
    `${run(2, 254)}00`,
    `fe${run(2, 254)}01`,
    { en: '253 octets, then a zero', ko: '253옥텟 다음에 0' },
  ],
  [run(1, 254), `ff${run(1, 254)}`, { en: '254 octets without a zero', ko: '0 없는 254옥텟' }],
  [run(1, 255), `ff${run(1, 254)}02ff`, { en: '255 octets without a zero', ko: '0 없는 255옥텟' }],
  [
    `${run(1, 254)}00`,
    `ff${run(1, 254)}0101`,
    { en: '254 octets, then a zero', ko: '254옥텟 다음에 0' },
  ],
  [
    `00${run(1, 254)}`,
    `01ff${run(1, 254)}`,
    { en: 'a zero, then 254 octets', ko: '0 다음에 254옥텟' },
  ],
  [
    run(1, 254) + run(1, 254),
    `ff${run(1, 254)}ff${run(1, 254)}`,
    { en: '508 octets without a zero', ko: '0 없는 508옥텟' },
  ],
];

/** What a step is given: the octets too, where there are few enough to try with a pencil. */
function given(name: string, hex: string, { en, ko }: Text): Text {
  const octets = hex.length > 0 && hex.length <= 24 ? `, ${hex.match(/../g)?.join(' ')}` : '';
  return { en: `${name}: ${en}${octets}`, ko: `${name}: ${ko}${octets}` };
}

const WRITTEN: readonly (readonly [octets: string, text: string, what: Text])[] = [
  ['48656c6c6f', '48 65 6c 6c 6f', { en: 'the word Hello', ko: 'Hello라는 낱말' }],
  ['00', '00', { en: 'one octet, zero', ko: '옥텟 하나, 0' }],
  ['0a0f10ff', '0a 0f 10 ff', { en: 'numbers below sixteen', ko: '16보다 작은 수' }],
  ['', '', { en: 'nothing', ko: '아무것도 없음' }],
];

export const hex: Check = {
  id: 'hex',
  title: { en: 'Octets are written in hexadecimal', ko: '옥텟을 16진수로 쓴다' },
  points: 4,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'How does JavaScript write a number in base sixteen? What does it do with one that needs a single digit?',
      ko: 'JavaScript로 수를 16진법으로 쓰려면 어떻게 할까요? 한 자리면 되는 수는 어떻게 나오나요?',
    },
    {
      en: 'A number has a method toString that takes the base, and a string has padStart. Spaces go between the pairs only: join puts something between.',
      ko: '수에는 진법을 받는 toString 메서드가, 문자열에는 padStart가 있어요. 빈칸은 사이에만 들어갑니다. join이 사이에 무언가를 넣어 줘요.',
    },
    {
      en: 'Make an ordinary array of the octets first: map over a Uint8Array gives numbers again, not texts. Then turn each into base 16, pad it with a zero to two digits, and join all with one space.',
      ko: '먼저 옥텟을 보통 배열로 바꾸세요. Uint8Array에 map을 하면 글자가 아니라 다시 수가 되거든요. 그런 다음 하나씩 16진법으로 바꾸고, 0을 채워 두 자리로 만들고, 빈칸 하나로 이어 붙이세요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [index, [octets, text, what]] of WRITTEN.entries()) {
      const written = await steps.step({ en: `toHex: ${what.en}`, ko: `toHex: ${what.ko}` }, () =>
        learner.call('toHex', octetsOf(octets)),
      );
      if (index === 0) {
        steps.expect({ en: 'there is an answer', ko: '답이 있다' }, written !== '', {
          en: 'Welcome! toHex answered an empty text. In the starter it always does: here the lab begins. Open hello.ts, find toHex, read its comment, and put code of your own in place of yourTurn(…): two hexadecimal digits for each octet. Save the file and run netlab check again: it will lead you to the next thing.',
          ko: '반가워요! toHex가 빈 글자를 돌려줬어요. starter에서는 늘 이래요. 실습은 바로 여기서 시작합니다. hello.ts를 열고 toHex의 주석을 읽은 다음, yourTurn(…) 자리에 여러분의 코드를 넣으세요. 옥텟마다 16진수 두 자리예요. 저장하고 netlab check를 다시 실행하면 다음 할 일을 알려 줄 거예요.',
        });
      }
      steps.expectEqual({ en: 'two digits an octet', ko: '옥텟마다 두 자리' }, written, text);
    }
  },
};

export const cobsEncode: Check = {
  id: 'cobs-encode',
  title: { en: 'Octets are encoded without a zero', ko: '0이 없게 인코딩한다' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Take a pencil and split 11 22 00 33 at its zero. How long are the two pieces? Now look at 03 11 22 02 33.',
      ko: '연필을 들고 11 22 00 33을 0에서 나눠 보세요. 두 조각의 길이는 얼마인가요? 이제 03 11 22 02 33을 보세요.',
    },
    {
      en: 'Split at each zero; the zero itself goes. In front of each piece stands its length plus one. So one zero makes two pieces, both empty. A piece holds at most 254 octets: then its code is 255, and the next piece begins although there was no zero.',
      ko: '0마다 나누세요. 0 자체는 사라집니다. 조각마다 앞에 (길이 + 1)이 서요. 그러니 0 하나는 빈 조각 둘이 됩니다. 조각 하나에는 254옥텟까지만 들어가요. 다 차면 코드는 255가 되고, 0이 없었어도 다음 조각이 시작해요.',
    },
    {
      en: 'Keep a list and the place of the present code in it. For each octet: if the piece is full, close it and begin another; then a zero closes the piece and begins another, anything else is added. Ask whether it is full before the octet, not after it: so a run that just fits is followed by nothing. At the end close the last one.',
      ko: '목록 하나와, 그 안에서 지금 조각의 코드가 놓일 자리를 기억하세요. 옥텟마다 조각이 다 찼으면 닫고 새로 시작해요. 그다음 0이면 조각을 닫고 새로 시작하고, 아니면 덧붙입니다. 다 찼는지는 옥텟을 넣은 뒤가 아니라 넣기 전에 물어보세요. 그래야 딱 맞는 조각 뒤에 아무것도 안 붙어요. 마지막에 남은 조각을 닫으세요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [octets, encoded, what] of [...ENCODED, ...LONG]) {
      const answer = await steps.step(given('encodeCobs', octets, what), () =>
        learner.call('encodeCobs', octetsOf(octets)),
      );
      steps.expectOctets(
        { en: 'the encoded octets', ko: '인코딩한 옥텟' },
        answer,
        octetsOf(encoded),
      );
    }
  },
};

const IMPOSSIBLE: readonly (readonly [encoded: string, what: Text])[] = [
  ['051122', { en: 'a code that leads past the end', ko: '끝을 넘어가는 코드' }],
  ['0311220333', { en: 'the last code leads past the end', ko: '마지막 코드가 끝을 넘어감' }],
  ['00', { en: 'a zero for a code', ko: '코드 자리에 0' }],
  ['031100', { en: 'a zero inside a piece', ko: '조각 안에 0' }],
  ['021100', { en: 'a zero for the last code', ko: '마지막 코드 자리에 0' }],
  ['ff', { en: 'a code and nothing behind it', ko: '코드만 있고 뒤가 없음' }],
];

export const cobsDecode: Check = {
  id: 'cobs-decode',
  title: {
    en: 'Encoded octets are decoded, nonsense is refused',
    ko: '디코딩하고, 말이 안 되면 거절한다',
  },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'A code says where the next code is. How many octets does it say are between them?',
      ko: '코드는 다음 코드가 어디 있는지 알려 줘요. 그 사이에 옥텟이 몇 개라고 말하나요?',
    },
    {
      en: 'Behind each piece comes a zero again, with two exceptions: behind the last piece, and behind a piece whose code is 255. Refuse a code of zero, a code that leads past the end, and a zero among the octets.',
      ko: '조각마다 뒤에 0을 되살려요. 예외는 둘이에요. 마지막 조각 뒤, 그리고 코드가 255인 조각 뒤. 코드가 0이거나, 코드가 끝을 넘어가거나, 옥텟 사이에 0이 있으면 거절하세요.',
    },
    {
      en: 'Walk with an index while it is inside. Read the code; if it is zero, or index plus code is more than the length, give undefined. Copy the octets up to there, refusing zeros. Then, if the code is less than 255 and there is more to come, add a zero.',
      ko: '인덱스가 안에 있는 동안 걸어가세요. 코드를 읽고, 0이거나 인덱스에 코드를 더한 값이 길이보다 크면 undefined. 거기까지 옥텟을 옮기되 0은 거절하세요. 그다음 코드가 255보다 작고 아직 더 있으면 0을 넣으세요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [octets, encoded, what] of [...ENCODED, ...LONG]) {
      const answer = await steps.step(given('decodeCobs', encoded, what), () =>
        learner.call('decodeCobs', octetsOf(encoded)),
      );
      steps.expectOctets(
        { en: 'the octets as they were', ko: '원래 옥텟' },
        answer,
        octetsOf(octets),
      );
    }
    for (const [encoded, what] of IMPOSSIBLE) {
      const answer = await steps.step(given('decodeCobs', encoded, what), () =>
        learner.call('decodeCobs', octetsOf(encoded)),
      );
      steps.expectEqual(
        { en: 'nothing that an encoder makes', ko: '어떤 인코더도 만들지 않는 것' },
        answer,
        undefined,
      );
    }
  },
};
