/**
 * The raw line as a board has it (docs/control-protocol.md §8), on a wire in virtual time.
 *
 *   CLOSED ──open──▶ IDLE ──start──▶ RUNNING ──all sent and sampled, stop, a fault──▶ OVER ──told──▶ IDLE
 *
 * Invariants:
 *   (1) What is sent is on the wire as soon as it is loaded and its time is known, ahead of its time; what is
 *       sampled is read when its time has passed. So nobody on the wire misses what another does.
 *   (2) Samples that wait for the host never fill more than the sample depth.
 *   (3) LINE_DONE leaves behind the last of a run's samples, and IDLE comes after it.
 */
import { assert } from '../../base/errors.ts';
import { type Instant, since } from '../../base/time.ts';
import type { WireEnd } from '../../medium/wire.ts';
import {
  encodeLineDone,
  encodePackedSamples,
  type Level,
  type LineEnd,
  type LineLimits,
  type LineRates,
  type LineSetup,
  type LineStart,
  startFits,
} from '../control/line.ts';
import { encodeMessage, OP, STATUS, type Status } from '../control/messages.ts';

const NANOS = 1000;
const MILLISECOND = 1_000_000;
/** Octets of samples in one event. */
const CHUNK = 1024;

interface Run {
  readonly start: LineStart;
  /** Nanoseconds, as are all times here. */
  readonly began: number;
  readonly sendPeriod: number;
  readonly samplePeriod: number;
  sendFrom: number | undefined;
  sampleFrom: number | undefined;
  /** The trigger was sought up to here, where the level was this one. */
  soughtTo: number;
  soughtLevel: Level;
  /** Samples that are on the wire. */
  scheduled: number;
  /** The last of them has been sent. */
  sentAll: boolean;
  sampled: number;
}

interface Over {
  readonly end: LineEnd;
  readonly sent: number;
  readonly sampled: number;
  readonly time: Instant;
}

export class TwinLine {
  readonly limits: LineLimits;
  readonly #wire: WireEnd;
  /** By how much its clock is fast: 0.02 is 2 %. */
  readonly #clockError: number;
  readonly #store: Uint8Array;
  readonly #samples: number[] = [];
  #setup: LineSetup | undefined;
  #loaded = 0;
  #run: Run | undefined;
  #over: Over | undefined;
  #told = 0; // Octets of samples that were.
  #partial = 0; // The octet that is not full yet.

  constructor(limits: LineLimits, wire: WireEnd, clockError: number) {
    this.limits = limits;
    this.#wire = wire;
    this.#clockError = clockError;
    this.#store = new Uint8Array(limits.sendDepth);
  }

  get #busy(): boolean {
    return this.#run !== undefined || this.#over !== undefined;
  }

  open(setup: LineSetup, now: Instant): Status {
    if (this.#busy) return STATUS.BUSY;
    this.#setup = setup;
    this.#loaded = 0;
    this.#wire.pull = setup.pull === 'none' ? undefined : setup.pull === 'up' ? 1 : 0;
    this.#drive(setup.idle, now * NANOS);
    return STATUS.OK;
  }

  /** Whatever it was doing: its pins let go. */
  close(now: Instant): Status {
    if (this.#setup === undefined) return STATUS.BAD_STATE;
    this.#wire.cut(now * NANOS);
    this.#wire.drive(undefined, now * NANOS);
    this.#wire.pull = undefined;
    this.#wire.listensSince = Number.POSITIVE_INFINITY;
    this.#setup = undefined;
    this.#run = undefined;
    this.#over = undefined;
    this.#samples.length = 0;
    return STATUS.OK;
  }

  /** How many of the octets were taken, or why none may come. */
  load(offset: number, octets: Uint8Array, now: Instant): { status: Status; taken: number } {
    if (this.#setup === undefined) return { status: STATUS.BAD_STATE, taken: 0 };
    this.handleTimeout(now);
    if (!this.#busy && offset === 0) this.#loaded = 0;
    if (offset !== this.#loaded) return { status: STATUS.BAD_ARGUMENT, taken: 0 };
    const held = this.#loaded - (this.#run === undefined ? 0 : this.#sent(now * NANOS) >> 3);
    const taken = Math.min(octets.length, this.#store.length - held);
    for (let i = 0; i < taken; i++) {
      this.#store[(this.#loaded + i) % this.#store.length] = octets[i] as number;
    }
    this.#loaded += taken;
    this.#schedule();
    return { status: STATUS.OK, taken };
  }

  start(start: LineStart, now: Instant): { status: Status; rates?: LineRates } {
    if (this.#setup === undefined) return { status: STATUS.BAD_STATE };
    if (this.#busy) return { status: STATUS.BUSY };
    if (!startFits(start, this.limits)) return { status: STATUS.BAD_ARGUMENT };
    const { sendCount, sampleCount } = start;
    const needed = Math.min(Math.ceil(sendCount / 8), this.#store.length);
    if (this.#loaded < needed) return { status: STATUS.BAD_STATE };
    this.#told = 0;
    this.#partial = 0;
    this.#run = this.#begin(start, now * NANOS);
    this.#schedule();
    const rates = {
      sendRate: sendCount > 0 ? start.sendRate : 0,
      sampleRate: sampleCount > 0 ? start.sampleRate : 0,
    };
    return { status: STATUS.OK, rates };
  }

  stop(now: Instant): Status {
    if (this.#run === undefined) return STATUS.BAD_STATE;
    this.handleTimeout(now);
    if (this.#run !== undefined) this.#end('stopped', now * NANOS);
    return STATUS.OK;
  }

  /** The next event for the host, if there is one. The board's clock was 0 at `startedAt`. */
  peekEvent(startedAt: Instant): Uint8Array | undefined {
    if (this.#samples.length >= CHUNK || (this.#over !== undefined && this.#samples.length > 0)) {
      const octets = Uint8Array.from(this.#samples.slice(0, CHUNK));
      return encodeMessage(OP.LINE_SAMPLES, 0, encodePackedSamples({ at: 8 * this.#told, octets }));
    }
    if (this.#over === undefined) return undefined;
    const done = { ...this.#over, time: since(this.#over.time, startedAt) };
    return encodeMessage(OP.LINE_DONE, 0, encodeLineDone(done));
  }

  /** What `peekEvent` gave has left. */
  takeEvent(): void {
    if (this.#samples.length > 0) this.#told += this.#samples.splice(0, CHUNK).length;
    else this.#over = undefined;
  }

  pollTimeout(): Instant | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    const { start, sendFrom, sampleFrom } = run;
    let due = Number.POSITIVE_INFINITY;
    if (this.#seeks(run)) {
      due = Math.min(this.#deadline(run), this.#wire.nextChange(run.soughtTo));
    }
    if (sendFrom !== undefined && !run.sentAll)
      due = Math.min(due, sendFrom + run.scheduled * run.sendPeriod);
    if (sampleFrom !== undefined && run.sampled < start.sampleCount) {
      const room = 8 * (CHUNK - (this.#samples.length % CHUNK)) - (run.sampled & 7);
      const last = Math.min(start.sampleCount, run.sampled + room) - 1;
      due = Math.min(due, this.#sampleTime(run, sampleFrom, last));
    }
    return Number.isFinite(due) ? (Math.ceil(due / NANOS) as Instant) : undefined;
  }

  handleTimeout(now: Instant): void {
    const run = this.#run;
    if (run === undefined) return;
    const nanos = now * NANOS;
    if (this.#seeks(run)) this.#seek(run, Math.min(nanos, this.#deadline(run)));
    this.#schedule();
    const dryAt = this.#dryAt(run);
    run.sentAll ||= this.#sent(nanos) === run.start.sendCount;
    if (!this.#sample(run, Math.min(nanos, dryAt))) this.#end('overrun', nanos);
    else if (nanos >= dryAt) this.#end('underrun', dryAt);
    else if (this.#seeks(run) && nanos >= this.#deadline(run)) this.#end('timeout', nanos);
    else if (run.sentAll && run.sampled === run.start.sampleCount) this.#end('complete', nanos);
  }

  #begin(start: LineStart, began: number): Run {
    const { trigger, sendCount, sendAtTrigger } = start;
    const period = (rate: number): number => 1e9 / (rate * (1 + this.#clockError));
    this.#wire.listensSince = began;
    const soughtLevel = this.#wire.level(began);
    const run: Run = {
      start,
      began,
      sendPeriod: period(start.sendRate),
      samplePeriod: period(start.sampleRate),
      sendFrom: sendCount > 0 && !sendAtTrigger ? began : undefined,
      sampleFrom: trigger === 'none' ? began : undefined,
      soughtTo: began,
      soughtLevel,
      scheduled: 0,
      sentAll: sendCount === 0,
      sampled: 0,
    };
    if (trigger === (soughtLevel === 1 ? 'high' : 'low')) this.#triggered(run, began);
    return run;
  }

  #seeks({ start, sendFrom, sampleFrom }: Run): boolean {
    if (start.trigger === 'none') return false;
    return start.sampleCount > 0 ? sampleFrom === undefined : sendFrom === undefined;
  }

  #deadline({ began, start }: Run): number {
    return began + start.timeout * MILLISECOND;
  }

  #seek(run: Run, until: number): void {
    const { trigger } = run.start;
    const wanted = trigger === 'rising' || trigger === 'high' ? 1 : 0;
    for (;;) {
      const at = this.#wire.nextChange(run.soughtTo);
      if (at > until) return;
      const level = this.#wire.level(at);
      const before = run.soughtLevel;
      run.soughtTo = at;
      run.soughtLevel = level;
      if (level === wanted && before !== wanted) {
        this.#triggered(run, at);
        return;
      }
    }
  }

  #triggered(run: Run, at: number): void {
    if (run.start.sampleCount > 0) run.sampleFrom = at;
    if (run.start.sendAtTrigger) run.sendFrom = at;
  }

  /** Puts what is loaded on the wire, and the idle level behind the last. */
  #schedule(): void {
    const run = this.#run;
    if (run?.sendFrom === undefined || run.scheduled === run.start.sendCount) return;
    const { sendFrom, sendPeriod, start } = run;
    const until = Math.min(start.sendCount, 8 * this.#loaded);
    for (; run.scheduled < until; run.scheduled++) {
      const octet = this.#store[(run.scheduled >> 3) % this.#store.length] as number;
      const level = ((octet >> (7 - (run.scheduled & 7))) & 1) as Level;
      this.#drive(level, sendFrom + run.scheduled * sendPeriod);
    }
    if (until === start.sendCount) this.#idle(sendFrom + until * sendPeriod);
  }

  /** When the loaded samples run out before their time. */
  #dryAt({ sendFrom, scheduled, sendPeriod, start }: Run): number {
    if (sendFrom === undefined || scheduled === start.sendCount) return Number.POSITIVE_INFINITY;
    return sendFrom + scheduled * sendPeriod;
  }

  #sampleTime({ samplePeriod }: Run, from: number, index: number): number {
    return from + (index + 0.5) * samplePeriod;
  }

  /** Takes the samples that are due. False when there is no room for one. */
  #sample(run: Run, until: number): boolean {
    const { sampleFrom, start } = run;
    if (sampleFrom === undefined) return true;
    while (run.sampled < start.sampleCount) {
      const at = this.#sampleTime(run, sampleFrom, run.sampled);
      if (at > until) return true;
      if (this.#samples.length >= this.limits.sampleDepth) return false;
      this.#partial = (this.#partial << 1) | this.#wire.sample(at);
      run.sampled += 1;
      this.#wire.listensSince = at;
      if ((run.sampled & 7) === 0) this.#flush();
    }
    return true;
  }

  #flush(): void {
    this.#samples.push(this.#partial & 0xff);
    this.#partial = 0;
  }

  /** Samples that have been sent by `at`. */
  #sent(at: number): number {
    const run = this.#run;
    if (run?.sendFrom === undefined) return 0;
    const passed = Math.floor((at - run.sendFrom) / run.sendPeriod + 1e-6);
    return Math.max(0, Math.min(run.scheduled, passed));
  }

  #end(end: LineEnd, at: number): void {
    const run = this.#run;
    assert(run !== undefined, 'nothing runs');
    const sent = end === 'complete' ? run.start.sendCount : this.#sent(at);
    if (end !== 'complete') this.#wire.cut(at);
    this.#idle(at);
    const left = run.sampled & 7;
    if (left > 0) {
      this.#partial <<= 8 - left;
      this.#flush();
    }
    this.#wire.listensSince = Number.POSITIVE_INFINITY;
    this.#loaded = 0;
    this.#run = undefined;
    this.#over = { end, sent, sampled: run.sampled, time: Math.ceil(at / NANOS) as Instant };
  }

  #idle(at: number): void {
    if (this.#setup !== undefined) this.#drive(this.#setup.idle, at);
  }

  #drive(level: Level, at: number): void {
    const released = this.#setup?.drive === 'open-drain' && level === 1;
    this.#wire.drive(released ? undefined : level, at);
  }
}
