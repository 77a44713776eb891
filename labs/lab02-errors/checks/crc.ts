/** Remainders of polynomials, and Ethernet's FCS made of one. */
import { concat } from '../../../src/base/octets.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { ascii, flipped } from './reference.ts';
import { expectHex, octetsOf } from './sums.ts';

export const remainder16: Check = {
  id: 'crc16',
  title: { en: 'CRC-16, as HDLC has it', ko: 'HDLC의 CRC-16' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Divide 1101 by 101 on paper, with exclusive or in place of subtraction. What is left over?',
      ko: '종이에 1101을 101로 나눠 보세요. 뺄셈 대신 배타적 논리합을 씁니다. 무엇이 남나요?',
    },
    {
      en: 'The line sends the lowest bit of an octet first, so the register shifts right and the generator 0x1021 is read backwards: 0x8408. It starts with all ones, and the result is complemented (RFC 1662 appendix C).',
      ko: '선에서는 옥텟의 가장 낮은 비트가 먼저 나가므로, 레지스터는 오른쪽으로 밀고 생성 다항식 0x1021은 거꾸로 읽어 0x8408이 됩니다. 모두 1에서 시작하고 결과에 보수를 취해요(RFC 1662 부록 C).',
    },
    {
      en: 'For each octet: exclusive-or it into the low eight bits. Then eight times: remember bit 0, shift right by one, and if the bit was 1, exclusive-or 0x8408 in. At the very end exclusive-or 0xFFFF.',
      ko: '옥텟마다 레지스터의 아래 8비트에 배타적 논리합으로 넣으세요. 그리고 여덟 번: 0번 비트를 기억하고, 오른쪽으로 한 칸 밀고, 기억한 비트가 1이면 0x8408을 배타적 논리합. 맨 끝에 0xFFFF를 배타적 논리합하면 됩니다.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      [ascii('123456789'), 0x906e, 'the check value of "123456789"', '"123456789"의 확인값'],
      // What X.25 lines carry: 03 3F 5B EC.
      [octetsOf('033f'), 0xec5b, 'a SABM to address 3', '주소 3으로 가는 SABM'],
      [octetsOf(''), 0x0000, 'no octets', '옥텟 없음'],
      // Python's binascii.crc_hqx, its bits turned round.
      [octetsOf('00'), 0xf078, 'one octet of zeros', '0 옥텟 하나'],
      [octetsOf('00 00'), 0xf47, 'two octets of zeros', '0 옥텟 두 개'],
    ] as const;
    for (const [octets, value, en, ko] of cases) {
      const found = await steps.step({ en: `crc16: ${en}`, ko: `crc16: ${ko}` }, () =>
        learner.call('crc16', octets),
      );
      expectHex(steps, found, value, 4);
    }
  },
};

export const remainder32: Check = {
  id: 'crc32',
  title: { en: 'CRC-32, as Ethernet has it', ko: '이더넷의 CRC-32' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'It is the same machine with a longer register. What does JavaScript do with a 32-bit number whose highest bit is set?',
      ko: '레지스터가 더 긴 같은 기계예요. JavaScript는 최상위 비트가 1인 32비트 수를 어떻게 다루나요?',
    },
    {
      en: 'The generator 0x04C11DB7 backwards is 0xEDB88320. `>>` keeps the sign, `>>>` does not; and the results of `^` are signed.',
      ko: '생성 다항식 0x04C11DB7을 거꾸로 읽으면 0xEDB88320입니다. `>>`는 부호를 지키고 `>>>`는 지키지 않아요. 그리고 `^`의 결과에는 부호가 있어요.',
    },
    {
      en: 'Do as for CRC-16 with all ones in 32 bits, shift with >>>, and make the last result unsigned with >>> 0.',
      ko: 'CRC-16처럼 하되 32비트를 모두 1로 시작하고, >>>로 밀고, 마지막 결과는 >>> 0으로 부호를 떼세요.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      [ascii('123456789'), 0xcbf43926, 'the check value of "123456789"', '"123456789"의 확인값'],
      // These are zlib's.
      [ascii('a'), 0xe8b7be43, 'the letter a', '글자 a'],
      [octetsOf(''), 0x00000000, 'no octets', '옥텟 없음'],
      [octetsOf('00000000'), 0x2144df1c, 'four octets of zeros', '0 옥텟 네 개'],
      [octetsOf('ffffffff'), 0xffffffff, 'four octets of ones', '1로만 된 옥텟 네 개'],
    ] as const;
    for (const [octets, value, en, ko] of cases) {
      const found = await steps.step({ en: `crc32: ${en}`, ko: `crc32: ${ko}` }, () =>
        learner.call('crc32', octets),
      );
      expectHex(steps, found, value, 8);
    }
  },
};

/**
 * An ARP request as Scapy 2.7 writes it, and its FCS as zlib has it; the FCS of a frame is the CRC-32, least significant
 * octet first (IEEE 802.3 §3.2.9).
 */
const FRAME = octetsOf(
  `ffffffffffff 00005e005301 0806 0001080006040001 00005e005301 c0000201 000000000000 c0000202
   000000000000000000000000000000000000`,
);
const FCS = octetsOf('8e30fb7f');

export const fcsMade: Check = {
  id: 'fcs-made',
  title: { en: 'A frame gets its FCS', ko: '프레임에 FCS를 붙인다' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'An FCS has four octets. In which order do they go out, when everything else of this CRC is done from the low end?',
      ko: 'FCS는 네 옥텟이에요. 이 CRC에서는 모든 것이 낮은 쪽부터인데, 옥텟은 어떤 순서로 나갈까요?',
    },
    {
      en: 'The least significant octet first: unlike all other numbers in an Ethernet frame.',
      ko: '가장 낮은 옥텟이 먼저예요. 이더넷 프레임 속의 다른 모든 숫자와는 반대죠.',
    },
    {
      en: 'Make an array four octets longer than the frame, set the frame at 0, and write the CRC shifted right by 0, 8, 16 and 24 bits, each masked with 0xFF.',
      ko: '프레임보다 네 옥텟 긴 배열을 만들어 0에 프레임을 놓고, CRC를 0, 8, 16, 24비트씩 오른쪽으로 밀어 0xFF로 마스크한 값을 차례로 쓰세요.',
    },
  ],
  async run({ learner }, steps) {
    const whole = await steps.step(
      { en: 'appendFcs: an ARP request', ko: 'appendFcs: ARP 요청' },
      () => learner.call('appendFcs', FRAME),
    );
    steps.expectOctets(
      { en: 'the frame and its FCS', ko: '프레임과 FCS' },
      whole,
      concat([FRAME, FCS]),
    );
    const short = await steps.step({ en: 'appendFcs: one octet', ko: 'appendFcs: 옥텟 하나' }, () =>
      learner.call('appendFcs', ascii('a')),
    );
    steps.expectOctets({ en: 'a, and its FCS', ko: 'a와 그 FCS' }, short, octetsOf('61 43beb7e8'));
  },
};

export const fcsCheck: Check = {
  id: 'fcs-check',
  title: { en: 'A wrong FCS is noticed', ko: '틀린 FCS를 알아챈다' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'You can make the right FCS already. What has to be compared with what?',
      ko: '올바른 FCS는 이미 만들 수 있어요. 무엇을 무엇과 비교해야 할까요?',
    },
    {
      en: 'Cut the last four octets off, make the FCS of the rest, compare. With fewer than four octets there is nothing to cut off.',
      ko: '마지막 네 옥텟을 잘라 내고, 나머지로 FCS를 만들어 비교하세요. 네 옥텟보다 적으면 잘라 낼 것이 없어요.',
    },
    {
      en: 'Return undefined first for what is shorter than four. Then slice off the frame, call appendFcs on it and compare octet for octet; every one of the four counts.',
      ko: '네 옥텟보다 짧으면 먼저 undefined를 돌려주세요. 그다음 프레임을 slice로 떼어 내 appendFcs를 부르고 옥텟마다 비교합니다. 네 옥텟 모두 맞아야 해요.',
    },
  ],
  async run({ learner }, steps) {
    const good = concat([FRAME, FCS]);
    const found = await steps.step(
      { en: 'checkFcs: as it was sent', ko: 'checkFcs: 보낸 그대로' },
      () => learner.call('checkFcs', good),
    );
    steps.expectOctets({ en: 'the frame without its FCS', ko: 'FCS를 뗀 프레임' }, found, FRAME);
    const damaged = [
      [0, 'the first bit', '첫 비트'],
      [8 * 30 + 3, 'a bit in the middle', '가운데 비트 하나'],
      [8 * 60, 'the first bit of the FCS', 'FCS의 첫 비트'],
      [8 * 64 - 1, 'the last bit of the FCS', 'FCS의 마지막 비트'],
    ] as const;
    for (const [bit, en, ko] of damaged) {
      const answer = await steps.step(
        { en: `checkFcs: ${en} was turned over`, ko: `checkFcs: ${ko}가 뒤집힘` },
        () => learner.call('checkFcs', flipped(good, [bit])),
      );
      steps.expectEqual({ en: 'undefined: damaged', ko: 'undefined: 손상됨' }, answer, undefined);
    }
    for (const [hex, en, ko] of [
      ['', 'no octets', '옥텟 없음'],
      ['000000', 'three octets', '세 옥텟'],
    ] as const) {
      const answer = await steps.step({ en: `checkFcs: ${en}`, ko: `checkFcs: ${ko}` }, () =>
        learner.call('checkFcs', octetsOf(hex)),
      );
      steps.expectEqual(
        { en: 'undefined: no room for an FCS', ko: 'undefined: FCS가 들어갈 자리가 없음' },
        answer,
        undefined,
      );
    }
    const empty = await steps.step(
      { en: 'checkFcs: an FCS and nothing before it', ko: 'checkFcs: 앞에 아무것도 없는 FCS' },
      () => learner.call('checkFcs', octetsOf('00000000')),
    );
    steps.expectOctets({ en: 'an empty frame', ko: '빈 프레임' }, empty, new Uint8Array(0));
  },
};
