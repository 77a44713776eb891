/** A port of this machine for others: an access server of RFC 2217, one client at a time. */
import { createServer, type Socket } from 'node:net';
import { NetlabError } from '../../base/errors.ts';
import { fromAscii } from '../../base/octets.ts';
import {
  COM_PORT,
  CONTROL,
  type ComPortCommand,
  PARITY,
  PRESENT,
  STOPSIZE,
} from '../../hardware/rfc2217/com-port.ts';
import { ComPortServer, type ServerEvent } from '../../hardware/rfc2217/server.ts';
import { formatPortName } from '../port-name.ts';
import { drained, type Line } from '../stream-transport.ts';
import { ended } from './connection.ts';
import { listening } from './listening.ts';

export type ShareEvent =
  /** The port is open for it, or was another's. */
  | { readonly kind: 'connected' | 'turned-away'; readonly client: string }
  | {
      readonly kind: 'disconnected';
      readonly client: string;
      /** Octets to the port and from it. */
      readonly sent: number;
      readonly received: number;
    }
  | { readonly kind: 'failed'; readonly client: string; readonly error: NetlabError };

export interface ShareRequest {
  /** Opens the port; called for each client. */
  readonly open: () => Promise<Line>;
  readonly host: string;
  /** 0: the system's choice. */
  readonly port: number;
  /** What it says it is; ASCII. */
  readonly signature: string;
  readonly onEvent?: (event: ShareEvent) => void;
}

export interface Share {
  /** What to give to `--on` elsewhere. */
  readonly name: string;
  close(): Promise<void>;
}

/** As ser2net says it, in clear: whoever cannot have the port reads it in his error. */
const IN_USE = 'Port already in use';

/** How long a newcomer waits for the port before he is turned away. */
const HANDOVER_MS = 500;

/** @throws NetlabError `cannot-listen` */
export async function sharePort(request: ShareRequest): Promise<Share> {
  const { host, port, onEvent = () => {} } = request;
  let user: ShareSession | undefined;
  const serve = async (socket: Socket): Promise<void> => {
    const client = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    const session = new ShareSession(socket, request.signature);
    // A serial line has one user. One who has just hung up may still be closing it.
    if (user !== undefined) await Promise.race([user.gone, passed(HANDOVER_MS)]);
    if (user !== undefined && !user.left) {
      onEvent({ kind: 'turned-away', client });
      await session.refuse(IN_USE);
      return;
    }
    user = session;
    let opened = false;
    const error = await session.serve(request.open, () => {
      opened = true;
      onEvent({ kind: 'connected', client });
    });
    if (user === session) user = undefined;
    if (error !== undefined) onEvent({ kind: 'failed', client, error });
    const { sent, received } = session;
    if (opened) onEvent({ kind: 'disconnected', client, sent, received });
  };
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => void serve(socket));
  const at = await listening(server, host, port);
  return {
    name: formatPortName({ kind: 'rfc2217', ...at }),
    close: async () => {
      server.close();
      await user?.end();
    },
  };
}

interface Signals {
  readonly dtr: boolean;
  readonly rts: boolean;
  readonly brk: boolean;
}

const CHANGES: Readonly<Record<number, Partial<Signals>>> = {
  [CONTROL.BREAK_ON]: { brk: true },
  [CONTROL.BREAK_OFF]: { brk: false },
  [CONTROL.DTR_ON]: { dtr: true },
  [CONTROL.DTR_OFF]: { dtr: false },
  [CONTROL.RTS_ON]: { rts: true },
  [CONTROL.RTS_OFF]: { rts: false },
};

const passed = (time_ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, time_ms);
  });

class ShareSession {
  sent = 0;
  received = 0;
  readonly #socket: Socket;
  readonly #server: ComPortServer;
  readonly #ended: Promise<void>;
  /** Resolves when the port is free again. */
  readonly gone: Promise<void>;
  left = false;
  #leave: () => void = () => {};
  #signals: Signals = { dtr: true, rts: true, brk: false };
  #rate = 0;

  constructor(socket: Socket, signature: string) {
    this.#socket = socket;
    this.#server = new ComPortServer(signature);
    this.#ended = new Promise((resolve) => socket.once('close', () => resolve()));
    this.gone = new Promise((resolve) => {
      this.#leave = () => {
        this.left = true;
        resolve();
      };
    });
    socket.on('error', () => socket.destroy());
    socket.pause();
  }

  /** Resolves when the client or the port is gone; with why, where the port did not open or vanished. */
  async serve(open: () => Promise<Line>, onOpened: () => void): Promise<NetlabError | undefined> {
    try {
      await this.#serve(open, onOpened);
      return undefined;
    } catch (error) {
      if (!(error instanceof NetlabError)) throw error;
      await this.refuse(error.message);
      return error;
    } finally {
      this.#leave();
    }
  }

  /** Sends the client away with a line of ASCII. */
  async refuse(why: string): Promise<void> {
    this.#server.write(fromAscii(`${why}\r\n`));
    // What is unread when a socket is closed resets the connection, and the line would be lost.
    this.#socket.resume();
    this.#flush();
    await ended(this.#socket);
  }

  /** The client is sent away, and the port is free when this resolves. */
  async end(): Promise<void> {
    this.#socket.destroy();
    await this.gone;
  }

  async #serve(open: () => Promise<Line>, onOpened: () => void): Promise<void> {
    let line: Line | undefined;
    try {
      line = await open();
      onOpened();
      this.#rate = line.rate;
      this.#connect(line);
      await this.#ended;
    } finally {
      // One for whom it did not open is told why.
      if (line !== undefined) this.#socket.destroy();
      await line?.close();
      line?.stream.removeAllListeners('data');
    }
  }

  #connect(line: Line): void {
    const { stream } = line;
    const lose = (): void => void this.#socket.destroy();
    stream.on('error', lose).on('close', lose).on('end', lose);
    stream.on('data', (octets: Buffer) => {
      this.received += octets.length;
      this.#server.write(Uint8Array.from(octets));
      if (!this.#flush()) stream.pause();
    });
    this.#socket.on('drain', () => stream.resume());
    this.#socket.on('data', (chunk: Buffer) => {
      this.#server.handleOctets(chunk);
      this.#socket.pause();
      void this.#carryOut(line).finally(() => this.#socket.resume());
    });
    this.#flush();
    this.#socket.resume();
  }

  /** False: the client is slow to take it. */
  #flush(): boolean {
    const output = this.#server.pollOutput();
    return output === undefined || this.#socket.destroyed || this.#socket.write(output);
  }

  /** What the client has asked for, in its order. */
  async #carryOut(line: Line): Promise<void> {
    const events: ServerEvent[] = [];
    for (let e = this.#server.pollEvent(); e; e = this.#server.pollEvent()) events.push(e);
    while (events.length > 0 && !this.#socket.destroyed) {
      const signals = takeSignals(events);
      const event = signals.length > 0 ? undefined : events.shift();
      if (event !== undefined) await this.#do(event, line);
      else await this.#setSignals(line, signals);
    }
    this.#flush();
  }

  async #do(event: ServerEvent, line: Line): Promise<void> {
    if (event.kind === 'flow') {
      if (event.suspended) line.stream.pause();
      else line.stream.resume();
    } else if (event.kind === 'data') {
      this.sent += event.octets.length;
      if (!line.stream.write(event.octets)) await this.#room(line);
    } else {
      const { command, value } = event;
      this.#server.answer(command, await this.#set(line, command, value));
    }
  }

  #room({ stream }: Line): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stream.off('drain', done).off('close', done);
        resolve();
      };
      stream.once('drain', done).once('close', done);
    });
  }

  /** What holds afterwards. */
  async #set(line: Line, command: ComPortCommand, value: number): Promise<number> {
    switch (command) {
      case COM_PORT.SET_BAUDRATE:
        if (value !== PRESENT) await this.#setRate(line, value);
        return this.#rate;
      case COM_PORT.SET_DATASIZE:
        return 8;
      case COM_PORT.SET_PARITY:
        return PARITY.NONE;
      case COM_PORT.SET_STOPSIZE:
        return STOPSIZE.ONE;
      case COM_PORT.SET_CONTROL:
        return this.#control(value);
      case COM_PORT.PURGE_DATA:
        await line.purge();
        return value;
      default:
        return value;
    }
  }

  async #setRate(line: Line, rate: number): Promise<void> {
    await drained(line, this.#rate).catch(() => {});
    const done = await line.setRate(rate).then(
      () => true,
      () => false,
    );
    if (done) this.#rate = rate;
  }

  /** A board's reset wants its two lines to change at once. */
  async #setSignals(line: Line, values: readonly number[]): Promise<void> {
    const wanted = Object.assign({ ...this.#signals }, ...values.map((value) => CHANGES[value]));
    // A port that has no such lines stays as it is, and the answer says so.
    if (await line.setSignals(wanted.dtr, wanted.rts, wanted.brk)) this.#signals = wanted;
    for (const value of values) this.#server.answer(COM_PORT.SET_CONTROL, this.#control(value));
  }

  /** What holds of what `value` is about. */
  #control(value: number): number {
    const { dtr, rts, brk } = this.#signals;
    if (value < CONTROL.BREAK_REQUEST || value > CONTROL.RTS_OFF) return CONTROL.FLOW_NONE;
    if (value < CONTROL.DTR_REQUEST) return brk ? CONTROL.BREAK_ON : CONTROL.BREAK_OFF;
    if (value < CONTROL.RTS_REQUEST) return dtr ? CONTROL.DTR_ON : CONTROL.DTR_OFF;
    return rts ? CONTROL.RTS_ON : CONTROL.RTS_OFF;
  }
}

/** The values of the SET-CONTROLs that come next, as long as each is of another line than those before. */
function takeSignals(events: ServerEvent[]): readonly number[] {
  const lines = new Set<string>();
  const values: number[] = [];
  for (let next = events[0]; next?.kind === 'setting'; next = events[0]) {
    const [name] = Object.keys(CHANGES[next.value] ?? {});
    if (next.command !== COM_PORT.SET_CONTROL || name === undefined || lines.has(name)) break;
    lines.add(name);
    values.push(next.value);
    events.shift();
  }
  return values;
}
