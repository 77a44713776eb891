/** The client of RFC 2217 on a socket, as a Node stream of the port's own octets. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { EXIT, NetlabError } from '../../base/errors.ts';
import { concat } from '../../base/octets.ts';
import {
  type ClientEvent,
  type ClientFailure,
  ComPortClient,
} from '../../hardware/rfc2217/client.ts';
import {
  COM_PORT,
  CONTROL,
  type ComPortCommand,
  PRESENT,
  PURGE,
} from '../../hardware/rfc2217/com-port.ts';
import { addErrors, NO_ERRORS, type PortNotice } from '../../hardware/rfc2217/port-state.ts';
import { monotonicNow } from '../clock.ts';
import { pulseReset } from '../reset-pulse.ts';
import type { Line } from '../stream-transport.ts';
import { ended } from './connection.ts';

/** Notices kept for a listener who comes later: what a port says as it is opened. */
const UNHEARD_MAX = 16;

type Done = (error?: Error | null) => void;

export class Rfc2217Stream extends Duplex {
  readonly #name: string;
  readonly #socket: Socket;
  readonly #client: ComPortClient;
  readonly #answers = new Map<number, (value: number | undefined) => void>();
  readonly #opened: Promise<void>;
  #settleOpening: (error?: Error) => void = () => {};
  #rate: number;
  /** When the last octet that was written has left the far UART, by this clock. */
  #lineBusyUntil_us = 0;
  /** A server whose port has no such lines may not answer for them: that is waited for once. */
  #answersSignals = true;
  #alarm: NodeJS.Timeout | undefined;
  #errors = NO_ERRORS;
  #onNotice: ((notice: PortNotice) => void) | undefined;
  readonly #unheard: PortNotice[] = [];
  #waiting: { readonly octets: Uint8Array; readonly done: Done } | undefined;

  /**
   * Resolves when the port is open at `rate`, 8 data bits, no parity, one stop bit, no flow control.
   * @throws NetlabError `not-rfc2217`, `remote-refused`
   */
  static async open(name: string, socket: Socket, rate: number): Promise<Rfc2217Stream> {
    const stream = new Rfc2217Stream(name, socket, rate);
    await stream.#opened;
    return stream;
  }

  private constructor(name: string, socket: Socket, rate: number) {
    super();
    this.#name = name;
    this.#socket = socket;
    this.#rate = rate;
    this.#client = new ComPortClient(rate, monotonicNow());
    this.#opened = new Promise((resolve, reject) => {
      this.#settleOpening = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Who opened it hears of it; an error before that is told by `open`.
    this.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#client.handleOctets(chunk, monotonicNow());
      this.#work();
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    this.#work();
  }

  /** What the server said it is. */
  get signature(): string {
    return this.#client.signature;
  }

  line(): Line {
    return {
      name: this.#name,
      stream: this,
      rate: this.#rate,
      setRate: (rate) => this.#setRate(rate),
      drain: () => this.#drained(),
      setSignals: (dtr, rts, brk) => this.#setSignals(dtr, rts, brk),
      purge: () => this.#purge(),
      errors: () => this.#errors,
      onNotice: (listener) => this.#listen(listener),
      reset: () => this.#reset(),
      close: () => this.#close(),
    };
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: Done): void {
    this.#send(concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#alarm);
    const known = error instanceof NetlabError ? error : this.#explain('closed', error);
    this.#settleOpening(known);
    for (const answered of this.#answers.values()) answered(undefined);
    this.#answers.clear();
    this.#waiting?.done(error ?? new Error('closed'));
    this.#waiting = undefined;
    this.#socket.destroy();
    done(error);
  }

  #send(octets: Uint8Array, done: Done): void {
    if (this.#client.suspended) {
      this.#waiting = { octets, done };
      return;
    }
    this.#client.write(octets);
    const begin = Math.max(monotonicNow(), this.#lineBusyUntil_us);
    this.#lineBusyUntil_us = begin + (octets.length * 1e7) / this.#rate;
    const output = this.#client.pollOutput();
    if (output === undefined || this.#socket.write(output)) done();
    else this.#socket.once('drain', () => done());
  }

  #work(): void {
    if (this.destroyed) return;
    for (let event = this.#client.pollEvent(); event; event = this.#client.pollEvent()) {
      this.#handle(event);
    }
    for (let data = this.#client.pollData(); data; data = this.#client.pollData()) {
      if (!this.push(data)) this.#socket.pause();
    }
    const output = this.#client.pollOutput();
    if (output !== undefined) this.#socket.write(output);
    const waiting = this.#waiting;
    if (waiting !== undefined && !this.#client.suspended) {
      this.#waiting = undefined;
      this.#send(waiting.octets, waiting.done);
    }
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#alarm);
    const due = this.#client.pollTimeout();
    if (due === undefined) return;
    const wait_ms = Math.max(0, Math.ceil((due - monotonicNow()) / 1000));
    this.#alarm = setTimeout(() => {
      this.#client.handleTimeout(monotonicNow());
      this.#work();
    }, wait_ms);
    // The socket keeps the process alive; the watch over it does not.
    this.#alarm.unref();
  }

  #handle(event: ClientEvent): void {
    switch (event.kind) {
      case 'open':
        this.#settleOpening();
        break;
      case 'failed':
        this.destroy(this.#explain(event.reason));
        break;
      case 'answer':
      case 'unanswered':
        this.#answers.get(event.id)?.(event.kind === 'answer' ? event.value : undefined);
        this.#answers.delete(event.id);
        break;
      default:
        this.#noticed(event);
    }
  }

  #explain(reason: ClientFailure | 'closed', cause?: Error | null): NetlabError {
    const port = this.#name;
    if (reason === 'settings') return refused(port, '8N1', '-');
    if (reason === 'silence') return lost(port);
    return notRfc2217(port, reason, this.#client.farewell, cause);
  }

  #noticed(notice: PortNotice): void {
    if (notice.kind === 'line-errors') this.#errors = addErrors(this.#errors, notice.errors);
    if (this.#onNotice !== undefined) this.#onNotice(notice);
    else if (this.#unheard.push(notice) > UNHEARD_MAX) this.#unheard.shift();
  }

  #listen(listener: (notice: PortNotice) => void): void {
    this.#onNotice = listener;
    for (const notice of this.#unheard.splice(0)) listener(notice);
  }

  /** What the server says that holds now; undefined when it said nothing. */
  async #set(command: ComPortCommand, value: number): Promise<number | undefined> {
    const [answer] = await this.#setAll(command, [value]);
    return answer;
  }

  /** Several in one segment: a server makes them together, as far as it can. */
  #setAll(
    command: ComPortCommand,
    values: readonly number[],
  ): Promise<readonly (number | undefined)[]> {
    if (this.destroyed) return Promise.resolve([]);
    const answers = values.map((value) => {
      const id = this.#client.set(command, value, monotonicNow());
      return new Promise<number | undefined>((resolve) => this.#answers.set(id, resolve));
    });
    this.#work();
    return Promise.all(answers);
  }

  /** @throws NetlabError `remote-refused` */
  async #setRate(rate: number): Promise<void> {
    const actual = await this.#set(COM_PORT.SET_BAUDRATE, rate);
    if (actual !== rate) throw refused(this.#name, `${rate} bit/s`, String(actual ?? '-'));
    this.#rate = rate;
  }

  /** The server has handed on all that was written, and its UART has had the time to send it. */
  async #drained(): Promise<void> {
    await this.#set(COM_PORT.SET_BAUDRATE, PRESENT);
    const left_ms = (this.#lineBusyUntil_us - monotonicNow()) / 1000;
    if (left_ms > 0) await passed(left_ms);
  }

  async #setSignals(dtr: boolean, rts: boolean, brk?: boolean): Promise<boolean> {
    const wanted: number[] = [
      dtr ? CONTROL.DTR_ON : CONTROL.DTR_OFF,
      rts ? CONTROL.RTS_ON : CONTROL.RTS_OFF,
    ];
    if (brk !== undefined) wanted.push(brk ? CONTROL.BREAK_ON : CONTROL.BREAK_OFF);
    const answers = this.#setAll(COM_PORT.SET_CONTROL, wanted);
    if (!this.#answersSignals) return false;
    const given = (await answers).filter((answer) => answer !== undefined);
    this.#answersSignals = given.length === wanted.length;
    return this.#answersSignals;
  }

  async #purge(): Promise<void> {
    await this.#set(COM_PORT.PURGE_DATA, PURGE.BOTH);
  }

  #reset(): Promise<boolean> {
    const setSignals = (dtr: boolean, rts: boolean) => this.#setSignals(dtr, rts);
    return pulseReset({ setSignals, purge: () => this.#purge() });
  }

  async #close(): Promise<void> {
    if (!this.destroyed) await ended(this.#socket);
    this.destroy();
  }
}

const passed = (time_ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, time_ms);
  });

const lost = (port: string): NetlabError =>
  new NetlabError('port-lost', EXIT.boardFault, `${port} says nothing any more`, { port });

const notRfc2217 = (
  port: string,
  why: keyof typeof REASONS,
  farewell: string,
  cause?: Error | null,
): NetlabError => {
  const reason = farewell === '' ? REASONS[why] : `${REASONS[why]}: ${farewell}`;
  const details = { port, reason };
  const message = `${port} does not speak RFC 2217: ${reason}`;
  return new NetlabError('not-rfc2217', EXIT.noBoard, message, details, cause ?? undefined);
};

const REASONS = {
  silent: 'nothing came',
  'no-telnet': 'what came is no Telnet',
  'no-com-port': 'no COM-PORT-OPTION',
  'no-binary': 'no BINARY',
  closed: 'connection closed',
} as const;

const refused = (port: string, setting: string, actual: string): NetlabError =>
  new NetlabError('remote-refused', EXIT.boardFault, `${port} refuses ${setting}`, {
    port,
    setting,
    actual,
  });
