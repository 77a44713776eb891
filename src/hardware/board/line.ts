/** The board's raw line: levels out and in (docs/control-protocol.md §8). */
import { type NetlabError, UsageError } from '../../base/errors.ts';
import { after, type Duration, milliseconds, since } from '../../base/time.ts';
import {
  decodeLineDone,
  decodeLineRates,
  decodePackedSamples,
  encodeLineOpen,
  encodeLineStart,
  encodePackedSamples,
  LINE_TIMEOUT_MAX,
  type LineDone,
  type LineEnd,
  type LineLimits,
  type LineRates,
  type LineSetup,
  type LineStart,
  type LineTrigger,
  packLevels,
  startFits,
  unpackLevels,
} from '../control/line.ts';
import { badAnswer, boardNoLine, requestTimeout } from './errors.ts';
import type { Link } from './link.ts';
import { PreTrigger } from './pre-trigger.ts';
import type { Requests } from './requests.ts';

export interface LineExchange {
  /** Hertz, of what is sent, and of what is sampled unless `sampleRate` says otherwise. */
  readonly rate: number;
  readonly sampleRate?: number | undefined;
  /** Levels, each 0 or 1. */
  readonly send?: Uint8Array | undefined;
  /** How many samples to take, at most SAMPLES_MAX. */
  readonly sample?: number | undefined;
  readonly trigger?: LineTrigger | undefined;
  /**
   * How many samples from before the trigger to keep, besides `sample` from it on. The host looks for the trigger then, in
   * all that the board samples: the line to it has to be fast enough for that.
   */
  readonly before?: number | undefined;
  /** Sending waits for the trigger, too. */
  readonly sendAtTrigger?: boolean | undefined;
  /** For the trigger; a second unless said. */
  readonly timeout?: Duration | undefined;
}

export interface LineOutcome {
  /** Levels, each 0 or 1: fewer than were asked for when it ended otherwise than complete. */
  readonly samples: Uint8Array;
  /** How many of them came before the trigger: fewer than were asked for where it came sooner. */
  readonly before: number;
  /** Samples that were sent. */
  readonly sent: number;
  /** Hertz as the board made them; 0 for what was not asked for. */
  readonly rate: number;
  readonly sampleRate: number;
  readonly ended: LineEnd;
}

/** 64 MiB of levels here. */
export const SAMPLES_MAX = 2 ** 26;
/** LINE_START has four octets for a count. */
const COUNT_MAX = 0xffff_ffff;
/** Octets in one LINE_LOAD: short enough for any queue. */
const LOAD_MAX = 1024;
/** op, tag, offset. */
const LOAD_OVERHEAD = 6;
const TRIGGER_TIMEOUT = milliseconds(1000);
const SECOND = 1_000_000;

const SETUP: LineSetup = { drive: 'push-pull', strength: 0, idle: 0, pull: 'none' };
const NONE = new Uint8Array(0);

interface Run {
  /** How many samples the board was told to take. */
  readonly count: number;
  /** All of them, or what is kept of them. */
  readonly samples: Uint8Array;
  readonly window: PreTrigger | undefined;
  /** How many samples have come when all is sent: with a window both begin at once. */
  readonly sentBy: number;
  received: number;
  done: LineDone | undefined;
  /** The board told samples that nobody asked for, or with a gap. */
  wrong: string | undefined;
}

export class Line {
  readonly #link: Link;
  readonly #requests: Requests;
  readonly #limits: () => LineLimits | undefined;
  #setup: LineSetup | undefined;
  #run: Run | undefined;

  constructor(link: Link, requests: Requests, limits: () => LineLimits | undefined) {
    this.#link = link;
    this.#requests = requests;
    this.#limits = limits;
  }

  /** @throws NetlabError `board-no-line` when the board has none */
  get limits(): LineLimits {
    const limits = this.#limits();
    if (limits === undefined) throw boardNoLine(this.#link.port);
    return limits;
  }

  /** The pins are the line's from now on. Push-pull, idle low and no pull unless said. */
  async open(setup: Partial<LineSetup> = {}): Promise<void> {
    const whole = { ...SETUP, ...setup };
    if (whole.drive === 'open-drain' && whole.idle === 0) {
      throw new UsageError('bad-line', 'an open drain idles high', { what: 'idle' });
    }
    await this.#requests.ask('LINE_OPEN', encodeLineOpen(whole));
    this.#setup = whole;
  }

  async close(): Promise<void> {
    await this.#requests.ask('LINE_CLOSE');
    this.#setup = undefined;
  }

  /**
   * Sends, samples, or does both at once, and resolves when that is over, however it ended.
   * @throws UsageError `bad-line` for what the board cannot do
   * @throws NetlabError `request-timeout`, `bad-answer`, or what ended the session
   */
  async exchange(exchange: LineExchange): Promise<LineOutcome> {
    const start = this.#check(exchange);
    const { send = NONE } = exchange;
    const octets = packLevels(send, this.#setup?.idle);
    const loaded = await this.#fill(octets);
    const run = newRun(exchange, start);
    this.#run = run;
    try {
      const body = encodeLineStart(start);
      const rates = await this.#requests.askFor('LINE_START', body, decodeLineRates);
      if (loaded < octets.length) await this.#feed(run, octets, loaded, start);
      return outcome(run, await this.#over(run, start), rates);
    } catch (error) {
      await this.#abandon();
      throw error;
    } finally {
      this.#run = undefined;
    }
  }

  /** LINE_SAMPLES. */
  handleSamples(body: Uint8Array): void {
    const run = this.#run;
    const decoded = decodePackedSamples(body);
    if (run === undefined || !decoded.ok) return;
    const { at, octets } = decoded.value;
    if (at !== run.received || at + 8 * (octets.length - 1) >= run.count) {
      run.wrong = `samples at ${at} of ${run.count}`;
      return;
    }
    run.received = Math.min(run.count, at + 8 * octets.length);
    if (run.window === undefined) {
      unpackLevels(octets, run.samples, at);
    } else {
      const levels = new Uint8Array(run.received - at);
      unpackLevels(octets, levels, 0);
      run.window.take(levels);
    }
  }

  /** LINE_DONE. */
  handleDone(body: Uint8Array): void {
    const decoded = decodeLineDone(body);
    if (this.#run !== undefined && decoded.ok) this.#run.done = decoded.value;
  }

  reset(): void {
    this.#setup = undefined;
    this.#run = undefined;
  }

  #check(exchange: LineExchange): LineStart {
    if (this.#setup === undefined) throw badLine('the line is not open', 'open');
    if (this.#run !== undefined) throw badLine('an exchange is under way', 'exchange');
    const start = startOf(exchange);
    const { limits } = this;
    if (!startFits(start, limits)) {
      const { lowestRate, highestRate, sendDepth, sampleDepth } = limits;
      throw badLine(
        `this board has ${lowestRate} … ${highestRate} Hz, sends ${8 * sendDepth} and samples ${8 * sampleDepth}`,
        'limits',
      );
    }
    return start;
  }

  /** Loads as much as the board has room for; how many octets that was. */
  async #fill(octets: Uint8Array): Promise<number> {
    const most = Math.min(octets.length, this.limits.sendDepth);
    const step = this.#loadMax;
    const pieces: Promise<number>[] = [];
    for (let at = 0; at < most; at += step) {
      pieces.push(this.#load(at, octets.subarray(at, Math.min(at + step, most))));
    }
    const taken = await Promise.all(pieces);
    return taken.reduce((sum, count) => sum + count, 0);
  }

  get #loadMax(): number {
    return Math.min(LOAD_MAX, this.#link.messageMax - LOAD_OVERHEAD);
  }

  async #load(at: number, octets: Uint8Array): Promise<number> {
    const body = encodePackedSamples({ at, octets });
    const result = await this.#requests.ask('LINE_LOAD', body);
    const taken = ((result[0] ?? 0) << 8) | (result[1] ?? 0);
    if (result.length >= 2 && taken <= octets.length) return taken;
    throw badAnswer(this.#link.port, 'LINE_LOAD', `${taken} of ${octets.length} octets`);
  }

  /** What did not fit at first goes as the board makes room, until all is loaded or the run is over. */
  async #feed(run: Run, octets: Uint8Array, loaded: number, start: LineStart): Promise<void> {
    const quarter = (2 * this.limits.sendDepth * SECOND) / start.sendRate;
    let at = loaded;
    while (at < octets.length && run.done === undefined) {
      const taken = await this.#more(at, octets.subarray(at, at + this.#loadMax));
      if (taken === undefined) return;
      at += taken;
      if (taken > 0) continue;
      const until = after(this.#link.now(), Math.ceil(quarter) as Duration);
      await this.#link.wait(() => run.done, until);
    }
  }

  /** Undefined when the board refuses: the run is over, and LINE_DONE will say how. */
  async #more(at: number, octets: Uint8Array): Promise<number | undefined> {
    try {
      return await this.#load(at, octets);
    } catch (error) {
      if ((error as NetlabError).code === 'request-refused') return undefined;
      throw error;
    }
  }

  /** Waits for LINE_DONE as long as it may take, and while samples still come. */
  async #over(run: Run, start: LineStart): Promise<LineDone> {
    const link = this.#link;
    const began = link.now();
    const sending = start.sendCount === 0 ? 0 : start.sendCount / start.sendRate;
    const sampling = start.sampleCount === 0 ? 0 : start.sampleCount / start.sampleRate;
    const expected = Math.max(sending, sampling) * SECOND + milliseconds(start.timeout);
    let until = after(began, Math.ceil(expected + link.deadlines.request) as Duration);
    let stopped = false;
    for (;;) {
      const { received } = run;
      const enough = () => !stopped && run.window?.over === true && run.received >= run.sentBy;
      const ready = () => run.done ?? (run.wrong !== undefined || enough() || undefined);
      const done = await link.wait(ready, until);
      if (run.wrong !== undefined) throw badAnswer(link.port, 'LINE_START', run.wrong);
      if (run.done !== undefined) return this.#whole(run, run.done);
      if (done === true) {
        stopped = true;
        await this.#stop();
        continue;
      }
      if (run.received === received) {
        throw requestTimeout(link.port, 'LINE_START', since(link.now(), began) / 1000);
      }
      until = after(link.now(), link.deadlines.request);
    }
  }

  /** Nobody wants what comes from now on; a run that is over by itself refuses. */
  async #stop(): Promise<void> {
    try {
      await this.#requests.ask('LINE_STOP');
    } catch (error) {
      if ((error as NetlabError).code !== 'request-refused') throw error;
    }
  }

  #whole(run: Run, done: LineDone): LineDone {
    if (done.sampled <= run.received && run.received - done.sampled < 8) return done;
    const why = `${done.sampled} samples, of which ${run.received} came`;
    throw badAnswer(this.#link.port, 'LINE_DONE', why);
  }

  /** After a failure: the line as it was opened, and nothing of the old run. */
  async #abandon(): Promise<void> {
    this.#run = undefined;
    const setup = this.#setup;
    if (setup === undefined) return;
    try {
      await this.#requests.ask('LINE_CLOSE');
      await this.#requests.ask('LINE_OPEN', encodeLineOpen(setup));
    } catch {
      // The session is over, or the board hangs: the caller gets what came first.
    }
  }
}

/** @throws UsageError `bad-line` for what no board can do */
function startOf(exchange: LineExchange): LineStart {
  const { rate, sampleRate = rate, send = NONE, sample = 0, trigger = 'none' } = exchange;
  const { sendAtTrigger = false, timeout = TRIGGER_TIMEOUT, before = 0 } = exchange;
  checkCounts(send.length, sample, before);
  const wait = Math.ceil(timeout / 1000);
  if (wait < 1 || wait > LINE_TIMEOUT_MAX) throw badLine('no such timeout', 'timeout');
  const start: LineStart = {
    sendRate: send.length > 0 ? Math.round(rate) : 0,
    sampleRate: sample > 0 ? Math.round(sampleRate) : 0,
    sendCount: send.length,
    sampleCount: sample,
    trigger,
    sendAtTrigger,
    timeout: trigger === 'none' ? 0 : wait,
  };
  if (before === 0) return start;
  if (trigger === 'none' || sample === 0 || sendAtTrigger) {
    throw badLine('what comes before a trigger is sampled while it is awaited', 'before');
  }
  // The host looks for the trigger in all that may come until it has to be there.
  const sampleCount = Math.ceil((timeout / SECOND) * sampleRate) + sample;
  if (sampleCount > COUNT_MAX) throw badLine('that is too long for a trigger', 'timeout');
  return { ...start, sampleCount, trigger: 'none', timeout: 0 };
}

function checkCounts(send: number, sample: number, before: number): void {
  if (send + sample === 0) throw badLine('nothing to send or sample', 'sample');
  for (const count of [sample, before]) {
    if (Number.isInteger(count) && count >= 0 && sample + before <= SAMPLES_MAX) continue;
    throw badLine(`0 … ${SAMPLES_MAX} samples, not ${count}`, 'sample');
  }
}

const badLine = (why: string, what: string): UsageError =>
  new UsageError('bad-line', `the raw line: ${why}`, { what, why });

function newRun({ trigger = 'none', before = 0, sample = 0 }: LineExchange, start: LineStart): Run {
  const { sampleCount: count, sendCount, sendRate, sampleRate } = start;
  const sentBy = sendCount === 0 ? 0 : Math.ceil((sendCount * sampleRate) / sendRate) + 1;
  const patience = count - sample;
  const window =
    before > 0 ? new PreTrigger({ trigger, before, count: sample, patience }) : undefined;
  const samples = new Uint8Array(window === undefined ? count : 0);
  return { count, samples, window, sentBy, received: 0, done: undefined, wrong: undefined };
}

function outcome({ samples, window }: Run, done: LineDone, rates: LineRates): LineOutcome {
  const { sendRate: rate, sampleRate } = rates;
  const { sent, sampled, end } = done;
  if (window === undefined) {
    return { samples: samples.subarray(0, sampled), before: 0, sent, rate, sampleRate, ended: end };
  }
  const found = { samples: window.samples, before: window.before, sent, rate, sampleRate };
  if (window.state === 'FULL') return { ...found, ended: 'complete' };
  return { ...found, ended: window.state === 'MISSED' || end === 'complete' ? 'timeout' : end };
}
