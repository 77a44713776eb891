/** VLANs: access ports, trunks, and a bridge that is several. */
import { concat } from '../../../src/base/octets.ts';
import type { Check, Text } from '../../../src/lab/lab.ts';
import { BROADCAST, frameOf, station } from './frames.ts';
import { expectSent } from './relay.ts';

const [A, B] = [station(1), station(2)];
const ACCESS = { vlan: 10, tagged: [] };
const TRUNK = { vlan: 1, tagged: [10, 20] };
const PLAIN = frameOf(B, A, { length: 60 });

/** `frame` with a tag of these sixteen bits: made by hand from IEEE 802.1Q-2018 §9.6. */
const withTag = (frame: Uint8Array, control: number): Uint8Array =>
  concat([
    frame.subarray(0, 12),
    Uint8Array.of(0x81, 0, control >> 8, control & 0xff),
    frame.subarray(12),
  ]);

const untagged = (frame: Uint8Array): Uint8Array =>
  concat([frame.subarray(0, 12), frame.subarray(16)]);

/** As short as a tagged frame may be: without its tag it has 56 octets. */
const SHORT = withTag(frameOf(BROADCAST, B, { length: 60 }), 10).slice(0, 60);
/** The frame as the station wrote it: the tag gone, and padded to 60 octets again. */
const SHORT_OUT = concat([untagged(SHORT), new Uint8Array(4)]);

const INWARD: readonly (readonly [Text, object, Uint8Array, object | undefined])[] = [
  [
    { en: 'no tag, access port of VLAN 10', ko: '태그 없음, VLAN 10의 액세스 포트' },
    ACCESS,
    PLAIN,
    { vlan: 10, priority: 0, frame: PLAIN },
  ],
  [
    { en: 'no tag, trunk', ko: '태그 없음, 트렁크' },
    TRUNK,
    PLAIN,
    { vlan: 1, priority: 0, frame: PLAIN },
  ],
  [
    { en: 'VLAN 20, trunk', ko: 'VLAN 20, 트렁크' },
    TRUNK,
    withTag(PLAIN, 20),
    { vlan: 20, priority: 0, frame: PLAIN },
  ],
  [
    { en: 'VLAN 20 with PCP 5 and DEI', ko: 'PCP 5와 DEI가 붙은 VLAN 20' },
    TRUNK,
    withTag(PLAIN, 0xb014),
    { vlan: 20, priority: 11, frame: PLAIN },
  ],
  [
    { en: 'VLAN 30, in which the trunk is not', ko: '트렁크가 속하지 않은 VLAN 30' },
    TRUNK,
    withTag(PLAIN, 30),
    undefined,
  ],
  [
    { en: 'VLAN 20 at an access port of VLAN 10', ko: 'VLAN 10 액세스 포트에 VLAN 20' },
    ACCESS,
    withTag(PLAIN, 20),
    undefined,
  ],
  [
    { en: 'VLAN 0 with PCP 6: priority alone', ko: 'PCP 6이 붙은 VLAN 0: 우선순위만' },
    ACCESS,
    withTag(PLAIN, 0xc000),
    { vlan: 10, priority: 12, frame: PLAIN },
  ],
  [
    { en: 'a tag, and nothing behind it', ko: '태그만 있고 뒤가 없음' },
    TRUNK,
    withTag(PLAIN, 10).slice(0, 17),
    undefined,
  ],
];

const OUTWARD: readonly (readonly [Text, object, object, Uint8Array | undefined])[] = [
  [
    { en: 'VLAN 10, access port of VLAN 10', ko: 'VLAN 10, VLAN 10의 액세스 포트' },
    ACCESS,
    { vlan: 10, priority: 0, frame: PLAIN },
    PLAIN,
  ],
  [
    { en: 'VLAN 20, trunk', ko: 'VLAN 20, 트렁크' },
    TRUNK,
    { vlan: 20, priority: 0, frame: PLAIN },
    withTag(PLAIN, 20),
  ],
  [
    { en: 'VLAN 20, priority 11, trunk', ko: 'VLAN 20, 우선순위 11, 트렁크' },
    TRUNK,
    { vlan: 20, priority: 11, frame: PLAIN },
    withTag(PLAIN, 0xb014),
  ],
  [
    {
      en: 'VLAN 1, trunk: its own VLAN has no tag',
      ko: 'VLAN 1, 트렁크: 자기 VLAN에는 태그가 없다',
    },
    TRUNK,
    { vlan: 1, priority: 0, frame: PLAIN },
    PLAIN,
  ],
  [
    { en: 'VLAN 20, access port of VLAN 10', ko: 'VLAN 20, VLAN 10의 액세스 포트' },
    ACCESS,
    { vlan: 20, priority: 0, frame: PLAIN },
    undefined,
  ],
  [
    { en: '56 octets, as a tag leaves them', ko: '태그를 떼고 남은 56옥텟' },
    ACCESS,
    { vlan: 10, priority: 0, frame: untagged(SHORT) },
    SHORT_OUT,
  ],
];

export const tags: Check = {
  id: 'tags',
  title: { en: 'A tag comes in, a tag goes out', ko: '태그가 들어오고 태그가 나간다' },
  points: 7,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Inside of the bridge no frame has a tag; its VLAN is written beside it. So what do ingress and egress have to do?',
      ko: '브리지 안의 프레임에는 태그가 없고 VLAN은 옆에 적혀 있어요. 그러면 ingress와 egress가 할 일은 무엇일까요?',
    },
    {
      en: 'Octets 12 and 13 are 81 00 when there is a tag; of the next sixteen bits the lower twelve are the VLAN, the upper four belong to priority. VLAN 0 means "no VLAN, priority alone": the port’s own. What the port is not in is refused. Without the tag a frame may be too short for a cable.',
      ko: '태그가 있으면 옥텟 12와 13이 81 00이에요. 다음 16비트의 아래 12비트가 VLAN이고 위 4비트는 우선순위 몫입니다. VLAN 0은 "VLAN 없이 우선순위만"이라는 뜻이라 포트 자신의 VLAN이 돼요. 포트가 속하지 않은 VLAN은 거절합니다. 태그를 떼면 프레임이 케이블에 너무 짧아질 수 있고요.',
    },
    {
      en: 'ingress: no tag: the port’s vlan, priority 0, the frame as it is. Tag, and fewer than 18 octets: undefined. Else read the sixteen bits, take 0 for the port’s vlan, and refuse what is neither vlan nor in tagged; cut octets 12 to 15 out. egress: in vlan without a tag, in tagged with one put back, else undefined; and zeros up to 60 octets.',
      ko: 'ingress: 태그가 없으면 포트의 vlan, priority 0, 프레임 그대로. 태그가 있는데 18옥텟보다 짧으면 undefined. 아니면 16비트를 읽고 0은 포트의 vlan으로 보며, vlan도 아니고 tagged에도 없으면 거절하고, 옥텟 12~15를 잘라냅니다. egress: vlan이면 태그 없이, tagged에 있으면 태그를 도로 넣어서, 아니면 undefined. 그리고 60옥텟까지 0을 채우세요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [what, port, frame, wanted] of INWARD) {
      const found = await steps.step({ en: `ingress: ${what.en}`, ko: `ingress: ${what.ko}` }, () =>
        learner.call('ingress', port, frame),
      );
      const text = { en: 'VLAN, priority, frame', ko: 'VLAN, 우선순위, 프레임' };
      if (wanted === undefined) {
        steps.expectEqual({ en: 'refused', ko: '거절' }, found, undefined);
      } else steps.expectFields(text, found, { ...wanted });
    }
    for (const [what, port, inside, wanted] of OUTWARD) {
      const found = await steps.step({ en: `egress: ${what.en}`, ko: `egress: ${what.ko}` }, () =>
        learner.call('egress', port, inside),
      );
      if (wanted === undefined) {
        steps.expectEqual(
          { en: 'it does not go there', ko: '그리로 가지 않는다' },
          found,
          undefined,
        );
      } else
        steps.expectOctets({ en: 'the frame that leaves', ko: '나가는 프레임' }, found, wanted);
    }
  },
};

/** Ports 1 and 2 in VLAN 10, port 3 in VLAN 20, port 4 a trunk of both. */
const OFFICE = [ACCESS, ACCESS, { vlan: 20, tagged: [] }, { vlan: 1, tagged: [10, 20] }].map(
  (port) => ({ ...port, state: 'forwarding' }),
);

export const vlans: Check = {
  id: 'vlans',
  title: { en: 'One bridge is several', ko: '브리지 하나가 여럿이 된다' },
  points: 6,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'A broadcast in VLAN 10: at which ports may it come out, and with a tag where?',
      ko: 'VLAN 10의 브로드캐스트는 어느 포트로 나가고, 어디서 태그가 붙나요?',
    },
    {
      en: 'relay asks ingress at the way in, learns and looks up within that VLAN, and lets egress decide at each way out. Whatever egress refuses is not sent.',
      ko: 'relay는 들어올 때 ingress에 묻고, 그 VLAN 안에서 배우고 찾으며, 나갈 때마다 egress가 정하게 하세요. egress가 거절한 것은 보내지 않습니다.',
    },
    {
      en: 'Put ingress before learn, and leave with nothing when it answers undefined. Take the addresses from the frame without tag. In the loop over the ports, push what egress gives, if it gives something, and not the frame that came in.',
      ko: 'learn 앞에 ingress를 두고 undefined면 아무것도 하지 마세요. 주소는 태그 없는 프레임에서 읽습니다. 포트를 도는 반복문에서는 들어온 프레임이 아니라 egress가 준 것을, 준 것이 있을 때만 넣으세요.',
    },
  ],
  async run({ learner }, steps) {
    const all = frameOf(BROADCAST, A, { length: 60 });
    const toA = frameOf(A, B, { length: 60 });
    const turns: readonly (readonly [
      Text,
      number,
      Uint8Array,
      (readonly [number, Uint8Array])[],
    ])[] = [
      [
        { en: 'A to everybody in VLAN 10', ko: 'A가 VLAN 10의 모두에게' },
        1,
        all,
        [
          [2, all],
          [4, withTag(all, 10)],
        ],
      ],
      [
        { en: 'an answer from the trunk, in VLAN 10', ko: '트렁크에서 온 답, VLAN 10' },
        4,
        withTag(toA, 10),
        [[1, toA]],
      ],
      [
        { en: 'the same address is asked for in VLAN 20', ko: '같은 주소를 VLAN 20에서 찾음' },
        3,
        toA,
        [[4, withTag(toA, 20)]],
      ],
      [
        { en: 'from the trunk, in VLAN 20', ko: '트렁크에서, VLAN 20' },
        4,
        withTag(all, 20),
        [[3, all]],
      ],
      [{ en: 'from the trunk, in VLAN 30', ko: '트렁크에서, VLAN 30' }, 4, withTag(all, 30), []],
      [
        { en: 'from the trunk without a tag: VLAN 1', ko: '트렁크에서 태그 없이: VLAN 1' },
        4,
        all,
        [],
      ],
      [
        { en: 'a short one from the trunk, in VLAN 10', ko: '트렁크에서 짧은 것, VLAN 10' },
        4,
        SHORT,
        [
          [1, SHORT_OUT],
          [2, SHORT_OUT],
        ],
      ],
    ];
    let table: unknown = [];
    for (const [i, [what, from, frame, wanted]] of turns.entries()) {
      const answer = await steps.step(
        {
          en: `relay: ${what.en}, in at port ${from}`,
          ko: `relay: ${what.ko}, 포트 ${from}에서 들어옴`,
        },
        () => learner.call('relay', table, OFFICE, from, frame, i),
      );
      expectSent(
        steps,
        answer,
        wanted.map(([port, out]) => ({ port, frame: out })),
      );
      table = Object(answer).table;
    }
  },
};
