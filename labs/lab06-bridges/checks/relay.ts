/** What becomes of a frame: flooded, forwarded, filtered, or kept from the others. */
import type { Check, Steps, Text } from '../../../src/lab/lab.ts';
import {
  BROADCAST,
  frameOf,
  octetsOf,
  ports,
  type Sending,
  sendingsOf,
  station,
} from './frames.ts';

const [A, B, C] = [station(1), station(2), station(3)];

const openPorts = (count: number, states: readonly string[] = []) =>
  Array.from({ length: count }, (_, i) => ({
    vlan: 1,
    tagged: [],
    state: states[i] ?? 'forwarding',
  }));

/** The ports, then each frame unchanged. */
export function expectSent(steps: Steps, answer: unknown, wanted: readonly Sending[]): void {
  const list = wanted.map(({ port }) => port).join(', ') || 'none';
  const ko = wanted.length === 0 ? '나가는 곳 없음' : `나가는 포트: ${list}`;
  steps.expectEqual({ en: `out at ports: ${list}`, ko }, ports(answer), list);
  for (const { port, frame } of wanted) {
    const found = sendingsOf(answer)?.find((one) => one.port === port)?.frame;
    steps.expectOctets(
      { en: `the frame at port ${port}`, ko: `포트 ${port}의 프레임` },
      found,
      frame,
    );
  }
}

const to = (frame: Uint8Array, ...numbers: readonly number[]): Sending[] =>
  numbers.map((port) => ({ port, frame }));

type Turn = readonly [
  what: Text,
  from: number,
  frame: Uint8Array,
  now: number,
  to: readonly number[],
];

export const relay: Check = {
  id: 'relay',
  title: {
    en: 'Frames are flooded, forwarded, filtered',
    ko: '프레임을 퍼뜨리고, 전달하고, 거른다',
  },
  points: 9,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Three questions of each frame: what do I learn from it? Do I know where it wants to go? May it go there?',
      ko: '프레임마다 세 가지를 물어보세요. 무엇을 배우나? 어디로 가려는지 아는가? 거기로 가도 되나?',
    },
    {
      en: 'Learn the source first (octets 6 to 11). Unknown destinations, groups and broadcast go to every other port that forwards. A known one goes to its port alone, and to none when that is where the frame came from.',
      ko: '먼저 출발지(옥텟 6~11)를 배우세요. 모르는 목적지와 그룹과 브로드캐스트는 전달 상태인 다른 모든 포트로 나갑니다. 아는 목적지는 그 포트로만 가고, 들어온 포트와 같으면 아무 데도 가지 않아요.',
    },
    {
      en: 'Answer { table, send }. Walk through the ports by number: skip the one it came from, skip those that do not forward, skip those that are not the known one if there is a known one; push the rest with the frame. For now every frame is in the VLAN of its port.',
      ko: '{ table, send }를 답하세요. 포트를 번호대로 훑으며 들어온 포트, 전달 상태가 아닌 포트, (아는 포트가 있다면) 그 포트가 아닌 것을 건너뛰고 나머지에 프레임을 넣습니다. 우선은 모든 프레임이 들어온 포트의 VLAN에 있다고 보면 돼요.',
    },
  ],
  async run({ learner }, steps) {
    const turns: readonly Turn[] = [
      [
        { en: 'A to B, of whom nobody heard', ko: 'A가 아무도 모르는 B에게' },
        1,
        frameOf(B, A),
        0,
        [2, 3, 4],
      ],
      [{ en: 'B answers A', ko: 'B가 A에게 답함' }, 2, frameOf(A, B), 1, [1]],
      [{ en: 'A to B again', ko: '다시 A가 B에게' }, 1, frameOf(B, A), 2, [2]],
      [{ en: 'C, beside A, to A', ko: 'A 옆의 C가 A에게' }, 1, frameOf(A, C), 3, []],
      [{ en: 'A to everybody', ko: 'A가 모두에게' }, 1, frameOf(BROADCAST, A), 4, [2, 3, 4]],
      [
        { en: 'A to a group', ko: 'A가 그룹에게' },
        1,
        frameOf(octetsOf('01005e901001'), A),
        5,
        [2, 3, 4],
      ],
      [{ en: 'B was carried to port 4', ko: 'B가 포트 4로 옮겨 감' }, 4, frameOf(A, B), 6, [1]],
      [{ en: 'A to B, wherever it is', ko: '어디 있든 A가 B에게' }, 1, frameOf(B, A), 7, [4]],
      [
        { en: 'A to B, silent for 300 s', ko: '300초 동안 조용한 B에게 A가' },
        1,
        frameOf(B, A),
        306,
        [2, 3, 4],
      ],
    ];
    let table: unknown = [];
    for (const [what, from, frame, now, numbers] of turns) {
      const answer = await steps.step(
        {
          en: `relay: ${what.en}, in at port ${from}, at ${now} s`,
          ko: `relay: ${what.ko}, 포트 ${from}에서 들어옴, ${now}초`,
        },
        () => learner.call('relay', table, openPorts(4), from, frame, now),
      );
      expectSent(steps, answer, to(frame, ...numbers));
      table = Object(answer).table;
    }
  },
};

export const kept: Check = {
  id: 'kept-back',
  title: {
    en: 'Blocked ports, and what is for bridges alone',
    ko: '막힌 포트, 그리고 브리지에게만 온 것',
  },
  points: 6,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Which frames must a bridge never pass on, however lost their receivers are?',
      ko: '받는 이를 몰라도 브리지가 절대 넘기면 안 되는 프레임은 무엇인가요?',
    },
    {
      en: 'IEEE 802.1D-1998 §7.12.6: sixteen addresses, 01-80-C2-00-00-00 to 0F, end at the bridge. And §8.4: blocking and listening ports neither learn nor forward; a learning port learns and does not forward.',
      ko: 'IEEE 802.1D-1998 §7.12.6: 01-80-C2-00-00-00부터 0F까지 열여섯 주소는 브리지에서 끝나요. §8.4: blocking과 listening 포트는 배우지도 전달하지도 않고, learning 포트는 배우기만 합니다.',
    },
    {
      en: 'In this order: no such port, or its state neither learning nor forwarding: nothing. Fewer than 14 octets, or a reserved destination (five octets are compared, and the upper half of the sixth): nothing. Learn. State learning: the table, and nothing to send.',
      ko: '이 순서예요. 그런 포트가 없거나 상태가 learning도 forwarding도 아니면 아무것도 없음. 14옥텟보다 짧거나 예약된 목적지(다섯 옥텟과 여섯째의 위쪽 절반을 비교)면 아무것도 없음. 배운다. 상태가 learning이면 표만 주고 보낼 것은 없음.',
    },
  ],
  async run({ learner }, steps) {
    const states = ['forwarding', 'blocking', 'listening', 'learning', 'forwarding', 'disabled'];
    const turns: readonly Turn[] = [
      [
        { en: `six ports: ${states.join(', ')}`, ko: `포트 여섯: ${states.join(', ')}` },
        1,
        frameOf(BROADCAST, A),
        0,
        [5],
      ],
      [{ en: 'B calls all', ko: 'B가 모두에게' }, 2, frameOf(BROADCAST, B), 1, []],
      [
        { en: 'B, heard while blocking, is unknown', ko: '막힌 동안 들린 B는 모른다' },
        1,
        frameOf(B, A),
        2,
        [5],
      ],
      [{ en: 'B calls all', ko: 'B가 모두에게' }, 3, frameOf(BROADCAST, B), 3, []],
      [{ en: 'B is unknown still', ko: 'B는 여전히 모른다' }, 1, frameOf(B, A), 4, [5]],
      [{ en: 'C, unknown so far, to A', ko: '아직 모르는 C가 A에게' }, 4, frameOf(A, C), 5, []],
      [
        {
          en: 'C is known, and its port is not open yet',
          ko: 'C는 알지만 그 포트는 아직 안 열렸다',
        },
        1,
        frameOf(C, A),
        6,
        [],
      ],
      [{ en: 'B calls all', ko: 'B가 모두에게' }, 6, frameOf(BROADCAST, B), 7, []],
      [{ en: 'thirteen octets', ko: '13옥텟' }, 1, frameOf(BROADCAST, A).slice(0, 13), 8, []],
    ];
    let table: unknown = [];
    for (const [what, from, frame, now, numbers] of turns) {
      const state = states[from - 1];
      const answer = await steps.step(
        {
          en: `relay: ${what.en}, in at port ${from} (${state}), at ${now} s`,
          ko: `relay: ${what.ko}, 포트 ${from}(${state})에서 들어옴, ${now}초`,
        },
        () => learner.call('relay', table, openPorts(6, states), from, frame, now),
      );
      expectSent(steps, answer, to(frame, ...numbers));
      table = Object(answer).table;
    }
    const reserved: readonly (readonly [hex: string, numbers: readonly number[], what: Text])[] = [
      ['0180c2000000', [], { en: 'BPDUs', ko: 'BPDU' }],
      ['0180c2000001', [], { en: 'PAUSE', ko: 'PAUSE' }],
      ['0180c200000e', [], { en: 'LLDP', ko: 'LLDP' }],
      ['0180c200000f', [], { en: 'the last that is reserved', ko: '예약된 마지막 주소' }],
      ['0180c2000010', [2], { en: 'one behind the last', ko: '마지막 다음 주소' }],
      ['0180c2000100', [2], { en: 'another group of the IEEE', ko: 'IEEE의 다른 그룹' }],
    ];
    for (const [hex, numbers, what] of reserved) {
      const frame = frameOf(octetsOf(hex), A);
      const answer = await steps.step(
        { en: `relay: to ${hex}: ${what.en}`, ko: `relay: ${hex}에게: ${what.ko}` },
        () => learner.call('relay', [], openPorts(2), 1, frame, 0),
      );
      expectSent(steps, answer, to(frame, ...numbers));
    }
  },
};
