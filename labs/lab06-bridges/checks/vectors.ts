/** Who is better, and what follows for the ports. */
import type { Check, Text } from '../../../src/lab/lab.ts';

const ROOT = '1000020000000001';
const OTHER = '8000020000000002';
const THIRD = '8000020000000003';

const vector = (root: string, cost: number, bridge: string, port = 0x8001) => ({
  root,
  cost,
  bridge,
  port,
});

type Heard = ReturnType<typeof vector>;

/** A vector's four numbers, as they are compared. */
const shown = ({ root, cost, bridge, port }: Heard): string =>
  `${root} ${cost} ${bridge} ${port.toString(16)}`;

export const vectors: Check = {
  id: 'vectors',
  title: { en: 'Priority vectors are compared', ko: '우선순위 벡터를 비교한다' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'When does the second number of two vectors matter at all?',
      ko: '두 벡터의 둘째 숫자는 언제 의미가 있나요?',
    },
    {
      en: 'Root, then cost, then bridge, then port; each only when all before it are equal. The lesser is the better, always. Texts of equal length compare like the numbers that they are.',
      ko: '루트, 비용, 브리지, 포트 순서이고 앞이 모두 같을 때만 다음을 봐요. 언제나 작은 쪽이 낫습니다. 길이가 같은 16진수 글자는 숫자처럼 비교돼요.',
    },
    {
      en: 'Four comparisons in a row, each leaving when the two differ. Subtraction will do for numbers; texts want <.',
      ko: '비교 넷을 이어 놓고, 다르면 바로 나가세요. 숫자는 빼기로 되고 글자는 <가 필요해요.',
    },
  ],
  async run({ learner }, steps) {
    const rows: readonly (readonly [Text, Heard, Heard, number])[] = [
      [
        { en: 'a lesser root', ko: '더 작은 루트' },
        vector(ROOT, 100, THIRD),
        vector(OTHER, 0, OTHER),
        -1,
      ],
      [
        { en: 'a greater root', ko: '더 큰 루트' },
        vector(THIRD, 0, ROOT),
        vector(OTHER, 9, THIRD),
        1,
      ],
      [
        { en: 'priority before address', ko: '주소보다 우선순위가 먼저' },
        vector('0fff0200000000ff', 1, ROOT),
        vector(ROOT, 1, ROOT),
        -1,
      ],
      [
        { en: 'hexadecimal digits above 9', ko: '9보다 큰 16진수' },
        vector('8000020000000009', 1, ROOT),
        vector('800002000000000a', 1, ROOT),
        -1,
      ],
      [
        { en: 'a lesser cost', ko: '더 작은 비용' },
        vector(ROOT, 9, THIRD),
        vector(ROOT, 19, OTHER),
        -1,
      ],
      [
        { en: 'a cost of 100 and one of 19', ko: '비용 100과 19' },
        vector(ROOT, 100, OTHER),
        vector(ROOT, 19, OTHER),
        1,
      ],
      [
        { en: 'a lesser bridge', ko: '더 작은 브리지' },
        vector(ROOT, 19, OTHER, 0x8009),
        vector(ROOT, 19, THIRD),
        -1,
      ],
      [
        { en: 'a greater port', ko: '더 큰 포트' },
        vector(ROOT, 19, OTHER, 0x8002),
        vector(ROOT, 19, OTHER, 0x8001),
        1,
      ],
      [{ en: 'the same', ko: '같은 것' }, vector(ROOT, 19, OTHER), vector(ROOT, 19, OTHER), 0],
    ];
    for (const [what, a, b, wanted] of rows) {
      const given = `${shown(a)} : ${shown(b)}`;
      const found = await steps.step(
        { en: `compare: ${what.en} (${given})`, ko: `compare: ${what.ko} (${given})` },
        () => learner.call('compare', a, b),
      );
      const sign = typeof found === 'number' ? Math.sign(found) : found;
      const text = [
        { en: 'less than 0: the first is better', ko: '0보다 작다: 첫째가 낫다' },
        { en: '0: neither is better', ko: '0: 어느 쪽도 낫지 않다' },
        { en: 'more than 0: the second is better', ko: '0보다 크다: 둘째가 낫다' },
      ][wanted + 1] as Text;
      steps.expectEqual(text, sign, wanted);
    }
  },
};

interface Candidate {
  readonly up: boolean;
  readonly cost: number;
  readonly heard?: Heard | undefined;
}

const up = (cost: number, heard?: Heard): Candidate => ({ up: true, cost, heard });

/** `1: cost 19; 2: cost 19, heard 1000020000000001 0 1000020000000001 8001; 3: down`. */
const given = (ports: readonly Candidate[]): string =>
  ports
    .map(({ up: isUp, cost, heard }, i) => {
      const what = heard === undefined ? `cost ${cost}` : `cost ${cost}, heard ${shown(heard)}`;
      return `${i + 1}: ${isUp ? what : 'down'}`;
    })
    .join('; ');

const ELECTIONS: readonly (readonly [
  Text,
  readonly Candidate[],
  Readonly<Record<string, unknown>>,
  readonly string[],
])[] = [
  [
    { en: 'nobody was heard', ko: '아무도 들리지 않음' },
    [up(19), up(19), { up: false, cost: 19 }],
    { root: OTHER, cost: 0, rootPort: undefined },
    ['designated', 'designated', 'disabled'],
  ],
  [
    { en: 'a better root at port 2', ko: '포트 2에 더 나은 루트' },
    [up(19), up(19, vector(ROOT, 0, ROOT))],
    { root: ROOT, cost: 19, rootPort: 2 },
    ['designated', 'root'],
  ],
  [
    { en: 'a worse one at port 1', ko: '포트 1에 더 못한 것' },
    [up(19, vector(THIRD, 0, THIRD)), up(19)],
    { root: OTHER, cost: 0, rootPort: undefined },
    ['designated', 'designated'],
  ],
  [
    { en: 'the root at both, port 1 slow', ko: '둘 다 루트, 포트 1은 느림' },
    [up(100, vector(ROOT, 0, ROOT)), up(19, vector(ROOT, 0, ROOT, 0x8002))],
    { root: ROOT, cost: 19, rootPort: 2 },
    ['blocked', 'root'],
  ],
  [
    { en: 'further away, and yet cheaper', ko: '더 멀지만 더 싸다' },
    [up(100, vector(ROOT, 0, ROOT)), up(19, vector(ROOT, 19, '8000020000000009'))],
    { root: ROOT, cost: 38, rootPort: 2 },
    ['blocked', 'root'],
  ],
  [
    {
      en: 'two cables to one bridge: its lesser port',
      ko: '한 브리지로 케이블 둘: 상대의 작은 포트',
    },
    [up(19, vector(ROOT, 0, ROOT, 0x8002)), up(19, vector(ROOT, 0, ROOT, 0x8001))],
    { root: ROOT, cost: 19, rootPort: 2 },
    ['blocked', 'root'],
  ],
  [
    {
      en: 'a hub between: all equal, so the own lesser port',
      ko: '사이에 허브: 모두 같아 자기의 작은 포트',
    },
    [up(19, vector(ROOT, 0, ROOT)), up(19, vector(ROOT, 0, ROOT))],
    { root: ROOT, cost: 19, rootPort: 1 },
    ['root', 'blocked'],
  ],
  [
    {
      en: 'a neighbour as far away: the lesser bridge speaks',
      ko: '똑같이 먼 이웃: 작은 브리지가 말한다',
    },
    [
      up(19, vector(ROOT, 0, ROOT)),
      up(19, vector(ROOT, 19, THIRD)),
      up(19, vector(ROOT, 19, '7000020000000007')),
    ],
    { root: ROOT, cost: 19, rootPort: 1 },
    ['root', 'designated', 'blocked'],
  ],
  [
    { en: 'a neighbour further away', ko: '더 먼 이웃' },
    [up(4, vector(ROOT, 0, ROOT)), up(100, vector(ROOT, 5, '7000020000000007'))],
    { root: ROOT, cost: 4, rootPort: 1 },
    ['root', 'designated'],
  ],
  [
    { en: 'its own words come back at port 2', ko: '제 말이 포트 2로 돌아옴' },
    [up(19), up(19, vector(OTHER, 0, OTHER))],
    { root: OTHER, cost: 0, rootPort: undefined },
    ['designated', 'blocked'],
  ],
  [
    { en: 'its own words of a root that is gone', ko: '사라진 루트에 대한 제 말' },
    [up(19), up(19, vector(ROOT, 19, OTHER))],
    { root: OTHER, cost: 0, rootPort: undefined },
    ['designated', 'blocked'],
  ],
];

export const roles: Check = {
  id: 'roles',
  title: {
    en: 'Root, root port, designated and blocked',
    ko: '루트, 루트 포트, 지정 포트, 막힌 포트',
  },
  points: 7,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'First: is anybody’s root better than I am? Then: which port leads there best? Then for each other port: who has the better word on that cable, I or the one I heard?',
      ko: '먼저, 누군가의 루트가 나보다 나은가요? 그다음, 어느 포트가 가장 잘 이어지나요? 그다음 나머지 포트마다, 그 케이블에서 더 나은 말을 하는 쪽은 나인가요, 내가 들은 이인가요?',
    },
    {
      en: 'A way over a port costs what was heard plus the port’s own cost. The root port has the best way; of equal ones the one whose sender’s bridge, then sender’s port, then own number is least. What you then say on a port is { root, cost, your id, that port }: if it beats what was heard there, the port is designated, else blocked.',
      ko: '어떤 포트로 가는 길의 비용은 들은 비용에 그 포트의 비용을 더한 것이에요. 가장 나은 길이 루트 포트이고, 같으면 보낸 브리지, 보낸 포트, 자기 번호가 작은 순서예요. 그러고 나서 포트마다 여러분이 할 말은 { 루트, 비용, 내 id, 그 포트 }이고, 거기서 들은 것보다 나으면 지정 포트, 아니면 막힙니다.',
    },
    {
      en: 'Begin by believing in yourself: your id as the root, at no cost, and no root port. For each port that is up and heard something from another bridge, add its cost to the vector heard and keep it if compare says that it is better. Then give roles: down is disabled, the root port is root; for the others compare your own vector on that port with the one heard as it came, without the cost.',
      ko: '먼저 자신을 믿으세요. 루트는 내 id, 비용은 없음, 루트 포트도 없음. 켜져 있고 다른 브리지에게서 들은 것이 있는 포트마다 들은 벡터에 그 포트의 비용을 더해 보고, compare가 더 낫다고 하면 간직합니다. 그런 다음 역할을 줘요. 꺼졌으면 disabled, 루트 포트는 root, 나머지는 그 포트에서의 내 벡터를 들은 벡터(비용을 더하지 않은 그대로)와 비교합니다.',
    },
  ],
  async run({ learner }, steps) {
    for (const [what, candidates, wanted, wantedRoles] of ELECTIONS) {
      const situation = `${OTHER}; ${given(candidates)}`;
      const found = await steps.step(
        { en: `elect: ${what.en} (${situation})`, ko: `elect: ${what.ko} (${situation})` },
        () => learner.call('elect', OTHER, candidates),
      );
      steps.expectFields(
        { en: 'the root, and the way to it', ko: '루트와 거기로 가는 길' },
        found,
        wanted,
      );
      const list: unknown = Object(found).roles;
      steps.expectEqual(
        { en: 'what each port is', ko: '포트마다의 역할' },
        Array.isArray(list) ? list.join(', ') : String(list),
        wantedRoles.join(', '),
      );
    }
  },
};
