/** The learner's code words on a wire: sent by a pin of the board, sampled by another, with bursts put in. */
import { below, randomOctets } from '../../../src/base/random.ts';
import type { Check } from '../../../src/lab/lab.ts';

/** Slow enough for any board, and one sample a bit. */
const RATE = 10_000;
const LENGTH = 13;
const OCTETS = 48;
/** How many code words lie side by side: a burst of so many bits hurts each in one bit only. */
const DEPTH = 8;

const octetsOfWords = (words: readonly number[]): Uint8Array => {
  // Interleaved: position 0 of eight words, then position 1 of the same eight, and so on.
  const bits = new Uint8Array(words.length * LENGTH);
  words.forEach((word, i) => {
    const group = Math.floor(i / DEPTH);
    for (let position = 0; position < LENGTH; position++) {
      bits[group * DEPTH * LENGTH + position * DEPTH + (i % DEPTH)] = (word >> position) & 1;
    }
  });
  return bits;
};

const wordsOf = (bits: Uint8Array, count: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    const group = Math.floor(i / DEPTH);
    let word = 0;
    for (let position = 0; position < LENGTH; position++) {
      word |= (bits[group * DEPTH * LENGTH + position * DEPTH + (i % DEPTH)] ?? 0) << position;
    }
    return word;
  });

export const overTheWire: Check = {
  id: 'over-the-wire',
  title: { en: 'A message survives bursts on the wire', ko: '선 위의 연속 오류를 메시지가 견딘다' },
  points: 5,
  visibility: 'visible',
  fixtures: ['jumper:tx-rx'],
  hints: [
    {
      en: 'A burst hits eight bits in a row, and yet you are asked to mend only one bit in each word. Where did the other seven go?',
      ko: '연속 오류는 여덟 비트를 내리 때리는데, 부호어마다 고칠 비트는 하나뿐이에요. 나머지 일곱은 어디로 갔을까요?',
    },
    {
      en: 'Eight words are sent interleaved, a bit of each in turn; so a burst of eight bits is one wrong bit in each of eight words.',
      ko: '부호어 여덟 개를 한 비트씩 번갈아 보내요(인터리빙). 그래서 여덟 비트의 연속 오류가 부호어 여덟 개에 하나씩 나뉩니다.',
    },
    {
      en: 'If this fails and hamming-mends passes, look at words that arrive unharmed: corrected must be undefined then, and the octet right.',
      ko: 'hamming-mends는 통과하는데 여기서 실패한다면, 멀쩡히 도착한 부호어를 보세요. corrected는 undefined이고 옥텟은 맞아야 해요.',
    },
  ],
  async run({ lines, learner, rng }, steps) {
    const [line] = lines;
    if (line === undefined) return;
    const message = randomOctets(rng, OCTETS);
    const words = await steps.step(
      {
        en: `hammingEncode: a message of ${OCTETS} octets`,
        ko: `hammingEncode: ${OCTETS}옥텟짜리 메시지`,
      },
      async () => {
        const list: unknown[] = [];
        for (const octet of message) list.push(await learner.call('hammingEncode', octet));
        return list;
      },
    );
    const usable = words.every(
      (word) => typeof word === 'number' && word >= 0 && word < 2 ** LENGTH,
    );
    steps.expect({ en: 'words of thirteen bits', ko: '열세 비트짜리 부호어들' }, usable, {
      en: 'hammingEncode gives a number from 0 to 8191.',
      ko: 'hammingEncode는 0부터 8191까지의 수를 줍니다.',
    });
    const send = octetsOfWords(words as number[]);
    await line.setUp({ drive: 'push-pull', idle: 0 });
    const { samples } = await steps.step(
      {
        en: `the board sends ${send.length} bits and samples them`,
        ko: `보드가 ${send.length}비트를 보내고 표본을 얻는다`,
      },
      () => line.exchange({ rate: RATE, send, sample: send.length }),
    );
    const received = samples.slice();
    const groups = OCTETS / DEPTH;
    await steps.step(
      {
        en: `a burst of ${DEPTH} bits in each group of ${DEPTH} words`,
        ko: `부호어 ${DEPTH}개 묶음마다 ${DEPTH}비트의 연속 오류`,
      },
      () => {
        for (let group = 0; group < groups; group++) {
          const start = group * DEPTH * LENGTH + below(rng, DEPTH * (LENGTH - 1));
          for (let i = 0; i < DEPTH; i++) received[start + i] = 1 - (received[start + i] ?? 0);
        }
      },
    );
    const mended = await steps.step(
      { en: 'hammingDecode: all words', ko: 'hammingDecode: 모든 부호어' },
      async () => {
        const octets = new Uint8Array(OCTETS);
        let place = 0;
        for (const word of wordsOf(received, OCTETS)) {
          const answer = (await learner.call('hammingDecode', word)) as
            | { octet?: unknown }
            | undefined;
          octets[place++] = typeof answer?.octet === 'number' ? answer.octet : 0;
        }
        return octets;
      },
    );
    steps.expectOctets({ en: 'the message', ko: '메시지' }, mended, message);
  },
};
