/** What a monitor saw, as a line for a person and as a record for a program. */
import type { ChalkInstance } from 'chalk';
import { toHex } from '../../base/octets.ts';
import type { LineRecord } from '../../capture/line-reader.ts';
import type { Fields, FrameDescription } from '../../hardware/control/describe.ts';
import type { ModemState } from '../../hardware/rfc2217/port-state.ts';
import { isoTime, wallTime } from '../../node/clock.ts';
import type { MonitorEvent } from '../../node/monitor/monitor.ts';
import type { Origin } from '../../node/monitor/monitored-line.ts';
import { lineErrorList } from '../line-errors.ts';
import type { Say } from '../messages/message.ts';

export type MonitorRecord = Readonly<Record<string, unknown>>;

/** One line a record. `at` is the time of day, to the microsecond, in UTC. */
export function asRecord(event: MonitorEvent): MonitorRecord {
  const at = isoTime(event.at);
  switch (event.kind) {
    case 'connected':
    case 'lost':
      return { at, event: event.kind, port: event.port };
    case 'line-errors':
      return { at, event: event.kind, ...event.errors };
    case 'modem-state':
      return { at, event: event.kind, ...event.state.levels, changed: event.state.changed };
    default:
      return { at, ...recordOf(event.from, event.record) };
  }
}

function recordOf(from: Origin, record: LineRecord): MonitorRecord {
  switch (record.kind) {
    case 'frame':
      return { event: 'frame', from, octets: record.octets, ...record.frame };
    case 'text':
      return { event: 'text', from, text: record.text };
    default:
      return {
        event: 'octets',
        from,
        hex: toHex(record.octets),
        ...(record.fault === undefined ? {} : { fault: record.fault }),
      };
  }
}

const ARROW = { board: '←', host: '→' } as const;
const OCTETS_A_LINE = 16;

/** The same for a person; of octets as many lines as they take. */
export function asLines(event: MonitorEvent, paint: ChalkInstance, say: Say): string[] {
  const time = paint.dim(wallTime(event.at));
  switch (event.kind) {
    case 'connected':
    case 'lost':
      return [`${time} ${paint.yellow(say(`monitor.${event.kind}`, { port: event.port }))}`];
    case 'line-errors':
      return [`${time} ! ${paint.red(lineErrorList(event.errors, say))}`];
    case 'modem-state':
      if (event.state.changed.length === 0) return [];
      return [`${time} ! ${paint.yellow(modemLines(event.state))}`];
    default:
      return bodyOf(event.record, paint).map((line) => `${time} ${ARROW[event.from]} ${line}`);
  }
}

/** Those that have changed, as RS-232 calls them: +CTS is asserted. */
const modemLines = ({ levels, changed }: ModemState): string =>
  changed.map((line) => `${levels[line] ? '+' : '-'}${line.toUpperCase()}`).join(' ');

function bodyOf(record: LineRecord, paint: ChalkInstance): string[] {
  if (record.kind === 'frame') return [frameLine(record.frame, paint)];
  if (record.kind === 'text') return [paint.green(harmless(record.text))];
  const { octets, fault } = record;
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += OCTETS_A_LINE) {
    lines.push(toHex(octets.subarray(at, at + OCTETS_A_LINE), ' '));
  }
  if (fault !== undefined && lines.length > 0) lines[0] += `  ${paint.red(fault)}`;
  return lines;
}

function frameLine(frame: FrameDescription, paint: ChalkInstance): string {
  const { kind, session, seq, ack, credit, fields, message } = frame;
  const header = paint.dim(`session=${session} seq=${seq} ack=${ack} credit=${credit}`);
  const words = [paint.bold(kind.padEnd(6)), header];
  if (fields !== undefined) words.push(fieldText(fields));
  if (message !== undefined) {
    const { op, tag, role, status } = message;
    const refused = status !== undefined && status !== 'OK';
    words.push(paint.cyan(op), `#${tag}`, refused ? paint.red(status) : (status ?? role));
    words.push(fieldText(message.fields));
  }
  return words.filter((word) => word !== '').join(' ');
}

const fieldText = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${harmless(String(value)).replace(/^$/, '-')}`)
    .join(' ');

/** What terminals take for orders about colour and the like (ECMA-48 §5.4). */
const ESCAPE = String.fromCharCode(0x1b);
const SEQUENCE = new RegExp(`${ESCAPE}\\[[0-9;?]*[ -/]*[@-~]`, 'g');

/** A board's text may move the cursor or worse: what is left of it is only read. */
const harmless = (text: string): string => text.replace(SEQUENCE, '').replace(/[^\P{Cc}\t]/gu, '·');
