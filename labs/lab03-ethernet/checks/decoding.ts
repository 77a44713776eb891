/** From octets to fields: which form it is, where the payload ends, and what is no frame at all. */
import { concat } from '../../../src/base/octets.ts';
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';
import {
  EXPERIMENTAL,
  ethernetIISample,
  llcSample,
  octetsOf,
  pair,
  STRANGER,
  snapSample,
} from './frames.ts';
import {
  ARP_REQUEST,
  BPDU,
  DISCOVERY,
  PING,
  PING_BY_SNAP,
  RECEIVER_READY,
  TEST_TO_SNAP,
} from './golden.ts';

const ENDS = { destination: octetsOf('00005e005302'), source: STRANGER };
const UI = { dsap: 0x28, ssap: 0x2c, control: Uint8Array.of(0x03) };

async function decodes(
  learner: Learner,
  steps: Steps,
  octets: Uint8Array,
  expected: Readonly<Record<string, unknown>>,
  what: Text,
): Promise<void> {
  const frame = await steps.step({ en: `decode: ${what.en}`, ko: `decode: ${what.ko}` }, () =>
    learner.call('decode', octets),
  );
  steps.expectFields({ en: 'its form and fields', ko: '형식과 필드' }, frame, expected);
}

export const decode: Check = {
  id: 'decode',
  title: { en: 'Frames of every form are decoded', ko: '모든 형식의 프레임을 디코딩한다' },
  points: 10,
  visibility: 'visible',
  hints: [
    {
      en: 'Everything hangs on the two octets at offset 12. Read them as one number first, then ask what that number can be.',
      ko: '모든 것이 12번째 자리의 두 옥텟에 달려 있어요. 먼저 숫자 하나로 읽고, 그 숫자가 무엇일 수 있는지 따져 보세요.',
    },
    {
      en: '0x0600 and above: a type, so Ethernet II, and all that follows is payload. 1500 and below: a length, so LLC follows. LLC is SNAP only when DSAP, SSAP and control are AA AA 03, all three. A control octet whose two low bits are both 1 stands alone; any other has a second octet.',
      ko: '0x0600 이상이면 타입이니 Ethernet II이고 뒤는 모두 페이로드예요. 1500 이하이면 길이이니 LLC가 이어집니다. DSAP, SSAP, 제어 필드 셋이 모두 AA AA 03일 때만 SNAP이에요. 제어 옥텟의 하위 두 비트가 모두 1이면 한 옥텟이고, 아니면 한 옥텟이 더 있어요.',
    },
    {
      en: 'Take destination, source and the number at 12; if it is a type, return form ethernet-ii. Otherwise cut the data to its length and give it to a second function: octets 0 and 1 are dsap and ssap, control is one or two octets from 2 on, the rest is payload. For SNAP take three more octets for the OUI and two for the protocol off the front of that payload.',
      ko: '목적지, 출발지, 12번째 자리의 숫자를 꺼내고 타입이면 ethernet-ii로 돌려주세요. 아니면 그 길이만큼 데이터를 잘라 두 번째 함수에 넘깁니다. 0번과 1번 옥텟이 dsap와 ssap, 2번부터 한두 옥텟이 control, 나머지가 payload예요. SNAP이면 그 payload 앞에서 OUI 세 옥텟과 프로토콜 두 옥텟을 더 떼어 내세요.',
    },
  ],
  async run({ learner }, steps) {
    const frames: readonly (readonly [typeof PING, Text])[] = [
      [PING, { en: 'a ping in Ethernet II', ko: 'Ethernet II에 담긴 ping' }],
      [ARP_REQUEST, { en: 'an ARP request: padding and all', ko: '패딩까지 딸린 ARP 요청' }],
      [BPDU, { en: 'a BPDU in LLC', ko: 'LLC에 담긴 BPDU' }],
      [
        RECEIVER_READY,
        { en: 'receiver ready: two octets of control', ko: 'RR: 제어 필드 두 옥텟' },
      ],
      [PING_BY_SNAP, { en: 'a ping in SNAP', ko: 'SNAP에 담긴 ping' }],
      [DISCOVERY, { en: 'discovery in SNAP', ko: 'SNAP에 담긴 CDP' }],
      [TEST_TO_SNAP, { en: 'AA AA, but control is not UI', ko: 'AA AA지만 제어 필드가 UI가 아님' }],
    ];
    for (const [sample, what] of frames) {
      await decodes(learner, steps, sample.octets, sample.decoded, what);
    }
    const first = ethernetIISample(ENDS, 0x0600, new Uint8Array(46).fill(1));
    await decodes(learner, steps, first.octets, first.decoded, {
      en: 'type 0x0600, the first that is one',
      ko: '타입 0x0600. 타입인 가장 작은 값',
    });
  },
};

export const lengthField: Check = {
  id: 'length-field',
  title: { en: 'The length field says where data ends', ko: '길이 필드가 데이터의 끝을 알려 준다' },
  points: 6,
  visibility: 'visible',
  hints: [
    {
      en: 'A receiver cannot see where padding begins: zeros may be data. Who tells it, in 802.3? And in Ethernet II?',
      ko: '받는 쪽은 패딩이 어디서 시작하는지 볼 수 없어요. 0도 데이터일 수 있으니까요. 802.3에서는 누가 알려 주나요? Ethernet II에서는요?',
    },
    {
      en: 'In 802.3 the length field tells: exactly so many octets after offset 14 are LLC, and what follows is dropped. In Ethernet II nobody tells at this layer, so everything stays; the protocol above knows its own length.',
      ko: '802.3에서는 길이 필드가 알려 줘요. 14번째 자리부터 딱 그만큼이 LLC이고 나머지는 버립니다. Ethernet II에는 이 계층에서 알려 주는 것이 없으니 전부 남겨 둡니다. 길이는 위의 프로토콜이 스스로 알고 있어요.',
    },
    {
      en: 'For 802.3: data = octets.slice(14, 14 + length) before you look at LLC. Never search for the last octet that is not zero. And 1500 is still a length: compare with ≤ 1500 and ≥ 0x0600, two different numbers.',
      ko: '802.3이면 LLC를 보기 전에 data = octets.slice(14, 14 + length)로 자르세요. 0이 아닌 마지막 옥텟을 찾으면 절대 안 됩니다. 그리고 1500은 아직 길이예요. 비교는 1500 이하와 0x0600 이상, 서로 다른 두 숫자로 하세요.',
    },
  ],
  async run({ learner }, steps) {
    const zeros = llcSample(ENDS, UI, octetsOf('01 02 00 00 00'));
    await decodes(learner, steps, zeros.octets, zeros.decoded, {
      en: 'LLC whose data end in zeros, before 38 zeros of padding',
      ko: '데이터가 0으로 끝나는 LLC, 그 뒤에 패딩 0이 38개',
    });
    const dirty = Uint8Array.from(zeros.octets).fill(0xee, 14 + 8);
    await decodes(learner, steps, dirty, zeros.decoded, {
      en: 'the same, padded with EE: 802.3 does not say what padding holds',
      ko: '같은 프레임을 EE로 채움: 802.3은 패딩의 내용을 정하지 않음',
    });
    const empty = snapSample(ENDS, { oui: octetsOf('00005e'), protocolId: 0x0042 }, octetsOf(''));
    await decodes(learner, steps, empty.octets, empty.decoded, {
      en: 'SNAP without payload',
      ko: '페이로드 없는 SNAP',
    });
    const full = llcSample(ENDS, UI, new Uint8Array(1497).fill(0x5a));
    await decodes(learner, steps, full.octets, full.decoded, {
      en: 'length 1500, the greatest that is one',
      ko: '길이 1500. 길이인 가장 큰 값',
    });
    const typed = ethernetIISample(ENDS, EXPERIMENTAL, octetsOf('01 02 00 00 00'));
    await decodes(learner, steps, typed.octets, typed.decoded, {
      en: 'the same data in Ethernet II: the padding stays',
      ko: '같은 데이터를 Ethernet II로: 패딩이 남음',
    });
  },
};

/** `data` behind a header whose third field is `typeOrLength`. */
const behind = (typeOrLength: number, data: Uint8Array): Uint8Array =>
  concat([ENDS.destination, ENDS.source, pair(typeOrLength), data]);

const REFUSED: readonly (readonly [octets: Uint8Array, what: Text])[] = [
  [octetsOf(''), { en: 'no octets', ko: '옥텟 없음' }],
  [octetsOf('00'), { en: 'one octet', ko: '옥텟 하나' }],
  [PING.octets.slice(0, 13), { en: '13 octets, half a type', ko: '13옥텟. 타입이 반쪽' }],
  [
    behind(0x05dd, new Uint8Array(1501).fill(0x03)),
    { en: '0x05DD: too great for a length', ko: '0x05DD: 길이라기엔 너무 큼' },
  ],
  [
    behind(0x05ff, new Uint8Array(1535).fill(0x03)),
    { en: '0x05FF: too small for a type', ko: '0x05FF: 타입이라기엔 너무 작음' },
  ],
  [
    behind(47, new Uint8Array(46).fill(0x03)),
    { en: 'length 47, but 46 octets of data', ko: '길이 47인데 데이터는 46옥텟' },
  ],
  [
    behind(1500, new Uint8Array(46).fill(0x03)),
    { en: 'length 1500, but 46 octets of data', ko: '길이 1500인데 데이터는 46옥텟' },
  ],
  [
    behind(0, new Uint8Array(46).fill(0x03)),
    { en: 'length 0: no LLC header', ko: '길이 0: LLC 헤더 없음' },
  ],
  [
    behind(2, new Uint8Array(46).fill(0x03)),
    { en: 'length 2: no control field', ko: '길이 2: 제어 필드 없음' },
  ],
  [
    behind(3, new Uint8Array(46)),
    { en: 'length 3 in I format: half a control field', ko: '길이 3인 I 형식: 제어 필드가 반쪽' },
  ],
  [
    behind(7, concat([octetsOf('aa aa 03 00 00 5e 00'), new Uint8Array(39)])),
    { en: 'length 7: half a SNAP protocol', ko: '길이 7: SNAP 프로토콜이 반쪽' },
  ],
];

export const refusals: Check = {
  id: 'refusals',
  title: { en: 'What is no frame is refused', ko: '프레임이 아닌 것은 거절한다' },
  points: 8,
  visibility: 'visible',
  hints: [
    {
      en: 'A wire can deliver anything. Before you read a field, ask: is it there at all? Before you believe one: can it be true?',
      ko: '선에서는 무엇이든 올 수 있어요. 필드를 읽기 전에는 "거기 있기는 한가?", 믿기 전에는 "사실일 수 있는가?"를 물어보세요.',
    },
    {
      en: 'Four questions, each with undefined as its answer: fewer than 14 octets? A third field from 0x05DD to 0x05FF, neither length nor type? A length greater than the data that came? Data too short for DSAP, SSAP and the whole control field, or for the five octets of SNAP?',
      ko: '질문은 네 가지이고 걸리면 모두 undefined예요. 14옥텟보다 짧은가? 세 번째 필드가 0x05DD~0x05FF, 즉 길이도 타입도 아닌가? 길이가 실제로 온 데이터보다 큰가? 데이터가 DSAP, SSAP, 제어 필드 전체나 SNAP 다섯 옥텟을 담기에 짧은가?',
    },
    {
      en: 'Return early. First line: length < 14. After the type branch: length field > 1500 or > octets.length − 14. In the LLC part: fewer than 3 octets, or fewer than 4 when the control octet is not U format. In the SNAP part: fewer than 5 octets left. Mind that slice() never complains: it silently gives less.',
      ko: '일찍 돌려보내세요. 첫 줄은 길이 < 14. 타입 분기 다음에는 길이 필드 > 1500 또는 > octets.length − 14. LLC에서는 3옥텟 미만, 제어 옥텟이 U 형식이 아니면 4옥텟 미만. SNAP에서는 남은 것이 5옥텟 미만. slice()는 모자라도 불평 없이 짧게 줄 뿐이라는 점을 조심하세요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [octets, what] of REFUSED) {
      const frame = await steps.step({ en: `decode: ${what.en}`, ko: `decode: ${what.ko}` }, () =>
        learner.call('decode', octets),
      );
      steps.expectEqual({ en: 'no frame', ko: '프레임이 아니다' }, frame, undefined);
    }
    const bare = PING.octets.slice(0, 59);
    await decodes(
      learner,
      steps,
      bare,
      { ...PING.decoded, payload: bare.slice(14) },
      {
        en: '59 octets, as a virtual cable may hand them over: still a frame',
        ko: '가상 케이블이 넘겨줄 수 있는 59옥텟: 그래도 프레임',
      },
    );
  },
};
