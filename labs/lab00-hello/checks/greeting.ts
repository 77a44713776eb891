/**
 * The board itself, over its serial line. What the learner encoded is compared before it is sent, and what came is
 * decoded here too, so that a wrong decoder is told from a line or a board that said something else.
 */
import { EXIT, NetlabError } from '../../../src/base/errors.ts';
import { concat, fromAscii } from '../../../src/base/octets.ts';
import { below, type Rng } from '../../../src/base/random.ts';
import { after, type Duration, milliseconds, seconds, since } from '../../../src/base/time.ts';
import type { Bench, Check, SerialStation, Steps } from '../../../src/lab/lab.ts';
import {
  cut,
  decodeStream,
  encodeFrame,
  expectContents,
  identityIn,
  noisy,
  number,
  openContent,
  type Request,
  readIdentity,
  requestContent,
} from './line.ts';
import { receiveAll } from './stream.ts';

const ANSWER = seconds(2);
/** A host sends its OPEN again after so long. */
const AGAIN = milliseconds(250);
const ZERO = Uint8Array.of(0);

interface Talk extends Bench {
  readonly serial: SerialStation;
  readonly session: number;
  readonly nonce: number;
  /** All that the learner's decoder was given since it began: what one piece left over, the next may complete. */
  readonly given: Uint8Array[];
}

/** Undefined on a bench without the line: the check was skipped there. */
function talkOn(bench: Bench): Talk | undefined {
  const { serial, rng } = bench;
  const session = 1 + below(rng, 0xffff);
  return serial && { ...bench, serial, session, nonce: rng.next(), given: [] };
}

/** The octets that the board says until `enough`, or until `time` has passed. */
async function listen(
  serial: SerialStation,
  time: Duration,
  enough: (contents: readonly Uint8Array[]) => boolean,
): Promise<Uint8Array> {
  const until = after(serial.now(), time);
  const heard: Uint8Array[] = [];
  while (!enough(decodeStream(concat(heard)).contents)) {
    const left = since(until, serial.now());
    const octets = left > 0 ? await serial.receive(left) : undefined;
    if (octets === undefined) break;
    heard.push(octets);
  }
  return concat(heard);
}

const silent = (what: string): NetlabError =>
  new NetlabError(
    'lab-line-silent',
    EXIT.boardFault,
    `the board did not answer ${what}, which was sent as it should be`,
    { what },
  );

/** The learner's OPEN, compared, and not sent yet. */
async function makeOpen({ learner, session, nonce }: Talk, steps: Steps): Promise<Uint8Array> {
  const made = await steps.step(
    { en: 'your module makes an OPEN', ko: '여러분의 모듈이 OPEN을 만든다' },
    async () => learner.call('encodeFrame', await learner.call('encodeOpen', session, nonce)),
  );
  const octets = encodeFrame(openContent(session, nonce));
  steps.expectOctets({ en: 'the octets to send', ko: '보낼 옥텟' }, made, octets);
  return octets;
}

/** What the learner's decoder makes of what was heard, compared; and the contents. */
async function hear(
  { learner, rng, given: before }: Talk,
  steps: Steps,
  heard: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const known = decodeStream(concat(before)).contents.length;
  before.push(heard);
  const contents = decodeStream(concat(before)).contents.slice(known);
  const given = await steps.step(
    {
      en: `your decoder gets ${heard.length} octets in pieces`,
      ko: `여러분의 디코더가 ${heard.length}옥텟을 조각으로 받는다`,
    },
    () => receiveAll(learner, cut(rng, heard, 9)),
  );
  expectContents(steps, given, contents);
  return contents;
}

/** The identity that the board told, as the learner reads it, compared; undefined when it was not among `contents`. */
async function expectIdentity(
  { learner, session, nonce }: Talk,
  steps: Steps,
  contents: readonly Uint8Array[],
): Promise<Uint8Array | undefined> {
  for (const content of contents) {
    const identity = identityIn(content, session, nonce);
    const found = await learner.call('decodeOpened', content, session, nonce);
    if (identity === undefined) {
      steps.expectEqual(
        { en: 'not the answer to our OPEN', ko: '우리 OPEN의 답이 아니다' },
        found,
        undefined,
      );
      continue;
    }
    const who = readIdentity(identity);
    steps.expectFields(
      { en: `the board says it is ${who.board}`, ko: `보드가 자신을 ${who.board}라고 한다` },
      found,
      who,
    );
    return identity;
  }
  return undefined;
}

const opened =
  ({ session, nonce }: Talk) =>
  (contents: readonly Uint8Array[]): boolean =>
    contents.some((content) => identityIn(content, session, nonce) !== undefined);

/** A session with the board; what it says of itself. */
async function greetBoard(talk: Talk, steps: Steps): Promise<Uint8Array> {
  const { serial, learner } = talk;
  const open = await makeOpen(talk, steps);
  const heard = await steps.step(
    { en: 'the OPEN goes to the board', ko: 'OPEN이 보드로 간다' },
    async () => {
      await learner.call('begin');
      await serial.send(concat([ZERO, open]));
      return listen(serial, ANSWER, opened(talk));
    },
  );
  const contents = await hear(talk, steps, heard);
  if (!opened(talk)(contents)) throw silent('OPEN');
  return (await expectIdentity(talk, steps, contents)) ?? new Uint8Array(0);
}

export const greet: Check = {
  id: 'greet',
  title: {
    en: 'The board is greeted, and says who it is',
    ko: '보드에 인사하고, 보드가 누구인지 듣는다',
  },
  points: 6,
  visibility: 'visible',
  hints: [
    {
      en: 'Nothing new is asked here: OPEN goes through encodeFrame, the answer comes through receive. Which of the two steps differs?',
      ko: '새로 요구하는 것은 없어요. OPEN은 encodeFrame을 지나가고 답은 receive를 지나와요. 두 단계 중 어디서 다른가요?',
    },
    {
      en: 'A real answer is longer than those of the examples, has items that you were not told about, and comes in pieces that end anywhere.',
      ko: '진짜 답은 예제보다 길고, 들어 보지 못한 항목이 있고, 아무 데서나 끝나는 조각으로 와요.',
    },
    {
      en: 'If the content is right and the identity is not: print the content with toHex and console.log, find the items with a pencil, and see where your walk goes astray. Items of types 3 to 8 and 10 have to be passed over by their length.',
      ko: '내용은 맞는데 신원이 틀리다면, toHex와 console.log로 내용을 찍어 연필로 항목을 나눠 보고 여러분의 걸음이 어디서 어긋나는지 보세요. 타입 3~8과 10은 길이만큼 건너뛰어야 해요.',
    },
  ],
  async run(bench, steps) {
    const talk = talkOn(bench);
    if (talk === undefined) return;
    const told = readIdentity(await greetBoard(talk, steps));
    steps.expectEqual(
      { en: 'its address is the one that netlab knows', ko: '주소가 netlab이 아는 것과 같다' },
      told.address && [...told.address].join(),
      told.address && [...bench.board.address].join(),
    );
  },
};

/** One request, and the learner's reading of the response. */
async function ask(talk: Talk, steps: Steps, what: string, request: Request): Promise<Uint8Array> {
  const { learner, serial, session } = talk;
  const made = await steps.step(
    { en: `your module asks for ${what}`, ko: `여러분의 모듈이 ${what}을(를) 청한다` },
    async () => learner.call('encodeFrame', await learner.call('encodeRequest', request)),
  );
  const octets = encodeFrame(requestContent(request));
  steps.expectOctets({ en: 'the octets to send', ko: '보낼 옥텟' }, made, octets);
  const answers = (content: Uint8Array): boolean =>
    content[0] === 0x13 && content[7] === request.op + 0x80 && content[8] === request.tag;
  const heard = await steps.step(
    { en: 'the board is asked, and answers', ko: '보드에 묻고 답을 듣는다' },
    async () => {
      await serial.send(octets);
      return listen(serial, ANSWER, (contents) => contents.some(answers));
    },
  );
  const contents = await hear(talk, steps, heard);
  const answer = contents.find(answers);
  if (answer === undefined) throw silent(what);
  const found = await learner.call('decodeResponse', answer, session);
  const result = answer.slice(10);
  const [seq, status] = [answer[3], answer[9]];
  const { op, tag } = request;
  steps.expectFields({ en: 'the response', ko: '응답' }, found, { seq, op, tag, status, result });
  return result;
}

export const echo: Check = {
  id: 'echo',
  title: { en: '“hello, board” comes back', ko: '"hello, board"가 돌아온다' },
  points: 6,
  visibility: 'visible',
  hints: [
    {
      en: 'Between your question and the answer the board may say something else, an ACK for instance. Does your code take it for the answer?',
      ko: '질문과 답 사이에 보드가 다른 말을 할 수 있어요. 예를 들면 ACK요. 혹시 그것을 답으로 알아듣나요?',
    },
    {
      en: 'The second request has another seq, ack and tag than the first: a number that is written down in the code shows here.',
      ko: '두 번째 요청은 seq, ack, 태그가 첫 번째와 달라요. 코드에 박아 둔 수가 있다면 여기서 드러납니다.',
    },
    {
      en: 'Look at the first octet that differs. 3 and 4 are seq and ack, 7 the op, 8 the tag, from 9 on the body. Behind the content come four octets of CRC, so a wrong content makes those wrong, too.',
      ko: '처음 다른 옥텟을 보세요. 3과 4는 seq와 ack, 7은 op, 8은 태그, 9부터 본문이에요. 내용 뒤에 CRC 네 옥텟이 오니, 내용이 틀리면 그것도 틀려집니다.',
    },
  ],
  async run(bench, steps) {
    const talk = talkOn(bench);
    if (talk === undefined) return;
    const { session, rng } = talk;
    const identity = await greetBoard(talk, steps);
    const tag = 1 + below(rng, 200);
    const first = { session, seq: 0, ack: 0, op: 1, tag, body: new Uint8Array(0) };
    steps.expectOctets(
      { en: 'it says the same of itself as before', ko: '자신에 대해 아까와 같은 말을 한다' },
      await ask(talk, steps, 'IDENTIFY', first),
      identity,
    );
    const bodies = [fromAscii('hello, board'), concat([number(below(rng, 0x10000), 4), ZERO])];
    for (const [i, body] of bodies.entries()) {
      const request = { session, seq: i + 1, ack: i + 1, op: 2, tag: tag + i + 1, body };
      steps.expectOctets(
        { en: 'the board says it back', ko: '보드가 그대로 돌려준다' },
        await ask(talk, steps, 'ECHO', request),
        body,
      );
    }
  },
};

const TRIES = 12;
/** Chance that an octet is hurt, on the way to the board and on the way back. */
const THERE = 0.02;
const BACK = 0.005;

/** What becomes of octets on their way in the try with this number: the first two are sure to be hurt, the last is not. */
function onTheWay(
  rng: Rng,
  octets: Uint8Array,
  attempt: number,
  way: 'there' | 'back',
): Uint8Array {
  const last = attempt === TRIES;
  const at = 1 + below(rng, Math.max(1, octets.length - 2));
  const hurt = noisy(rng, octets, way === 'there' ? THERE : BACK);
  if (last || (attempt === 2 && way === 'there')) return octets;
  if (attempt === 1) return octets.map((octet, i) => (i === at ? octet ^ 0x10 : octet));
  if (attempt === 2) return octets.filter((_, i) => i !== at);
  return hurt;
}

export const throughNoise: Check = {
  id: 'through-noise',
  title: {
    en: 'The board is greeted while octets are lost and changed',
    ko: '옥텟이 사라지고 바뀌어도 보드에 인사한다',
  },
  points: 6,
  visibility: 'visible',
  hints: [
    {
      en: 'A frame that was hurt on its way is not your fault, and sending it again is the job of the check. What must your decoder do with the wreck?',
      ko: '오는 길에 다친 프레임은 여러분 탓이 아니고, 다시 보내는 것은 검사의 일이에요. 디코더는 잔해를 어떻게 해야 할까요?',
    },
    {
      en: 'The octets of all tries go through one decoder, with no begin between them. What one try left behind must not spoil the next.',
      ko: '모든 시도의 옥텟이 begin 없이 디코더 하나를 지나가요. 한 시도가 남긴 것이 다음 시도를 망치면 안 됩니다.',
    },
    {
      en: 'If the last octet of an answer was lost, it was the delimiter: what is kept then ends at the next one. The board sends a delimiter in front when it was silent, so the next answer is whole all the same. Check that two delimiters in a row do no harm.',
      ko: '답의 마지막 옥텟이 사라졌다면 그게 구분자예요. 모아 둔 것은 다음 구분자에서 끝납니다. 보드는 조용히 있다가 말할 때 앞에도 구분자를 보내니 다음 답은 온전해요. 구분자가 이어져도 탈이 없는지 확인하세요.',
    },
  ],
  async run(bench, steps) {
    const talk = talkOn(bench);
    if (talk === undefined) return;
    const { serial, learner, rng } = talk;
    const open = concat([ZERO, await makeOpen(talk, steps)]);
    await learner.call('begin');
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const heard = await steps.step(
        {
          en: `try ${attempt}: OPEN goes through the noise`,
          ko: `${attempt}번째: OPEN이 잡음을 지나간다`,
        },
        async () => {
          await serial.send(onTheWay(rng, open, attempt, 'there'));
          return listen(serial, attempt === TRIES ? ANSWER : AGAIN, opened(talk));
        },
      );
      if (heard.length === 0) {
        await steps.step(
          {
            en: 'silence: the board dropped what was hurt',
            ko: '조용하다: 보드가 다친 것을 버렸다',
          },
          () => {},
        );
        continue;
      }
      // The board's frames are whole; on a real line they come with a delimiter in front, too.
      const arrived = onTheWay(rng, concat([ZERO, heard]), attempt, 'back');
      const contents = await hear(talk, steps, arrived);
      if ((await expectIdentity(talk, steps, contents)) !== undefined) return;
    }
    throw silent('OPEN');
  },
};
