/**
 * A line in virtual time with the learner's sender at one end and receiver at the other. An I frame takes one unit to
 * send, an answer none; each needs `delay` to the other end. What is wrong with an answer is noted, and ends the run.
 */
import type { Learner, Text } from '../../../src/lab/lab.ts';
import { show } from '../../../src/lab/show.ts';
import { name } from './shown.ts';

export interface LineOptions {
  readonly window: number;
  readonly selective: boolean;
  readonly delay: number;
  /** Whether the n-th frame that goes out this way, from 0, is lost. */
  readonly lost: (way: 'forward' | 'back', n: number) => boolean;
  /** The receiver is busy from the first of these times to the second. */
  readonly busy?: readonly [from: number, to: number];
}

/** One frame on its way. */
export interface Trip {
  readonly way: 'forward' | 'back';
  readonly name: string;
  /** When its last bit leaves, and when it arrives or would have. */
  readonly from: number;
  readonly to: number;
  readonly lost: boolean;
  /** This information was sent before. */
  readonly again: boolean;
}

export interface LineRun {
  readonly delivered: readonly unknown[];
  readonly trips: readonly Trip[];
  /** When the last piece was delivered. */
  readonly time: number;
  readonly fault: Text | undefined;
}

const EVENTS_MAX = 20_000;

/** Frames that wait for the line at once: more, and a sender floods it. */
const QUEUE_MAX = 200;

const SILENCE: Text = {
  en: 'nothing is on its way, and no timer runs',
  ko: '오가는 것이 없고 타이머도 돌지 않아요',
};
const ENDLESS: Text = { en: 'it never ends', ko: '끝나지 않아요' };
const TOO_MANY_OUT: Text = {
  en: 'more is out than the window has room for',
  ko: '창에 들어가는 것보다 많이 나가 있어요',
};
const FLOOD: Readonly<Record<Trip['way'], Text>> = {
  forward: { en: 'the sender floods the line', ko: '송신 쪽이 선에 프레임을 쏟아붓고 있어요' },
  back: { en: 'the receiver floods the line', ko: '수신 쪽이 선에 답을 쏟아붓고 있어요' },
};
const noTime = (timer: unknown): Text => ({
  en: `sender asked for a timer of ${show(timer)}, which is no time`,
  ko: `sender가 청한 타이머 ${show(timer)}는 시간이 아니에요`,
});

type Event =
  | { readonly at: number; readonly kind: 'timer'; readonly serial: number }
  | { readonly at: number; readonly kind: 'busy'; readonly busy: boolean }
  | {
      readonly at: number;
      readonly kind: 'arrival';
      readonly way: Trip['way'];
      readonly frame: unknown;
    };

interface Answer {
  readonly sender?: unknown;
  readonly receiver?: unknown;
  readonly frames?: unknown;
  readonly delivered?: unknown;
  readonly timer?: unknown;
}

class Line {
  readonly #learner: Learner;
  readonly #options: LineOptions;
  readonly #settings: object;
  readonly #pieces: readonly Uint8Array[];
  #sender: unknown = { vs: 0, sent: [], queue: [], busy: false };
  #receiver: unknown = { vr: 0, early: [], rejected: false, busy: false };
  #offered = 0;
  #events: Event[] = [];
  #now = 0;
  /** When the line is free, each way. */
  readonly #free = { forward: 0, back: 0 };
  readonly #count = { forward: 0, back: 0 };
  readonly #known = new Set<string>();
  #serial = 0;
  readonly delivered: unknown[] = [];
  readonly trips: Trip[] = [];
  time = 0;
  fault: Text | undefined;

  constructor(learner: Learner, pieces: readonly Uint8Array[], options: LineOptions) {
    this.#learner = learner;
    this.#pieces = pieces;
    this.#options = options;
    const { window, selective, delay } = options;
    // The last frame of a full window, its way, and the way of the answer; and a little.
    this.#settings = { window, selective, timeout: window + 2 * delay + 0.5 };
  }

  async run(): Promise<void> {
    const [from, to] = this.#options.busy ?? [];
    if (from !== undefined) this.#events.push({ at: from, kind: 'busy', busy: true });
    if (to !== undefined) this.#events.push({ at: to, kind: 'busy', busy: false });
    await this.#offer();
    for (let i = 0; this.delivered.length < this.#pieces.length; i++) {
      if (this.fault !== undefined) return;
      const event = this.#next();
      if (event === undefined || i >= EVENTS_MAX) {
        this.fault = event === undefined ? SILENCE : ENDLESS;
        return;
      }
      this.#now = event.at;
      await this.#happen(event);
      await this.#offer();
    }
  }

  /** The earliest; of several at once the one that was caused first, and timers last. */
  #next(): Event | undefined {
    const late = (event: Event): number => event.at + (event.kind === 'timer' ? 1e-6 : 0);
    const [first] = this.#events.toSorted((a, b) => late(a) - late(b));
    this.#events = this.#events.filter((event) => event !== first);
    return first;
  }

  async #happen(event: Event): Promise<void> {
    if (event.kind === 'timer') {
      if (event.serial === this.#serial) await this.#tellSender({ kind: 'timer' });
    } else if (event.kind === 'busy') {
      await this.#tellReceiver({ kind: 'busy', busy: event.busy });
    } else {
      const frame = Object(event.frame) as { control?: unknown; information?: unknown };
      const { control, information } = frame;
      if (event.way === 'forward')
        await this.#tellReceiver({ kind: 'frame', control, information });
      else await this.#tellSender({ kind: 'frame', control });
    }
  }

  /** The next piece as soon as none waits, so that what a call copies stays small. */
  async #offer(): Promise<void> {
    while (this.fault === undefined) {
      const information = this.#pieces[this.#offered];
      const { queue } = Object(this.#sender) as { queue?: unknown };
      if (information === undefined || (Array.isArray(queue) && queue.length > 0)) return;
      this.#offered += 1;
      await this.#tellSender({ kind: 'send', information });
    }
  }

  async #tellSender(event: object): Promise<void> {
    const answer = await this.#learner.call('sender', this.#sender, event, this.#settings);
    const { sender, frames, timer } = Object(answer) as Answer;
    this.#sender = sender;
    const { sent } = Object(sender) as { sent?: unknown };
    if (Array.isArray(sent) && sent.length > this.#options.window) {
      this.fault = TOO_MANY_OUT;
    }
    if (timer !== undefined && !(Number(timer) >= 0)) this.fault = noTime(timer);
    if (typeof timer === 'number') {
      this.#serial += 1;
      this.#events.push({ at: this.#now + timer, kind: 'timer', serial: this.#serial });
    }
    this.#transmit('forward', frames);
  }

  async #tellReceiver(event: object): Promise<void> {
    const answer = await this.#learner.call('receiver', this.#receiver, event, this.#settings);
    const { receiver, frames, delivered } = Object(answer) as Answer;
    this.#receiver = receiver;
    if (Array.isArray(delivered) && delivered.length > 0) {
      this.delivered.push(...delivered);
      this.time = this.#now;
    }
    this.#transmit('back', frames);
  }

  #transmit(way: Trip['way'], frames: unknown): void {
    for (const frame of Array.isArray(frames) ? frames : []) {
      const { control, information } = Object(frame) as {
        control?: unknown;
        information?: unknown;
      };
      const { kind } = Object(control) as { kind?: unknown };
      const from = Math.max(this.#now, this.#free[way]) + (kind === 'I' ? 1 : 0);
      if (from > this.#now + QUEUE_MAX) this.fault = FLOOD[way];
      this.#free[way] = from;
      const lost = this.#options.lost(way, this.#count[way]);
      this.#count[way] += 1;
      const to = from + this.#options.delay;
      const content = kind === 'I' ? String(information) : '';
      const again = content !== '' && this.#known.has(content);
      this.#known.add(content);
      this.trips.push({ way, name: name(control), from, to, lost, again });
      if (!lost) this.#events.push({ at: to, kind: 'arrival', way, frame });
    }
  }
}

/** `pieces`, no two of them alike, over the line until all have come, or until it cannot go on. */
export async function runLine(
  learner: Learner,
  pieces: readonly Uint8Array[],
  options: LineOptions,
): Promise<LineRun> {
  const line = new Line(learner, pieces, options);
  await line.run();
  const { delivered, trips, time, fault } = line;
  return { delivered, trips, time, fault };
}

/** What is wrong with `delivered`; undefined when it is `pieces`, each once and in order. */
export function disorder(
  delivered: readonly unknown[],
  pieces: readonly Uint8Array[],
): { readonly en: string; readonly ko: string } | undefined {
  for (let i = 0; i < Math.max(delivered.length, pieces.length); i++) {
    const place = i + 1;
    if (i >= delivered.length) {
      return { en: `Piece ${place} never came.`, ko: `${place}번째 조각이 오지 않았어요.` };
    }
    const found = String(delivered[i]);
    if (found === String(pieces[i])) continue;
    const other = pieces.findIndex((piece) => String(piece) === found);
    return other === -1
      ? {
          en: `In place ${place} came what was never sent.`,
          ko: `${place}번째로 보낸 적 없는 것이 왔어요.`,
        }
      : {
          en: `In place ${place} came piece ${other + 1}.`,
          ko: `${place}번째로 ${other + 1}번째 조각이 왔어요.`,
        };
  }
  return undefined;
}
