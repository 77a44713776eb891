import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../../base/time.ts';
import { LineReader } from '../../capture/line-reader.ts';
import type { MonitorEvent } from '../../node/monitor/monitor.ts';
import { speaker } from '../messages/message.ts';
import { asLines, asRecord } from './record-line.ts';

const AT = 1_700_000_000_123_456 as Instant;
const PLAIN = new Chalk({ level: 0 });

function event(octets: Uint8Array): MonitorEvent {
  const reader = new LineReader();
  reader.handleOctets(octets, AT);
  reader.flush();
  const record = reader.pollRecord();
  if (record === undefined) throw new Error('nothing was read');
  return { kind: 'record', at: AT, from: 'board', record };
}

const lines = (each: MonitorEvent): string[] =>
  asLines(each, PLAIN, speaker('en')).map((line) => line.replace(/^[\d:.]+ /, ''));

describe('a monitor’s record', () => {
  it('of octets: sixteen a line, and why it is no frame', () => {
    const odd = event(Uint8Array.from([...new Uint8Array(17).fill(0x80), 0]));
    expect(lines(odd)).toEqual([`← ${'80 '.repeat(16).trim()}  bad_cobs`, '← 80']);
    expect(asRecord(odd)).toEqual({
      at: '2023-11-14T22:13:20.123456Z',
      event: 'octets',
      from: 'board',
      hex: '80'.repeat(17),
      fault: 'bad_cobs',
    });
  });

  it('of text: nothing in it commands the terminal', () => {
    const text = event(new TextEncoder().encode('\u001b[31mred\u001b]0;title\u0007\tend\u0085\n'));
    expect(lines(text)).toEqual(['← red·]0;title·\tend·']);
    expect(asRecord(text)).toMatchObject({ event: 'text', from: 'board' });
  });

  it('of errors on the line: each kind that there was, in either language', () => {
    const errors = { breaks: 1, framing: 3, parity: 0, overruns: 0 };
    const told: MonitorEvent = { kind: 'line-errors', at: AT, errors };
    expect(lines(told)).toEqual(['! framing errors: 3, breaks: 1']);
    expect(asLines(told, PLAIN, speaker('ko'))[0]).toContain('! 프레이밍 오류 3건, 브레이크 1건');
    expect(asRecord(told)).toMatchObject({ event: 'line-errors', ...errors });
  });

  it('of the modem lines: those that have changed', () => {
    const levels = { cts: true, dsr: true, ri: false, dcd: false };
    const state = { levels, changed: ['cts', 'dcd'] as const };
    const told: MonitorEvent = { kind: 'modem-state', at: AT, state };
    expect(lines(told)).toEqual(['! +CTS -DCD']);
    expect(asRecord(told)).toMatchObject({
      event: 'modem-state',
      ...levels,
      changed: state.changed,
    });
  });

  it('of a connection', () => {
    const lost: MonitorEvent = { kind: 'lost', at: AT, port: '/dev/ttyACM0' };
    expect(lines(lost)).toEqual(['/dev/ttyACM0 is gone. Waiting for it to come back …']);
    expect(asRecord(lost)).toMatchObject({ event: 'lost', port: '/dev/ttyACM0' });
  });
});
