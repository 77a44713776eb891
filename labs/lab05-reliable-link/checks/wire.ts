/** The learner's frames on a wire: sent by a pin of the board, sampled by another, with bursts put in. */

import { concat } from '../../../src/base/octets.ts';
import { below, type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check, Learner, LineStation, Steps } from '../../../src/lab/lab.ts';
import { BitDeframer } from '../../../src/stack/datalink/hdlc/bit-stuffing.ts';
import { decode } from '../../../src/stack/datalink/hdlc/frame.ts';
import { START } from './bits.ts';
import { disorder } from './channel.ts';

/** Slow enough for any board, and one sample a bit. */
const RATE = 10_000;
const PIECES = 6;
const PIECE_LENGTH = 8;
const BURST = 12;
/** The first exchanges each way that a burst hits. */
const HIT = { forward: 2, back: 1 };
const DRAWS_MAX = 50;
const ROUNDS_MAX = 40;
const ADDRESS = 1;
const SETTINGS = { window: 3, selective: false, timeout: 1 };

type Way = keyof typeof HIT;

class Wire {
  readonly #line: LineStation;
  readonly #learner: Learner;
  readonly #rng: Rng;
  readonly #deframers: Record<Way, unknown> = { forward: START, back: START };
  readonly #count = { forward: 0, back: 0 };
  spoiled = 0;

  constructor(line: LineStation, learner: Learner, rng: Rng) {
    this.#line = line;
    this.#learner = learner;
    this.#rng = rng;
  }

  /** What arrives of `contents`, as the learner reads it. */
  async carry(way: Way, contents: readonly unknown[]): Promise<unknown[]> {
    const frames: unknown[] = [];
    for (const content of contents) {
      frames.push(
        await this.#learner.call('encodeFrame', { address: ADDRESS, ...Object(content) }),
      );
    }
    const send = await this.#learner.call('lineBits', frames);
    if (!(send instanceof Uint8Array) || !send.every((bit) => bit <= 1)) return [];
    const { samples } = await this.#line.exchange({ rate: RATE, send, sample: send.length });
    const heard = this.#count[way] < HIT[way] ? this.#burst(samples) : samples;
    this.#count[way] += 1;
    const answer = await this.#learner.call('deframe', this.#deframers[way], heard);
    const step = Object(answer) as { deframer?: unknown; frames?: unknown };
    this.#deframers[way] = step.deframer;
    const decoded: unknown[] = [];
    for (const octets of Array.isArray(step.frames) ? step.frames : []) {
      const frame = await this.#learner.call('decodeFrame', octets);
      if (frame !== undefined) decoded.push(frame);
    }
    return decoded;
  }

  /** Turns some bits over, so that frames are lost and none is invented: the FCS cannot see all that chance may do. */
  #burst(bits: Uint8Array): Uint8Array {
    const right = new Set(framesOf(bits));
    for (let attempt = 0; attempt < DRAWS_MAX; attempt++) {
      const damaged = bits.slice();
      const start = 16 + below(this.#rng, Math.max(1, bits.length - BURST - 32));
      for (let i = start; i < start + BURST; i++) damaged[i] = 1 - (damaged[i] ?? 0);
      const left = framesOf(damaged);
      if (left.length >= right.size || !left.every((frame) => right.has(frame))) continue;
      this.spoiled += 1;
      return damaged;
    }
    return bits;
  }
}

/** Those that a receiver believes. */
function framesOf(bits: Uint8Array): string[] {
  const frames = [...new BitDeframer(80).feed(bits)];
  return frames.filter((frame) => decode(frame, { modulus: 8 }).ok).map(String);
}

export const overTheWire: Check = {
  id: 'over-the-wire',
  title: { en: 'A message over a noisy wire', ko: '잡음 낀 선을 건너는 메시지' },
  points: 4,
  visibility: 'visible',
  fixtures: ['jumper:tx-rx'],
  hints: [
    {
      en: 'All your functions in a row, and a real wire in the middle. Which of the earlier checks does not pass?',
      ko: '여러분의 함수를 모두 잇고 한가운데에 진짜 선을 두었어요. 앞의 검사 중 통과하지 않는 것이 있나요?',
    },
    {
      en: 'A burst turns twelve bits over. It may make a flag or take one away, so that two frames look like one; the FCS is what tells.',
      ko: '연속 오류가 열두 비트를 뒤집어요. 플래그를 만들거나 없애서 두 프레임이 하나로 보일 수도 있습니다. 알아내는 것은 FCS예요.',
    },
    {
      en: 'If nothing arrives: deframe must begin anew at the flag behind a damaged frame. If something wrong arrives: decodeFrame must compare the whole FCS.',
      ko: '아무것도 오지 않는다면: deframe은 망가진 프레임 뒤의 플래그에서 새로 시작해야 해요. 틀린 것이 온다면: decodeFrame은 FCS 전체를 견주어야 합니다.',
    },
  ],
  async run({ lines, learner, rng }, steps) {
    const [line] = lines;
    if (line === undefined) return;
    const message = randomOctets(rng, PIECES * PIECE_LENGTH);
    const pieces = Array.from({ length: PIECES }, (_, i) => {
      const piece = message.slice(i * PIECE_LENGTH, (i + 1) * PIECE_LENGTH);
      piece[0] = i;
      return piece;
    });
    await line.setUp({ drive: 'push-pull', idle: 1 });
    const wire = new Wire(line, learner, rng);
    const delivered = await transfer(wire, learner, steps, pieces);
    const why = disorder(delivered, pieces);
    steps.expect(
      {
        en: `all ${PIECES} pieces arrive, once and in order`,
        ko: `조각 ${PIECES}개가 모두 한 번씩, 차례대로 온다`,
      },
      why === undefined,
      why ?? { en: '', ko: '' },
    );
    const whole = concat(delivered.filter((piece) => piece instanceof Uint8Array));
    steps.expectOctets({ en: 'the message', ko: '메시지' }, whole, concat(pieces));
    steps.expectEqual(
      { en: `${wire.spoiled} bursts were mended`, ko: `연속 오류 ${wire.spoiled}번을 메웠다` },
      wire.spoiled,
      HIT.forward + HIT.back,
    );
  },
};

/** Both ends, as the learner's functions make them. */
class Ends {
  readonly #learner: Learner;
  #sender: unknown = { vs: 0, sent: [], queue: [], busy: false };
  #receiver: unknown = { vr: 0, early: [], rejected: false, busy: false };
  readonly delivered: unknown[] = [];

  constructor(learner: Learner) {
    this.#learner = learner;
  }

  /** What the sender puts on the line. */
  async tellSender(event: object): Promise<unknown[]> {
    const answer = await this.#learner.call('sender', this.#sender, event, SETTINGS);
    const step = Object(answer) as { sender?: unknown; frames?: unknown };
    this.#sender = step.sender;
    return Array.isArray(step.frames) ? step.frames : [];
  }

  /** What the receiver answers. */
  async tellReceiver(frame: unknown): Promise<unknown[]> {
    const event = { kind: 'frame', ...Object(frame) };
    const answer = await this.#learner.call('receiver', this.#receiver, event, SETTINGS);
    const step = Object(answer) as { receiver?: unknown; frames?: unknown; delivered?: unknown };
    this.#receiver = step.receiver;
    if (Array.isArray(step.delivered)) this.delivered.push(...step.delivered);
    return Array.isArray(step.frames) ? step.frames : [];
  }
}

/** `frames` over the wire, the answers back, and what the sender sends then. */
async function turn(wire: Wire, ends: Ends, frames: readonly unknown[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const frame of await wire.carry('forward', frames)) {
    answers.push(...(await ends.tellReceiver(frame)));
  }
  if (answers.length === 0) return [];
  const next: unknown[] = [];
  for (const frame of await wire.carry('back', answers)) {
    const { control } = Object(frame) as { control?: unknown };
    next.push(...(await ends.tellSender({ kind: 'frame', control })));
  }
  return next;
}

/** Turn by turn until all has come; in a silence the sender's timer runs out. */
async function transfer(
  wire: Wire,
  learner: Learner,
  steps: Steps,
  pieces: readonly Uint8Array[],
): Promise<unknown[]> {
  const ends = new Ends(learner);
  let out: unknown[] = [];
  for (const information of pieces) {
    out.push(...(await ends.tellSender({ kind: 'send', information })));
  }
  for (let round = 1; round <= ROUNDS_MAX && ends.delivered.length < pieces.length; round++) {
    if (out.length === 0) out = await ends.tellSender({ kind: 'timer' });
    const frames = out;
    out = await steps.step(
      {
        en: `round ${round}: frames over the wire, ${frames.length} of them, and the answers back`,
        ko: `${round}회차: 프레임 ${frames.length}개가 선을 건너고 답이 돌아온다`,
      },
      () => turn(wire, ends, frames),
    );
  }
  return ends.delivered;
}
