/**
 * The octets of a Telnet connection (RFC 854, options by RFC 855), either end.
 *
 *   data octet                                   IAC IAC = the octet 255
 *   IAC  WILL | WONT | DO | DONT  option         negotiation
 *   IAC SB option  parameters…  IAC SE           subnegotiation; 255 doubled inside
 *   IAC command                                  NOP, AYT, …
 */
import { assert } from '../../base/errors.ts';

export const TELNET = {
  SE: 240,
  NOP: 241,
  SB: 250,
  WILL: 251,
  WONT: 252,
  DO: 253,
  DONT: 254,
  IAC: 255,
} as const;

/** RFC 856, RFC 857, RFC 858, RFC 2217. */
export const OPTION = { BINARY: 0, ECHO: 1, SUPPRESS_GO_AHEAD: 3, COM_PORT: 44 } as const;

export type Verb = typeof TELNET.WILL | typeof TELNET.WONT | typeof TELNET.DO | typeof TELNET.DONT;

/** Parameters of the longest subnegotiation that is read; of a longer one nothing is. RFC 2217's are texts at most. */
export const SUBNEGOTIATION_MAX = 256;

/** Told in the order of the stream. What they are given may be a view of the chunk: read it at once. */
export interface TelnetSink {
  handleData(octets: Uint8Array): void;
  handleNegotiation(verb: Verb, option: number): void;
  handleSubnegotiation(option: number, parameters: Uint8Array): void;
  /** A subnegotiation longer than SUBNEGOTIATION_MAX, or one cut off by another command. */
  handleFault(): void;
}

type State = 'data' | 'command' | 'negotiation' | 'subnegotiation' | 'subnegotiation command';

/** Reads one direction; how its stream is cut into chunks does not matter. */
export class TelnetDecoder {
  readonly #sink: TelnetSink;
  readonly #gathered = new Uint8Array(1 + SUBNEGOTIATION_MAX);
  #state: State = 'data';
  #verb: Verb = TELNET.WILL;
  #length = 0;

  constructor(sink: TelnetSink) {
    this.#sink = sink;
  }

  handleOctets(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'data') at = this.#data(chunk, at);
      else {
        this.#octet(chunk[at] as number);
        at += 1;
      }
    }
  }

  #data(chunk: Uint8Array, at: number): number {
    const found = chunk.indexOf(TELNET.IAC, at);
    const end = found < 0 ? chunk.length : found;
    if (end > at) this.#sink.handleData(chunk.subarray(at, end));
    if (found >= 0) this.#state = 'command';
    return end + 1;
  }

  #octet(octet: number): void {
    switch (this.#state) {
      case 'command':
        this.#command(octet);
        break;
      case 'negotiation':
        this.#state = 'data';
        this.#sink.handleNegotiation(this.#verb, octet);
        break;
      case 'subnegotiation':
        if (octet === TELNET.IAC) this.#state = 'subnegotiation command';
        else this.#gather(octet);
        break;
      default:
        this.#subnegotiationCommand(octet);
    }
  }

  #command(octet: number): void {
    this.#state = 'data';
    if (octet === TELNET.IAC) this.#sink.handleData(Uint8Array.of(TELNET.IAC));
    else if (octet === TELNET.SB) {
      this.#state = 'subnegotiation';
      this.#length = 0;
    } else if (isVerb(octet)) {
      this.#state = 'negotiation';
      this.#verb = octet;
    }
  }

  #gather(octet: number): void {
    if (this.#length < this.#gathered.length) this.#gathered[this.#length] = octet;
    this.#length += 1;
  }

  #subnegotiationCommand(octet: number): void {
    if (octet === TELNET.IAC) {
      this.#state = 'subnegotiation';
      this.#gather(octet);
      return;
    }
    this.#state = 'data';
    const whole = this.#length > 0 && this.#length <= this.#gathered.length;
    if (octet === TELNET.SE && whole) {
      const parameters = this.#gathered.slice(1, this.#length);
      this.#sink.handleSubnegotiation(this.#gathered[0] as number, parameters);
      return;
    }
    this.#sink.handleFault();
    // An end without an IAC SE: the command that came instead counts for itself.
    if (octet !== TELNET.SE) this.#command(octet);
  }
}

const isVerb = (octet: number): octet is Verb => octet >= TELNET.WILL && octet <= TELNET.DONT;

/** `octets` as data of the stream. The same array where nothing in it needs doubling. */
export function escapeData(octets: Uint8Array): Uint8Array {
  let count = 0;
  for (let at = octets.indexOf(TELNET.IAC); at >= 0; at = octets.indexOf(TELNET.IAC, at + 1)) {
    count += 1;
  }
  if (count === 0) return octets;
  const escaped = new Uint8Array(octets.length + count);
  let to = 0;
  for (const octet of octets) {
    escaped[to++] = octet;
    if (octet === TELNET.IAC) escaped[to++] = octet;
  }
  return escaped;
}

export const encodeNegotiation = (verb: Verb, option: number): Uint8Array =>
  Uint8Array.of(TELNET.IAC, verb, option);

export function encodeSubnegotiation(option: number, parameters: Uint8Array): Uint8Array {
  assert(parameters.length <= SUBNEGOTIATION_MAX, `${parameters.length} octets are too many`);
  const escaped = escapeData(parameters);
  const octets = new Uint8Array(escaped.length + 5);
  octets.set([TELNET.IAC, TELNET.SB, option]);
  octets.set(escaped, 3);
  octets.set([TELNET.IAC, TELNET.SE], 3 + escaped.length);
  return octets;
}
