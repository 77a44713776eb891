/** A serial monitor: a board's line, watched until somebody has seen enough, through unplugging and back. */
import type { Readable } from 'node:stream';
import { NetlabError } from '../../base/errors.ts';
import { after, type Duration, type Instant, since } from '../../base/time.ts';
import type { LineRecord } from '../../capture/line-reader.ts';
import type { LineErrors } from '../../hardware/board/transport.ts';
import {
  type ModemState,
  modemStateOf,
  type PortNotice,
} from '../../hardware/rfc2217/port-state.ts';
import { epochNow, monotonicNow } from '../clock.ts';
import { listPorts } from '../discovery.ts';
import { openOctets } from '../open-line.ts';
import type { Line } from '../stream-transport.ts';
import { MonitoredLine, type Origin } from './monitored-line.ts';
import type { Sending } from './sending.ts';

export interface MonitorRequest {
  readonly port: string;
  /** In bit/s. */
  readonly rate: number;
  readonly sendings: readonly Sending[];
  readonly input: Readable;
  /** Records, at most. */
  readonly count?: number | undefined;
  readonly duration?: Duration | undefined;
}

export type MonitorEvent = {
  /** Microseconds since 1970. */
  readonly at: Instant;
} & (
  | { readonly kind: 'connected'; readonly port: string }
  | { readonly kind: 'lost'; readonly port: string }
  /** What the port says of its line and its modem lines: one behind RFC 2217 does. */
  | { readonly kind: 'line-errors'; readonly errors: LineErrors }
  | { readonly kind: 'modem-state'; readonly state: ModemState }
  | { readonly kind: 'record'; readonly from: Origin; readonly record: LineRecord }
);

const RETRY_MS = 300;

/** What another try may find mended while a board is away or comes back. */
const PASSING = [
  'no-such-port',
  'no-permission',
  'port-busy',
  'port-failed',
  'board-absent',
  'board-leased',
  'connection-failed',
  'no-such-host',
  'not-rfc2217',
];

/**
 * Resolves when `signal` says so, or when enough was seen.
 * @throws NetlabError of the port, when it does not open the first time
 */
export async function monitor(
  request: MonitorRequest,
  signal: AbortSignal,
  onEvent: (event: MonitorEvent) => void,
): Promise<void> {
  await new Monitor(request, signal, onEvent).run();
}

class Monitor {
  readonly #request: MonitorRequest;
  readonly #onEvent: (event: MonitorEvent) => void;
  readonly #ended: Promise<void>;
  readonly #epoch = since(epochNow(), monotonicNow());
  #end: () => void = () => {};
  #over = false;
  #records = 0;
  #serial: string | undefined;

  constructor(
    request: MonitorRequest,
    signal: AbortSignal,
    onEvent: (event: MonitorEvent) => void,
  ) {
    this.#request = request;
    this.#onEvent = onEvent;
    this.#ended = new Promise((resolve) => {
      this.#end = () => {
        this.#over = true;
        resolve();
      };
    });
    if (signal.aborted) this.#end();
    signal.addEventListener('abort', () => this.#end(), { once: true });
  }

  async run(): Promise<void> {
    const { port, duration, sendings } = this.#request;
    let line: Line | undefined = await this.#open(port);
    let timer: NodeJS.Timeout | undefined;
    if (duration !== undefined) timer = setTimeout(() => this.#end(), duration / 1000);
    try {
      let wanted = sendings;
      while (line !== undefined) {
        await this.#watch(line, wanted);
        // What was typed once is not sent again to a board that has come back; a session is opened anew.
        wanted = sendings.filter(({ kind }) => kind !== 'octets');
        line = this.#over ? undefined : await this.#return();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #open(port: string): Promise<Line> {
    const line = await openOctets(port, this.#request.rate);
    this.#serial ??= (await listPorts()).find(({ path }) => path === port)?.serialNumber;
    this.#onEvent({ kind: 'connected', at: this.#timeOf(monotonicNow()), port });
    return line;
  }

  async #watch(line: Line, sendings: readonly Sending[]): Promise<void> {
    let modem: number | undefined;
    line.onNotice?.((notice) => {
      this.#tellNotice(notice, modem);
      if (notice.kind === 'modem-state') modem = notice.value;
    });
    const watched = new MonitoredLine(line, sendings, (from, record) => this.#tell(from, record));
    const wantsInput = sendings.some(({ kind }) => kind === 'input');
    const leave = wantsInput ? watched.take(this.#request.input) : () => {};
    await Promise.race([watched.ended, this.#ended]);
    leave();
    await watched.close();
    if (!this.#over) {
      this.#onEvent({ kind: 'lost', at: this.#timeOf(monotonicNow()), port: this.#request.port });
    }
  }

  /** Waits for the board, by its serial number where it has one, until nobody wants it any more. */
  async #return(): Promise<Line | undefined> {
    while (!this.#over) {
      await Promise.race([this.#ended, passed(RETRY_MS)]);
      if (this.#over) return undefined;
      try {
        return await this.#open(await this.#place());
      } catch (error) {
        if (!(error instanceof NetlabError) || !PASSING.includes(error.code)) throw error;
      }
    }
    return undefined;
  }

  async #place(): Promise<string> {
    const { port } = this.#request;
    if (this.#serial === undefined) return port;
    const found = (await listPorts()).find(({ serialNumber }) => serialNumber === this.#serial);
    return found?.path ?? port;
  }

  #tell(from: Origin, record: LineRecord): void {
    if (this.#records >= (this.#request.count ?? Number.POSITIVE_INFINITY)) return;
    this.#records += 1;
    this.#onEvent({ kind: 'record', at: this.#timeOf(record.at), from, record });
    if (this.#records === this.#request.count) this.#end();
  }

  /** @param modem the state that was told before it */
  #tellNotice(notice: PortNotice, modem: number | undefined): void {
    if (this.#over) return;
    const at = this.#timeOf(monotonicNow());
    if (notice.kind === 'line-errors') this.#onEvent({ ...notice, at });
    else this.#onEvent({ kind: 'modem-state', at, state: modemStateOf(notice.value, modem) });
  }

  #timeOf(at: Instant): Instant {
    return after(at, this.#epoch);
  }
}

const passed = (time_ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, time_ms);
  });
