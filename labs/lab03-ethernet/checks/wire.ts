/**
 * Over the cable and back. What the learner encoded is compared before it is sent, so that a wrong frame
 * is told from a frame that the bench lost, and a verdict does not depend on what a chip does to runts.
 */
import { fromAscii } from '../../../src/base/octets.ts';
import type { Rng } from '../../../src/base/random.ts';
import type { Bench, Check, Station, Steps, Text } from '../../../src/lab/lab.ts';
import { arrival } from './cable.ts';
import {
  EXPERIMENTAL,
  ethernetIISample,
  hasFields,
  isOctets,
  llcSample,
  octetsOf,
  randomSample,
  type Sample,
  snapSample,
} from './frames.ts';

/** The three forms, saying `text`. */
function oneOfEach(ends: { destination: Uint8Array; source: Uint8Array }, text: string): Sample[] {
  const payload = fromAscii(text);
  return [
    ethernetIISample(ends, EXPERIMENTAL, payload),
    llcSample(ends, { dsap: 0x28, ssap: 0x2c, control: Uint8Array.of(0x03) }, payload),
    snapSample(ends, { oui: octetsOf('00005e'), protocolId: 0x0042 }, payload),
  ];
}

const towards = (to: Station, from: Station) => ({ destination: to.address, source: from.address });

export const roundTrip: Check = {
  id: 'round-trip',
  title: {
    en: 'A frame of each form goes out and comes back',
    ko: '형식마다 한 프레임씩 나갔다 돌아온다',
  },
  points: 6,
  visibility: 'visible',
  hints: [
    {
      en: 'Nothing new is asked here: the same encoders and the same decoder, with a cable between them. Which form fails, and does it fail on the way out or on the way back?',
      ko: '여기서 새로 요구하는 것은 없어요. 같은 인코더와 같은 디코더 사이에 케이블이 놓였을 뿐이죠. 어느 형식에서 실패했나요? 나가는 길인가요, 돌아오는 길인가요?',
    },
    {
      en: 'On the way out the destination is the peer and the source is the board; on the way back they have changed places. If you wrote an address down in your code, here it shows.',
      ko: '나갈 때는 목적지가 상대편, 출발지가 보드이고 돌아올 때는 서로 바뀌어요. 코드에 주소를 박아 두었다면 여기서 드러납니다.',
    },
    {
      en: 'Look at the frames themselves: netlab capture opens what was on the cable, each packet with the step that it belongs to. Lay the failing frame beside the drawing in the README and go box by box from the left; the first box that differs names the line to mend.',
      ko: '프레임 자체를 보세요. netlab capture로 케이블을 지나간 것을 볼 수 있고 패킷마다 어느 단계의 것인지 적혀 있어요. 실패한 프레임을 README의 그림과 나란히 놓고 왼쪽부터 상자를 하나씩 비교하세요. 처음으로 다른 상자가 고칠 곳을 알려 줍니다.',
    },
  ],
  async run({ board, peer, learner }, steps) {
    const questions = oneOfEach(towards(peer, board), 'is anyone there?');
    const answers = oneOfEach(towards(board, peer), 'yes, at the other end of the cable');
    for (const [i, question] of questions.entries()) {
      const { form } = question;
      const encoded = await steps.step(
        { en: `${form}: your module encodes`, ko: `${form}: 여러분의 모듈이 인코딩한다` },
        () => learner.call(question.encoder, question.fields),
      );
      steps.expectOctets({ en: 'the frame to send', ko: '보낼 프레임' }, encoded, question.octets);
      const arrived = await steps.step(
        { en: 'the board sends it over the cable', ko: '보드가 케이블로 내보낸다' },
        async () => {
          await board.send(question.octets);
          return arrival(peer, 'peer', question.octets);
        },
      );
      steps.expectOctets(
        { en: 'the peer received it intact', ko: '상대편이 온전히 받았다' },
        arrived,
        question.octets,
      );
      const answer = answers[i];
      if (answer === undefined) continue;
      const back = await steps.step({ en: 'the peer answers', ko: '상대편이 답한다' }, async () => {
        await peer.send(answer.octets);
        return arrival(board, 'board', answer.octets);
      });
      const decoded = await steps.step(
        { en: 'your module decodes the answer', ko: '여러분의 모듈이 답을 디코딩한다' },
        () => learner.call('decode', back),
      );
      steps.expectFields({ en: 'the answer', ko: '답' }, decoded, answer.decoded);
    }
  },
};

const ROUNDS = 8;
/** Frames each way in a round; of the longest they fill less than half of the W5500's 16 KiB. */
const BURST = 4;

const burst = (rng: Rng, to: Station, from: Station): Sample[] =>
  Array.from({ length: BURST }, () => randomSample(rng, towards(to, from)));

const announced = (samples: readonly Sample[]): string =>
  samples.map(({ name }) => name).join(' · ');

async function sendAll(
  from: Station,
  to: Station,
  name: 'board' | 'peer',
  samples: readonly Sample[],
) {
  for (const { octets } of samples) await from.send(octets);
  const arrived: Uint8Array[] = [];
  for (const { octets } of samples) arrived.push(await arrival(to, name, octets));
  return arrived;
}

/** The board's frames: encoded by the learner, all of them on the cable at once, all at the peer. */
async function volleyOut({ board, peer, learner, rng }: Bench, steps: Steps, round: Text) {
  const samples = burst(rng, peer, board);
  const encoded = await steps.step(
    {
      en: `${round.en}, your module encodes: ${announced(samples)}`,
      ko: `${round.ko}, 여러분의 모듈이 인코딩한다: ${announced(samples)}`,
    },
    async () => {
      const frames: unknown[] = [];
      for (const { encoder, fields } of samples) frames.push(await learner.call(encoder, fields));
      return frames;
    },
  );
  for (const [i, sample] of samples.entries()) {
    if (isOctets(encoded[i], sample.octets)) continue;
    const what = { en: `the frame ${sample.name}`, ko: `프레임 ${sample.name}` };
    steps.expectOctets(what, encoded[i], sample.octets);
  }
  const arrived = await steps.step(
    { en: 'the board sends them without a pause', ko: '보드가 쉬지 않고 내보낸다' },
    () => sendAll(board, peer, 'peer', samples),
  );
  steps.expectEqual(
    { en: 'all reached the peer', ko: '모두 상대편에 닿았다' },
    arrived.length,
    BURST,
  );
}

/** The peer's frames: all on the cable at once, all at the board, filtered and decoded by the learner. */
async function volleyBack({ board, peer, learner, rng }: Bench, steps: Steps, round: Text) {
  const samples = burst(rng, board, peer);
  const arrived = await steps.step(
    {
      en: `${round.en}, the peer sends: ${announced(samples)}`,
      ko: `${round.ko}, 상대편이 보낸다: ${announced(samples)}`,
    },
    () => sendAll(peer, board, 'board', samples),
  );
  const station = { address: board.address, groups: [], promiscuous: false };
  const seen = await steps.step(
    { en: 'your module filters and decodes them', ko: '여러분의 모듈이 거르고 디코딩한다' },
    async () => {
      const frames: { accepted: unknown; decoded: unknown }[] = [];
      for (const octets of arrived) {
        const accepted = await learner.call('accepts', station, octets);
        frames.push({ accepted, decoded: await learner.call('decode', octets) });
      }
      return frames;
    },
  );
  for (const [i, sample] of samples.entries()) {
    if (hasFields(seen[i]?.decoded, sample.decoded)) continue;
    const what = { en: `the frame ${sample.name}`, ko: `프레임 ${sample.name}` };
    steps.expectFields(what, seen[i]?.decoded, sample.decoded);
  }
  const taken = seen.filter(({ accepted }) => accepted === true).length;
  steps.expectEqual({ en: 'all accepted and read', ko: '모두 받아들이고 읽었다' }, taken, BURST);
}

export const volley: Check = {
  id: 'volley',
  title: {
    en: '64 random frames, every one accounted for',
    ko: '무작위 프레임 64개, 하나도 빠짐없이',
  },
  points: 4,
  visibility: 'visible',
  hints: [
    {
      en: 'The step names form and payload length of each frame. Is it always one form that fails, or always one length?',
      ko: '단계에 프레임마다 형식과 페이로드 길이가 적혀 있어요. 늘 같은 형식에서 실패하나요, 늘 같은 길이에서 실패하나요?',
    },
    {
      en: 'Lengths about 38 to 46 lie where padding begins, each form having its own edge: 46 for Ethernet II, 43 or 42 for LLC, 38 for SNAP. Why these? Does your code know one edge, or three?',
      ko: '38에서 46 언저리는 패딩이 시작되는 길이이고 경계는 형식마다 달라요. Ethernet II는 46, LLC는 43이나 42, SNAP은 38. 왜 그럴까요? 여러분의 코드가 아는 경계는 하나인가요, 셋인가요?',
    },
    {
      en: 'Frames that pass alone and fail in company share something between calls: a buffer made once at the top of the module, or an array that is changed after it was handed out. Make what you return anew in every call. The same --seed brings the same frames back.',
      ko: '따로는 통과하는데 함께면 실패한다면 호출 사이에 무언가를 나눠 쓰고 있는 거예요. 모듈 맨 위에서 한 번만 만든 버퍼라든가, 돌려준 뒤에 고친 배열이라든가요. 돌려줄 것은 호출할 때마다 새로 만드세요. 같은 --seed를 주면 같은 프레임이 다시 옵니다.',
    },
  ],
  async run(bench, steps) {
    for (let round = 1; round <= ROUNDS; round++) {
      const name = { en: `Round ${round} of ${ROUNDS}`, ko: `${ROUNDS}회 중 ${round}회` };
      await volleyOut(bench, steps, name);
      await volleyBack(bench, steps, name);
    }
  },
};
