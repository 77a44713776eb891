/** Every line of test/vectors/control.txt, which an independent program made. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../base/crc32.ts';
import { fromHex, toHex } from '../../base/octets.ts';
import { after, START, seconds } from '../../base/time.ts';
import { decodeCobs, encodeCobs, encodedLengthMax } from './cobs.ts';
import { decodeFrame, FrameEncoder, type Kind } from './frame.ts';
import { STATISTIC, zeroed } from './statistics.ts';

const lines = readFileSync(new URL('../../../test/vectors/control.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

function octets(text: string | undefined): Uint8Array {
  const value = fromHex((text ?? '').trim());
  if (value === undefined) throw new Error(`not hexadecimal: ${text}`);
  return value;
}

const judges: Record<string, (fields: readonly string[]) => void> = {
  crc: ([plain, crc]) => {
    expect(crc32(octets(plain)).toString(16).padStart(8, '0')).toBe(crc);
  },
  cobs: ([plain, encoded]) => {
    const source = octets(plain);
    const target = new Uint8Array(encodedLengthMax(source.length));
    const end = encodeCobs(source, source.length, target, 0);
    expect(toHex(target.subarray(0, end))).toBe(encoded);
    const back = new Uint8Array(end);
    expect(back.subarray(0, decodeCobs(octets(encoded), back))).toEqual(source);
  },
  frame: ([header, body, encoded]) => {
    const [kind, session, seq, ack, credit] = (header ?? '').split(' ').map(Number) as [
      Kind,
      number,
      number,
      number,
      number,
    ];
    const payload = octets(body);
    expect(decodeFrame(octets(encoded))).toEqual({
      ok: true,
      value: { kind, session, seq, ack, credit, payload },
    });
    const encoder = new FrameEncoder(zeroed(STATISTIC));
    const first = encoder.encode(kind, session, seq, ack, credit, START, payload);
    expect(toHex(first), 'after a silence').toBe(`00${encoded}00`);
    const second = encoder.encode(kind, session, seq, ack, credit, START, payload);
    expect(toHex(second), 'right after another').toBe(`${encoded}00`);
    const third = encoder.encode(
      kind,
      session,
      seq,
      ack,
      credit,
      after(START, seconds(1)),
      payload,
    );
    expect(toHex(third), 'after a silence again').toBe(`00${encoded}00`);
  },
  bad: ([why, encoded]) => {
    expect(decodeFrame(octets(encoded))).toEqual({ ok: false, error: why });
  },
};

describe('vectors of the control protocol', () => {
  it('has some', () => expect(lines.length).toBeGreaterThan(30));

  it.each(lines.map((line) => [line.split(' | ')[0] ?? line, line]))('%s', (_name, line) => {
    const [title = '', ...fields] = line.split('|').map((field) => field.trim());
    const judge = judges[title.split(' ')[0] ?? ''];
    if (judge === undefined) throw new Error('nobody reads lines of this kind');
    judge(fields);
  });
});
