/** One frame for the line, and one from it. */
import { fromAscii } from '../../../src/base/octets.ts';
import type { Check, Text } from '../../../src/lab/lab.ts';
import { CONTENT_MAX, encodeCobs, encodeFrame, octetsOf, withCrc } from './line.ts';

/** Octets that are no zero, so that the code words are as long as they get. */
const filled = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => 1 + (i % 255));

/** CRCs by Python's zlib, COBS by hand. */
const HELLO = octetsOf('68656c6c6f2c20626f617264');
const HELLO_FRAME = octetsOf('1168656c6c6f2c20626f6172649d8a483e00');
/** `frame ack` of test/vectors/control.txt, which was made by zlib and Python's struct. */
const ACK = octetsOf('14123407094000');
const ACK_FRAME = octetsOf('0714123407094005763d964600');

const MADE: readonly (readonly [content: Uint8Array, frame: Uint8Array, what: Text])[] = [
  [HELLO, HELLO_FRAME, { en: '“hello, board”', ko: '"hello, board"' }],
  [ACK, ACK_FRAME, { en: 'seven octets, the fewest', ko: '가장 짧은 일곱 옥텟' }],
];

export const frame: Check = {
  id: 'frame',
  title: { en: 'A frame is made ready for the line', ko: '선에 내보낼 프레임을 만든다' },
  points: 7,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Three things happen, one after the other: something is put behind, all of it is encoded, something is put behind. Which is which?',
      ko: '세 가지 일이 차례로 일어나요. 뒤에 무언가를 붙이고, 전부 인코딩하고, 뒤에 무언가를 붙입니다. 각각 무엇일까요?',
    },
    {
      en: 'The CRC is computed over the content alone and goes into four octets, the most significant first. It may contain zeros, so it is encoded along with the content. The delimiter is the one zero there is, and the last octet.',
      ko: 'CRC는 내용만으로 계산하고, 가장 높은 옥텟을 먼저 해서 네 옥텟에 넣어요. CRC에도 0이 있을 수 있으니 내용과 함께 인코딩해야죠. 구분자는 단 하나뿐인 0이고 맨 끝에 옵니다.',
    },
    {
      en: 'Refuse fewer than 7 and more than 1596. Make a Uint8Array four longer than the content, set the content into it, and write the CRC with a DataView or by shifting right by 24, 16, 8 and 0 and keeping the low eight bits. Encode that, and copy it into one that is longer by one: its last octet is zero from the start.',
      ko: '7보다 적거나 1596보다 많으면 거절하세요. 내용보다 네 옥텟 긴 Uint8Array를 만들어 내용을 넣고, DataView로 쓰거나 24, 16, 8, 0만큼 오른쪽으로 밀어 낮은 여덟 비트를 남기는 방법으로 CRC를 쓰세요. 그것을 인코딩해서 한 옥텟 더 긴 배열에 옮기면, 마지막 옥텟은 처음부터 0이에요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [content, octets, what] of MADE) {
      const given = await steps.step(
        { en: `encodeFrame: ${what.en}`, ko: `encodeFrame: ${what.ko}` },
        () => learner.call('encodeFrame', content),
      );
      steps.expectOctets({ en: 'the octets on the line', ko: '선 위의 옥텟' }, given, octets);
    }
    for (const [length, what] of [
      [40, { en: '40 octets, all of them zero', ko: '모두 0인 40옥텟' }],
      [CONTENT_MAX, { en: '1596 octets, the most there can be', ko: '가장 긴 1596옥텟' }],
    ] as const) {
      const content = length === 40 ? new Uint8Array(40) : filled(length);
      const given = await steps.step(
        { en: `encodeFrame: ${what.en}`, ko: `encodeFrame: ${what.ko}` },
        () => learner.call('encodeFrame', content),
      );
      steps.expectOctets(
        { en: 'the octets on the line', ko: '선 위의 옥텟' },
        given,
        encodeFrame(content),
      );
    }
    for (const length of [6, CONTENT_MAX + 1]) {
      const given = await steps.step(
        { en: `encodeFrame: ${length} octets`, ko: `encodeFrame: ${length}옥텟` },
        () => learner.call('encodeFrame', filled(length)),
      );
      steps.expectEqual({ en: 'no frame', ko: '프레임이 아니다' }, given, undefined);
    }
  },
};

const encoded = (whole: Uint8Array): Uint8Array => whole.slice(0, -1);

const turned = (octets: Uint8Array, bit: number): Uint8Array =>
  octets.map((octet, i) => (i === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet));

const DAMAGED: readonly (readonly [octets: Uint8Array, why: string, what: Text])[] = [
  [ACK, 'badCobs', { en: 'a header that was never encoded', ko: '인코딩하지 않은 헤더' }],
  [
    octetsOf('051122'),
    'badCobs',
    { en: 'a code that leads past the end', ko: '끝을 넘어가는 코드' },
  ],
  [octetsOf('0214'), 'short', { en: 'one octet', ko: '옥텟 하나' }],
  [
    encodeCobs(withCrc(ACK.slice(1))),
    'short',
    { en: 'ten octets with a right CRC', ko: 'CRC가 맞는 열 옥텟' },
  ],
  [
    octetsOf('0101010101'),
    'short',
    { en: 'four zeros: the CRC of nothing', ko: '0 네 개: 아무것도 없는 것의 CRC' },
  ],
  [
    turned(encoded(HELLO_FRAME), 8),
    'badCrc',
    { en: 'the first bit of the content turned over', ko: '내용의 첫 비트가 뒤집힘' },
  ],
  [
    turned(encoded(HELLO_FRAME), 8 * 16 + 7),
    'badCrc',
    { en: 'the last bit of the CRC turned over', ko: 'CRC의 마지막 비트가 뒤집힘' },
  ],
  [
    encoded(encodeFrame(filled(CONTENT_MAX + 1))),
    'oversized',
    { en: 'a right frame, one octet too long', ko: '한 옥텟 더 긴 올바른 프레임' },
  ],
  [
    encoded(encodeFrame(new Uint8Array(CONTENT_MAX + 1))),
    'oversized',
    {
      en: 'the same of zeros: it is short until it is decoded',
      ko: '같은 것인데 모두 0: 디코딩하기 전에는 짧다',
    },
  ],
  [filled(1608), 'oversized', { en: '1608 octets of anything', ko: '아무 옥텟 1608개' }],
];

export const damage: Check = {
  id: 'damage',
  title: {
    en: 'A good frame is opened, a damaged one named',
    ko: '올바른 프레임은 열고, 손상된 것은 이름을 댄다',
  },
  points: 7,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'The comment of decodeFrame lists what can be wrong, in the order in which to ask. Which question can you ask before you decode, and which only afterwards?',
      ko: 'decodeFrame의 주석에 무엇이 잘못될 수 있는지 물어볼 순서대로 적혀 있어요. 디코딩하기 전에 물어볼 수 있는 것은 무엇이고, 뒤에야 물어볼 수 있는 것은 무엇인가요?',
    },
    {
      en: 'Behind the content stand four octets. Compute the CRC of the others and compare. Numbers compare safely when both are made in the same way: >>> 0 makes a number without a sign.',
      ko: '내용 뒤에는 네 옥텟이 서 있어요. 나머지의 CRC를 계산해서 견주세요. 같은 방법으로 만든 수끼리 견주면 안전해요. >>> 0은 부호 없는 수를 만들어 줍니다.',
    },
    {
      en: 'More than 1607: oversized. decodeCobs gave undefined: badCobs. Fewer than 11: short. More than 1600: oversized. Then split four octets from the end: read them as one number (a DataView does), and compare it with crc32 of the rest; a content that passes is what you return.',
      ko: '1607보다 많으면 oversized. decodeCobs가 undefined를 주면 badCobs. 11보다 적으면 short. 1600보다 많으면 oversized. 그다음 끝의 네 옥텟을 떼어 수 하나로 읽고(DataView가 해 줘요) 나머지의 crc32와 견주세요. 통과하면 그 내용을 돌려주면 됩니다.',
    },
  ],
  async run({ learner }, steps) {
    for (const [content, octets, what] of [
      [HELLO, HELLO_FRAME, { en: '“hello, board”', ko: '"hello, board"' }],
      [ACK, ACK_FRAME, { en: 'seven octets, the fewest', ko: '가장 짧은 일곱 옥텟' }],
      [
        filled(CONTENT_MAX),
        encodeFrame(filled(CONTENT_MAX)),
        { en: '1596 octets, the most there can be', ko: '가장 긴 1596옥텟' },
      ],
      [
        fromAscii('\0\0\0\0\0\0\0'),
        encodeFrame(new Uint8Array(7)),
        { en: 'seven zeros', ko: '0 일곱 개' },
      ],
    ] as const) {
      const given = await steps.step(
        { en: `decodeFrame: ${what.en}`, ko: `decodeFrame: ${what.ko}` },
        () => learner.call('decodeFrame', encoded(octets)),
      );
      steps.expectOctets({ en: 'the content', ko: '내용' }, given, content);
    }
    for (const [octets, why, what] of DAMAGED) {
      const given = await steps.step(
        { en: `decodeFrame: ${what.en}`, ko: `decodeFrame: ${what.ko}` },
        () => learner.call('decodeFrame', octets),
      );
      steps.expectEqual({ en: 'what is wrong with it', ko: '무엇이 잘못되었는지' }, given, why);
    }
  },
};
