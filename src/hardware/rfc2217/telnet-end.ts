/** What both ends of a COM-PORT-OPTION connection do alike: decoding, options, and what waits to be sent. */
import { concat } from '../../base/octets.ts';
import { type ComPortMessage, decodeComPort, encodeComPort } from './com-port.ts';
import { type Side, TelnetOptions } from './options.ts';
import {
  encodeSubnegotiation,
  escapeData,
  OPTION,
  TelnetDecoder,
  type TelnetSink,
  type Verb,
} from './telnet.ts';

export interface EndUser {
  /** A view: read it at once. */
  handleData(octets: Uint8Array): void;
  handleMessage(message: ComPortMessage): void;
}

export interface EndCounters {
  /** Subnegotiations that were too long, cut off, or no COM-PORT message. */
  faults: number;
  negotiations: number;
}

const BOTH_WAYS = [OPTION.BINARY, OPTION.SUPPRESS_GO_AHEAD] as const;

export class TelnetEnd implements TelnetSink {
  readonly counters: EndCounters = { faults: 0, negotiations: 0 };
  readonly options: TelnetOptions;
  readonly #user: EndUser;
  readonly #decoder = new TelnetDecoder(this);
  #output: Uint8Array[] = [];

  /** @param comPort who speaks for the port: the client says WILL, the access server DO (RFC 2217 §3) */
  constructor(comPort: Side, user: EndUser) {
    this.#user = user;
    this.options = new TelnetOptions({
      us: comPort === 'us' ? [...BOTH_WAYS, OPTION.COM_PORT] : BOTH_WAYS,
      // An access server that echoes says so; a raw port's client has nothing to do about it.
      him:
        comPort === 'us'
          ? [...BOTH_WAYS, OPTION.ECHO, OPTION.COM_PORT]
          : [...BOTH_WAYS, OPTION.COM_PORT],
    });
    this.#ask(comPort, OPTION.COM_PORT);
    for (const option of BOTH_WAYS) {
      this.#ask('us', option);
      this.#ask('him', option);
    }
  }

  /** Octets of 8 bits go through as they are, both ways. */
  get binary(): boolean {
    const { options } = this;
    return options.inForce('us', OPTION.BINARY) && options.inForce('him', OPTION.BINARY);
  }

  handleOctets(chunk: Uint8Array): void {
    this.#decoder.handleOctets(chunk);
  }

  handleData(octets: Uint8Array): void {
    this.#user.handleData(octets);
  }

  handleNegotiation(verb: Verb, option: number): void {
    this.counters.negotiations += 1;
    const answer = this.options.handle(verb, option);
    if (answer !== undefined) this.#output.push(answer);
  }

  handleSubnegotiation(option: number, parameters: Uint8Array): void {
    if (option !== OPTION.COM_PORT) return;
    const message = decodeComPort(parameters);
    if (message.ok) this.#user.handleMessage(message.value);
    else this.counters.faults += 1;
  }

  handleFault(): void {
    this.counters.faults += 1;
  }

  /** Queues octets of the port; they must not change any more. */
  sendData(octets: Uint8Array): void {
    this.#output.push(escapeData(octets));
  }

  sendMessage(message: ComPortMessage): void {
    this.#output.push(encodeSubnegotiation(OPTION.COM_PORT, encodeComPort(message)));
  }

  /** All that waits to be sent, in order. */
  pollOutput(): Uint8Array | undefined {
    const [first] = this.#output;
    if (first === undefined) return undefined;
    const whole = this.#output.length === 1 ? first : concat(this.#output);
    this.#output = [];
    return whole;
  }

  #ask(side: Side, option: number): void {
    const octets = this.options.ask(side, option);
    if (octets !== undefined) this.#output.push(octets);
  }
}
