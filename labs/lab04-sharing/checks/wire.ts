/** What a collision is on a wire: two boards that pull at one. */
import { EXIT, NetlabError } from '../../../src/base/errors.ts';
import { equal } from '../../../src/base/octets.ts';
import { below, randomOctets } from '../../../src/base/random.ts';
import type { Check, Text } from '../../../src/lab/lab.ts';

const RATE = 10_000;
const levels = (text: string): Uint8Array => Uint8Array.from(text.replaceAll(' ', ''), Number);

const whereText = (at: number | undefined): Text =>
  at === undefined
    ? { en: 'undefined: nobody else is heard', ko: 'undefined: 남은 들리지 않음' }
    : { en: `sample ${at}`, ko: `표본 ${at}` };

/** The learner's code has no part in what was sent: the fault is the bench's. */
const apart = (what: string): NetlabError =>
  new NetlabError('lab-wire-apart', EXIT.boardFault, `the boards do not share a wire: ${what}`);

export const listens: Check = {
  id: 'listens',
  title: { en: 'Silence on a wire', ko: '선 위의 정적' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Which level does a wire have that nobody pulls low?',
      ko: '아무도 끌어내리지 않는 선은 어떤 레벨인가요?',
    },
    {
      en: 'Only the last samples count: what was before the gap is over.',
      ko: '마지막 표본들만 중요해요. 간격 앞의 일은 지나간 일입니다.',
    },
    {
      en: 'Too few samples: false. Else every one of the last gap samples must be 1.',
      ko: '표본이 모자라면 false. 아니면 마지막 gap 개가 모두 1이어야 해요.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      ['1111 1111', 4, true, 'idle all along', '내내 조용함'],
      ['0101 1111', 4, true, 'somebody spoke, and has ended', '누군가 말했고 끝났다'],
      ['1111 1101', 4, false, 'a frame whose bits are mostly 1', '비트가 대부분 1인 프레임'],
      [
        '1110 1111',
        5,
        false,
        'four samples of silence where five are wanted',
        '다섯이 필요한데 네 표본의 정적',
      ],
      ['111', 4, false, 'fewer samples than the gap', '간격보다 적은 표본'],
      ['1110', 4, false, 'a frame begins', '프레임이 시작한다'],
    ] as const;
    for (const [samples, gap, idle, en, ko] of cases) {
      const found = await steps.step(
        {
          en: `isIdle: ${en}: ${samples}, a gap of ${gap}`,
          ko: `isIdle: ${ko}: ${samples}, 간격 ${gap}`,
        },
        () => learner.call('isIdle', levels(samples), gap),
      );
      steps.expectEqual(
        { en: idle ? 'idle' : 'not idle', ko: idle ? '조용함' : '조용하지 않음' },
        found,
        idle,
      );
    }
  },
};

export const hears: Check = {
  id: 'hears',
  title: { en: 'A collision is heard', ko: '충돌을 듣는다' },
  points: 5,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'You let go of the wire and it stays low. Who holds it?',
      ko: '여러분은 선을 놓았는데 낮은 채로 있어요. 누가 잡고 있을까요?',
    },
    {
      en: 'Only where you sent 1 can you hear another. Where you pull low yourself, nobody can be told from you.',
      ko: '1을 보낸 곳에서만 남을 들을 수 있어요. 스스로 끌어내린 곳에서는 남과 여러분을 구별할 수 없습니다.',
    },
    {
      en: 'Walk through the samples and answer the index of the first that was sent as 1 and heard as 0.',
      ko: '표본을 훑으며, 1로 보냈는데 0으로 들린 첫 번째의 번호를 답하세요.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      ['1010 1010', '1010 1010', undefined, 'alone', '혼자'],
      ['1010 1010', '1010 0010', 4, 'another pulls low at sample 4', '표본 4에서 남이 끌어내린다'],
      [
        '0000 1111',
        '0000 0111',
        4,
        'another hides behind our own zeros at first',
        '처음에는 우리의 0 뒤에 가려진 남',
      ],
      ['1111', '0111', 0, 'from the first sample on', '첫 표본부터'],
      [
        '0000',
        '0000',
        undefined,
        'who only pulls hears nobody',
        '끌어내리기만 하면 아무도 들리지 않는다',
      ],
    ] as const;
    for (const [sent, heard, at, en, ko] of cases) {
      const found = await steps.step(
        {
          en: `collisionAt: ${en}: sent ${sent}, heard ${heard}`,
          ko: `collisionAt: ${ko}: 보냄 ${sent}, 들림 ${heard}`,
        },
        () => learner.call('collisionAt', levels(sent), levels(heard)),
      );
      steps.expectEqual(whereText(at), found, at);
    }
  },
};

export const onTheWire: Check = {
  id: 'on-the-wire',
  title: { en: 'Two boards collide on one wire', ko: '두 보드가 한 선에서 충돌한다' },
  points: 5,
  visibility: 'visible',
  fixtures: ['boards:2'],
  hints: [
    {
      en: 'The samples come from two real pins on one wire, and the wire is the judge. Do hears and listens pass?',
      ko: '표본은 한 선에 물린 진짜 핀 두 개에서 오고, 심판은 선입니다. hears와 listens는 통과하나요?',
    },
    {
      en: 'The first board must find nothing when it is alone, and a sample at which it let go and the wire stayed low when it is not.',
      ko: '첫째 보드는 혼자일 때 아무것도 찾지 못해야 하고, 혼자가 아닐 때는 놓았는데도 선이 낮았던 표본을 찾아야 해요.',
    },
    {
      en: 'Take care that collisionAt compares as many samples as were sent, and isIdle only the last ones.',
      ko: 'collisionAt은 보낸 만큼의 표본만 견주고, isIdle은 마지막 것들만 보게 하세요.',
    },
  ],
  async run({ lines, learner, rng }, steps) {
    const [first, second] = lines;
    if (first === undefined || second === undefined) return;
    for (const line of [first, second])
      await line.setUp({ drive: 'open-drain', idle: 1, pull: 'up' });
    // A frame of the first board: a start of 0, then octets of chance, a bit a sample.
    const octets = randomOctets(rng, 6);
    const bits = [...octets].flatMap((octet) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => (octet >> i) & 1),
    );
    const sent = Uint8Array.from([0, ...bits]);
    const { samples: alone } = await steps.step(
      { en: 'the first board sends alone', ko: '첫째 보드가 혼자 보낸다' },
      () => first.exchange({ rate: RATE, send: sent, sample: sent.length }),
    );
    if (!equal(alone, sent)) throw apart('what a board sent alone was not what it heard');
    const heardAlone = await steps.step({ en: 'collisionAt: alone', ko: 'collisionAt: 혼자' }, () =>
      learner.call('collisionAt', sent, alone),
    );
    steps.expectEqual(whereText(undefined), heardAlone, undefined);
    // The second board lets go for a while, and pulls low for the rest.
    const other = new Uint8Array(sent.length).fill(1, 0, 10 + below(rng, 20));
    const { samples } = await steps.step(
      {
        en: 'the second board pulls low while the first one sends',
        ko: '첫째가 보내는 중에 둘째 보드가 끌어내린다',
      },
      async () => {
        const pulls = second.exchange({
          rate: RATE,
          send: other,
          sendAtTrigger: true,
          trigger: 'falling',
          sample: 1,
        });
        const own = await first.exchange({ rate: RATE, send: sent, sample: sent.length });
        await pulls;
        return own;
      },
    );
    const at = sent.findIndex((level, i) => level === 1 && samples[i] === 0);
    if (at === -1) throw apart('a board did not hear that another one pulled low');
    const found = await steps.step(
      { en: 'collisionAt: what the first board heard', ko: 'collisionAt: 첫째 보드가 들은 것' },
      () => learner.call('collisionAt', sent, samples),
    );
    steps.expectEqual(whereText(at), found, at);
    const after = await steps.step(
      { en: 'the first board listens', ko: '첫째 보드가 듣는다' },
      () => first.exchange({ rate: RATE, sample: 24 }),
    );
    const idle = await steps.step({ en: 'isIdle: a gap of 16', ko: 'isIdle: 간격 16' }, () =>
      learner.call('isIdle', after.samples, 16),
    );
    steps.expectEqual({ en: 'idle again', ko: '다시 조용함' }, idle, true);
  },
};
