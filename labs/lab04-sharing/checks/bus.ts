/**
 * A cable with stations that the learner's `csma` runs, in bit times. Each hears each other after the same delay. What a
 * station does wrong is noted; the bench goes on, so that the report can say it.
 */
import { fraction, type Rng } from '../../../src/base/random.ts';
import type { Learner, Text } from '../../../src/lab/lab.ts';
import { show } from '../../../src/lab/show.ts';

const DELAY = 30;
const GAP = 96;
/** Some ten times what stations that keep to the rules need for a frame; without it a timer of 0 might run for ever. */
const EVENTS_A_FRAME = 50;

export interface BusRun {
  readonly sent: number;
  readonly collisions: number;
  readonly failed: number;
  /** Frames that each station got through. */
  readonly shares: readonly number[];
  /** What part of the time carried frames that got through. */
  readonly used: number;
  /** A transmission that began while another was heard, or too soon after one, or an answer that is no step. */
  readonly fault: Text | undefined;
}

interface Step {
  readonly station: unknown;
  readonly timer: unknown;
  readonly transmit: unknown;
  readonly result: unknown;
}

type Event =
  | { readonly at: number; readonly kind: 'timer'; readonly to: number; readonly serial: number }
  | {
      readonly at: number;
      readonly kind: 'carrier';
      readonly to: number;
      readonly from: number;
      readonly present: boolean;
    };

class Bus {
  readonly #learner: Learner;
  readonly #rng: Rng;
  readonly #bits: number;
  readonly #stations: unknown[];
  readonly #timers: number[];
  /** Whom each station hears, and when it last heard anybody. */
  readonly #heard: Set<number>[];
  readonly #quietSince: number[];
  readonly #sending = new Map<number, number>();
  #events: Event[] = [];
  #now = 0;
  readonly shares: number[];
  collisions = 0;
  failed = 0;
  fault: Text | undefined;

  constructor(learner: Learner, rng: Rng, count: number, bits: number) {
    this.#learner = learner;
    this.#rng = rng;
    this.#bits = bits;
    const each = <T>(value: () => T): T[] => Array.from({ length: count }, value);
    this.#stations = each(() => ({ state: 'idle', collisions: 0, carrier: false }));
    this.#timers = each(() => 0);
    this.#heard = each(() => new Set<number>());
    this.#quietSince = each(() => Number.NEGATIVE_INFINITY);
    this.shares = each(() => 0);
  }

  async run(length: number): Promise<number> {
    for (let i = 0; i < this.#stations.length; i++) await this.#offer(i);
    let left = EVENTS_A_FRAME * this.#stations.length * Math.ceil(length / this.#bits);
    while (this.fault === undefined) {
      this.#events.sort((a, b) => a.at - b.at);
      const event = this.#events.shift();
      if (event === undefined) this.fault = SILENCE;
      else if (left-- === 0) this.fault = restless(this.#now);
      if (event === undefined || event.at > length || this.fault !== undefined) break;
      this.#now = event.at;
      if (event.kind === 'timer') await this.#timer(event.to, event.serial);
      else await this.#carrier(event.to, event.from, event.present);
    }
    return this.#now;
  }

  /** A station always has a frame. */
  #offer(i: number): Promise<void> {
    return this.#tell(i, { kind: 'frame' });
  }

  async #timer(i: number, serial: number): Promise<void> {
    if (serial !== this.#timers[i]) return;
    this.#end(i);
    await this.#tell(i, { kind: 'timer' });
  }

  async #carrier(i: number, from: number, present: boolean): Promise<void> {
    const heard = this.#heard[i] as Set<number>;
    const before = heard.size > 0;
    if (present) heard.add(from);
    else heard.delete(from);
    if (heard.size > 0 === before) return;
    if (before) this.#quietSince[i] = this.#now;
    await this.#tell(i, { kind: 'carrier', present: heard.size > 0 });
  }

  async #tell(i: number, event: object): Promise<void> {
    if (this.fault !== undefined) return;
    const answer = await this.#learner.call(
      'csma',
      this.#stations[i],
      event,
      this.#bits,
      fraction(this.#rng),
    );
    const step = Object(answer) as Step;
    this.#stations[i] = step.station;
    if (step.timer !== undefined) this.#start(i, step.timer);
    if (step.transmit === 'frame') this.#transmit(i);
    if (step.transmit === 'jam') this.collisions += 1;
    if (step.result === 'sent') this.shares[i] = (this.shares[i] as number) + 1;
    if (step.result === 'failed') this.failed += 1;
    if (step.result === 'sent' || step.result === 'failed') await this.#offer(i);
  }

  #start(i: number, time: unknown): void {
    if (typeof time !== 'number' || !(time >= 0)) {
      this.fault = noTime(i, time);
      return;
    }
    this.#timers[i] = (this.#timers[i] as number) + 1;
    this.#events.push({
      at: this.#now + time,
      kind: 'timer',
      to: i,
      serial: this.#timers[i] as number,
    });
  }

  #transmit(i: number): void {
    const quiet = this.#now - (this.#quietSince[i] as number);
    if (quiet < GAP) this.fault = tooSoon(i, quiet);
    if (this.#heard[i]?.size !== 0) this.fault = intoAnother(i);
    this.#sending.set(i, this.#now);
    this.#signal(i, true);
  }

  /** The signal of `i`, frame or jam, is over. */
  #end(i: number): void {
    if (this.#sending.delete(i)) this.#signal(i, false);
  }

  #signal(from: number, present: boolean): void {
    for (let to = 0; to < this.#stations.length; to++) {
      if (to !== from)
        this.#events.push({ at: this.#now + DELAY, kind: 'carrier', to, from, present });
    }
  }
}

const SILENCE: Text = {
  en: 'Nobody sends, and nobody waits for anything.',
  ko: '아무도 보내지 않고, 아무것도 기다리지 않아요.',
};

const restless = (now: number): Text => ({
  en: `The stations ask for timer after timer, and time hardly passes: it is bit time ${now}.`,
  ko: `스테이션들이 타이머를 자꾸 청하기만 하고 시간은 거의 흐르지 않아요. 지금이 비트 시간 ${now}입니다.`,
});

const noTime = (i: number, timer: unknown): Text => ({
  en: `Station ${i + 1} asked for a timer of ${show(timer)}; that is no time.`,
  ko: `${i + 1}번 스테이션이 타이머로 ${show(timer)}을(를) 청했어요. 시간이 아니에요.`,
});

const intoAnother = (i: number): Text => ({
  en: `Station ${i + 1} began while it heard another.`,
  ko: `${i + 1}번 스테이션이 남의 소리를 들으면서 보내기 시작했어요.`,
});

const tooSoon = (i: number, quiet: number): Text => ({
  en: `Station ${i + 1} began ${quiet} bit times after it last heard another, and not ${GAP}.`,
  ko: `${i + 1}번 스테이션이 남의 소리가 그친 지 ${GAP}비트 시간이 아니라 ${quiet}비트 시간 만에 보내기 시작했어요.`,
});

/** `count` stations that always have a frame of `bits` share a cable for `length` bit times. */
export async function runBus(
  learner: Learner,
  rng: Rng,
  count: number,
  bits: number,
  length: number,
): Promise<BusRun> {
  const bus = new Bus(learner, rng, count, bits);
  const time = await bus.run(length);
  const sent = bus.shares.reduce((sum, share) => sum + share, 0);
  const { shares, collisions, failed, fault } = bus;
  return { sent, collisions, failed, shares, used: (sent * bits) / Math.max(1, time), fault };
}
