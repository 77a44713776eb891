/** The raw line over a jumper between its two pins: a part of the board contract. */
import { describe, expect, it, type TestContext } from 'vitest';
import { seededRng } from '../../src/base/random.ts';
import { milliseconds, seconds } from '../../src/base/time.ts';
import type { Board } from '../../src/hardware/board/board.ts';
import { decodeFrame, KIND } from '../../src/hardware/control/frame.ts';
import { CAPABILITY } from '../../src/hardware/control/identity.ts';
import {
  decodeLineDone,
  decodePackedSamples,
  type LineDone,
  type LineLimits,
  type PackedSamples,
} from '../../src/hardware/control/line.ts';
import { OP } from '../../src/hardware/control/messages.ts';
import type { Fixture } from './fixture.ts';
import type { RawBoard } from './raw-board.ts';
import { has, levels, stretch, text, usualRate } from './raw-samples.ts';

/** Octets that a host gives credit for: they are on their way before the board keeps any. */
const HOST_CAPACITY = 49_152;
const NO_RATE = [0, 0, 0, 0] as const;
const NO_TRIGGER = [0, 0, 0, 0, 0, 0] as const;
/** No samples, and no trigger. */
const NONE = [0, 0, 0, 0, ...NO_TRIGGER] as const;

const put32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);

async function load(raw: RawBoard, octets: number): Promise<void> {
  for (let at = 0; at < octets; ) {
    const piece = new Array<number>(Math.min(1024, octets - at)).fill(0x55);
    const { status, result } = await raw.ask(OP.LINE_LOAD, ...put32(at), ...piece);
    expect(status).toBe('OK');
    at += ((result[0] ?? 0) << 8) | (result[1] ?? 0);
  }
}

async function doneOf(raw: RawBoard): Promise<Omit<LineDone, 'time'>> {
  const isDone = (octets: Uint8Array): boolean => octets[0] === OP.LINE_DONE;
  const message = await raw.message(isDone, seconds(30));
  const done = decodeLineDone((message ?? new Uint8Array(0)).subarray(2));
  if (!done.ok) throw new Error('no LINE_DONE');
  const { end, sent, sampled } = done.value;
  return { end, sent, sampled };
}

/** The next LINE_SAMPLES that has come. */
async function samplesOf(raw: RawBoard): Promise<PackedSamples | undefined> {
  const message = await raw.message((octets) => octets[0] === OP.LINE_SAMPLES, milliseconds(0));
  const samples = decodePackedSamples((message ?? new Uint8Array(0)).subarray(2));
  return samples.ok ? samples.value : undefined;
}

const overrunRate = ({ highestRate }: LineLimits): number => Math.min(highestRate, 2_000_000);

/** A host must be able to take too little for as long as it is still there. */
function whyNoOverrun(raw: RawBoard, limits: LineLimits): string | undefined {
  if (!has(limits, 'samplesLonger')) return 'samples no more than its depth';
  if (raw.link.transport.lineRate() !== 0) return 'has a line that is full for seconds';
  const held = 8 * (HOST_CAPACITY + limits.sampleDepth);
  return held > 0.7 * overrunRate(limits) ? 'is too slow to run over' : undefined;
}

/** What a subject has, where that is known: other tests are then not there, and it is held to it. */
export interface RawLineTraits {
  readonly line: boolean;
  readonly twoRates: boolean;
  /** Its sampling pin has a resistor to low. */
  readonly pullDown: boolean;
  /** Its line is full, and its rate high enough, that a host can take too little while it is still there. */
  readonly overruns: boolean;
}

/** Without traits a test that asks for what the board lacks is skipped. */
export function rawLineContract(fixture: () => Fixture, traits?: RawLineTraits): void {
  const may = (trait: keyof RawLineTraits): boolean => traits === undefined || traits[trait];

  async function withLine({ skip }: TestContext): Promise<Board> {
    const board = await fixture().connect();
    if ((board.identity.capabilities & CAPABILITY.line) === 0) skip('has no raw line');
    return board;
  }

  describe('raw line', () => {
    it('tells its limits where it says that it has one, and only there', async () => {
      const { identity } = await fixture().connect();
      expect(identity.line !== undefined).toBe((identity.capabilities & CAPABILITY.line) !== 0);
      if (traits !== undefined) expect(identity.line !== undefined).toBe(traits.line);
      if (identity.line === undefined) return;
      if (traits !== undefined) {
        expect(has(identity.line, 'twoRates')).toBe(traits.twoRates);
        expect(has(identity.line, 'noPullDown')).toBe(!traits.pullDown);
      }
      const { lowestRate, highestRate, sendDepth, sampleDepth } = identity.line;
      expect(lowestRate).toBeGreaterThan(0);
      expect(highestRate).toBeGreaterThan(lowestRate);
      expect(Math.min(sendDepth, sampleDepth)).toBeGreaterThanOrEqual(32);
    });

    if (traits?.line !== true) {
      it('is unsupported where there is none', async ({ skip }) => {
        const { identity } = await fixture().connect();
        if (identity.line !== undefined) return skip('has a raw line');
        const raw = await fixture().connectRaw();
        for (const op of [OP.LINE_OPEN, OP.LINE_CLOSE, OP.LINE_LOAD, OP.LINE_START, OP.LINE_STOP]) {
          expect(await raw.ask(op)).toMatchObject({ status: 'UNSUPPORTED' });
        }
      });
    }
    if (!may('line')) return;

    it.for([1, 7, 8, 9, 63, 64, 65, 250])(
      'gives back %i samples as they were sent',
      async (count, context) => {
        const { line } = await withLine(context);
        await line.open();
        const send = levels(seededRng(count), count);
        const rate = usualRate(line.limits);
        const outcome = await line.exchange({ rate, send, sample: count });
        expect(outcome.ended).toBe('complete');
        expect(outcome.sent).toBe(count);
        expect(text(outcome.samples)).toBe(text(send));
      },
    );

    it('gives back what was sent at any rate, from the lowest to the highest', async (context) => {
      const { line } = await withLine(context);
      await line.open();
      const { lowestRate, highestRate } = line.limits;
      const steps = [0, 0.1, 0.35, 0.6, 0.8, 0.9, 1];
      for (const step of steps) {
        const rate = Math.round(lowestRate * (highestRate / lowestRate) ** step);
        const send = levels(seededRng(rate), 40);
        const outcome = await line.exchange({ rate, send, sample: 40 });
        expect(`${rate}: ${text(outcome.samples)}`).toBe(`${rate}: ${text(send)}`);
        expect(Math.abs(outcome.rate / rate - 1)).toBeLessThanOrEqual(0.02);
        expect(outcome.sampleRate).toBe(outcome.rate);
      }
    });

    if (may('twoRates')) {
      it('samples at another rate than it sends', async (context) => {
        const { line } = await withLine(context);
        if (!has(line.limits, 'twoRates')) return context.skip('has one rate for both');
        await line.open();
        const rate = usualRate(line.limits) / 10;
        const send = levels(seededRng(2), 50);
        const outcome = await line.exchange({ rate, sampleRate: 5 * rate, send, sample: 250 });
        expect(text(outcome.samples)).toBe(text(stretch(send, 5)));
        expect(outcome.sampleRate / outcome.rate).toBeCloseTo(5, 1);
      });
    }

    it('is at its idle level before and behind what it sends', async (context) => {
      const { line } = await withLine(context);
      const rate = usualRate(line.limits);
      for (const idle of [0, 1] as const) {
        await line.open({ idle });
        const still = await line.exchange({ rate, sample: 20 });
        expect(text(still.samples)).toBe(String(idle).repeat(20));
        const send = Uint8Array.of(1 - idle, idle, 1 - idle);
        const { samples } = await line.exchange({ rate, send, sample: 20 });
        expect(text(samples)).toBe(text(send) + String(idle).repeat(17));
        const later = await line.exchange({ rate, sample: 20 });
        expect(text(later.samples)).toBe(String(idle).repeat(20));
      }
    });

    it('lets go of the wire for a 1 when it is an open drain', async (context) => {
      const { line } = await withLine(context);
      if (!has(line.limits, 'openDrain')) return context.skip('has no open drain');
      const rate = usualRate(line.limits);
      const send = levels(seededRng(3), 60);
      await line.open({ drive: 'open-drain', idle: 1, pull: 'up' });
      expect(text((await line.exchange({ rate, send, sample: 60 })).samples)).toBe(text(send));
      if (has(line.limits, 'noPullDown')) return;
      await line.open({ drive: 'open-drain', idle: 1, pull: 'down' });
      expect(text((await line.exchange({ rate, send, sample: 60 })).samples)).toBe('0'.repeat(60));
    });

    if (traits?.pullDown !== true) {
      it('says so when it has no resistor to low, and stays as it was', async (context) => {
        const { limits } = (await withLine(context)).line;
        if (!has(limits, 'noPullDown')) return context.skip('has a resistor to low');
        const raw = await fixture().connectRaw();
        expect(await raw.ask(OP.LINE_OPEN, 0, 0, 0, 2)).toMatchObject({ status: 'UNSUPPORTED' });
        expect(await raw.ask(OP.LINE_CLOSE)).toMatchObject({ status: 'BAD_STATE' });
      });
    }

    it.for([
      ['rising', '0001101', '1101'],
      ['falling', '1110010', '0010'],
      ['high', '0001101', '1101'],
      ['low', '1110010', '0010'],
    ] as const)('begins to sample at its trigger: %s', async ([trigger, sent, seen], context) => {
      const { line } = await withLine(context);
      await line.open({ idle: sent[0] === '1' ? 1 : 0 });
      const send = Uint8Array.from(sent, Number);
      const { ended, samples } = await line.exchange({
        rate: usualRate(line.limits),
        send,
        sample: seen.length,
        trigger,
      });
      expect(ended).toBe('complete');
      expect(text(samples)).toBe(seen);
    });

    it('samples at once when the level is there already', async (context) => {
      const { line } = await withLine(context);
      await line.open({ idle: 1 });
      const { samples } = await line.exchange({
        rate: usualRate(line.limits),
        sample: 10,
        trigger: 'high',
      });
      expect(text(samples)).toBe('1'.repeat(10));
    });

    it('says so when the trigger does not come, and is ready for the next', async (context) => {
      const { line } = await withLine(context);
      await line.open();
      const rate = usualRate(line.limits);
      const timeout = milliseconds(50);
      const waited = await line.exchange({ rate, sample: 10, trigger: 'rising', timeout });
      expect(waited).toMatchObject({ ended: 'timeout', sent: 0 });
      expect(waited.samples).toHaveLength(0);
      const late = await line.exchange({
        rate,
        send: Uint8Array.of(1),
        sendAtTrigger: true,
        trigger: 'high',
        timeout,
      });
      expect(late).toMatchObject({ ended: 'timeout', sent: 0 });
      const next = await line.exchange({ rate, send: Uint8Array.of(1, 0), sample: 2 });
      expect(text(next.samples)).toBe('10');
    });

    it('waits with what it sends for the trigger', async (context) => {
      const { line } = await withLine(context);
      await line.open({ idle: 1 });
      const { ended, sent } = await line.exchange({
        rate: usualRate(line.limits),
        send: Uint8Array.of(0, 1, 0),
        sendAtTrigger: true,
        trigger: 'high',
      });
      expect({ ended, sent }).toEqual({ ended: 'complete', sent: 3 });
    });

    it('says underrun when the host loads too little', async (context) => {
      const { limits } = (await withLine(context)).line;
      if (!has(limits, 'sendsLonger')) return context.skip('sends no more than its depth');
      const raw = await fixture().connectRaw();
      await raw.ask(OP.LINE_OPEN, 0, 0, 0, 0);
      await load(raw, limits.sendDepth);
      const rate = put32(Math.min(limits.highestRate, 1_000_000));
      const count = 8 * limits.sendDepth;
      const started = await raw.ask(
        OP.LINE_START,
        ...rate,
        ...NO_RATE,
        ...put32(count + 800),
        ...NONE,
      );
      expect(started).toMatchObject({ status: 'OK' });
      expect(await doneOf(raw)).toEqual({ end: 'underrun', sent: count, sampled: 0 });
    });

    if (may('overruns')) {
      it('says overrun when the host takes too little, and what it has is whole', async (context) => {
        const { limits } = (await withLine(context)).line;
        const raw = await fixture().connectRaw();
        const unable = whyNoOverrun(raw, limits);
        if (unable !== undefined) return context.skip(unable);
        await raw.ask(OP.LINE_OPEN, 0, 0, 1, 0);
        const rate = put32(overrunRate(limits));
        await raw.ask(
          OP.LINE_START,
          ...NO_RATE,
          ...rate,
          ...put32(0),
          ...put32(2 ** 31),
          ...NO_TRIGGER,
        );
        // The host hears that the board is there, and takes nothing.
        fixture().faults.toHost = (encoded) => {
          const frame = decodeFrame(encoded);
          return frame.ok && frame.value.kind === KIND.DATA ? new Uint8Array(0) : encoded;
        };
        await raw.pass(1000);
        delete fixture().faults.toHost;
        const { end, sampled } = await doneOf(raw);
        expect(end).toBe('overrun');
        expect(sampled).toBeGreaterThanOrEqual(8 * limits.sampleDepth);
        let index = 0;
        for (let next = await samplesOf(raw); next; next = await samplesOf(raw)) {
          expect(next.at).toBe(index);
          expect(next.octets.every((octet) => octet === 0xff)).toBe(true);
          index += 8 * next.octets.length;
        }
        expect(index).toBe(8 * Math.ceil(sampled / 8));
      });
    }

    it('ends when it is stopped, with the samples so far', async (context) => {
      const { limits } = (await withLine(context)).line;
      const raw = await fixture().connectRaw();
      await raw.ask(OP.LINE_OPEN, 0, 0, 1, 0);
      expect(await raw.ask(OP.LINE_STOP)).toMatchObject({ status: 'BAD_STATE' });
      const count = 8 * limits.sampleDepth;
      const rate = Math.min(limits.highestRate, Math.max(limits.lowestRate, count));
      await raw.ask(
        OP.LINE_START,
        ...NO_RATE,
        ...put32(rate),
        ...put32(0),
        ...put32(count),
        ...NO_TRIGGER,
      );
      await raw.pass(100);
      expect(await raw.ask(OP.LINE_STOP)).toMatchObject({ status: 'OK' });
      const { end, sampled } = await doneOf(raw);
      expect(end).toBe('stopped');
      expect(sampled).toBeGreaterThan(0.05 * rate);
      expect(sampled).toBeLessThan(count);
      let ones = '';
      for (let next = await samplesOf(raw); next; next = await samplesOf(raw)) {
        for (const octet of next.octets) ones += octet.toString(2).padStart(8, '0');
      }
      expect(ones.slice(0, sampled)).toBe('1'.repeat(sampled));
    });

    it('refuses what it cannot do, and goes on', async (context) => {
      const { limits } = (await withLine(context)).line;
      const raw = await fixture().connectRaw();
      const start = (over: {
        rate?: number;
        sample?: number;
        trigger?: number;
        timeout?: number;
      }) =>
        raw.ask(
          OP.LINE_START,
          ...[0, 0, 0, 0],
          ...put32(over.rate ?? limits.lowestRate),
          ...[0, 0, 0, 0],
          ...put32(over.sample ?? 8),
          ...[over.trigger ?? 0, 0],
          ...put32(over.timeout ?? 0),
        );
      expect(await raw.ask(OP.LINE_CLOSE)).toMatchObject({ status: 'BAD_STATE' });
      expect(await raw.ask(OP.LINE_LOAD, 0, 0, 0, 0, 1)).toMatchObject({ status: 'BAD_STATE' });
      expect(await start({})).toMatchObject({ status: 'BAD_STATE' });
      for (const body of [[], [2, 0, 0, 0], [0, 0, 2, 0], [0, 0, 0, 3], [1, 0, 0, 0], [0, 0, 0]]) {
        expect(await raw.ask(OP.LINE_OPEN, ...body)).toMatchObject({ status: 'BAD_ARGUMENT' });
      }
      await raw.ask(OP.LINE_OPEN, 0, 0, 0, 0);
      for (const over of [
        { rate: limits.lowestRate - 1 },
        { rate: limits.highestRate + 1 },
        { sample: 0 },
        { trigger: 5, timeout: 1 },
        { trigger: 1 },
        { timeout: 1 },
        { trigger: 1, timeout: 600_001 },
      ]) {
        const answer = await start(over);
        expect({ over, status: answer.status }).toEqual({ over, status: 'BAD_ARGUMENT' });
      }
      expect(await raw.ask(OP.LINE_LOAD, 0, 0, 0, 1, 1)).toMatchObject({ status: 'BAD_ARGUMENT' });
      expect(await raw.ask(OP.LINE_LOAD, 0, 0, 0, 0)).toMatchObject({ status: 'BAD_ARGUMENT' });
      expect(await start({ trigger: 1, timeout: 600_000 })).toMatchObject({ status: 'OK' });
      expect(await start({})).toMatchObject({ status: 'BUSY' });
      expect(await raw.ask(OP.LINE_OPEN, 0, 0, 0, 0)).toMatchObject({ status: 'BUSY' });
      expect(await raw.ask(OP.LINE_STOP)).toMatchObject({ status: 'OK' });
      expect(await doneOf(raw)).toEqual({ end: 'stopped', sent: 0, sampled: 0 });
      expect(await raw.ask(OP.LINE_CLOSE)).toMatchObject({ status: 'OK' });
    });

    it('forgets the line with its session', async (context) => {
      const { line } = await withLine(context);
      await line.open({ idle: 1 });
      const raw = await fixture().connectRaw();
      expect(await raw.ask(OP.LINE_STOP)).toMatchObject({ status: 'BAD_STATE' });
      expect(await raw.ask(OP.LINE_CLOSE)).toMatchObject({ status: 'BAD_STATE' });
    });
  });
}
