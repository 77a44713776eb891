/** What nobody can know beforehand: values of chance, against code that knows only the examples. */
import { concat, toHex } from '../../../src/base/octets.ts';
import { below, type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check, Learner, Steps } from '../../../src/lab/lab.ts';
import { hasFields, isOctets, pair, randomSample, type Sample } from './frames.ts';

const ADDRESSES = 16;
/** Frames, or scraps, to a step. */
const BATCH = 10;
const FRAME_BATCHES = 4;
const SCRAP_BATCHES = 8;

export const anyAddress: Check = {
  id: 'any-address',
  title: { en: 'Any address is read and written', ko: '어떤 주소든 읽고 쓴다' },
  points: 2,
  visibility: 'hidden',
  hints: [
    {
      en: 'Addresses of chance, read and written again. Which octet comes back changed?',
      ko: '무작위 주소를 읽고 다시 써 봅니다. 어느 옥텟이 달라져 돌아오나요?',
    },
    {
      en: 'Values below 0x10 need a leading zero; values from 0x80 on need care if anything in your code has a sign.',
      ko: '0x10보다 작은 값에는 앞자리 0이 필요하고, 0x80 이상은 코드 어딘가에 부호가 있으면 조심해야 해요.',
    },
    {
      en: 'parseAddress(formatAddress(a)) must be a again, for all a. Try it with 00:01:0f:10:7f:80 and with ff:fe:f0:0f:09:90.',
      ko: '모든 a에서 parseAddress(formatAddress(a))는 다시 a여야 해요. 00:01:0f:10:7f:80과 ff:fe:f0:0f:09:90으로 시험해 보세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let i = 0; i < ADDRESSES; i++) {
      const address = randomOctets(rng, 6);
      const text = toHex(address, ':');
      const found = await steps.step(
        { en: `an address: ${text}`, ko: `주소: ${text}` },
        async () => ({
          formatAddress: await learner.call('formatAddress', address),
          parseAddress: await learner.call('parseAddress', text.replaceAll(':', '-').toUpperCase()),
          isGroupAddress: await learner.call('isGroupAddress', address),
        }),
      );
      steps.expectFields({ en: 'written, read, told apart', ko: '쓰기, 읽기, 구별' }, found, {
        formatAddress: text,
        parseAddress: address,
        isGroupAddress: (address[0] ?? 0) % 2 === 1,
      });
    }
  },
};

export const anyFrame: Check = {
  id: 'any-frame',
  title: { en: 'Any frame is encoded and decoded', ko: '어떤 프레임이든 인코딩하고 디코딩한다' },
  points: 3,
  visibility: 'hidden',
  hints: [
    {
      en: 'Frames of chance, as in the volley, but with addresses of chance as well.',
      ko: 'volley 검사처럼 무작위 프레임인데, 이번에는 주소까지 무작위예요.',
    },
    {
      en: 'Is there a value in your code that ought to be an argument: an address, a type, an OUI, a length?',
      ko: '코드 안에, 사실은 인자로 받아야 할 값이 박혀 있지 않나요? 주소, 타입, OUI, 길이 같은 것요.',
    },
    {
      en: 'Encode, then decode what you encoded, and compare field by field; in Ethernet II remember that the payload comes back with its padding.',
      ko: '인코딩한 것을 다시 디코딩해서 필드마다 비교해 보세요. Ethernet II에서는 페이로드가 패딩과 함께 돌아온다는 점을 기억하고요.',
    },
  ],
  async run({ learner, rng }, steps) {
    for (let batch = 1; batch <= FRAME_BATCHES; batch++) {
      const samples = Array.from({ length: BATCH }, () =>
        randomSample(rng, { destination: randomOctets(rng, 6), source: randomOctets(rng, 6) }),
      );
      const names = samples.map(({ name }) => name).join(' · ');
      const found = await steps.step({ en: `frames: ${names}`, ko: `프레임: ${names}` }, () =>
        bothWays(learner, samples),
      );
      for (const [i, { name, octets, decoded }] of samples.entries()) {
        const what = { en: `the frame ${name}`, ko: `프레임 ${name}` };
        if (!isOctets(found[i]?.encoded, octets)) {
          steps.expectOctets(what, found[i]?.encoded, octets);
        }
        if (!hasFields(found[i]?.decoded, decoded)) {
          steps.expectFields(what, found[i]?.decoded, decoded);
        }
      }
      steps.expectEqual(
        { en: 'encoded and decoded', ko: '인코딩하고 디코딩했다' },
        found.length,
        BATCH,
      );
    }
  },
};

async function bothWays(learner: Learner, samples: readonly Sample[]) {
  const found: { encoded: unknown; decoded: unknown }[] = [];
  for (const { encoder, fields, octets } of samples) {
    const encoded = await learner.call(encoder, fields);
    found.push({ encoded, decoded: await learner.call('decode', octets) });
  }
  return found;
}

/** The rules of the README, one after the other; undefined is no frame. */
function formOf(octets: Uint8Array): string | undefined {
  const [high, low, dsap, ssap, control = 0] = octets.subarray(12);
  if (high === undefined || low === undefined) return undefined;
  const typeOrLength = 256 * high + low;
  if (typeOrLength >= 0x0600) return 'ethernet-ii';
  if (typeOrLength > 1500 || typeOrLength > octets.length - 14) return undefined;
  if (typeOrLength < (control % 4 === 3 ? 3 : 4)) return undefined;
  if (dsap !== 0xaa || ssap !== 0xaa || control !== 0x03) return 'llc';
  return typeOrLength < 8 ? undefined : 'snap';
}

/** Up to 90 octets of chance, with a third field that is often on an edge. */
function scrap(rng: Rng): Uint8Array {
  const octets = randomOctets(rng, below(rng, 30));
  if (below(rng, 4) === 0) return octets;
  const edges = [0, 2, 3, 4, 7, 8, 20, 46, 47, 1500, 1501, 0x05ff, 0x0600, 0x8100, 0xffff];
  const typeOrLength = pair(edges[below(rng, edges.length)] ?? 0);
  const snap = below(rng, 2) === 0 ? Uint8Array.of(0xaa, 0xaa, 0x03) : new Uint8Array(0);
  const rest = randomOctets(rng, below(rng, 60));
  return concat([randomOctets(rng, 12), typeOrLength, snap, rest]);
}

export const anyOctets: Check = {
  id: 'any-octets',
  title: { en: 'Any octets at all are survived', ko: '어떤 옥텟이 와도 견딘다' },
  points: 3,
  visibility: 'hidden',
  hints: [
    {
      en: 'Octets of chance instead of frames. Most are nothing; a few happen to be frames. Does anything throw?',
      ko: '프레임 대신 무작위 옥텟이에요. 대부분은 아무것도 아니고 몇 개는 우연히 프레임이죠. 혹시 예외가 나지는 않나요?',
    },
    {
      en: 'A DataView throws when you read past its end; an index past the end of a Uint8Array gives undefined, which arithmetic turns into NaN or 0. Ask for the length before you read.',
      ko: 'DataView는 끝을 넘겨 읽으면 예외를 던지고, Uint8Array는 끝을 넘긴 자리에서 undefined를 주는데 계산하면 NaN이나 0이 돼요. 읽기 전에 길이부터 확인하세요.',
    },
    {
      en: 'Go through decode line by line and ask at each index: which earlier line made sure that this octet is there, and that it is inside what the length field counted?',
      ko: 'decode를 한 줄씩 짚으며 인덱스마다 물어보세요. 이 옥텟이 있다는 것, 그리고 길이 필드가 센 범위 안이라는 것을 앞의 어느 줄이 보장하나요?',
    },
  ],
  async run({ board, learner, rng }, steps) {
    const station = { address: board.address, groups: [], promiscuous: true };
    for (let batch = 1; batch <= SCRAP_BATCHES; batch++) {
      const scraps = Array.from({ length: BATCH }, () => scrap(rng));
      const lengths = scraps.map((octets) => octets.length).join(' · ');
      const found = await steps.step(
        { en: `octets: ${lengths}`, ko: `옥텟: ${lengths}` },
        async () => {
          const answers: { decoded: unknown; accepted: unknown }[] = [];
          for (const octets of scraps) {
            const decoded = await learner.call('decode', octets);
            answers.push({ decoded, accepted: await learner.call('accepts', station, octets) });
          }
          return answers;
        },
      );
      for (const [i, octets] of scraps.entries()) judge(steps, octets, found[i]);
      steps.expectEqual({ en: 'survived', ko: '견뎌 냈다' }, found.length, BATCH);
    }
  },
};

function judge(
  steps: Steps,
  octets: Uint8Array,
  answer: { readonly decoded: unknown; readonly accepted: unknown } | undefined,
): void {
  const form = formOf(octets);
  const read =
    form === undefined ? answer?.decoded === undefined : hasFields(answer?.decoded, { form });
  if (read && answer?.accepted === octets.length >= 14) return;
  const what = `${octets.length}, 12 …: ${toHex(octets.subarray(12, 20), ' ')}`;
  steps.expect({ en: `octets: ${what}`, ko: `옥텟: ${what}` }, false, {
    en: `decode must say ${form ?? 'undefined: this is no frame'}; accepts, promiscuous, takes what has a whole header of 14 octets.`,
    ko: `decode는 ${form ?? 'undefined(프레임이 아님)'}라고 답해야 하고, 무차별 모드의 accepts는 14옥텟 헤더가 온전한 것만 받아야 해요.`,
  });
}
