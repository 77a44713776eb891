/** The filtering database: who was heard where, for how long, and how many of them. */
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';

const A = '00005e005301';
const B = '00005e005302';
const GROUP = '01005e901001';

type Heard = readonly [address: string, vlan: number, port: number, heard: number];

async function learnAll(learner: Learner, from: unknown, all: readonly Heard[]): Promise<unknown> {
  let table = from;
  for (const [address, vlan, port, heard] of all) {
    table = await learner.call('learn', table, { address, vlan, port, heard });
  }
  return table;
}

type Question = readonly [
  what: Text,
  heard: readonly Heard[],
  asked: readonly [address: string, vlan: number, now: number],
  port: number | undefined,
];

async function ask(learner: Learner, steps: Steps, questions: readonly Question[]): Promise<void> {
  for (const [what, heard, [address, vlan, now], port] of questions) {
    const found = await steps.step(
      {
        en: `${what.en}: lookUp ${address} in VLAN ${vlan} at ${now} s`,
        ko: `${what.ko}: ${now}초에 VLAN ${vlan}의 ${address}를 lookUp`,
      },
      async () => learner.call('lookUp', await learnAll(learner, [], heard), address, vlan, now),
    );
    const text = port === undefined ? 'unknown' : `port ${port}`;
    const ko = port === undefined ? '모른다' : `포트 ${port}`;
    steps.expect({ en: text, ko }, found === port, {
      en: `lookUp answered ${String(found)}, and ${String(port)} is right. Open bridge.ts: learn gives the table with the entry in it, lookUp finds the port of an address again. Here the lab begins.`,
      ko: `lookUp의 답은 ${String(found)}인데 ${String(port)}여야 해요. bridge.ts를 열어 보세요. learn은 항목을 넣은 표를 주고, lookUp은 주소의 포트를 다시 찾습니다. 실습은 여기서 시작해요.`,
    });
  }
}

export const table: Check = {
  id: 'table',
  title: { en: 'A bridge remembers who is where', ko: '누가 어디 있는지 기억한다' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'What must be the same for two entries to be about the same station?',
      ko: '두 항목이 같은 스테이션의 것이려면 무엇이 같아야 하나요?',
    },
    {
      en: 'Address and VLAN together are the key: the same address may be in two VLANs on two ports. What is heard last is right, since stations are carried about. A group is nowhere, so it is never learned.',
      ko: '주소와 VLAN이 함께 열쇠예요. 같은 주소가 두 VLAN에서 서로 다른 포트에 있을 수 있거든요. 스테이션은 옮겨 다니니 마지막에 들은 것이 맞아요. 그룹은 어디에도 있지 않으니 절대 배우지 않습니다.',
    },
    {
      en: 'learn: leave the table as it is when the lowest bit of the first octet is 1. Else keep all entries but the one of the same address and VLAN, and put the new one behind them. lookUp: find by both, answer the port.',
      ko: 'learn: 첫 옥텟의 최하위 비트가 1이면 표를 그대로 두세요. 아니면 같은 주소와 VLAN의 항목만 빼고 모두 남긴 뒤 새것을 끝에 넣습니다. lookUp: 둘 다로 찾아 포트를 답하세요.',
    },
  ],
  async run({ learner }, steps) {
    await ask(learner, steps, [
      [{ en: 'heard on port 2', ko: '포트 2에서 들림' }, [[A, 1, 2, 0]], [A, 1, 1], 2],
      [{ en: 'never heard', ko: '들은 적 없음' }, [[A, 1, 2, 0]], [B, 1, 1], undefined],
      [
        { en: 'carried from port 2 to port 3', ko: '포트 2에서 3으로 옮겨 감' },
        [
          [A, 1, 2, 0],
          [A, 1, 3, 5],
        ],
        [A, 1, 6],
        3,
      ],
      [
        { en: 'the same address in two VLANs', ko: '두 VLAN의 같은 주소' },
        [
          [A, 10, 2, 0],
          [A, 20, 3, 1],
        ],
        [A, 10, 2],
        2,
      ],
      [
        { en: 'heard in another VLAN', ko: '다른 VLAN에서 들림' },
        [[A, 10, 2, 0]],
        [A, 20, 1],
        undefined,
      ],
      [
        { en: 'a group is no station', ko: '그룹은 스테이션이 아님' },
        [[GROUP, 1, 2, 0]],
        [GROUP, 1, 1],
        undefined,
      ],
    ]);
  },
};

const AGEING_TIME = 300;
const TABLE_MAX = 1024;

/** Entries of stations that are nobody's, all heard at `heard`. */
const crowd = (count: number, heard: number) =>
  Array.from({ length: count }, (_, i) => ({
    address: `02${i.toString(16).padStart(10, '0')}`,
    vlan: 1,
    port: 1,
    heard,
  }));

export const bounds: Check = {
  id: 'ageing-and-bounds',
  title: { en: 'Entries age, and the table has an end', ko: '항목은 늙고 표에는 끝이 있다' },
  points: 6,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'A station was unplugged last week. A forger sends a million frames, each from another address. What becomes of your table?',
      ko: '지난주에 뽑힌 스테이션이 있어요. 누군가는 매번 다른 주소로 프레임을 백만 개 보내고요. 여러분의 표는 어떻게 될까요?',
    },
    {
      en: 'An entry that was not heard for 300 s is as if it were not there; being heard makes it young again. A table of 1024 that live takes no new one, and throws none out: those who speak stay known.',
      ko: '300초 동안 들리지 않은 항목은 없는 것과 같고, 들리면 다시 젊어져요. 살아 있는 것이 1024개면 새것을 받지 않지만, 있던 것을 쫓아내지도 않습니다. 말하는 이들은 계속 알려져 있어야 하니까요.',
    },
    {
      en: 'In learn, first drop what is 300 s old or older and the entry that is to be replaced; then count what is left; add only below 1024. In lookUp compare now with heard, too.',
      ko: 'learn에서 먼저 300초 이상 된 것과 바뀔 항목을 버리고, 남은 것을 세어 1024보다 적을 때만 넣으세요. lookUp에서도 now와 heard를 견주세요.',
    },
  ],
  async run({ learner }, steps) {
    await ask(learner, steps, [
      [{ en: 'still young', ko: '아직 젊음' }, [[A, 1, 2, 10]], [A, 1, 309.9], 2],
      [{ en: 'just too old', ko: '막 늙음' }, [[A, 1, 2, 10]], [A, 1, 310], undefined],
      [
        { en: 'heard again meanwhile', ko: '그 사이에 다시 들림' },
        [
          [A, 1, 2, 0],
          [A, 1, 2, 200],
        ],
        [A, 1, 450],
        2,
      ],
    ]);
    const cases: readonly (readonly [Text, object[], string, number, number | undefined])[] = [
      [
        { en: 'a full table takes no new one', ko: '가득 찬 표는 새것을 안 받음' },
        crowd(TABLE_MAX, 0),
        A,
        1,
        undefined,
      ],
      [
        { en: 'a full table moves one that it knows', ko: '가득 찬 표도 아는 것은 옮김' },
        crowd(TABLE_MAX, 0),
        '020000000005',
        1,
        2,
      ],
      [{ en: 'one place is left', ko: '한 자리가 남음' }, crowd(TABLE_MAX - 1, 0), A, 1, 2],
      [
        { en: 'a full table of old ones has room', ko: '늙은 것으로 가득 찬 표에는 자리가 있음' },
        crowd(TABLE_MAX, 0),
        A,
        AGEING_TIME,
        2,
      ],
    ];
    for (const [what, before, address, now, port] of cases) {
      const found = await steps.step(
        {
          en: `${what.en}: learn ${address} at ${now} s`,
          ko: `${what.ko}: ${now}초에 ${address}를 learn`,
        },
        async () => {
          const after = await learner.call('learn', before, {
            address,
            vlan: 1,
            port: 2,
            heard: now,
          });
          const size = Array.isArray(after) ? after.length : -1;
          const known = await learner.call('lookUp', after, address, 1, now);
          const first = await learner.call('lookUp', after, '020000000000', 1, now);
          return { known, first, fits: size >= 0 && size <= TABLE_MAX };
        },
      );
      steps.expectFields({ en: 'who is known', ko: '누가 알려져 있는지' }, found, {
        known: port,
        first: now < AGEING_TIME ? 1 : undefined,
        fits: true,
      });
    }
  },
};
