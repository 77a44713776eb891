/** Octets as they come: in pieces of any size, with frames lost among them, and more than anybody can keep. */
import { concat, fromAscii } from '../../../src/base/octets.ts';
import { below, type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';
import {
  CONTENT_MAX,
  cut,
  decodeStream,
  ENCODED_MAX,
  encodeFrame,
  expectContents,
} from './line.ts';

/** What `receive` gives for all pieces, one behind the other; or what came back in place of a list. */
export async function receiveAll(
  learner: Learner,
  pieces: readonly Uint8Array[],
): Promise<unknown> {
  const contents: unknown[] = [];
  for (const piece of pieces) {
    const given = await learner.call('receive', piece);
    if (!Array.isArray(given)) return given;
    contents.push(...given);
  }
  return contents;
}

/** A new line with `pieces` on it, and both what comes out and what is counted. */
export async function expectStream(
  learner: Learner,
  steps: Steps,
  what: Text,
  pieces: readonly Uint8Array[],
): Promise<void> {
  const { contents, statistics } = decodeStream(concat(pieces));
  const given = await steps.step(what, async () => {
    await learner.call('begin');
    return receiveAll(learner, pieces);
  });
  expectContents(steps, given, contents);
  const counted = await learner.call('statistics');
  steps.expectFields({ en: 'what was counted', ko: '센 것' }, counted, { ...statistics });
}

const single = (octets: Uint8Array): Uint8Array[] =>
  [...octets].map((octet) => Uint8Array.of(octet));

const said = (text: string): Uint8Array => encodeFrame(fromAscii(text));

const ZERO = Uint8Array.of(0);

export const pieces: Check = {
  id: 'pieces',
  title: {
    en: 'Frames come out whole, however the octets come in',
    ko: '옥텟이 어떻게 나뉘어 오든 프레임은 온전히 나온다',
  },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'A line knows nothing of frames: a piece may end in the middle of one, or hold three. What has to be remembered from one call to the next, and where can a function keep it?',
      ko: '선은 프레임을 몰라요. 조각 하나가 프레임 한가운데서 끝날 수도, 세 개를 담을 수도 있죠. 한 호출에서 다음 호출까지 무엇을 기억해야 하고, 함수는 그것을 어디에 둘 수 있을까요?',
    },
    {
      en: 'Variables outside of the functions live from call to call. Keep the octets since the last delimiter there. At each delimiter what you kept is a frame, unless there is nothing; then begin with nothing again. begin sets all of them back.',
      ko: '함수 밖의 변수는 호출이 끝나도 살아 있어요. 마지막 구분자 뒤의 옥텟을 거기에 모으세요. 구분자가 올 때마다 모은 것이 프레임이고(비어 있지 않다면), 다시 빈 상태로 시작합니다. begin은 모두 처음으로 되돌려요.',
    },
    {
      en: 'Go through the octets one by one. Not zero: keep it. Zero: if anything is kept, give a copy of it to decodeFrame; a Uint8Array that comes back goes into the list and counts as good, a text names the counter to raise; then keep nothing. Return the list. statistics returns the counters and how many octets are kept now.',
      ko: '옥텟을 하나씩 살피세요. 0이 아니면 모아요. 0이면, 모은 것이 있을 때 그 사본을 decodeFrame에 줍니다. Uint8Array가 돌아오면 목록에 넣고 good을 세고, 글자가 돌아오면 그 이름의 계수를 올려요. 그리고 비웁니다. 목록을 돌려주세요. statistics는 계수들과 지금 모아 둔 옥텟 수를 돌려줘요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const three = concat([said('hello, board'), said('is anyone there?'), said('0123456')]);
    await expectStream(
      learner,
      steps,
      { en: 'one frame in one piece', ko: '프레임 하나가 한 조각으로' },
      [said('hello, board')],
    );
    await expectStream(
      learner,
      steps,
      { en: 'three frames in one piece', ko: '프레임 셋이 한 조각으로' },
      [three],
    );
    await expectStream(
      learner,
      steps,
      { en: 'the same, an octet at a time', ko: '같은 것을 한 옥텟씩' },
      single(three),
    );
    await expectStream(
      learner,
      steps,
      { en: 'a frame of which half has come', ko: '반만 온 프레임' },
      [said('hello, board').slice(0, 9)],
    );
    await expectStream(
      learner,
      steps,
      { en: 'a line that begins anew: the half is forgotten', ko: '새로 시작한 선: 반쪽은 잊었다' },
      [said('is anyone there?')],
    );
    await expectStream(
      learner,
      steps,
      { en: 'delimiters in a row, in front and behind', ko: '앞뒤로 이어지는 구분자' },
      [concat([ZERO, ZERO]), said('hello, board'), ZERO, concat([ZERO, said('hello, again')])],
    );
    const many = concat(Array.from({ length: 12 }, () => encodeFrame(content(rng, 90))));
    for (const most of [3, 40, 300]) {
      await expectStream(
        learner,
        steps,
        {
          en: `twelve frames in pieces of 0 to ${most} octets`,
          ko: `프레임 열둘을 0~${most}옥텟 조각으로`,
        },
        cut(rng, many, most),
      );
    }
  },
};

/** Of 7 octets and more, every third of them zero or so. */
export const content = (rng: Rng, most: number): Uint8Array =>
  randomOctets(rng, 7 + below(rng, most - 6)).map((octet) => (octet % 3 === 0 ? 0 : octet));

const without = (octets: Uint8Array, at: number): Uint8Array =>
  concat([octets.slice(0, at), octets.slice(at + 1)]);
const changed = (octets: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = octets.slice();
  copy[at] = value;
  return copy;
};

export const resync: Check = {
  id: 'resync',
  title: {
    en: 'After damage the next frame is found again',
    ko: '손상 뒤에도 다음 프레임을 다시 찾는다',
  },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Whatever happened to a frame: which octet tells you for certain where the next one begins?',
      ko: '프레임에 무슨 일이 있었든, 다음 프레임이 어디서 시작하는지 확실히 알려 주는 옥텟은 무엇인가요?',
    },
    {
      en: 'A delimiter ends whatever came before it, good or bad. Nothing of a damaged frame may be left over for the next one, and nothing may be skipped that you have not looked at.',
      ko: '구분자는 앞에 온 것이 좋든 나쁘든 그것을 끝내요. 손상된 프레임의 무엇도 다음 것에 남으면 안 되고, 보지 않은 것을 건너뛰어도 안 됩니다.',
    },
    {
      en: 'Compare what you counted with what the step did. A lost delimiter makes one bad frame of two. An octet that became zero makes two of one, and each half is judged by itself. In all cases the frame after the next delimiter comes out.',
      ko: '센 것과 단계가 한 일을 견주어 보세요. 구분자가 사라지면 둘이 나쁜 프레임 하나가 돼요. 옥텟이 0으로 바뀌면 하나가 둘이 되고, 반쪽마다 따로 판단합니다. 어느 경우든 다음 구분자 뒤의 프레임은 나와야 해요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const [first, second, third] = [
      said('hello, board'),
      said('is anyone there?'),
      said('goodbye'),
    ];
    const end = second.length - 1;
    const rows: readonly (readonly [middle: Uint8Array, what: Text])[] = [
      [changed(second, 5, 0x41), { en: 'an octet changed', ko: '옥텟 하나가 바뀜' }],
      [without(second, 5), { en: 'an octet lost', ko: '옥텟 하나가 사라짐' }],
      [
        changed(second, 0, 0xf0),
        { en: 'its first code leads too far', ko: '첫 코드가 너무 멀리 가리킴' },
      ],
      [changed(second, 9, 0), { en: 'an octet became zero', ko: '옥텟 하나가 0이 됨' }],
      [
        without(second, end),
        { en: 'its delimiter lost: two frames are one', ko: '구분자가 사라짐: 둘이 하나로' },
      ],
      [changed(second, end, 7), { en: 'its delimiter changed', ko: '구분자가 바뀜' }],
      [Uint8Array.of(1, 2, 3, 0), { en: 'noise where it should be', ko: '그 자리에 잡음' }],
      [new Uint8Array(0), { en: 'it never came', ko: '아예 오지 않음' }],
    ];
    for (const [middle, what] of rows) {
      await expectStream(
        learner,
        steps,
        { en: `three frames; the second: ${what.en}`, ko: `프레임 셋; 둘째: ${what.ko}` },
        cut(rng, concat([first, middle, third]), 12),
      );
    }
  },
};

/** No zero, and no piece of it is a frame. */
const endless = (length: number): Uint8Array => new Uint8Array(length).fill(0xaa);

export const bounded: Check = {
  id: 'bounded',
  title: { en: 'What never ends is not kept', ko: '끝나지 않는 것은 모아 두지 않는다' },
  points: 6,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'If the delimiters stopped coming altogether, how much memory would your decoder want?',
      ko: '구분자가 영영 오지 않는다면 여러분의 디코더는 메모리를 얼마나 쓸까요?',
    },
    {
      en: 'The longest frame has 1607 octets in front of its delimiter. The 1608th is the proof that no good frame will come of it: count, forget, and remember only that everything up to the delimiter is to be dropped.',
      ko: '가장 긴 프레임은 구분자 앞에 1607옥텟이 있어요. 1608번째가 오면 올바른 프레임이 될 수 없다는 증거입니다. 세고, 잊고, 구분자까지 모두 버려야 한다는 것만 기억하세요.',
    },
    {
      en: 'One more variable, true or false: are we dropping? When the 1608th octet comes, raise oversized, keep nothing, and set it. While it is set nothing is kept. The delimiter clears it, and then nothing is decoded, since nothing is kept.',
      ko: '참이나 거짓인 변수가 하나 더 필요해요. 지금 버리는 중인가? 1608번째 옥텟이 오면 oversized를 올리고, 비우고, 참으로 하세요. 참인 동안은 모으지 않아요. 구분자가 오면 거짓으로 되돌리고, 모은 것이 없으니 디코딩할 것도 없어요.',
    },
  ],
  async run({ learner }, steps) {
    const after = said('hello, board');
    const longest = encodeFrame(Uint8Array.from({ length: CONTENT_MAX }, (_, i) => 1 + (i % 255)));
    await expectStream(learner, steps, { en: 'the longest frame there is', ko: '가장 긴 프레임' }, [
      longest,
      after,
    ]);
    for (const length of [ENCODED_MAX, ENCODED_MAX + 1]) {
      await expectStream(
        learner,
        steps,
        { en: `${length} octets and no delimiter yet`, ko: `${length}옥텟, 구분자는 아직` },
        [endless(1000), endless(length - 1000)],
      );
    }
    await expectStream(
      learner,
      steps,
      {
        en: '100,000 octets without a delimiter; then one, and a frame',
        ko: '구분자 없는 10만 옥텟, 그다음 구분자와 프레임',
      },
      [...Array.from({ length: 25 }, () => endless(4000)), ZERO, after],
    );
    await expectStream(
      learner,
      steps,
      { en: 'the same again in one piece, twice over', ko: '같은 것을 한 조각으로 두 번' },
      [concat([endless(5000), ZERO, after, endless(2000), ZERO, after])],
    );
  },
};
