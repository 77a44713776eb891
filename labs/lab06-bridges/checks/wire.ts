/** On three real segments: a board on each, the learner's bridge between the boards, a station at each cable's far end. */
import { EXIT, NetlabError } from '../../../src/base/errors.ts';
import { equal } from '../../../src/base/octets.ts';
import { after, milliseconds, seconds, since } from '../../../src/base/time.ts';
import type { Bench, Check, Station, Steps, Text } from '../../../src/lab/lab.ts';
import { BROADCAST, frameOf, ports, type Sending, sendingsOf } from './frames.ts';
import { type Event, QUICK } from './network.ts';

/** A frame takes 1.2 ms at 10 Mbit/s; the rest is for serial lines and busy machines. */
const ARRIVAL = seconds(1);
const SILENCE = milliseconds(20);
/** On a real network others talk too. More than this within a second is no bench to measure on. */
const MOST_STRANGERS = 1000;

/** Whether `frame` itself came to `station` within `time`, whatever else did. */
async function hears(station: Station, frame: Uint8Array, time = ARRIVAL): Promise<boolean> {
  const deadline = after(station.now(), time);
  for (let others = 0; others < MOST_STRANGERS; others++) {
    const left = since(deadline, station.now());
    const received = left > 0 ? await station.receive(left) : undefined;
    if (received === undefined) return false;
    if (equal(received.octets, frame)) return true;
  }
  return false;
}

/**
 * Over one cable.
 * @throws NetlabError when it is lost: the octets that went out were right, so the fault is the bench's.
 */
async function cross(from: Station, to: Station, frame: Uint8Array): Promise<void> {
  await from.send(frame);
  if (await hears(to, frame)) return;
  throw new NetlabError(
    'lab-frame-lost',
    EXIT.boardFault,
    `a frame of ${frame.length} octets did not cross its segment`,
    { length: frame.length, station: 'peer', others: 0 },
  );
}

/** The learner's bridge with the boards as its ports. */
class Bridging {
  readonly #bench: Bench;
  #bridge: unknown;
  now = 0;

  private constructor(bench: Bench, bridge: unknown) {
    this.#bench = bench;
    this.#bridge = bridge;
  }

  static async begin(bench: Bench, spanningTree: boolean): Promise<Bridging> {
    const { learner, board } = bench;
    const port = { cost: 100, vlan: 1, tagged: [] };
    const options = {
      address: board.address,
      priority: 0x8000,
      ports: bench.segments.map(() => port),
      spanningTree,
      ...QUICK,
    };
    return new Bridging(bench, await learner.call('begin', options));
  }

  async step(events: readonly Event[]): Promise<unknown> {
    const answer = await this.#bench.learner.call('step', this.#bridge, events, this.now);
    this.#bridge = Object(answer).bridge;
    return answer;
  }

  plugIn(): Promise<unknown> {
    return this.step(this.#bench.segments.map((_, i) => ({ kind: 'link', port: i + 1, up: true })));
  }

  get ports(): string {
    const { ports: list }: { ports?: unknown } = Object(this.#bridge);
    return Array.isArray(list) ? list.map((port) => Object(port).state).join(', ') : 'unknown';
  }
}

type Turn = readonly [what: Text, from: number, to: number | 'all', out: readonly number[]];

const TURNS: readonly Turn[] = [
  [
    { en: 'station 1 to station 2, still unknown', ko: '스테이션 1이 아직 모르는 2에게' },
    1,
    2,
    [2, 3],
  ],
  [{ en: 'station 2 answers', ko: '스테이션 2가 답한다' }, 2, 1, [1]],
  [
    {
      en: 'station 1 to 2 again: segment 3 stops hearing',
      ko: '다시 1이 2에게: 세그먼트 3에는 들리지 않는다',
    },
    1,
    2,
    [2],
  ],
  [{ en: 'station 3 to all', ko: '스테이션 3이 모두에게' }, 3, 'all', [1, 2]],
  [{ en: 'station 2 to station 3', ko: '스테이션 2가 3에게' }, 2, 3, [3]],
];

export const learnsOnTheWire: Check = {
  id: 'learns-on-the-wire',
  title: {
    en: 'Three segments, and the third stops hearing',
    ko: '세 세그먼트, 그리고 조용해지는 셋째',
  },
  points: 4,
  visibility: 'visible',
  fixtures: ['segments:3'],
  hints: [
    {
      en: 'The frames come off real cables now, and your step decides. Do relay and any-frame hold?',
      ko: '이제 프레임은 진짜 케이블에서 오고 여러분의 step이 정합니다. relay 검사는 통과하나요?',
    },
    {
      en: 'Without a spanning tree a port forwards as soon as it is up. step hands each frame to relay and keeps the table that comes back.',
      ko: '스패닝 트리가 없으면 포트는 켜지자마자 forwarding이에요. step은 프레임마다 relay에 넘기고 돌아온 표를 간직합니다.',
    },
    {
      en: 'If all is flooded for ever: the new table must be in the bridge that step answers. If nothing goes out at all: link up must make the port forwarding when spanningTree is false.',
      ko: '언제까지나 퍼뜨리기만 한다면: 새 표가 step이 답하는 브리지 안에 있어야 해요. 아무것도 안 나간다면: spanningTree가 false일 때 링크가 켜지면 포트가 forwarding이 되어야 해요.',
    },
  ],
  async run(bench, steps) {
    const { segments } = bench;
    const bridge = await Bridging.begin(bench, false);
    await steps.step({ en: 'the three boards are plugged in', ko: '보드 셋을 꽂는다' }, () =>
      bridge.plugIn(),
    );
    for (const [i, [what, from, to, out]] of TURNS.entries()) {
      const source = segments[from - 1];
      const target = to === 'all' ? undefined : segments[to - 1];
      if (source === undefined) continue;
      bridge.now += 1;
      const frame = frameOf(target?.peer.address ?? BROADCAST, source.peer.address, { fill: i });
      const answer = await steps.step(what, async () => {
        await cross(source.peer, source.board, frame);
        return bridge.step([{ kind: 'frame', port: from, frame }]);
      });
      const list = out.join(', ');
      steps.expectEqual(
        { en: `out at ports: ${list}`, ko: `나가는 포트: ${list}` },
        ports(answer),
        list,
      );
      for (const { port, frame: sent } of sendingsOf(answer) ?? []) {
        steps.expectOctets(
          { en: `what goes out at ${port}`, ko: `포트 ${port}에서 나가는 것` },
          sent,
          frame,
        );
      }
      const heard = await steps.step(
        {
          en: 'the boards send; the other stations listen',
          ko: '보드들이 보내고 다른 스테이션들이 듣는다',
        },
        () => deliver(bench, from, out, frame),
      );
      steps.expectEqual({ en: 'heard by stations', ko: '들은 스테이션' }, heard, list);
    }
  },
};

/** The stations that hear the frame when the boards of `out` send it. */
async function deliver(
  { segments }: Bench,
  from: number,
  out: readonly number[],
  frame: Uint8Array,
): Promise<string> {
  const heard: number[] = [];
  for (const [i, { board, peer }] of segments.entries()) {
    const port = i + 1;
    if (port === from) continue;
    if (out.includes(port)) await cross(board, peer, frame);
    if (out.includes(port) || (await hears(peer, frame, SILENCE))) heard.push(port);
  }
  return heard.join(', ');
}

/** More in one second than an honest bridge with one loop sends. */
const MOST_CROSSINGS = 60;

/** Somebody joined segments 1 and 2 by a repeater: whatever is on one is on the other. */
async function crossings(
  bench: Bench,
  bridge: Bridging,
  first: readonly Sending[],
  most: number,
): Promise<{ readonly count: number; readonly left: number; readonly atThird: number }> {
  const waiting = [...first];
  let count = 0;
  let atThird = 0;
  while (waiting.length > 0 && count < most) {
    const { port, frame } = waiting.shift() as Sending;
    const segment = bench.segments[port - 1];
    if (segment === undefined) continue;
    count += 1;
    await cross(segment.board, segment.peer, frame);
    if (port === 3) atThird += 1;
    const other = port === 3 ? undefined : bench.segments[2 - port];
    if (other === undefined) continue;
    await cross(other.peer, other.board, frame);
    const back = await bridge.step([{ kind: 'frame', port: 3 - port, frame }]);
    waiting.push(...(sendingsOf(back) ?? []));
  }
  return { count, left: waiting.length, atThird };
}

async function callAll(bench: Bench, bridge: Bridging, most: number) {
  const third = bench.segments[2];
  if (third === undefined) return { count: 0, left: 0, atThird: 0 };
  const frame = frameOf(BROADCAST, third.peer.address, { fill: 0x33 });
  await cross(third.peer, third.board, frame);
  const answer = await bridge.step([{ kind: 'frame', port: 3, frame }]);
  return crossings(bench, bridge, sendingsOf(answer) ?? [], most);
}

export const loopOnTheWire: Check = {
  id: 'loop-on-the-wire',
  title: { en: 'A loop in the cabling is cut', ko: '배선의 고리를 끊는다' },
  points: 3,
  visibility: 'visible',
  fixtures: ['segments:3'],
  hints: [
    {
      en: 'Segments 1 and 2 are one now. What does your bridge hear at port 2 when it says hello at port 1?',
      ko: '이제 세그먼트 1과 2는 하나예요. 포트 1에 hello를 보내면 포트 2에서 무엇이 들릴까요?',
    },
    {
      en: 'Its own words, from its own other port. They are better than what it would say at port 2 itself, so port 2 blocks.',
      ko: '자기의 다른 포트에서 나온 제 말이에요. 포트 2에서 할 말보다 나으니 포트 2가 막힙니다.',
    },
    {
      en: 'A vector whose bridge is your own never makes a root port, but it does count when the role of the other port is chosen: 0x8001 is less than 0x8002. And what comes back is compared strictly before it is answered, or the two ports talk without end.',
      ko: '브리지가 자기 자신인 벡터는 루트 포트를 만들지 않지만, 다른 포트의 역할을 고를 때는 셉니다. 0x8001이 0x8002보다 작아요. 그리고 돌아온 말에 대답하기 전에는 엄격히 비교하세요. 안 그러면 두 포트가 끝없이 이야기해요.',
    },
  ],
  async run(bench, steps) {
    const naive = await Bridging.begin(bench, false);
    await naive.plugIn();
    const endless = await steps.step(
      {
        en: 'no spanning tree: station 3 calls all once',
        ko: '스패닝 트리 없이 스테이션 3이 모두를 한 번 부른다',
      },
      () => callAll(bench, naive, 20),
    );
    steps.expect(
      { en: 'after 20 crossings it still goes round', ko: '20번 건너고도 아직 돌고 있다' },
      endless.left > 0 && endless.atThird > 1,
      {
        en: 'Without a spanning tree a broadcast must be flooded each time it comes in, so this loop never ends. Here it ended: is it flooded?',
        ko: '스패닝 트리가 없으면 브로드캐스트는 들어올 때마다 퍼져서 이 고리는 끝나지 않아야 해요. 여기서는 끝났네요. 퍼뜨리고 있나요?',
      },
    );
    await withTree(bench, steps);
  },
};

async function withTree(bench: Bench, steps: Steps): Promise<void> {
  const bridge = await Bridging.begin(bench, true);
  const settled = await steps.step(
    {
      en: 'with a spanning tree: ten seconds of its BPDUs',
      ko: '스패닝 트리를 켜고 BPDU가 오가는 10초',
    },
    async () => {
      let most = 0;
      let first: unknown = await bridge.plugIn();
      for (; bridge.now < 10; first = await bridge.step([])) {
        const { count } = await crossings(bench, bridge, sendingsOf(first) ?? [], MOST_CROSSINGS);
        most = Math.max(most, count);
        bridge.now += 1;
      }
      return most;
    },
  );
  steps.expect(
    {
      en: 'the bridge does not talk to itself without end',
      ko: '브리지가 혼잣말을 끝없이 하지 않는다',
    },
    settled < MOST_CROSSINGS,
    {
      en: `Within one second ${settled} frames crossed a segment. Who answers whom?`,
      ko: `1초 안에 프레임 ${settled}개가 세그먼트를 건넜어요. 누가 누구에게 대답하나요?`,
    },
  );
  steps.expectEqual(
    { en: 'ports 1 and 3 forward, port 2 blocks', ko: '포트 1과 3은 전달하고 2는 막힌다' },
    bridge.ports,
    'forwarding, blocking, forwarding',
  );
  const once = await steps.step(
    { en: 'station 3 calls all', ko: '스테이션 3이 모두를 부른다' },
    () => callAll(bench, bridge, 20),
  );
  steps.expectFields(
    { en: 'it crosses to segment 1, and ends', ko: '세그먼트 1로 건너가서 끝난다' },
    once,
    { count: 1, left: 0, atThird: 0 },
  );
}
