/** Bridges among themselves: a ring that is cut, and networks in which the project's own bridges end up the same. */
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';
import { draw } from './drawing.ts';
import { BROADCAST, frameOf, station } from './frames.ts';
import {
  type BridgeSetup,
  type Cable,
  idOf,
  learnersMachine,
  Network,
  optionsOf,
  QUICK,
  type Times,
  USUAL,
} from './network.ts';
import { stackMachine } from './reference.ts';

export interface Plan {
  readonly bridges: readonly BridgeSetup[];
  readonly cables: readonly Cable[];
}

const setUp = (last: number, costs: readonly number[], priority = 0x8000): BridgeSetup => ({
  address: Uint8Array.of(2, 0, 0, 0, last, 0),
  priority,
  costs,
});

export const cable = (a: number, aPort: number, b: number, bPort: number): Cable => ({
  ends: [
    { bridge: a, port: aPort },
    { bridge: b, port: bPort },
  ],
});

export async function learnersNetwork(
  learner: Learner,
  plan: Plan,
  times: Times,
): Promise<Network> {
  const machines = [];
  for (const bridge of plan.bridges) {
    machines.push(await learnersMachine(learner, optionsOf(bridge, times)));
  }
  return plugged(new Network(machines, plan.cables), plan);
}

export const stackNetwork = (plan: Plan, times: Times): Promise<Network> =>
  plugged(
    new Network(
      plan.bridges.map((bridge) => stackMachine(bridge, times)),
      plan.cables,
    ),
    plan,
  );

async function plugged(network: Network, { bridges }: Plan): Promise<Network> {
  await network.plugIn(bridges.map(({ costs }) => costs.length));
  return network;
}

/** No storm, and answers that are answers. */
function expectQuiet(steps: Steps, { fault, now }: Network): void {
  steps.expect(
    { en: 'no frame goes round for ever', ko: '영원히 도는 프레임이 없다' },
    fault === undefined,
    fault === 'answer'
      ? {
          en: 'step must answer { bridge, send }, and send is a list of { port, frame }.',
          ko: 'step은 { bridge, send }를 답해야 하고 send는 { port, frame }의 목록이에요.',
        }
      : {
          en: `At ${now} s more than a thousand frames were sent within one instant: they multiply. Either a port forwards that should block, or two bridges answer each other without end.`,
          ko: `${now}초에 한순간에 천 개가 넘는 프레임이 나갔어요. 불어나고 있는 거예요. 막혀야 할 포트가 전달하고 있거나, 두 브리지가 끝없이 서로에게 대답하고 있어요.`,
        },
  );
}

/** Who is root and which ports forward, bridge by bridge. */
function viewOf(network: Network): Record<string, string> {
  const views = network.status.map(({ root, cost, states }, i) => {
    const open = states.flatMap((state, at) => (state === 'forwarding' ? [at + 1] : []));
    return [`bridge ${i + 1}`, `root ${root} at ${cost}, forwards: ${open.join(', ') || 'none'}`];
  });
  return Object.fromEntries(views);
}

/** A broadcast from each station reaches every other once. */
export async function expectReached(steps: Steps, network: Network, plan: Plan): Promise<void> {
  const cabled = new Set(
    plan.cables.flatMap(({ ends }) => ends.map((e) => `${e.bridge}.${e.port}`)),
  );
  const stations = plan.bridges.flatMap(({ costs }, bridge) =>
    costs.flatMap((_, i) => (cabled.has(`${bridge}.${i + 1}`) ? [] : [{ bridge, port: i + 1 }])),
  );
  const [from] = stations;
  if (from === undefined) return;
  const frame = frameOf(BROADCAST, station(network.now % 256), { fill: network.now % 256 });
  const heard = await steps.step(
    { en: 'the station at the first bridge calls all', ko: '첫 브리지의 스테이션이 모두를 부른다' },
    async () => {
      await network.send(from, frame);
      return network.countOf(frame);
    },
  );
  expectQuiet(steps, network);
  const others = stations.length - 1;
  steps.expectFields(
    { en: 'each other station hears it once', ko: '다른 스테이션이 저마다 한 번 듣는다' },
    { stations: heard.ports, copies: heard.copies },
    { stations: others, copies: others },
  );
}

const NAMES = ['A', 'B', 'C', 'D'];
/** Ports 1 and 2 lead round, a station is at port 3. */
const RING: Plan = {
  bridges: [1, 2, 3, 4].map((last) => setUp(last, [19, 19, 19])),
  cables: [cable(0, 2, 1, 1), cable(1, 2, 2, 1), cable(2, 2, 3, 1), cable(3, 2, 0, 1)],
};
const SETTLED = 2 * USUAL.forwardDelay + 5;
/** Until the old is forgotten, and then twice forwardDelay. */
const HEALED = USUAL.maxAge + 2 * USUAL.forwardDelay + 2 * USUAL.helloTime;

function drawRing(steps: Steps, network: Network, name: string, title: Text): void {
  const { status, cut } = network;
  steps.picture(name, draw({ title, names: NAMES, root: 0, status, cables: RING.cables, cut }));
}

export const ring: Check = {
  id: 'ring',
  title: { en: 'A ring becomes a tree, and heals', ko: '고리가 나무가 되고, 끊기면 낫는다' },
  points: 6,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Look at the picture: which port is open that should not be, or closed that should be open? What did that bridge hear there?',
      ko: '그림을 보세요. 어느 포트가 열려 있으면 안 되는데 열려 있나요, 또는 닫혀 있나요? 그 브리지는 거기서 무엇을 들었나요?',
    },
    {
      en: 'In a ring of four the bridge opposite the root has two ways of equal cost; it takes the neighbour of the lesser identifier and blocks the other. When A–B is cut, B’s word to C goes on being believed until it is 20 s old, then C looks for another way.',
      ko: '넷이 이룬 고리에서 루트의 맞은편 브리지에는 비용이 같은 길이 둘 있어요. 식별자가 작은 이웃 쪽을 고르고 다른 쪽을 막습니다. A–B가 끊기면 C는 B의 말을 20초가 될 때까지 믿다가 다른 길을 찾아요.',
    },
    {
      en: 'If nothing heals: does a port that goes down forget what it heard, and are roles elected anew? Does a worse BPDU replace a better one that lives (it must not), and does the better one die at maxAge (it must)? Does a blocked port that becomes root or designated start with listening?',
      ko: '낫지 않는다면: 꺼진 포트는 들은 것을 잊고 역할을 다시 뽑나요? 살아 있는 더 나은 BPDU를 못한 것이 밀어내지는 않나요? 그 나은 것은 maxAge에 죽나요? 막혀 있다가 루트나 지정이 된 포트는 listening부터 시작하나요?',
    },
  ],
  async run({ learner }, steps) {
    const network = await learnersNetwork(learner, RING, USUAL);
    await steps.step(
      { en: `four bridges in a ring, ${SETTLED} s`, ko: `고리를 이룬 브리지 넷, ${SETTLED}초` },
      () => network.run(SETTLED),
    );
    drawRing(steps, network, 'before', { en: 'A ring of four bridges', ko: '브리지 넷의 고리' });
    expectQuiet(steps, network);
    const root = '8000020000000100';
    const view = (...all: readonly (readonly [cost: number, open: string])[]) =>
      Object.fromEntries(
        all.map(([cost, open], i) => [
          `bridge ${i + 1}`,
          `root ${root} at ${cost}, forwards: ${open}`,
        ]),
      );
    steps.expectFields(
      { en: 'one root, one port blocked', ko: '루트 하나, 막힌 포트 하나' },
      viewOf(network),
      view([0, '1, 2, 3'], [19, '1, 2, 3'], [38, '1, 3'], [19, '1, 2, 3']),
    );
    await expectReached(steps, network, RING);
    await steps.step(
      {
        en: `the cable from A to B is cut; ${HEALED} s pass`,
        ko: `A와 B 사이의 케이블이 끊기고 ${HEALED}초`,
      },
      async () => {
        await network.pull(RING.cables[0] as Cable);
        await network.run(HEALED);
      },
    );
    drawRing(steps, network, 'after', {
      en: 'The same after the cable from A to B was cut',
      ko: 'A와 B 사이가 끊긴 뒤',
    });
    expectQuiet(steps, network);
    steps.expectFields(
      { en: 'the way round is open', ko: '돌아가는 길이 열렸다' },
      viewOf(network),
      view([0, '1, 3'], [57, '2, 3'], [38, '1, 2, 3'], [19, '1, 2, 3']),
    );
    await expectReached(steps, network, RING);
  },
};

/** Two cables side by side, a hub's worth of choices, and a slow short cut. */
const PLANS: readonly (readonly [what: Text, plan: Plan])[] = [
  [
    { en: 'two bridges, two cables, crossed', ko: '브리지 둘, 엇갈린 케이블 둘' },
    {
      bridges: [setUp(2, [19, 19, 19], 0x1000), setUp(1, [19, 19, 19])],
      cables: [cable(0, 1, 1, 2), cable(0, 2, 1, 1)],
    },
  ],
  [
    { en: 'a slow short cut to the root', ko: '루트로 가는 느린 지름길' },
    {
      bridges: [
        setUp(9, [19, 100, 4], 0x7000),
        setUp(1, [19, 19, 4]),
        setUp(3, [19, 100, 4]),
        setUp(2, [4, 4, 4]),
      ],
      cables: [
        cable(0, 1, 1, 1),
        cable(1, 2, 2, 1),
        cable(0, 2, 2, 2),
        cable(2, 3, 3, 1),
        cable(1, 3, 3, 2),
      ],
    },
  ],
];

/** Both networks for `seconds`, then the same roots and the same open ports. */
export async function expectSame(
  steps: Steps,
  networks: { readonly learners: Network; readonly ours: Network },
): Promise<void> {
  expectQuiet(steps, networks.learners);
  steps.expectFields(
    {
      en: 'root, cost and open ports are those of netlab’s own bridges',
      ko: '루트와 비용과 열린 포트가 netlab의 브리지와 같다',
    },
    viewOf(networks.learners),
    viewOf(networks.ours),
  );
}

export const sameTree: Check = {
  id: 'same-tree',
  title: { en: 'Other bridges build the same tree', ko: '다른 브리지들도 같은 나무를 만든다' },
  points: 4,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Which bridge differs? Draw the network on paper, write the costs on it, and elect by hand.',
      ko: '어느 브리지가 다른가요? 네트워크를 종이에 그리고 비용을 적어 손으로 뽑아 보세요.',
    },
    {
      en: 'Costs are added where a BPDU comes in, never where it goes out. With two cables to the same bridge it is the sender’s port number that decides, not your own.',
      ko: '비용은 BPDU가 들어오는 곳에서 더하고 나가는 곳에서는 더하지 않아요. 같은 브리지로 가는 케이블이 둘이면 여러분의 포트가 아니라 보낸 쪽의 포트 번호가 정합니다.',
    },
    {
      en: 'If the root is right and a port is not: compare your vector on that port with what you kept there, as it came. If it settles late: a BPDU at the root port must be passed on at once, and maxAge and forwardDelay are those of the root.',
      ko: '루트는 맞는데 포트가 틀리다면: 그 포트에서의 내 벡터를 거기서 간직한 것(온 그대로)과 견주세요. 늦게 자리 잡는다면: 루트 포트로 온 BPDU는 곧바로 넘겨야 하고, maxAge와 forwardDelay는 루트의 것이에요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [what, plan] of PLANS) {
      const networks = {
        learners: await learnersNetwork(learner, plan, QUICK),
        ours: await stackNetwork(plan, QUICK),
      };
      await steps.step({ en: `${what.en}, 15 s`, ko: `${what.ko}, 15초` }, async () => {
        await networks.learners.run(15);
        await networks.ours.run(15);
      });
      await expectSame(steps, networks);
      await expectReached(steps, networks.learners, plan);
      const rootless = plan.cables.filter(({ ends }) => ends.some(({ bridge }) => bridge === 0));
      await steps.step(
        {
          en: `the root (${idOf(plan.bridges[0] as BridgeSetup)}) is unplugged; 20 s`,
          ko: `루트(${idOf(plan.bridges[0] as BridgeSetup)})를 뽑고 20초`,
        },
        async () => {
          for (const network of [networks.learners, networks.ours]) {
            for (const gone of rootless) await network.pull(gone);
            await network.run(20);
          }
        },
      );
      await expectSame(steps, networks);
    }
  },
};
