import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../base/time.ts';
import { CassetteWriter, type Entry } from './cassette.ts';
import { decodeCassette } from './cassette-reader.ts';

const at = (n: number): Instant => n as Instant;

function record(entries: readonly Entry[], about: Record<string, string | number> = {}): string {
  let text = '';
  const writer = new CassetteWriter((line) => {
    text += line;
  }, about);
  for (const entry of entries) writer.append(entry);
  writer.end();
  return text;
}

/** Lines with right checks, made with zlib's CRC, of documents that our own writer would not write. */
function lines(...documents: readonly string[]): string {
  let preceding = 0;
  return documents
    .map((json) => {
      preceding = crc32(Buffer.from(json), preceding);
      return `${preceding.toString(16).padStart(8, '0')} ${json}\n`;
    })
    .join('');
}

const HEADER = '{"cassette":1,"about":{"lab":"lab03"}}';
const WRITE = '{"source":"board","call":"write","at":1,"argument":"00"}';

const entry: fc.Arbitrary<Entry> = fc.record(
  {
    source: fc.constantFrom('board', 'peer'),
    call: fc.string({ maxLength: 8 }),
    at: fc.maxSafeNat().map(at),
    clock: fc.array(fc.maxSafeNat().map(at), { maxLength: 3 }),
    argument: fc.string({ unit: 'binary', maxLength: 10 }),
    result: fc.oneof(fc.constant(null), fc.array(fc.string()), fc.boolean()),
    failure: fc.record({
      code: fc.string(),
      exitCode: fc.constant(6 as const),
      message: fc.string(),
      details: fc.constant({ port: '/dev/ttyACM0', after: 3 }),
    }),
  },
  { requiredKeys: ['source', 'call', 'at'] },
);
const recording = fc.array(entry, { maxLength: 6 }).map((entries) => record(entries));

describe('cassette', () => {
  it('writes each line behind the CRC of all documents so far', () => {
    const entries = [{ source: 'board', call: 'write', at: at(1), argument: '00' }];
    expect(record(entries, { lab: 'lab03' })).toBe(lines(HEADER, WRITE, '{"end":1}'));
  });

  it('reads back whatever it writes, each entry with its line', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const about = { lab: 'lab03', seed: 7 };
        expect(decodeCassette(record(entries, about))).toEqual({
          about,
          entries: entries.map((e, i) => ({ ...e, line: i + 2 })),
          damage: undefined,
        });
      }),
    );
  });

  it('finds every altered character and names its line', () => {
    fc.assert(
      fc.property(recording, fc.nat(), fc.integer({ min: 1, max: 127 }), (text, place, change) => {
        const index = place % text.length;
        const altered = String.fromCharCode(text.charCodeAt(index) ^ change);
        fc.pre(!(text[index] === '\n' && altered === '\r'));
        const read = decodeCassette(text.slice(0, index) + altered + text.slice(index + 1));
        expect(read.damage?.line).toBe(text.slice(0, index).split('\n').length);
      }),
    );
  });

  it('finds a line that was taken out', () => {
    fc.assert(
      fc.property(recording, fc.nat(), (text, which) => {
        const all = text.split('\n').slice(0, -1);
        const line = which % all.length;
        const left = all.toSpliced(line, 1).map((l) => `${l}\n`);
        expect(decodeCassette(left.join('')).damage?.line).toBe(line + 1);
      }),
    );
  });

  it('keeps what was recorded before a crash, and says that it was not finished', () => {
    fc.assert(
      fc.property(recording, fc.nat(), (text, cut) => {
        const kept = text.slice(0, cut % text.length);
        const whole = kept.split('\n').length - 1;
        fc.pre(whole > 0);
        const read = decodeCassette(kept);
        expect(read.damage).toEqual({ line: whole + 1, code: 'unfinished' });
        expect(read.entries).toEqual(decodeCassette(text).entries.slice(0, whole - 1));
      }),
    );
  });

  it('takes the line ends of another system', () => {
    const text = record([{ source: 'peer', call: 'send', at: at(5) }]);
    expect(decodeCassette(text.replaceAll('\n', '\r\n'))).toEqual(decodeCassette(text));
  });

  it.each<[string, string, object]>([
    ['nothing', '', { line: 1, code: 'unfinished' }],
    ['another file', 'hello\n', { line: 1, code: 'not-a-cassette' }],
    ['a document with no header', lines('{}'), { line: 1, code: 'not-a-cassette' }],
    ['a header that is no object', lines('[1]'), { line: 1, code: 'not-a-cassette' }],
    ['a header that is no JSON', lines('{'), { line: 1, code: 'not-a-cassette' }],
    [
      'a header about nothing',
      lines('{"cassette":1,"about":{"a":[]}}'),
      { line: 1, code: 'not-a-cassette' },
    ],
    ['a later version', lines('{"cassette":2,"about":{}}'), { line: 1, code: 'unknown-version' }],
    ['a document that is no entry', lines(HEADER, '{}'), { line: 2, code: 'bad-entry' }],
    [
      'a time that is none',
      lines(HEADER, WRITE.replace('1', '"x"')),
      { line: 2, code: 'bad-entry' },
    ],
    [
      'a clock that is none',
      lines(HEADER, WRITE.replace('"at"', '"clock":[0.5],"at"')),
      { line: 2, code: 'bad-entry' },
    ],
    [
      'a failure that is none',
      lines(HEADER, WRITE.replace('"at"', '"failure":{},"at"')),
      { line: 2, code: 'bad-entry' },
    ],
    ['an end that miscounts', lines(HEADER, WRITE, '{"end":2}'), { line: 3, code: 'bad-entry' }],
    ['an entry behind the end', lines(HEADER, '{"end":0}', WRITE), { line: 3, code: 'after-end' }],
    ['a line without end', `${'0'.repeat(5e6)}`, { line: 1, code: 'line-too-long' }],
  ])('refuses %s', (_name, text, damage) => {
    expect(decodeCassette(text).damage).toEqual(damage);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => lines(HEADER, json)),
        ),
        (text) => {
          expect(decodeCassette(text).entries).toEqual([]);
        },
      ),
    );
  });

  it('records nothing after its end', () => {
    const writer = new CassetteWriter(() => {}, {});
    writer.end();
    writer.end();
    expect(() => writer.append({ source: 'board', call: 'write', at: at(0) })).toThrow('after');
  });
});
