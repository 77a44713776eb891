import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '../base/octets.ts';
import { after, type Instant, milliseconds, START } from '../base/time.ts';
import { ENCODED_MAX, FrameEncoder, KIND } from '../hardware/control/frame.ts';
import { STATISTIC, zeroed } from '../hardware/control/statistics.ts';
import { LineReader, type LineRecord } from './line-reader.ts';
import { encodeUtf8 } from './utf8.ts';

const poll = (seq = 0): Uint8Array =>
  new FrameEncoder(zeroed(STATISTIC)).encode(KIND.POLL, 9, seq, 0, 0, START).slice();

const short = (record: LineRecord): string => {
  if (record.kind === 'frame') return `${record.frame.kind} ${record.frame.seq}`;
  if (record.kind === 'text') return `"${record.text}"`;
  return `${toHex(record.octets)} ${record.fault ?? '-'}`;
};

function read(chunks: readonly Uint8Array[], flush = true): string[] {
  const reader = new LineReader();
  for (const chunk of chunks) reader.handleOctets(chunk, START);
  if (flush) reader.flush();
  const records: string[] = [];
  for (let r = reader.pollRecord(); r; r = reader.pollRecord()) records.push(short(r));
  return records;
}

const text = encodeUtf8;

describe('a line on which anything may come', () => {
  it.each([
    ['frames', [poll(1), poll(2)], ['POLL 1', 'POLL 2']],
    ['a program’s lines', [text('boot\r\n헬로 ok\n')], ['"boot"', '"헬로 ok"']],
    ['a line before a frame', [text('boot\n'), poll(3)], ['"boot"', 'POLL 3']],
    ['a prompt, without its end', [text('login: ')], ['"login: "']],
    ['a prompt, then a frame', [text('login: '), poll(4)], ['"login: "', 'POLL 4']],
    ['octets that are neither', [Uint8Array.of(1, 2, 0x80, 0)], ['010280 short']],
    ['octets that do not end', [Uint8Array.of(0x80, 0x81)], ['8081 -']],
    ['delimiters alone', [Uint8Array.of(0, 0, 0)], []],
    ['empty lines', [text('\n\na\n')], ['""', '"a"']],
  ])('%s', (_, chunks, expected) => {
    expect(read(chunks)).toEqual(expected);
  });

  it('gives out what has no end when the line has been silent for 100 ms', () => {
    const reader = new LineReader();
    reader.handleOctets(text('> '), START);
    expect(reader.pollRecord()).toBeUndefined();
    const due = reader.pollTimeout() as Instant;
    expect(due).toBe(after(START, milliseconds(100)));
    reader.handleTimeout(due);
    expect(reader.pollRecord()).toEqual({ kind: 'text', text: '> ', at: START });
  });

  it('holds no more than a longest frame', () => {
    const [first, second] = read([new Uint8Array(2 * (ENCODED_MAX + 1)).fill(1)]);
    expect(first).toHaveLength(2 * (ENCODED_MAX + 1) + 2);
    expect(second).toBe(first);
  });

  it('reads a frame whose first octet is a line feed', () => {
    const found = Array.from({ length: 256 }, (_, i) => i).map((i) => {
      const encoder = new FrameEncoder(zeroed(STATISTIC));
      const payload = Uint8Array.of(0x7a, i, 0);
      return encoder.encode(KIND.DATA, 0x0101, 1, 1, 0x0101, START, payload).slice();
    });
    const feeds = found.filter((frame) => frame[1] === 0x0a);
    expect(feeds.length).toBeGreaterThan(0);
    expect(read(feeds)).toEqual(feeds.map(() => 'DATA 1'));
  });

  it('is the same however its octets are cut', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.string({ maxLength: 20 }).map((each) => text(`${each}\n`)),
      fc.integer({ min: 0, max: 255 }).map(poll),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const whole = concat(parts);
        const single = [...whole].map((octet) => Uint8Array.of(octet));
        expect(read(single)).toEqual(read([whole]));
      }),
    );
  });
});
