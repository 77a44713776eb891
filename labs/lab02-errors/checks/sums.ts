/** Parity, and the sum of the Internet. */
import { fromHex } from '../../../src/base/octets.ts';
import type { Check, Steps } from '../../../src/lab/lab.ts';
import { ascii } from './reference.ts';

export const octetsOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array(0);

export const hexNumber = (value: number, digits: number): string =>
  `${value < 0 ? '-' : ''}0x${Math.abs(value).toString(16).toUpperCase().padStart(digits, '0')}`;

/** A check value, shown as standards write it. */
export function expectHex(steps: Steps, found: unknown, value: number, digits: number): void {
  const text = hexNumber(value, digits);
  const what = { en: `it is ${text}`, ko: `${text}이다` };
  if (typeof found === 'number') steps.expectEqual(what, hexNumber(found, digits), text);
  else steps.expectEqual(what, found, value);
}

export const parity: Check = {
  id: 'parity',
  title: { en: 'The parity bit', ko: '패리티 비트' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'How many ones are in 0x07? How many would be there with one more bit, and which bit makes that number even?',
      ko: '0x07에는 1이 몇 개 있나요? 비트를 하나 더 붙이면 몇 개가 되고, 어떤 비트를 붙여야 짝수가 될까요?',
    },
    {
      en: 'Count the ones of all octets together, not octet by octet: there is one parity bit for all of them. Odd parity is the other bit.',
      ko: '옥텟마다 따로가 아니라 모든 옥텟의 1을 함께 세세요. 패리티 비트는 전체에 하나뿐이에요. 홀수 패리티는 그 반대 비트입니다.',
    },
    {
      en: 'Walk through each octet eight times: take the lowest bit with & 1, shift right. Add what you took to a count. For even parity the answer is the count modulo 2, for odd one minus that.',
      ko: '옥텟마다 여덟 번, & 1로 가장 낮은 비트를 꺼내고 오른쪽으로 미세요. 꺼낸 것을 더해 갑니다. 짝수 패리티의 답은 그 합을 2로 나눈 나머지이고, 홀수 패리티는 1에서 그것을 뺀 값이에요.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      ['07', 'even', 1, 'three ones', '1이 세 개'],
      ['07', 'odd', 0, 'three ones', '1이 세 개'],
      ['ff', 'even', 0, 'eight ones', '1이 여덟 개'],
      ['', 'even', 0, 'no octets at all', '옥텟이 하나도 없음'],
      ['', 'odd', 1, 'no octets at all', '옥텟이 하나도 없음'],
      ['80 01 01', 'even', 1, 'three ones in three octets', '옥텟 세 개에 1이 하나씩'],
      [
        '80 01 00',
        'even',
        0,
        'two ones, the highest bit and the lowest',
        '가장 높은 비트와 가장 낮은 비트, 1이 두 개',
      ],
    ] as const;
    for (const [hex, kind, bit, en, ko] of cases) {
      const found = await steps.step(
        {
          en: `parityBit: [${hex}], ${en}, ${kind} parity`,
          ko: `parityBit: [${hex}], ${ko}, ${kind === 'even' ? '짝수' : '홀수'} 패리티`,
        },
        () => learner.call('parityBit', octetsOf(hex), kind),
      );
      steps.expect({ en: `the bit is ${bit}`, ko: `비트는 ${bit}` }, found === bit, {
        en: `parityBit answered ${String(found)}. Open errors.ts, find parityBit, and start there: the ones in the octets and the bit together must be ${kind} in number.`,
        ko: `parityBit의 답은 ${String(found)}이에요. errors.ts를 열고 parityBit부터 시작하세요. 옥텟 속의 1과 이 비트를 합쳐 ${kind === 'even' ? '짝수' : '홀수'} 개가 되어야 해요.`,
      });
    }
  },
};

export const internetChecksum: Check = {
  id: 'internet-checksum',
  title: { en: 'The Internet checksum', ko: '인터넷 체크섬' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Add 0xFFFF and 0x0001 in sixteen bits. Where does the carry go in one’s complement?',
      ko: '16비트로 0xFFFF와 0x0001을 더해 보세요. 1의 보수에서는 올림이 어디로 가나요?',
    },
    {
      en: 'RFC 1071: words in network order, the carry out of bit 15 comes in again at bit 0, the result is complemented. An odd octet at the end is the upper half of a last word.',
      ko: 'RFC 1071: 16비트 단어를 네트워크 순서로 읽고, 15번 비트에서 넘친 올림은 0번 비트로 다시 들어가며, 마지막에 보수를 취합니다. 끝에 홀로 남은 옥텟은 마지막 단어의 위쪽 절반이에요.',
    },
    {
      en: 'After each addition replace the sum by its lower sixteen bits plus what is above them. At the end subtract from 0xFFFF; `~` would give you a negative number.',
      ko: '더할 때마다 합을 "아래 16비트 + 그 위의 값"으로 바꾸세요. 마지막에는 0xFFFF에서 뺍니다. `~`를 쓰면 음수가 나와요.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      // RFC 1071 §3: the sum of these is 0xDDF2.
      [
        '0001 f203 f4f5 f6f7',
        0x220d,
        'the example of RFC 1071 §3, 00 01 f2 03 f4 f5 f6 f7',
        'RFC 1071 §3의 예, 00 01 f2 03 f4 f5 f6 f7',
      ],
      // The IPv4 header of a ping from 192.0.2.1, its checksum zero; tshark finds 0xF6CB right in it.
      ['4500002d00010000400100 00c0000201c0000202', 0xf6cb, 'an IPv4 header', 'IPv4 헤더'],
      [
        '4500002d000100004001f6cbc0000201c0000202',
        0x0000,
        'the same with its checksum in it: nothing is wrong',
        '체크섬이 들어 있는 같은 헤더: 이상 없음',
      ],
      ['01', 0xfeff, 'one octet, 01: the upper half of a word', '옥텟 하나, 01: 단어의 위쪽 절반'],
      ['', 0xffff, 'no octets', '옥텟 없음'],
      [
        'ffff 0001',
        0xfffe,
        'ff ff 00 01, a carry out of sixteen bits',
        'ff ff 00 01, 16비트를 넘는 올림',
      ],
    ] as const;
    for (const [hex, value, en, ko] of cases) {
      const found = await steps.step({ en: `checksum: ${en}`, ko: `checksum: ${ko}` }, () =>
        learner.call('checksum', octetsOf(hex)),
      );
      expectHex(steps, found, value, 4);
    }
    const found = await steps.step(
      {
        en: 'checksum: 65,536 octets of 0xFF, and a carry at each word',
        ko: 'checksum: 0xFF 65,536옥텟. 단어마다 올림',
      },
      () => learner.call('checksum', new Uint8Array(65_536).fill(0xff)),
    );
    expectHex(steps, found, 0, 4);
    const both = await steps.step(
      {
        en: 'checksum: the octets of "netlab", and the same with two words exchanged',
        ko: 'checksum: "netlab"의 옥텟과, 그중 두 단어를 맞바꾼 것',
      },
      async () => ({
        netlab: await learner.call('checksum', ascii('netlab')),
        tlneab: await learner.call('checksum', ascii('tlneab')),
      }),
    );
    steps.expectFields(
      {
        en: 'both are 0xBBCB: a sum does not see the order',
        ko: '둘 다 0xBBCB: 합은 순서를 보지 못한다',
      },
      both,
      { netlab: 0xbbcb, tlneab: 0xbbcb },
    );
  },
};
