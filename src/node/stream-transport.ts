/** A board's transport over any Node stream: a serial port, a TCP connection, a mocked port. */
import type { Duplex } from 'node:stream';
import { NetlabError } from '../base/errors.ts';
import type { Instant } from '../base/time.ts';
import { portLost } from '../hardware/board/errors.ts';
import type { Diagnostics, LineErrors, Transport } from '../hardware/board/transport.ts';
import type { PortNotice } from '../hardware/rfc2217/port-state.ts';
import { monotonicNow } from './clock.ts';
import { splitFrames } from './frame-splitter.ts';

/** The rate that a board's UART starts at; on USB-CDC and PTYs it means nothing. */
export const INITIAL_LINE_RATE = 115_200;

/** What the kinds of line do each in their own way. */
export interface Line {
  readonly name: string;
  readonly stream: Duplex;
  /** In bit/s, 0 where the line has no rate. */
  readonly rate: number;
  setRate(rate: number): Promise<void>;
  drain(): Promise<void>;
  /** DTR, RTS and BREAK, true: asserted. False where the line has none. */
  setSignals(dtr: boolean, rts: boolean, brk?: boolean): Promise<boolean>;
  /** Throws away what was received and not yet read, and what has not yet been sent. */
  purge(): Promise<void>;
  /** What the port has reported since it was opened; absent where it reports none. */
  errors?(): LineErrors;
  /** One listener, told of each report of the port's, and of the last few that came before it. */
  onNotice?(listener: (notice: PortNotice) => void): void;
  reset(): Promise<boolean>;
  close(): Promise<void>;
}

/** Four windows of 64 frames: a reader that far behind has left, and what comes is noise. */
const QUEUE_LIMIT = 256;
const SAMPLE_LIMIT = 64;
/** What the system's driver may hold besides what the stream does, and the patience on top of the line's own time. */
const DRIVER_BUFFER = 4096;
const DRAIN_PATIENCE_MS = 500;

/**
 * Resolves when all that was written has left, or should have: flow control, or nobody at the other end of a PTY,
 * can hold the octets back for ever.
 */
export async function drained(line: Line, rate: number): Promise<void> {
  // How long what is queued takes on the line, ten bits an octet.
  const octets = line.stream.writableLength + DRIVER_BUFFER;
  const lineTime_ms = rate === 0 ? 0 : (octets * 10_000) / rate;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_PATIENCE_MS + lineTime_ms);
  });
  await Promise.race([line.drain(), deadline]).finally(() => clearTimeout(timer));
}

export class StreamTransport implements Transport {
  private readonly line: Line;
  private readonly frames: Uint8Array[] = [];
  private sample: Uint8Array = new Uint8Array(0);
  private received = 0;
  private rate: number;
  private lost: NetlabError | undefined;
  private closing: Promise<void> | undefined;
  private reader: (() => void) | undefined;

  constructor(line: Line) {
    this.line = line;
    this.rate = line.rate;
    line.stream.on('data', (chunk: Buffer) => this.observe(chunk));
    line.stream.on('error', (error: Error) => this.lose(error));
    line.stream.on('close', () => this.lose());
    line.stream.on('end', () => this.lose());
    splitFrames(line.stream, (encoded) => {
      if (this.frames.length < QUEUE_LIMIT) this.frames.push(encoded);
      this.reader?.();
    });
  }

  get name(): string {
    return this.line.name;
  }

  now(): Instant {
    return monotonicNow();
  }

  write(octets: Uint8Array): void {
    if (this.lost === undefined && this.closing === undefined) this.line.stream.write(octets);
  }

  async read(until: Instant): Promise<readonly Uint8Array[]> {
    if (this.frames.length === 0 && this.lost === undefined) await this.somethingHappens(until);
    if (this.frames.length > 0) return this.frames.splice(0);
    if (this.lost !== undefined) throw this.lost;
    return [];
  }

  wake(): void {
    this.reader?.();
  }

  async drain(): Promise<void> {
    if (this.lost !== undefined) throw this.lost;
    await drained(this.line, this.rate);
  }

  async setLineRate(rate: number): Promise<void> {
    if (this.lost !== undefined) throw this.lost;
    if (this.rate === 0) return;
    await this.line.setRate(rate);
    this.rate = rate;
  }

  lineRate(): number {
    return this.rate;
  }

  resetBoard(): Promise<boolean> {
    return this.line.reset();
  }

  diagnostics(): Diagnostics {
    const errors = this.line.errors?.();
    return { received: this.received, sample: this.sample, ...(errors && { errors }) };
  }

  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  private async release(): Promise<void> {
    this.reader?.();
    await this.line.close();
    // A data listener that stays keeps some systems' event loops alive (node-serialport #2776).
    this.line.stream.unpipe();
    this.line.stream.removeAllListeners('data');
  }

  private somethingHappens(until: Instant): Promise<void> {
    const wait_ms = Math.max(0, (until - this.now()) / 1000);
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.reader = undefined;
        resolve();
      };
      const timer = setTimeout(finish, Math.min(wait_ms, 2 ** 31 - 1));
      this.reader = finish;
    });
  }

  private observe(chunk: Buffer): void {
    this.received += chunk.length;
    const joined = Buffer.concat([this.sample, chunk.subarray(-SAMPLE_LIMIT)]);
    this.sample = Uint8Array.from(joined.subarray(-SAMPLE_LIMIT));
  }

  private lose(cause?: Error): void {
    if (this.closing !== undefined || this.lost !== undefined) return;
    this.lost = cause instanceof NetlabError ? cause : portLost(this.name, cause);
    this.reader?.();
  }
}
