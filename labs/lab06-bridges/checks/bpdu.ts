/** Configuration BPDUs: from octets to fields, and back. */
import { concat } from '../../../src/base/octets.ts';
import type { Check, Text } from '../../../src/lab/lab.ts';
import { octetsOf } from './frames.ts';
import { LINUX_CHANGE, LINUX_RELAYED, LINUX_ROOT, LINUX_TCN, SCAPY } from './golden.ts';

const GOLDEN = [SCAPY, LINUX_ROOT, LINUX_CHANGE, LINUX_RELAYED];

/** `LINUX_ROOT` with other octets at `at`. */
function changed(at: number, hex: string): Uint8Array {
  const octets = LINUX_ROOT.octets.slice();
  octets.set(octetsOf(hex), at);
  return octets;
}

export const bpduDecode: Check = {
  id: 'bpdu-decode',
  title: { en: 'BPDUs are decoded', ko: 'BPDU를 디코딩한다' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Lay the drawing in the README beside the octets and write the offset under each box. Which fields are wider than a number is exact for bit operations?',
      ko: 'README의 그림을 옥텟 옆에 놓고 상자마다 오프셋을 적어 보세요. 비트 연산을 하기에는 너무 넓은 필드가 있나요?',
    },
    {
      en: 'The BPDU begins at octet 17, behind 42 42 03. Identifiers stay hexadecimal text. The cost has 32 bits, and << gives negative numbers from 2³¹ on. Times are in 1/256 s. Refuse what is too short, of another protocol or type, or as old as its maximum.',
      ko: 'BPDU는 42 42 03 뒤, 17번째 옥텟에서 시작해요. 식별자는 16진수 글자 그대로 둡니다. 비용은 32비트인데 <<는 2³¹부터 음수가 돼요. 시간의 단위는 1/256초입니다. 너무 짧거나, 프로토콜이나 종류가 다르거나, 최대치만큼 늙은 것은 거절하세요.',
    },
    {
      en: 'Check in this order: 52 octets at least; the length field at 12 no less than 38 and no more than there is; the destination; 42 42 03; protocol 0000; type 00. Then cut 17 … 51 out and read at 4, 5, 13, 17, 25, 27, 29, 31 and 33. At the end compare messageAge with maxAge.',
      ko: '이 순서로 확인하세요. 적어도 52옥텟, 12번째의 길이 필드가 38 이상이고 실제보다 크지 않은지, 목적지, 42 42 03, 프로토콜 0000, 종류 00. 그런 다음 17…51을 잘라 4, 5, 13, 17, 25, 27, 29, 31, 33에서 읽습니다. 끝으로 messageAge를 maxAge와 견주세요.',
    },
  ],
  async run({ learner }, steps) {
    for (const { what, octets, fields } of GOLDEN) {
      const found = await steps.step(
        { en: `decodeBpdu: ${what.en}`, ko: `decodeBpdu: ${what.ko}` },
        () => learner.call('decodeBpdu', octets),
      );
      steps.expectFields({ en: 'its fields', ko: '필드' }, found, fields);
    }
    const unpadded = LINUX_ROOT.octets.slice(0, 52);
    const good: readonly (readonly [Text, Uint8Array, Readonly<Record<string, unknown>>])[] = [
      [{ en: 'no padding', ko: '패딩 없음' }, unpadded, LINUX_ROOT.fields],
      [
        { en: 'a cost of 4294967295', ko: '비용 4294967295' },
        changed(30, 'ff ff ff ff'),
        { ...LINUX_ROOT.fields, cost: 0xffff_ffff },
      ],
      [
        { en: 'all four times with fractions', ko: '네 시간 모두 소수가 있음' },
        changed(44, '01 80 14 40 02 80 0f c0'),
        {
          ...LINUX_ROOT.fields,
          messageAge: 1.5,
          maxAge: 20.25,
          helloTime: 2.5,
          forwardDelay: 15.75,
        },
      ],
    ];
    for (const [what, octets, fields] of good) {
      const found = await steps.step(
        { en: `decodeBpdu: ${what.en}`, ko: `decodeBpdu: ${what.ko}` },
        () => learner.call('decodeBpdu', octets),
      );
      steps.expectFields({ en: 'its fields', ko: '필드' }, found, fields);
    }
    const none: readonly (readonly [Text, Uint8Array])[] = [
      [
        { en: 'a change of topology: no configuration', ko: '토폴로지 변경 알림: 설정이 아님' },
        LINUX_TCN,
      ],
      [
        { en: 'the same, padded', ko: '같은 것, 패딩 있음' },
        concat([LINUX_TCN, new Uint8Array(39)]),
      ],
      [{ en: 'cut after 51 octets', ko: '51옥텟에서 잘림' }, unpadded.slice(0, 51)],
      [{ en: 'a length of 37', ko: '길이 37' }, changed(12, '00 25')],
      [
        { en: 'a length of 47, one more than there is', ko: '길이 47, 실제보다 하나 많음' },
        changed(12, '00 2f'),
      ],
      [{ en: 'to another address', ko: '다른 주소로' }, changed(5, '01')],
      [{ en: 'another service access point', ko: '다른 서비스 접근점' }, changed(14, 'aa aa')],
      [{ en: 'protocol 1', ko: '프로토콜 1' }, changed(17, '00 01')],
      [
        {
          en: 'type 80, a change of topology, of full length',
          ko: '종류 80: 길이만 같은 토폴로지 변경 알림',
        },
        changed(20, '80'),
      ],
      [{ en: 'type 2: rapid', ko: '종류 2: 고속' }, changed(19, '02 02')],
      [{ en: 'as old as it may become', ko: '최대치만큼 늙음' }, changed(44, '14 00')],
      [{ en: 'nothing', ko: '빈 것' }, new Uint8Array(0)],
    ];
    for (const [what, octets] of none) {
      const found = await steps.step(
        { en: `decodeBpdu: ${what.en}`, ko: `decodeBpdu: ${what.ko}` },
        () => learner.call('decodeBpdu', octets),
      );
      steps.expectEqual(
        { en: 'no configuration BPDU', ko: '설정 BPDU가 아니다' },
        found,
        undefined,
      );
    }
  },
};

export const bpduEncode: Check = {
  id: 'bpdu-encode',
  title: { en: 'BPDUs are encoded', ko: 'BPDU를 인코딩한다' },
  points: 6,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'What does the length field count, and what comes behind the 52 octets of header and BPDU?',
      ko: '길이 필드는 무엇을 세고, 헤더와 BPDU의 52옥텟 뒤에는 무엇이 오나요?',
    },
    {
      en: 'Length 0x0026 counts 3 octets of LLC and 35 of BPDU. Each field has a fixed number of hexadecimal digits; the frame is padded to 60 with zeros.',
      ko: '길이 0x0026은 LLC 3옥텟과 BPDU 35옥텟을 셉니다. 필드마다 16진수 자릿수가 정해져 있고, 프레임은 60옥텟까지 0으로 채워요.',
    },
    {
      en: 'Since identifiers are text already, build the whole frame as text: each number as hexadecimal digits with zeros in front, times multiplied by 256 and rounded first. Turn each pair of digits into an octet, and pad.',
      ko: '식별자가 이미 글자이니 프레임 전체를 글자로 만드세요. 숫자는 앞을 0으로 채운 16진수로, 시간은 먼저 256을 곱해 반올림하고요. 두 자리씩 옥텟으로 바꾸고 채우면 됩니다.',
    },
  ],
  async run({ learner }, steps) {
    for (const { what, source, octets, fields } of GOLDEN) {
      const found = await steps.step(
        { en: `encodeBpdu: ${what.en}`, ko: `encodeBpdu: ${what.ko}` },
        () => learner.call('encodeBpdu', fields, source),
      );
      steps.expectOctets({ en: 'the frame', ko: '프레임' }, found, octets);
    }
    const far = { ...LINUX_RELAYED.fields, cost: 200_000_019, messageAge: 3.5, flags: 0 };
    const found = await steps.step(
      { en: 'encodeBpdu: a long way from the root', ko: 'encodeBpdu: 루트에서 먼 곳' },
      () => learner.call('encodeBpdu', far, LINUX_RELAYED.source),
    );
    const octets = LINUX_RELAYED.octets.slice();
    octets[21] = 0;
    octets.set(octetsOf('0b eb c2 13'), 30);
    octets.set(octetsOf('03 80'), 44);
    steps.expectOctets({ en: 'the frame', ko: '프레임' }, found, octets);
  },
};
