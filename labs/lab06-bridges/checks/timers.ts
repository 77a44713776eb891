/** One bridge in time: it listens, learns, forwards, says hello, and forgets whom it no longer hears. */
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';
import { BROADCAST, frameOf, octetsOf, ports, sendingsOf, station } from './frames.ts';
import { LINUX_RELAYED, LINUX_ROOT } from './golden.ts';
import { type Event, optionsOf, USUAL } from './network.ts';

const ADDRESS = octetsOf('020000000300');
const OWN = '8000020000000300';
const OPTIONS = optionsOf({ address: ADDRESS, priority: 0x8000, costs: [19, 19, 19] }, USUAL);

const link = (port: number, up: boolean): Event => ({ kind: 'link', port, up });
const frame = (port: number, octets: Uint8Array): Event => ({ kind: 'frame', port, frame: octets });
const ALL_UP = [link(1, true), link(2, true), link(3, true)];

/** A bridge under test, told of one second after the other. */
class Subject {
  readonly #learner: Learner;
  #bridge: unknown;
  #now = 0;

  private constructor(learner: Learner, bridge: unknown) {
    this.#learner = learner;
    this.#bridge = bridge;
  }

  static async begin(learner: Learner): Promise<Subject> {
    return new Subject(learner, await learner.call('begin', OPTIONS));
  }

  /** Each second up to `now`, then the events. */
  async at(now: number, events: readonly Event[] = []): Promise<unknown> {
    while (this.#now < now - 1) {
      this.#now += 1;
      await this.#step([]);
    }
    this.#now = now;
    return this.#step(events);
  }

  async #step(events: readonly Event[]): Promise<unknown> {
    const answer = await this.#learner.call('step', this.#bridge, events, this.#now);
    this.#bridge = Object(answer).bridge;
    return answer;
  }
}

function expectPorts(steps: Steps, answer: unknown, root: string, wanted: readonly string[]): void {
  const { bridge }: { bridge?: unknown } = Object(answer);
  const list: unknown = Object(bridge).ports;
  const found = Array.isArray(list) ? list : [];
  const fields = (all: readonly string[]) =>
    Object.fromEntries(all.map((text, i) => [`port ${i + 1}`, text]));
  const text = found.map((port) => `${Object(port).role}, ${Object(port).state}`);
  steps.expectFields(
    { en: 'the root, and role and state of each port', ko: '루트, 그리고 포트마다의 역할과 상태' },
    { root: Object(bridge).root, ...fields(text) },
    { root, ...fields(wanted) },
  );
}

/** What it says on `port`, decoded by the learner's own decoder, which has passed. */
async function expectBpdu(
  learner: Learner,
  steps: Steps,
  answer: unknown,
  port: number,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  const sent = sendingsOf(answer)?.find((one) => one.port === port)?.frame;
  const bpdu = sent && (await learner.call('decodeBpdu', sent));
  steps.expectFields({ en: `the BPDU at port ${port}`, ko: `포트 ${port}의 BPDU` }, bpdu, fields);
}

export const states: Check = {
  id: 'listen-learn-forward',
  title: { en: 'Listening, learning, forwarding', ko: '포트는 듣고, 배우고, 전달한다' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Why does a port not forward as soon as it may? What could be on its way still?',
      ko: '포트는 왜 자격을 얻자마자 전달하지 않을까요? 아직 오는 중인 것이 있다면요?',
    },
    {
      en: 'A port that comes up is blocking for no time at all: its role makes it listening, forwardDelay later learning, forwardDelay later forwarding. A bridge that hears nobody is root, and says so on each designated port at once and every helloTime.',
      ko: '켜진 포트는 blocking에 머물지 않아요. 역할이 정해지며 listening이 되고, forwardDelay 뒤 learning, 또 forwardDelay 뒤 forwarding입니다. 아무도 들리지 않는 브리지는 루트이고, 지정 포트마다 곧바로, 그리고 helloTime마다 그렇게 알려요.',
    },
    {
      en: 'Keep with each port since when its state holds. step: first time: those in listening or learning for forwardDelay go on, and since becomes now. Then the events; link up means blocking, then roles, and a root or designated port that is blocking starts to listen. At the end, a root whose hello is due sends on its designated ports.',
      ko: '포트마다 상태가 언제 시작됐는지 간직하세요. step은 먼저 시간: listening이나 learning에 forwardDelay만큼 있던 포트는 다음으로 가고 시작 시각이 now가 됩니다. 그다음 사건: 링크가 켜지면 blocking, 그리고 역할을 정하고, 루트나 지정 포트가 blocking이면 listening을 시작해요. 끝으로, 루트이고 hello 때가 되었으면 지정 포트들로 보냅니다.',
    },
  ],
  async run({ learner }, steps) {
    const it = await Subject.begin(learner);
    const first = await steps.step(
      { en: 'at 0 s all three ports come up', ko: '0초에 세 포트가 켜진다' },
      () => it.at(0, ALL_UP),
    );
    expectPorts(steps, first, OWN, Array(3).fill('designated, listening'));
    steps.expectEqual(
      { en: 'it says hello on all three', ko: '셋 모두에 hello' },
      ports(first),
      '1, 2, 3',
    );
    const own = { root: OWN, cost: 0, bridge: OWN, messageAge: 0, flags: 0, ...USUAL };
    await expectBpdu(learner, steps, first, 2, { ...own, port: 0x8002 });
    const times: readonly (readonly [now: number, state: string, hello: string])[] = [
      [1, 'listening', 'none'],
      [2, 'listening', '1, 2, 3'],
      [14, 'listening', '1, 2, 3'],
      [15, 'learning', 'none'],
      [29, 'learning', 'none'],
      [30, 'forwarding', '1, 2, 3'],
    ];
    for (const [now, state, hello] of times) {
      const answer = await steps.step({ en: `at ${now} s`, ko: `${now}초` }, () => it.at(now));
      expectPorts(steps, answer, OWN, Array(3).fill(`designated, ${state}`));
      steps.expectEqual(
        { en: `hello: ${hello}`, ko: `hello: ${hello === 'none' ? '없음' : hello}` },
        ports(answer),
        hello,
      );
    }
    const data = frameOf(BROADCAST, station(1));
    const relayed = await steps.step(
      { en: 'at 31 s a broadcast comes in at port 1', ko: '31초에 포트 1로 브로드캐스트' },
      () => it.at(31, [frame(1, data)]),
    );
    steps.expectEqual({ en: 'out at 2 and 3', ko: '2와 3으로 나간다' }, ports(relayed), '2, 3');
    const down = await steps.step(
      { en: 'at 31 s port 3 goes down', ko: '31초에 포트 3이 꺼진다' },
      () => it.at(31, [link(3, false)]),
    );
    const forwards = 'designated, forwarding';
    expectPorts(steps, down, OWN, [forwards, forwards, 'disabled, disabled']);
  },
};

type Turn = readonly [
  now: number,
  what: Text,
  events: readonly Event[],
  root: string,
  ports: readonly string[],
];

const KERNEL = '1000020000000100';
const HEARD = [frame(1, LINUX_ROOT.octets)];
const RELAYED = [frame(2, LINUX_RELAYED.octets)];
/** What a third bridge says that believes to be root itself. */
const UNAWARE = LINUX_ROOT.octets.slice();
UNAWARE.set(octetsOf('9000020000000900 00000000 9000020000000900'), 22);

const MESSAGE_TURNS: readonly Turn[] = [
  [
    1,
    { en: 'Linux says at port 1 that it is root', ko: 'Linux가 포트 1에서 루트라고 말한다' },
    HEARD,
    KERNEL,
    ['root, listening', 'designated, listening', 'designated, listening'],
  ],
  [
    2,
    { en: 'another Linux, one hop behind it, at port 2', ko: '한 홉 뒤의 다른 Linux가 포트 2에서' },
    RELAYED,
    KERNEL,
    ['root, listening', 'blocked, blocking', 'designated, listening'],
  ],
  [
    3,
    { en: 'the root again', ko: '다시 루트' },
    HEARD,
    KERNEL,
    ['root, listening', 'blocked, blocking', 'designated, listening'],
  ],
  [
    4,
    {
      en: 'beside the root, at port 1, another believes to be root',
      ko: '포트 1의 루트 곁에서 다른 브리지가 자기가 루트라고 믿는다',
    },
    [frame(1, UNAWARE)],
    KERNEL,
    ['root, listening', 'blocked, blocking', 'designated, listening'],
  ],
  [
    21,
    { en: 'port 2 was last heard 19 s ago', ko: '포트 2에서 마지막으로 들은 지 19초' },
    [],
    KERNEL,
    ['root, learning', 'blocked, blocking', 'designated, learning'],
  ],
  [
    22,
    {
      en: 'its message is older than 20 s: it is gone',
      ko: '메시지가 20초보다 늙었다: 없는 것이 된다',
    },
    [],
    KERNEL,
    ['root, learning', 'designated, listening', 'designated, learning'],
  ],
  [
    23,
    { en: 'the root was last heard 20 s ago', ko: '루트에게서 마지막으로 들은 지 20초' },
    [],
    OWN,
    ['designated, learning', 'designated, listening', 'designated, learning'],
  ],
  [
    24,
    { en: 'the root is back at port 1', ko: '루트가 포트 1에 돌아왔다' },
    HEARD,
    KERNEL,
    ['root, learning', 'designated, listening', 'designated, learning'],
  ],
  [
    25,
    { en: 'port 1 is unplugged and plugged in again', ko: '포트 1을 뽑았다가 다시 꽂는다' },
    [link(1, false), link(1, true)],
    OWN,
    ['designated, listening', 'designated, listening', 'designated, learning'],
  ],
];

export const messages: Check = {
  id: 'messages',
  title: { en: 'BPDUs are believed, relayed, and age', ko: 'BPDU를 믿고, 넘기고, 늙으면 잊는다' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'A BPDU is only worth something while its root lives. How does a bridge three hops away learn that the root is gone?',
      ko: 'BPDU는 그 루트가 살아 있는 동안만 값이 있어요. 세 홉 떨어진 브리지는 루트가 사라진 것을 어떻게 알까요?',
    },
    {
      en: 'Keep the best BPDU of each port with the time at which it came: one that is better or equal replaces it. Its age is its messageAge and the time since; at maxAge it is forgotten and the roles follow. What comes at the root port is passed on at once on all designated ports: the root’s times, an age one greater. A worse word at a designated port is answered there.',
      ko: '포트마다 가장 나은 BPDU를 온 시각과 함께 간직하세요. 낫거나 같은 것이 오면 갈아 끼웁니다. 나이는 messageAge에 그 뒤로 흐른 시간을 더한 것이고, maxAge가 되면 잊고 역할을 다시 정해요. 루트 포트로 온 것은 곧바로 모든 지정 포트로 넘깁니다. 시간 값들은 루트의 것, 나이는 하나 많게. 지정 포트로 더 못한 말이 오면 그 포트로 대답해 줘요.',
    },
    {
      en: 'receive: if nothing is kept there or compare(new, kept) ≤ 0, keep it with now and elect anew; a port that comes out designated keeps nothing. Then, if it was kept and came at the root port, announce on each designated port; if it came at a designated port and your own vector there is better, announce there. Only a bridge without a root port says hello by the clock; one that has just lost its root port does at once.',
      ko: '받을 때: 간직한 것이 없거나 compare(새것, 간직한 것) ≤ 0이면 now와 함께 간직하고 다시 뽑습니다. 지정 포트가 된 포트는 아무것도 간직하지 않아요. 그런 다음 간직한 것이 루트 포트로 온 것이면 지정 포트마다 알리고, 지정 포트로 왔는데 거기서의 내 벡터가 더 나으면 그 포트로 알립니다. 시계에 맞춰 hello를 보내는 것은 루트 포트가 없는 브리지뿐이고, 방금 루트 포트를 잃었다면 곧바로 보내요.',
    },
  ],
  async run({ learner }, steps) {
    const it = await Subject.begin(learner);
    await steps.step({ en: 'at 0 s all three ports come up', ko: '0초에 세 포트가 켜진다' }, () =>
      it.at(0, ALL_UP),
    );
    const passed = { root: KERNEL, cost: 19, bridge: OWN, port: 0x8003, messageAge: 1, ...USUAL };
    for (const [now, what, events, root, wanted] of MESSAGE_TURNS) {
      const answer = await steps.step(
        { en: `at ${now} s: ${what.en}`, ko: `${now}초: ${what.ko}` },
        () => it.at(now, events),
      );
      expectPorts(steps, answer, root, wanted);
      if (now === 3) {
        steps.expectEqual(
          { en: 'it is passed on at port 3 alone', ko: '포트 3으로만 넘긴다' },
          ports(answer),
          '3',
        );
        await expectBpdu(learner, steps, answer, 3, passed);
      }
      if (now === 21) {
        const heard = await steps.step(
          {
            en: 'at 21 s a bridge at port 3 believes to be root',
            ko: '21초: 포트 3의 브리지가 자기가 루트라고 믿는다',
          },
          () => it.at(21, [frame(3, UNAWARE)]),
        );
        steps.expectEqual({ en: 'it is told there', ko: '거기로 알려 준다' }, ports(heard), '3');
        await expectBpdu(learner, steps, heard, 3, { ...passed, messageAge: 19 });
      }
    }
  },
};
