/** Who is addressed? The board hears every frame on the cable; the learner's filter decides. */
import type { Bench, Check, Steps, Text } from '../../../src/lab/lab.ts';
import { arrival } from './cable.ts';
import {
  BROADCAST,
  EXPERIMENTAL,
  ethernetIISample,
  GROUP,
  OTHER_GROUP,
  octetsOf,
  pair,
  STRANGER,
} from './frames.ts';

/** The frame goes from the peer over the cable; what the board took off it is what the filter sees. */
async function filters(
  { board, peer, learner }: Bench,
  steps: Steps,
  destination: Uint8Array,
  accepted: boolean,
  what: Text,
): Promise<void> {
  const ends = { destination, source: peer.address };
  const { octets } = ethernetIISample(ends, EXPERIMENTAL, octetsOf('66 69 6c 74 65 72'));
  const arrived = await steps.step(
    { en: `The peer sends ${what.en}`, ko: `상대편이 보낸다: ${what.ko}` },
    async () => {
      await peer.send(octets);
      return arrival(board, 'board', octets);
    },
  );
  for (const promiscuous of [false, true]) {
    const station = { address: board.address, groups: [GROUP], promiscuous };
    const answer = await steps.step(
      promiscuous
        ? { en: 'accepts, promiscuous', ko: 'accepts, 무차별 모드' }
        : { en: 'accepts, having joined one group', ko: 'accepts, 그룹 하나에 가입한 상태' },
      () => learner.call('accepts', station, arrived),
    );
    const title =
      promiscuous || accepted
        ? { en: 'the station takes it', ko: '받아들인다' }
        : { en: 'the station lets it pass', ko: '흘려보낸다' };
    steps.expectEqual(title, answer, promiscuous || accepted);
  }
}

/** Our address with one bit of octet `index` turned over; never bit 0, which would make it a group. */
function nearMiss(address: Uint8Array, index: number): Uint8Array {
  const near = address.slice();
  near[index] = (near[index] ?? 0) ^ 0x10;
  return near;
}

export const filter: Check = {
  id: 'filter',
  title: { en: 'The filter takes what is meant for us', ko: '필터는 우리에게 온 것만 받는다' },
  points: 8,
  visibility: 'visible',
  hints: [
    {
      en: 'Only the destination decides. How many kinds of destination are there, and which does a card listen to without being asked?',
      ko: '결정하는 것은 목적지 주소뿐이에요. 목적지에는 몇 종류가 있고, 시키지 않아도 카드가 듣는 것은 어느 것일까요?',
    },
    {
      en: 'Four reasons to take a frame: the station is promiscuous; the destination is its own address, all six octets of it; it is broadcast; it is a group that the station has joined. Anything else passes by.',
      ko: '프레임을 받을 이유는 네 가지예요. 무차별 모드일 때, 목적지가 자기 주소와 여섯 옥텟 모두 같을 때, 브로드캐스트일 때, 가입한 그룹일 때. 나머지는 흘려보냅니다.',
    },
    {
      en: 'Uint8Arrays are compared octet by octet: === asks only whether both are the same object. With a little function same(a, b) the filter is one line for each reason: same(destination, station.address), every octet 0xFF, station.groups.some(…). Fewer than 14 octets are no frame, promiscuous or not.',
      ko: 'Uint8Array는 옥텟 하나하나 비교해야 해요. ===는 같은 객체인지만 묻거든요. 작은 함수 same(a, b)가 있으면 이유마다 한 줄이면 됩니다. same(destination, station.address), 모든 옥텟이 0xFF, station.groups.some(…). 14옥텟보다 짧으면 무차별 모드라도 프레임이 아니에요.',
    },
  ],
  async run(bench, steps) {
    const { board, peer, learner } = bench;
    const frames: readonly (readonly [Uint8Array, boolean, Text])[] = [
      [board.address, true, { en: 'a frame to us', ko: '우리에게 가는 프레임' }],
      [STRANGER, false, { en: 'a frame to somebody else', ko: '다른 누군가에게 가는 프레임' }],
      [BROADCAST, true, { en: 'a frame to everybody', ko: '모두에게 가는 프레임' }],
      [GROUP, true, { en: 'a frame to our group', ko: '우리 그룹에 가는 프레임' }],
      [OTHER_GROUP, false, { en: 'a frame to another group', ko: '다른 그룹에 가는 프레임' }],
    ];
    for (const [destination, accepted, what] of frames) {
      await filters(bench, steps, destination, accepted, what);
    }
    const station = { address: board.address, groups: [GROUP], promiscuous: false };
    for (let i = 0; i < board.address.length; i++) {
      const ends = { destination: nearMiss(board.address, i), source: peer.address };
      const { octets } = ethernetIISample(ends, EXPERIMENTAL, octetsOf(''));
      const answer = await steps.step(
        { en: `accepts: octet ${i} is not ours`, ko: `accepts: ${i}번 옥텟이 우리 것과 다름` },
        () => learner.call('accepts', station, octets),
      );
      steps.expectEqual({ en: 'the station lets it pass', ko: '흘려보낸다' }, answer, false);
    }
    const runt = new Uint8Array([...board.address, ...peer.address, ...pair(EXPERIMENTAL)]).slice(
      0,
      13,
    );
    const answer = await steps.step(
      { en: 'accepts: 13 octets, promiscuous', ko: 'accepts: 13옥텟, 무차별 모드' },
      () => learner.call('accepts', { ...station, promiscuous: true }, runt),
    );
    steps.expectEqual(
      { en: 'no frame, so not taken', ko: '프레임이 아니니 받지 않는다' },
      answer,
      false,
    );
  },
};
