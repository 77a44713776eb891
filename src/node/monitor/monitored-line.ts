/**
 * One connection of a monitor: what passes on an open line, in records, and, where something is to be asked of
 * the board, a session of the control protocol that keeps itself alive.
 */
import type { Readable } from 'node:stream';
import { seededRng } from '../../base/random.ts';
import { earliest, type Instant, seconds } from '../../base/time.ts';
import { LineReader, type LineRecord } from '../../capture/line-reader.ts';
import { HostSession } from '../../hardware/control/host-session.ts';
import { encodeMessage, TAG_MAX } from '../../hardware/control/messages.ts';
import { Splitter } from '../../hardware/control/splitter.ts';
import { freshSeed } from '../chance.ts';
import { monotonicNow } from '../clock.ts';
import { drained, type Line } from '../stream-transport.ts';
import type { Sending } from './sending.ts';

export type Origin = 'board' | 'host';

const CAPACITY = 32_768;
const OPENING = seconds(5);
const SILENCE = seconds(2);

export class MonitoredLine {
  /** Resolves when the line is gone. */
  readonly ended: Promise<void>;
  readonly #line: Line;
  readonly #onRecord: (from: Origin, record: LineRecord) => void;
  readonly #readers: Readonly<Record<Origin, LineReader>> = {
    board: new LineReader(),
    host: new LineReader(),
  };
  readonly #splitter = new Splitter();
  readonly #requests: Extract<Sending, { kind: 'request' }>[];
  readonly #session: HostSession | undefined;
  #gone = false;
  #tag = 0;
  #alarm: NodeJS.Timeout | undefined;

  constructor(
    line: Line,
    sendings: readonly Sending[],
    onRecord: (from: Origin, record: LineRecord) => void,
  ) {
    this.#line = line;
    this.#onRecord = onRecord;
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#gone = true;
        resolve();
      };
      line.stream.on('close', end).on('end', end).on('error', end);
    });
    line.stream.on('data', (chunk: Buffer) => this.#received(chunk));
    this.#requests = sendings.filter((each) => each.kind === 'request');
    if (this.#requests.length > 0) this.#session = this.#openSession();
    for (const each of sendings) if (each.kind === 'octets') this.write(each.octets);
    this.#work();
  }

  /** Octets for the board, which are seen by the monitor too. */
  write(octets: Uint8Array): void {
    const { stream } = this.#line;
    if (octets.length === 0 || this.#gone) return;
    this.#readers.host.handleOctets(octets, monotonicNow());
    stream.write(Uint8Array.from(octets));
  }

  /** What is typed, or comes from a pipe, from now on. */
  take(input: Readable): () => void {
    const listener = (chunk: Buffer): void => {
      this.write(chunk);
      this.#work();
    };
    input.on('data', listener);
    return () => void input.off('data', listener);
  }

  async close(): Promise<void> {
    clearTimeout(this.#alarm);
    this.#session?.close(monotonicNow());
    this.#flushSession();
    for (const reader of Object.values(this.#readers)) reader.flush();
    this.#tell();
    if (!this.#gone) await drained(this.#line, this.#line.rate).catch(() => {});
    await this.#line.close();
    this.#line.stream.removeAllListeners('data');
  }

  #openSession(): HostSession {
    const session = new HostSession({
      rng: seededRng(freshSeed()),
      capacity: CAPACITY,
      lineRate: this.#line.rate,
      open: OPENING,
      silence: SILENCE,
    });
    session.open(monotonicNow());
    return session;
  }

  #received(chunk: Uint8Array): void {
    const now = monotonicNow();
    this.#readers.board.handleOctets(chunk, now);
    const session = this.#session;
    if (session !== undefined) {
      this.#splitter.handleOctets(chunk, (encoded) => session.handleEncoded(encoded, now));
    }
    this.#work();
  }

  #work(): void {
    const now = monotonicNow();
    this.#session?.handleTimeout(now);
    this.#converse(now);
    this.#flushSession();
    for (const reader of Object.values(this.#readers)) reader.handleTimeout(now);
    this.#tell();
    clearTimeout(this.#alarm);
    const { board, host } = this.#readers;
    const due = earliest(board.pollTimeout(), host.pollTimeout(), this.#session?.pollTimeout());
    if (due === undefined) return;
    this.#alarm = setTimeout(() => this.#work(), Math.max(1, (due - monotonicNow()) / 1000));
    this.#alarm.unref();
  }

  #converse(now: Instant): void {
    const session = this.#session;
    if (session === undefined) return;
    while (session.pollEvent() !== undefined); // The records say the same.
    for (let m = session.pollMessage(); m; m = session.pollMessage()) session.consume(m);
    for (let next = this.#requests[0]; next !== undefined; next = this.#requests[0]) {
      const tag = (this.#tag % TAG_MAX) + 1;
      if (!session.send(encodeMessage(next.op, tag, next.body), now)) return;
      this.#tag = tag;
      this.#requests.shift();
    }
  }

  #flushSession(): void {
    const now = monotonicNow();
    for (let out = this.#session?.pollOutput(now); out; out = this.#session?.pollOutput(now)) {
      this.write(out);
    }
  }

  #tell(): void {
    const told: { readonly from: Origin; readonly record: LineRecord }[] = [];
    for (const from of ['board', 'host'] as const) {
      const reader = this.#readers[from];
      for (let record = reader.pollRecord(); record; record = reader.pollRecord()) {
        told.push({ from, record });
      }
    }
    told.sort((a, b) => a.record.at - b.record.at);
    for (const { from, record } of told) this.#onRecord(from, record);
  }
}
