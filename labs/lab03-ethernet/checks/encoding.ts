/** From fields to octets, in all three forms. */
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';
import {
  EXPERIMENTAL,
  ethernetIISample,
  llcSample,
  octetsOf,
  type Sample,
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

/** A payload that no encoder makes by accident: 1, 2, 3 … */
const counting = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i + 1) & 0xff);

async function encodes(learner: Learner, steps: Steps, sample: Sample, what: Text): Promise<void> {
  const octets = await steps.step(
    { en: `${sample.encoder}: ${what.en}`, ko: `${sample.encoder}: ${what.ko}` },
    () => learner.call(sample.encoder, sample.fields),
  );
  steps.expectOctets(
    { en: `the frame's ${sample.octets.length} octets`, ko: `프레임 ${sample.octets.length}옥텟` },
    octets,
    sample.octets,
  );
}

async function refuses(learner: Learner, steps: Steps, sample: Sample, what: Text): Promise<void> {
  const octets = await steps.step(
    { en: `${sample.encoder}: ${what.en}`, ko: `${sample.encoder}: ${what.ko}` },
    () => learner.call(sample.encoder, sample.fields),
  );
  steps.expectEqual(
    { en: 'undefined: there is no such frame', ko: 'undefined: 그런 프레임은 없다' },
    octets,
    undefined,
  );
}

export const ethernetII: Check = {
  id: 'ethernet-ii',
  title: { en: 'Ethernet II frames are encoded', ko: 'Ethernet II 프레임을 인코딩한다' },
  points: 10,
  visibility: 'visible',
  hints: [
    {
      en: 'Draw the frame as a row of boxes with the number of octets in each: destination, source, type, payload. At which offset does each box begin?',
      ko: '프레임을 한 줄로 늘어선 상자로 그리고 상자마다 옥텟 수를 적어 보세요. 목적지, 출발지, 타입, 페이로드. 각 상자는 몇 번째 옥텟에서 시작하나요?',
    },
    {
      en: 'Destination first: a card decides by the first six octets whether to listen on. The type is one number in two octets, the more significant first ("network order"): 0x0806 becomes 08 06.',
      ko: '목적지가 먼저예요. 카드는 처음 여섯 옥텟만 보고 계속 들을지 정하거든요. 타입은 옥텟 두 개에 담긴 숫자 하나이고 상위 옥텟이 먼저예요("네트워크 바이트 순서"). 0x0806은 08 06이 됩니다.',
    },
    {
      en: 'Make one Uint8Array of the final size, set() the destination at 0, the source at 6 and the payload at 14. For the type: the value shifted right by 8 goes to 12, the value masked with 0xFF to 13. The final size is 60 at least; the next check is about that.',
      ko: '최종 크기의 Uint8Array를 하나 만들고 set()으로 목적지는 0, 출발지는 6, 페이로드는 14에 놓으세요. 타입은 오른쪽으로 8비트 민 값을 12에, 0xFF로 마스크한 값을 13에 넣습니다. 최종 크기는 적어도 60이에요. 이 부분은 다음 검사에서 다룹니다.',
    },
  ],
  async run({ learner }, steps) {
    await encodes(learner, steps, ARP_REQUEST, {
      en: 'an ARP request to everybody',
      ko: '모두에게 보내는 ARP 요청',
    });
    await encodes(learner, steps, PING, {
      en: 'a ping from one to another',
      ko: '한 곳에서 다른 곳으로 보내는 ping',
    });
    const long = ethernetIISample(ENDS, 0x86dd, counting(64));
    await encodes(learner, steps, long, { en: '64 octets of payload', ko: '페이로드 64옥텟' });
    const length = ethernetIISample(ENDS, 0x05ff, counting(46));
    await refuses(learner, steps, length, {
      en: 'type 0x05FF, below the first type 0x0600',
      ko: '타입 0x05FF. 첫 타입인 0x0600보다 작음',
    });
    const great = ethernetIISample(ENDS, 0x10000, counting(46));
    await refuses(learner, steps, great, {
      en: 'type 0x10000, which two octets do not hold',
      ko: '타입 0x10000. 두 옥텟에 담기지 않음',
    });
    const short = { ...ENDS, destination: ENDS.destination.slice(0, 5) };
    await refuses(learner, steps, ethernetIISample(short, EXPERIMENTAL, counting(46)), {
      en: 'a destination of five octets',
      ko: '다섯 옥텟짜리 목적지',
    });
  },
};

export const padding: Check = {
  id: 'padding',
  title: { en: 'Short frames are padded, long ones refused', ko: '짧으면 채우고 길면 거절한다' },
  points: 10,
  visibility: 'visible',
  hints: [
    {
      en: 'The shortest frame is 64 octets on the wire. Which part of those 64 does your module not make?',
      ko: '선 위에서 가장 짧은 프레임은 64옥텟이에요. 그 64옥텟 가운데 여러분의 모듈이 만들지 않는 부분은 어디일까요?',
    },
    {
      en: 'The card appends the FCS, four octets, so you stop at 60: fourteen of header and 46 of data. What fills the gap is zeros (RFC 894), and never what happened to lie in memory. At the other end 1500 octets of data still fit, 1501 do not.',
      ko: 'FCS 4옥텟은 카드가 붙이니 여러분은 60에서 멈추면 돼요. 헤더 14와 데이터 46이죠. 빈자리는 0으로 채웁니다(RFC 894). 메모리에 남아 있던 값이 섞이면 안 돼요. 반대쪽 끝에서는 데이터 1500옥텟까지 들어가고 1501옥텟은 안 됩니다.',
    },
    {
      en: 'The size of the array is the greater of 60 and 14 + payload.length; a new Uint8Array is all zeros already, so padding costs no line of code, provided that you make a new one for each frame. Before anything else, return undefined when the payload is longer than 1500.',
      ko: '배열 크기는 60과 14 + payload.length 중 큰 값이에요. 새 Uint8Array는 이미 전부 0이라, 프레임마다 새로 만들기만 하면 패딩에 코드가 한 줄도 들지 않아요. 그보다 먼저, 페이로드가 1500보다 길면 undefined를 돌려주세요.',
    },
  ],
  async run({ learner }, steps) {
    const of = (length: number) => ethernetIISample(ENDS, EXPERIMENTAL, counting(length));
    await encodes(learner, steps, of(1500), {
      en: '1500 octets of payload, the most: no padding',
      ko: '페이로드 1500옥텟(최대): 패딩 없음',
    });
    for (const length of [0, 1, 45]) {
      await encodes(learner, steps, of(length), {
        en: `${length} octets of payload: ${46 - length} zeros behind it`,
        ko: `페이로드 ${length}옥텟: 뒤에 0이 ${46 - length}개`,
      });
    }
    for (const length of [46, 47]) {
      await encodes(learner, steps, of(length), {
        en: `${length} octets of payload: no padding`,
        ko: `페이로드 ${length}옥텟: 패딩 없음`,
      });
    }
    await refuses(learner, steps, of(1501), {
      en: '1501 octets of payload, one too many',
      ko: '페이로드 1501옥텟. 하나 초과',
    });
  },
};

export const llc: Check = {
  id: 'llc',
  title: { en: '802.3 frames with LLC are encoded', ko: 'LLC를 담은 802.3 프레임을 인코딩한다' },
  points: 10,
  visibility: 'visible',
  hints: [
    {
      en: 'Same two addresses, but the third field is now a length. The length of what? Count the boxes that the receiver must not mistake for padding.',
      ko: '주소 두 개는 그대로인데 세 번째 필드가 이제 길이예요. 무엇의 길이일까요? 받는 쪽이 패딩으로 착각하면 안 되는 상자를 세어 보세요.',
    },
    {
      en: 'The length counts DSAP, SSAP, control and payload: not the fourteen octets before, not the padding behind (IEEE 802.3 §3.2.6). The control field has one octet or two, as it is given to you.',
      ko: '길이에는 DSAP, SSAP, 제어 필드, 페이로드가 들어가요. 앞의 14옥텟도, 뒤의 패딩도 세지 않습니다(IEEE 802.3 §3.2.6). 제어 필드는 한 옥텟일 수도 두 옥텟일 수도 있으니 받은 그대로 쓰세요.',
    },
    {
      en: 'Join dsap, ssap, control and payload into one array `data`. Its length is the length field and decides about refusal, too: it may be 1500 at most. Then build as you built Ethernet II, with data.length where the type was. A helper that both encoders call keeps padding in one place.',
      ko: 'dsap, ssap, control, payload를 배열 하나(data)로 이으세요. 그 길이가 곧 길이 필드이고, 거절 여부도 그 길이로 정해요(최대 1500). 그다음은 타입 자리에 data.length를 넣어 Ethernet II처럼 만들면 됩니다. 두 인코더가 함께 부르는 함수를 하나 두면 패딩을 한곳에서 처리할 수 있어요.',
    },
  ],
  async run({ learner }, steps) {
    await encodes(learner, steps, BPDU, {
      en: "a bridge's BPDU, U format: control has one octet",
      ko: '브리지의 BPDU, U 형식: 제어 필드 한 옥텟',
    });
    await encodes(learner, steps, RECEIVER_READY, {
      en: 'receiver ready, S format: control has two octets',
      ko: 'RR(수신 준비), S 형식: 제어 필드 두 옥텟',
    });
    await encodes(learner, steps, TEST_TO_SNAP, {
      en: 'a TEST command to access point AA',
      ko: '접근점 AA로 보내는 TEST 명령',
    });
    const ui = { dsap: 0x28, ssap: 0x2c, control: Uint8Array.of(0x03) };
    await encodes(learner, steps, llcSample(ENDS, ui, counting(1497)), {
      en: '1497 octets of payload: with the header 1500, the most',
      ko: '페이로드 1497옥텟: 헤더까지 1500, 최대',
    });
    await refuses(learner, steps, llcSample(ENDS, ui, counting(1498)), {
      en: '1498 octets of payload, one too many',
      ko: '페이로드 1498옥텟. 하나 초과',
    });
  },
};

export const snap: Check = {
  id: 'snap',
  title: { en: '802.3 frames with SNAP are encoded', ko: 'SNAP을 담은 802.3 프레임을 인코딩한다' },
  points: 8,
  visibility: 'visible',
  hints: [
    {
      en: 'SNAP is not a third kind of frame. It is an LLC frame whose payload starts with five octets more. Which of your functions could do most of the work?',
      ko: 'SNAP은 세 번째 종류의 프레임이 아니에요. 페이로드가 다섯 옥텟으로 더 시작하는 LLC 프레임일 뿐이죠. 이미 만든 함수 가운데 어느 것이 대부분의 일을 해 줄까요?',
    },
    {
      en: 'DSAP and SSAP are AA, control is 03 (UI). Then come the OUI, three octets in the order in which they are written, and the protocol number, two octets in network order. That leaves 1492 octets for the payload.',
      ko: 'DSAP와 SSAP는 AA, 제어 필드는 03(UI)이에요. 이어서 OUI 세 옥텟이 적힌 순서 그대로, 프로토콜 번호 두 옥텟이 네트워크 바이트 순서로 옵니다. 그래서 페이로드에는 1492옥텟이 남아요.',
    },
    {
      en: 'Refuse an OUI that is not three octets and a number above 0xFFFF. Then call encodeLlc with dsap and ssap 0xAA, control Uint8Array.of(0x03), and as payload the OUI, the two octets of protocolId and the payload joined. Its answer, undefined included, is yours.',
      ko: 'OUI가 세 옥텟이 아니거나 번호가 0xFFFF보다 크면 거절하세요. 그다음 encodeLlc를 부르되 dsap와 ssap는 0xAA, control은 Uint8Array.of(0x03), 페이로드는 OUI와 protocolId 두 옥텟과 원래 페이로드를 이은 것으로 주세요. undefined까지 포함해 그 답이 곧 여러분의 답이에요.',
    },
  ],
  async run({ learner }, steps) {
    await encodes(learner, steps, PING_BY_SNAP, {
      en: 'a ping by RFC 1042, OUI 00-00-00',
      ko: 'RFC 1042 방식의 ping, OUI 00-00-00',
    });
    await encodes(learner, steps, DISCOVERY, {
      en: "Cisco's discovery protocol, OUI 00-00-0C",
      ko: 'Cisco의 탐색 프로토콜(CDP), OUI 00-00-0C',
    });
    const example = { oui: octetsOf('00005e'), protocolId: 0x0042 };
    await encodes(learner, steps, snapSample(ENDS, example, counting(1492)), {
      en: '1492 octets of payload, the most',
      ko: '페이로드 1492옥텟(최대)',
    });
    await refuses(learner, steps, snapSample(ENDS, example, counting(1493)), {
      en: '1493 octets of payload, one too many',
      ko: '페이로드 1493옥텟. 하나 초과',
    });
    const half = { ...example, oui: octetsOf('005e') };
    await refuses(learner, steps, snapSample(ENDS, half, counting(46)), {
      en: 'an OUI of two octets',
      ko: '두 옥텟짜리 OUI',
    });
    const great = { ...example, protocolId: 0x10000 };
    await refuses(learner, steps, snapSample(ENDS, great, counting(46)), {
      en: 'protocol number 0x10000, which two octets do not hold',
      ko: '프로토콜 번호 0x10000. 두 옥텟에 담기지 않음',
    });
  },
};
