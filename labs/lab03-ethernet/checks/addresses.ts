/** Addresses as people write them, and the two bits that an address says about itself. */
import type { Check, Text } from '../../../src/lab/lab.ts';
import { octetsOf } from './frames.ts';

const READABLE: readonly (readonly [text: string, hex: string, what: Text])[] = [
  ['00:00:5e:00:53:01', '00005e005301', { en: 'colons', ko: '콜론으로 나눈 것' }],
  [
    '00-00-5E-00-53-01',
    '00005e005301',
    { en: "hyphens and capitals, IEEE's way", ko: 'IEEE 방식: 하이픈과 대문자' },
  ],
  ['Ff:fF:FF:ff:Ff:fF', 'ffffffffffff', { en: 'either case', ko: '대소문자 섞임' }],
  ['09:0a:0b:0c:0d:0e', '090a0b0c0d0e', { en: 'leading zeros', ko: '0으로 시작하는 옥텟' }],
];

const UNREADABLE: readonly (readonly [text: string, what: Text])[] = [
  ['', { en: 'nothing at all', ko: '빈 문자열' }],
  ['00:00:5e:00:53', { en: 'five octets', ko: '옥텟이 다섯 개' }],
  ['00:00:5e:00:53:01:02', { en: 'seven octets', ko: '옥텟이 일곱 개' }],
  ['0:0:5e:0:53:1', { en: 'one digit where two belong', ko: '두 자리여야 할 곳에 한 자리' }],
  ['00:00:5e:00:53:001', { en: 'three digits', ko: '세 자리' }],
  ['00:00:5e:00:53:0g', { en: 'g is no hexadecimal digit', ko: 'g는 16진수 숫자가 아님' }],
  ['00:00-5e:00:53:01', { en: 'two kinds of separator', ko: '구분자가 두 종류' }],
  ['00005e005301', { en: 'no separators', ko: '구분자가 없음' }],
];

export const addresses: Check = {
  id: 'addresses',
  title: { en: 'Addresses are read and written', ko: '주소를 읽고 쓴다' },
  points: 8,
  visibility: 'visible',
  hints: [
    {
      en: 'An address is six octets. People write each as two hexadecimal digits; a program wants six numbers. What does JavaScript offer to go from one to the other, in each direction?',
      ko: '주소는 옥텟 여섯 개예요. 사람은 옥텟 하나를 16진수 두 자리로 쓰고, 프로그램은 숫자 여섯 개를 원하죠. JavaScript에서 이 둘을 양방향으로 오가는 방법은 무엇일까요?',
    },
    {
      en: 'First decide whether the text is an address at all: a regular expression for the whole text, from ^ to $, is a good gatekeeper. Only then take it apart. Number.parseInt alone is too kind: it reads "0g" as 0.',
      ko: '먼저 그 글자가 주소이기는 한지부터 판단하세요. ^에서 $까지 전체를 검사하는 정규식이 좋은 문지기예요. 쪼개는 일은 그다음이고요. Number.parseInt만 믿으면 안 돼요. "0g"도 0으로 읽어 버리니까요.',
    },
    {
      en: 'Test for two digits, then five times "separator and two digits", once with colons and once with hyphens, ignoring case. Split at [:-] and parse each piece with radix 16. To write: toString(16) drops a leading zero; padStart puts it back.',
      ko: '"두 자리, 그리고 (구분자 + 두 자리) 다섯 번"인지 콜론으로 한 번, 하이픈으로 한 번, 대소문자를 무시하고 검사하세요. 그런 다음 [:-]에서 나누어 조각마다 16진법으로 읽으면 돼요. 쓸 때는 toString(16)이 앞의 0을 버리니 padStart로 되살리세요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [index, [text, hex, what]] of READABLE.entries()) {
      const call = `parseAddress('${text}')`;
      const address = await steps.step(
        { en: `${call}: ${what.en}`, ko: `${call}: ${what.ko}` },
        () => learner.call('parseAddress', text),
      );
      if (index === 0) {
        steps.expect({ en: 'there is an answer', ko: '답이 있다' }, address !== undefined, {
          en: "parseAddress answered undefined, which says “this is no address”. In the starter it always does: here the lab begins. Open ethernet.ts, find parseAddress, read its comment, and make it return the text's six octets as a Uint8Array. Then run the check again: it will lead you to the next thing.",
          ko: 'parseAddress가 undefined를 돌려줬어요. "이건 주소가 아니다"라는 뜻이죠. starter에서는 늘 이래요. 실습은 바로 여기서 시작합니다. ethernet.ts를 열고 parseAddress의 주석을 읽은 다음, 글자에 담긴 옥텟 여섯 개를 Uint8Array로 돌려주게 만드세요. 그리고 다시 검사하면 다음 할 일을 알려 줄 거예요.',
        });
      }
      steps.expectOctets({ en: 'its six octets', ko: '옥텟 여섯 개' }, address, octetsOf(hex));
    }
    for (const [text, what] of UNREADABLE) {
      const call = `parseAddress('${text}')`;
      const address = await steps.step(
        { en: `${call}: ${what.en}`, ko: `${call}: ${what.ko}` },
        () => learner.call('parseAddress', text),
      );
      steps.expectEqual({ en: 'no address', ko: '주소가 아니다' }, address, undefined);
    }
    const written = '09:0a:5e:00:ff:10';
    const text = await steps.step(
      { en: 'formatAddress of six octets', ko: '옥텟 여섯 개를 formatAddress로' },
      () => learner.call('formatAddress', octetsOf('090a5e00ff10')),
    );
    steps.expectEqual(
      { en: 'two digits an octet, lower case, colons', ko: '옥텟마다 소문자 두 자리, 콜론' },
      text,
      written,
    );
  },
};

const BITS: readonly (readonly [hex: string, group: boolean, local: boolean, what: Text])[] = [
  ['00005e005301', false, false, { en: 'one card, from its maker', ko: '제조사가 준 카드 주소' }],
  ['020000000001', false, true, { en: 'one card, given locally', ko: '로컬에서 정한 카드 주소' }],
  ['01005e901001', true, false, { en: 'a group of the IANA', ko: 'IANA의 그룹 주소' }],
  ['333300000001', true, true, { en: 'a group, given locally', ko: '로컬에서 정한 그룹 주소' }],
  [
    'ffffffffffff',
    true,
    true,
    { en: 'broadcast: the group of all', ko: '브로드캐스트: 모두의 그룹' },
  ],
  [
    '80005e005301',
    false,
    false,
    { en: 'the high bit means nothing', ko: '최상위 비트는 관계없음' },
  ],
  ['0040c0ffffff', false, false, { en: 'only the first octet counts', ko: '첫 옥텟만 중요함' }],
];

export const addressBits: Check = {
  id: 'address-bits',
  title: { en: 'Group and local addresses are told apart', ko: '그룹 주소와 로컬 주소를 가려낸다' },
  points: 4,
  visibility: 'visible',
  hints: [
    {
      en: 'Both answers are in the first octet. Ethernet sends the least significant bit of each octet first, so "the first bit on the wire" is not the one that you write leftmost.',
      ko: '두 답 모두 첫 번째 옥텟에 있어요. 이더넷은 옥텟마다 최하위 비트를 먼저 내보냅니다. 그래서 "선 위의 첫 비트"는 종이에 맨 왼쪽으로 적는 비트가 아니에요.',
    },
    {
      en: 'IEEE 802.3 §3.2.3: the first bit on the wire is I/G (individual or group), the second U/L (universally or locally administered). Write 0x01 and 0x33 in binary and look for what they share.',
      ko: 'IEEE 802.3 §3.2.3에 따르면 선 위의 첫 비트가 I/G(개별/그룹), 둘째 비트가 U/L(전역/로컬 관리)이에요. 0x01과 0x33을 2진수로 적어 놓고 공통점을 찾아보세요.',
    },
    {
      en: 'Take octet 0 and mask it: the I/G bit has the value 1, the U/L bit the value 2. A group address is one where the masked value is not zero.',
      ko: '0번 옥텟에 마스크를 씌우세요. I/G 비트의 값은 1, U/L 비트의 값은 2예요. 마스크한 값이 0이 아니면 그룹 주소(또는 로컬 주소)입니다.',
    },
  ],
  async run({ learner }, steps) {
    for (const [hex, group, local, what] of BITS) {
      const address = octetsOf(hex);
      const found = await steps.step(
        { en: `${hex}: ${what.en}`, ko: `${hex}: ${what.ko}` },
        async () => ({
          isGroupAddress: await learner.call('isGroupAddress', address),
          isLocalAddress: await learner.call('isLocalAddress', address),
        }),
      );
      steps.expectFields({ en: 'I/G and U/L bit', ko: 'I/G 비트와 U/L 비트' }, found, {
        isGroupAddress: group,
        isLocalAddress: local,
      });
    }
  },
};
