/** Every line of test/vectors/line.txt, which an independent program made; and what those do not say. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../base/octets.ts';
import {
  decodeLineDone,
  decodeLineLimits,
  decodeLineOpen,
  decodeLineRates,
  decodeLineStart,
  decodePackedSamples,
  encodeLineDone,
  encodeLineLimits,
  encodeLineOpen,
  encodeLineRates,
  encodeLineStart,
  encodePackedSamples,
  type Level,
  LINE_DRIVES,
  LINE_ENDS,
  LINE_PULLS,
  LINE_TRIGGERS,
  type LineDone,
  type LineLimits,
  type LineSetup,
  type LineStart,
  packLevels,
  startFits,
  unpackLevels,
} from './line.ts';

const lines = readFileSync(new URL('../../../test/vectors/line.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

const numbers = (text: string): number[] => text.split(' ').map(Number);
const levels = (text: string): Uint8Array => Uint8Array.from(text, Number);

function samples(fields: string, body: Uint8Array): string {
  const [at = '', bits = ''] = fields.split(' ');
  const decoded = decodePackedSamples(body);
  if (!decoded.ok) throw new Error(decoded.error.code);
  const unpacked = new Uint8Array(bits.length);
  unpackLevels(decoded.value.octets, unpacked, 0);
  expect([...unpacked]).toEqual([...levels(bits)]);
  expect(decoded.value.at).toBe(Number(at));
  return toHex(encodePackedSamples({ at: Number(at), octets: packLevels(levels(bits)) }));
}

/** Each checks the decoder, and gives what the encoder makes of the fields. */
const judges: Record<string, (fields: string, body: Uint8Array) => string> = {
  open: (fields, body) => {
    const [drive = 0, strength = 0, idle = 0, pull = 0] = numbers(fields);
    const setup = {
      drive: LINE_DRIVES[drive],
      strength,
      idle,
      pull: LINE_PULLS[pull],
    } as LineSetup;
    expect(decodeLineOpen(body)).toEqual({ ok: true, value: setup });
    return toHex(encodeLineOpen(setup));
  },
  load: samples,
  samples,
  start: (fields, body) => {
    const [sendRate, sampleRate, sendCount, sampleCount, trigger = 0, flags, timeout] =
      numbers(fields);
    const start = {
      sendRate,
      sampleRate,
      sendCount,
      sampleCount,
      trigger: LINE_TRIGGERS[trigger],
      sendAtTrigger: flags === 1,
      timeout,
    } as LineStart;
    expect(decodeLineStart(body)).toEqual({ ok: true, value: start });
    return toHex(encodeLineStart(start));
  },
  started: (fields, body) => {
    const [send = 0, sample = 0] = numbers(fields);
    const rates = { sendRate: send / 1000, sampleRate: sample / 1000 };
    expect(decodeLineRates(body)).toEqual({ ok: true, value: rates });
    return toHex(encodeLineRates(rates));
  },
  done: (fields, body) => {
    const [time = 0, end = 0, sent = 0, sampled = 0] = numbers(fields);
    const done = { time, end: LINE_ENDS[end], sent, sampled } as LineDone;
    expect(decodeLineDone(body)).toEqual({ ok: true, value: done });
    return toHex(encodeLineDone(done));
  },
  limits: (fields, body) => {
    const [sendPin, samplePin, features, lowestRate, highestRate, sendDepth, sampleDepth] =
      numbers(fields);
    const limits = {
      sendPin,
      samplePin,
      features,
      lowestRate,
      highestRate,
      sendDepth,
      sampleDepth,
    } as LineLimits;
    expect(decodeLineLimits(body)).toEqual(limits);
    return toHex(encodeLineLimits(limits));
  },
};

describe('messages of the raw line', () => {
  it.each(lines.map((line) => [line.split(' | ')[0] ?? line, line]))('%s', (_name, line) => {
    const [title = '', fields = '', body = ''] = line.split('|').map((field) => field.trim());
    const judge = judges[title.split(' ')[0] ?? ''];
    const octets = fromHex(body);
    if (judge === undefined || octets === undefined) throw new Error('nobody reads such a line');
    expect(judge(fields, octets)).toBe(body);
  });

  it.each([
    ['a third drive', [2, 0, 0, 0]],
    ['an idle level of 2', [0, 0, 2, 0]],
    ['open drain that idles low', [1, 0, 0, 0]],
    ['a third pull', [0, 0, 0, 3]],
    ['three octets', [0, 0, 0]],
    ['five octets', [0, 0, 0, 0, 0]],
  ])('refuses to open with %s', (_name, body) => {
    expect(decodeLineOpen(Uint8Array.from(body)).ok).toBe(false);
  });

  const START: LineStart = {
    sendRate: 1000,
    sampleRate: 1000,
    sendCount: 8,
    sampleCount: 8,
    trigger: 'none',
    sendAtTrigger: false,
    timeout: 0,
  };

  it.each([
    ['nothing to do', { sendCount: 0, sampleCount: 0 }],
    ['a timeout without a trigger', { timeout: 1 }],
    ['a trigger without a timeout', { trigger: 'high' }],
    ['a trigger that nothing waits for', { trigger: 'high', timeout: 1, sampleCount: 0 }],
    ['sending at no trigger', { sendAtTrigger: true }],
    [
      'nothing sent at the trigger',
      { sendAtTrigger: true, sendCount: 0, trigger: 'low', timeout: 1 },
    ],
  ] as const)('refuses to start with %s', (_name, change) => {
    expect(decodeLineStart(encodeLineStart({ ...START, ...change })).ok).toBe(false);
  });

  it('refuses a fifth trigger, a second flag, and a timeout of more than ten minutes', () => {
    for (const [at, value] of [
      [16, 5],
      [17, 2],
      [18, 0xff],
    ] as const) {
      const body = encodeLineStart({ ...START, trigger: 'rising', timeout: 1 });
      body[at] = value;
      expect(decodeLineStart(body).ok, `octet ${at}`).toBe(false);
    }
  });

  const LIMITS: LineLimits = {
    sendPin: 2,
    samplePin: 3,
    features: 0,
    lowestRate: 100,
    highestRate: 1000,
    sendDepth: 4,
    sampleDepth: 4,
  };

  it.each([
    ['what is within all limits', {}, {}, true],
    ['the depth itself', { sendCount: 32, sampleCount: 32 }, {}, true],
    ['more than the send depth', { sendCount: 33 }, {}, false],
    ['more than the send depth where it streams', { sendCount: 33 }, { features: 2 }, true],
    ['more than the sample depth', { sampleCount: 33 }, {}, false],
    ['more than the sample depth where it streams', { sampleCount: 33 }, { features: 4 }, true],
    ['a rate above the highest', { sendRate: 1001, sampleRate: 1001 }, {}, false],
    ['a rate below the lowest', { sampleRate: 99, sendCount: 0 }, {}, false],
    ['any rate for what is not sent', { sendRate: 0, sendCount: 0 }, {}, true],
    ['two rates', { sendRate: 500 }, {}, false],
    ['two rates where there may be two', { sendRate: 500 }, { features: 8 }, true],
  ] as const)('takes for its limits %s', (_name, start, limits, fits) => {
    expect(startFits({ ...START, ...start }, { ...LIMITS, ...limits })).toBe(fits);
  });

  it('packs and unpacks any levels', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Level>(0, 1)), (list) => {
        const unpacked = new Uint8Array(list.length);
        unpackLevels(packLevels(Uint8Array.from(list), 1), unpacked, 0);
        expect([...unpacked]).toEqual(list);
      }),
    );
    expect(packLevels(Uint8Array.of(0), 1)).toEqual(Uint8Array.of(0x7f));
  });

  it('throws on no octets at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        decodeLineOpen(octets);
        decodeLineStart(octets);
        decodeLineDone(octets);
        decodeLineRates(octets);
        decodePackedSamples(octets);
      }),
    );
  });
});
