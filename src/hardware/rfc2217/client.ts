/**
 * The client's end of an RFC 2217 connection: a serial port that is elsewhere.
 *
 *              DO COM-PORT, BINARY both ways          the settings are answered
 *   NEGOTIATING ───────────────────────▶ CONFIGURING ───────────────────────▶ OPEN
 *        │                                    │                                 │ asks after 10 s
 *        └── refused, or 3 s ──▶ FAILED ◀─────┴── refused, or 3 s      5 s more ┘ of silence
 *
 * Invariants:
 *   (1) Data and settings leave in the order in which they were given.
 *   (2) Each setting gives one `answer` or, 3 s later, one `unanswered`.
 *   (3) What the server says without being asked never piles up: of each kind one notice is kept, all in one.
 */
import { after, type Duration, earliest, type Instant, seconds } from '../../base/time.ts';
import {
  COM_PORT,
  CONTROL,
  type ComPortCommand,
  type ComPortMessage,
  PARITY,
  PRESENT,
  STOPSIZE,
} from './com-port.ts';
import {
  anyError,
  errorsIn,
  joined,
  LINE_STATE_MASK,
  MODEM_STATE_MASK,
  type PortNotice,
} from './port-state.ts';
import { OPTION } from './telnet.ts';
import { TelnetEnd } from './telnet-end.ts';

const OPENING: Duration = seconds(3);
const ANSWER: Duration = seconds(3);
const IDLE: Duration = seconds(10);
const SILENCE: Duration = seconds(5);
/** Octets of what a server says instead of opening its port. */
const FAREWELL_MAX = 100;

export type ClientFailure =
  /** Nothing came at all, or nothing of Telnet: another kind of server. */
  | 'silent'
  | 'no-telnet'
  /** Telnet, but without the COM-PORT-OPTION, or not transparent for 8 bits. */
  | 'no-com-port'
  | 'no-binary'
  /** The port's first settings were refused, or not answered. */
  | 'settings'
  /** The server was there and is no longer. */
  | 'silence';

export type ClientEvent =
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly reason: ClientFailure }
  | { readonly kind: 'answer'; readonly id: number; readonly value: number }
  | { readonly kind: 'unanswered'; readonly id: number }
  | PortNotice;

interface Asked {
  readonly id: number;
  readonly command: ComPortCommand;
  readonly value: number;
  readonly until: Instant;
}

const printable = (octets: Uint8Array): string =>
  Array.from(octets.subarray(0, FAREWELL_MAX), (octet) =>
    octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : ' ',
  ).join('');

/** What SET-CONTROL is about: flow, BREAK, DTR or RTS, each of three values but the first, which has four. */
const aspectOf = ({ command, value }: Pick<Asked, 'command' | 'value'>): number =>
  command === COM_PORT.SET_CONTROL ? Math.max(0, Math.floor((value - 1) / 3)) : 0;

type State = 'NEGOTIATING' | 'CONFIGURING' | 'OPEN' | 'FAILED';

export class ComPortClient {
  readonly #end: TelnetEnd;
  readonly #rate: number;
  readonly #events: ClientEvent[] = [];
  readonly #asked: Asked[] = [];
  readonly #data: Uint8Array[] = [];
  #state: State = 'NEGOTIATING';
  #until: Instant;
  #heardAt: Instant;
  #heard = false;
  #suspended = false;
  #ids = 0;
  #signature = '';
  #farewell = '';

  /** @param rate of the line to begin with, in bit/s */
  constructor(rate: number, now: Instant) {
    this.#rate = rate;
    this.#until = after(now, OPENING);
    this.#heardAt = now;
    this.#end = new TelnetEnd('us', {
      handleData: (octets) => {
        if (this.#state === 'OPEN') this.#data.push(octets.slice());
        else this.#farewell = (this.#farewell + printable(octets)).slice(0, FAREWELL_MAX);
      },
      handleMessage: (message) => this.#handleMessage(message),
    });
  }

  /** What the server says it is, when it has said so; ASCII. */
  get signature(): string {
    return this.#signature;
  }

  /** What came in clear before the port was open: ser2net says so that it is in use. One line of ASCII. */
  get farewell(): string {
    return this.#farewell.replace(/ +/g, ' ').trim();
  }

  /** The server has asked for no more data for now: nothing is to be written then. */
  get suspended(): boolean {
    return this.#suspended;
  }

  /** Octets for the port; they must not change any more. */
  write(octets: Uint8Array): void {
    this.#end.sendData(octets);
  }

  /** Sends one command; its outcome comes as an event with the number that is returned. */
  set(command: ComPortCommand, value: number, now: Instant): number {
    this.#ids += 1;
    this.#asked.push({ id: this.#ids, command, value, until: after(now, ANSWER) });
    this.#ask(command, value);
    return this.#ids;
  }

  handleOctets(chunk: Uint8Array, now: Instant): void {
    this.#heard = true;
    this.#heardAt = now;
    this.#end.handleOctets(chunk);
    if (this.#state === 'NEGOTIATING') this.#negotiate(now);
  }

  /** What came from the port, in order. */
  pollData(): Uint8Array | undefined {
    return this.#data.shift();
  }

  pollEvent(): ClientEvent | undefined {
    return this.#events.shift();
  }

  pollOutput(): Uint8Array | undefined {
    return this.#end.pollOutput();
  }

  pollTimeout(): Instant | undefined {
    switch (this.#state) {
      case 'FAILED':
        return undefined;
      case 'OPEN':
        return earliest(this.#asked[0]?.until, this.#aliveUntil());
      default:
        return this.#until;
    }
  }

  handleTimeout(now: Instant): void {
    if (this.#state === 'OPEN') this.#timeoutWhileOpen(now);
    else if (this.#state !== 'FAILED' && this.#until <= now) this.#fail(this.#whyNotOpen());
  }

  #negotiate(now: Instant): void {
    const { options, binary } = this.#end;
    const opaque = options.refused('us', OPTION.BINARY) || options.refused('him', OPTION.BINARY);
    if (options.refused('us', OPTION.COM_PORT)) this.#fail('no-com-port');
    else if (opaque) this.#fail('no-binary');
    else if (binary && options.inForce('us', OPTION.COM_PORT)) this.#configure(now);
  }

  #configure(now: Instant): void {
    this.#state = 'CONFIGURING';
    this.#until = after(now, OPENING);
    this.#ask(COM_PORT.SIGNATURE, 0);
    this.set(COM_PORT.SET_DATASIZE, 8, now);
    this.set(COM_PORT.SET_PARITY, PARITY.NONE, now);
    this.set(COM_PORT.SET_STOPSIZE, STOPSIZE.ONE, now);
    this.set(COM_PORT.SET_CONTROL, CONTROL.FLOW_NONE, now);
    this.set(COM_PORT.SET_BAUDRATE, this.#rate, now);
  }

  /** Sends one command that nobody waits for. */
  #ask(command: ComPortCommand, value: number): void {
    this.#end.sendMessage({ command, from: 'client', value, text: '' });
  }

  #handleMessage({ command, from, value, text }: ComPortMessage): void {
    if (from !== 'server') return;
    switch (command) {
      case COM_PORT.SIGNATURE:
        this.#signature = text;
        break;
      case COM_PORT.NOTIFY_MODEMSTATE:
        this.#notice({ kind: 'modem-state', value });
        break;
      case COM_PORT.NOTIFY_LINESTATE: {
        const errors = errorsIn(value);
        if (anyError(errors)) this.#notice({ kind: 'line-errors', errors });
        break;
      }
      case COM_PORT.FLOWCONTROL_SUSPEND:
      case COM_PORT.FLOWCONTROL_RESUME:
        this.#suspended = command === COM_PORT.FLOWCONTROL_SUSPEND;
        break;
      default:
        this.#answered(command, value);
    }
  }

  /** What nobody asks for must not pile up. */
  #notice(notice: PortNotice): void {
    const at = this.#events.findIndex(({ kind }) => kind === notice.kind);
    const [before] = at < 0 ? [] : this.#events.splice(at, 1);
    this.#events.push(before === undefined ? notice : joined(before as PortNotice, notice));
  }

  /**
   * Answers to one command come in the order in which it was sent. SET-CONTROL is several in one; a server is
   * known that answers all of them alike, and others that leave out those that its port has no lines for.
   */
  #answered(command: ComPortCommand, value: number): void {
    const fits = (asked: Asked): boolean => asked.command === command;
    const exact = this.#asked.findIndex(
      (asked) => fits(asked) && aspectOf(asked) === aspectOf({ command, value }),
    );
    const at = exact >= 0 ? exact : this.#asked.findIndex(fits);
    const asked = this.#asked[at];
    if (asked === undefined) return;
    this.#asked.splice(at, 1);
    if (this.#state === 'OPEN') this.#events.push({ kind: 'answer', id: asked.id, value });
    else this.#configured(asked, value);
  }

  #configured(asked: Asked, value: number): void {
    // Flow control may be the server's own business; the rest decides whether octets are understood.
    if (asked.command !== COM_PORT.SET_CONTROL && value !== asked.value) {
      this.#fail('settings');
      return;
    }
    if (this.#asked.some(({ command }) => command !== COM_PORT.SET_CONTROL)) return;
    this.#asked.length = 0;
    this.#state = 'OPEN';
    this.#events.push({ kind: 'open' });
    // Errors of the line are told to those alone who ask (§3); a server without them may leave that unanswered.
    this.#ask(COM_PORT.SET_LINESTATE_MASK, LINE_STATE_MASK);
    this.#ask(COM_PORT.SET_MODEMSTATE_MASK, MODEM_STATE_MASK);
  }

  #timeoutWhileOpen(now: Instant): void {
    for (let asked = this.#asked[0]; asked && asked.until <= now; asked = this.#asked[0]) {
      this.#asked.shift();
      this.#events.push({ kind: 'unanswered', id: asked.id });
    }
    if (after(after(this.#heardAt, IDLE), SILENCE) <= now) this.#fail('silence');
    else if (this.#aliveUntil() <= now) this.set(COM_PORT.SET_BAUDRATE, PRESENT, now);
  }

  /** When to ask for a sign of life, or, when that was done, to give up. */
  #aliveUntil(): Instant {
    const idle = after(this.#heardAt, IDLE);
    return this.#asked.length === 0 ? idle : after(idle, SILENCE);
  }

  #whyNotOpen(): ClientFailure {
    if (this.#state === 'CONFIGURING') return 'settings';
    if (!this.#heard) return 'silent';
    return this.#end.counters.negotiations === 0 ? 'no-telnet' : 'no-com-port';
  }

  #fail(reason: ClientFailure): void {
    if (this.#state === 'FAILED') return;
    this.#state = 'FAILED';
    this.#events.push({ kind: 'failed', reason });
  }
}
