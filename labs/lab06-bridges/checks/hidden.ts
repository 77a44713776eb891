/** What nobody can know beforehand: networks and frames of chance. */
import { below, type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { BROADCAST, frameOf, type Sending, sendingsOf, station } from './frames.ts';
import { type BridgeSetup, type Cable, idOf, type Network, QUICK } from './network.ts';
import { stackRelay } from './reference.ts';
import {
  cable,
  expectReached,
  expectSame,
  learnersNetwork,
  type Plan,
  stackNetwork,
} from './ring.ts';

const NETWORKS = 4;
const COSTS = [4, 19, 100, 300];
const PRIORITIES = [0x1000, 0x8000, 0x8000, 0xf000];

const oneOf = <T>(rng: Rng, all: readonly T[]): T => all[below(rng, all.length)] as T;

/** A tree of chance over all bridges, some cables more, and a station at each bridge. */
function randomPlan(rng: Rng): Plan {
  const count = 3 + below(rng, 3);
  const costs: number[][] = Array.from({ length: count }, () => [oneOf(rng, COSTS)]);
  const cables: Cable[] = [];
  const join = (a: number, b: number) => {
    const port = (bridge: number) => costs[bridge]?.push(oneOf(rng, COSTS)) ?? 0;
    cables.push(cable(a, port(a), b, port(b)));
  };
  for (let bridge = 1; bridge < count; bridge++) join(bridge, below(rng, bridge));
  for (let more = 1 + below(rng, 4); more > 0; more--) {
    const a = below(rng, count);
    join(a, (a + 1 + below(rng, count - 1)) % count);
  }
  const bridges = costs.map((list): BridgeSetup => {
    const address = Uint8Array.of(2, ...randomOctets(rng, 5));
    return { address, priority: oneOf(rng, PRIORITIES), costs: list };
  });
  return { bridges, cables };
}

const describe = ({ bridges, cables }: Plan): string =>
  `${bridges.length} bridges, ${cables.map(({ ends: [a, b] }) => `${a.bridge + 1}.${a.port}-${b.bridge + 1}.${b.port}`).join(' ')}`;

/** Whether the cables that forward on both sides join all bridges, and no two of them twice. */
function isTree(network: Network, { bridges, cables }: Plan): boolean {
  const group = bridges.map((_, i) => i);
  const open = cables.filter(({ ends }) =>
    ends.every(({ bridge, port }) => network.status[bridge]?.states[port - 1] === 'forwarding'),
  );
  for (const { ends } of open) {
    const [a, b] = ends.map(({ bridge }) => group[bridge]);
    if (a === b) return false;
    for (const [i, one] of group.entries()) if (one === b) group[i] = a as number;
  }
  return new Set(group).size === 1;
}

export const anyNetwork: Check = {
  id: 'any-network',
  title: { en: 'Any network becomes a tree', ko: '어떤 네트워크든 나무가 된다' },
  points: 3,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Networks of chance, with cables side by side and costs of all kinds.',
      ko: '무작위 네트워크예요. 나란한 케이블도 있고 비용도 제각각이에요.',
    },
    {
      en: 'Three things must hold: the root is the least identifier, the open cables join all bridges, and they make no loop.',
      ko: '세 가지가 성립해야 해요. 루트는 가장 작은 식별자이고, 열린 케이블이 모든 브리지를 잇고, 고리가 없어야 합니다.',
    },
    {
      en: 'Write the network of the failed step down (bridge.port-bridge.port), and elect by hand, beginning at the root. Look at ties: same cost, then sender’s bridge, then sender’s port.',
      ko: '실패한 단계의 네트워크(브리지.포트-브리지.포트)를 적고 루트부터 손으로 뽑아 보세요. 비용이 같은 경우를 보세요. 보낸 브리지, 그다음 보낸 포트예요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let i = 0; i < NETWORKS; i++) {
      const plan = randomPlan(rng);
      const networks = {
        learners: await learnersNetwork(learner, plan, QUICK),
        ours: await stackNetwork(plan, QUICK),
      };
      await steps.step(
        { en: `${describe(plan)}; 16 s`, ko: `${describe(plan)}, 16초` },
        async () => {
          await networks.learners.run(16);
          await networks.ours.run(16);
        },
      );
      const least = plan.bridges.map(idOf).toSorted()[0];
      const roots = new Set(networks.learners.status.map(({ root }) => root));
      steps.expectEqual(
        { en: 'the root is the least of all', ko: '루트는 가장 작은 식별자' },
        [...roots].join(', '),
        least,
      );
      steps.expect(
        { en: 'what forwards is a tree over all', ko: '전달하는 것은 모두를 잇는 나무' },
        isTree(networks.learners, plan),
        {
          en: 'The cables that forward on both sides either leave a bridge alone or make a loop.',
          ko: '양쪽 모두 전달하는 케이블들이 어떤 브리지를 빠뜨렸거나 고리를 이뤄요.',
        },
      );
      await expectSame(steps, networks);
      await expectReached(steps, networks.learners, plan);
    }
  },
};

const ROUNDS = 6;
const FRAMES = 20;
const VLANS = [1, 10, 20, 4094];

function randomFrame(rng: Rng): Uint8Array {
  const destination = below(rng, 4) === 0 ? BROADCAST : station(below(rng, 6));
  const length = 64 + below(rng, 100);
  const frame = frameOf(destination, station(below(rng, 6)), { fill: below(rng, 256), length });
  if (below(rng, 2) === 0) return frame;
  const control = (below(rng, 16) << 12) | oneOf(rng, [...VLANS, 0, 30]);
  frame.set([0x81, 0, control >> 8, control & 0xff], 12);
  return frame;
}

export const anyFrame: Check = {
  id: 'any-frame',
  title: { en: 'Any frame goes where it should', ko: '어떤 프레임이든 갈 곳으로 간다' },
  points: 2,
  visibility: 'hidden',
  fixtures: [],
  hints: [
    {
      en: 'Ports and frames of chance through step, without a spanning tree.',
      ko: '스패닝 트리 없이, 무작위 포트와 프레임이 step을 지나가요.',
    },
    {
      en: 'Is there a number in your code that ought to come from the port: a VLAN, a port count? Is anything remembered outside of the state?',
      ko: '포트에서 와야 할 숫자가 코드에 박혀 있나요? VLAN이나 포트 개수 같은 것요. 상태 밖에 기억하는 것은 없나요?',
    },
    {
      en: 'Several frames in one step are handled in their order, and each may learn what the next one needs. The table goes with the bridge that step answers.',
      ko: '한 step의 여러 프레임은 차례로 처리되고, 앞의 것이 배운 것을 뒤의 것이 씁니다. 표는 step이 답하는 브리지에 담겨 가요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let round = 1; round <= ROUNDS; round++) {
      const ports = Array.from({ length: 1 + round }, () => {
        const vlan = oneOf(rng, VLANS);
        const tagged = VLANS.filter((other) => other !== vlan && below(rng, 2) === 0);
        return { cost: 19, vlan, tagged };
      });
      const ours = stackRelay(ports);
      const frames = Array.from({ length: FRAMES }, () => ({
        port: 1 + below(rng, ports.length),
        frame: randomFrame(rng),
      }));
      const wanted = frames.flatMap(({ port, frame }) => ours(port, frame, 1));
      const answer = await steps.step(
        {
          en: `round ${round}: ${FRAMES} frames at ${ports.length} ports, ${wanted.length} go out`,
          ko: `${round}회: 포트 ${ports.length}개에 프레임 ${FRAMES}개, ${wanted.length}개가 나간다`,
        },
        async () => {
          const options = {
            address: station(99),
            priority: 0x8000,
            ports,
            spanningTree: false,
            ...QUICK,
          };
          const bridge = await learner.call('begin', options);
          const up = ports.map((_, i) => ({ kind: 'link', port: i + 1, up: true }));
          const began = Object(await learner.call('step', bridge, up, 0));
          const events = frames.map((one) => ({ kind: 'frame', ...one }));
          return learner.call('step', began.bridge, events, 1);
        },
      );
      const list = (all: readonly Sending[] | undefined) =>
        (all ?? []).map(({ port }) => port).join(' ');
      const found = sendingsOf(answer);
      steps.expectEqual(
        { en: 'out at these ports', ko: '나가는 포트들' },
        list(found),
        list(wanted),
      );
      for (const [i, { frame }] of wanted.entries()) {
        const same = found?.[i]?.frame;
        if (same?.every((octet, at) => octet === frame[at])) continue;
        steps.expectOctets({ en: `frame ${i + 1} of them`, ko: `그중 ${i + 1}번째` }, same, frame);
      }
    }
  },
};
