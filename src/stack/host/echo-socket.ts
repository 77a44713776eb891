/** ICMP and ICMPv6 echo with one remote host: what ping and traceroute are made of. */
import { UsageError } from '../../base/errors.ts';
import type { Instant } from '../../base/time.ts';
import { type IpAddress, isMulticast, sameWords, toWords } from '../network/ip/address.ts';
import type { IcmpReport } from './icmp-report.ts';
import type { Outcome } from './outcome.ts';

export interface EchoOptions {
  readonly local?: IpAddress;
  readonly interface?: number;
}

export interface EchoSendOptions {
  readonly ttl?: number;
  readonly dontFragment?: boolean;
  readonly trafficClass?: number;
}

export interface EchoReply {
  readonly sequence: number;
  /** A copy, the reader's. */
  readonly octets: Uint8Array;
  /** Another than who was asked, if that was a group. */
  readonly source: IpAddress;
  readonly ttl: number;
}

/** Who has the identifiers, and sends for them. */
export interface EchoOwner {
  send(
    socket: EchoSocket,
    sequence: number,
    octets: Uint8Array,
    options: EchoSendOptions,
    now: Instant,
  ): Outcome;
  release(socket: EchoSocket): void;
}

const REPLIES_MAX = 256;
const ERRORS_MAX = 64;

export class EchoSocket {
  readonly remote: IpAddress;
  readonly identifier: number;
  readonly options: EchoOptions;
  /** The owner's. */
  context: unknown;
  readonly #owner: EchoOwner;
  readonly #remoteWords: Int32Array;
  readonly #replies: EchoReply[] = [];
  readonly #errors: IcmpReport[] = [];
  #closed = false;

  constructor(owner: EchoOwner, remote: IpAddress, identifier: number, options: EchoOptions) {
    this.#owner = owner;
    this.remote = remote;
    this.#remoteWords = toWords(remote);
    this.identifier = identifier;
    this.options = options;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws UsageError on a closed socket. */
  send(sequence: number, octets: Uint8Array, now: Instant, options: EchoSendOptions = {}): Outcome {
    if (this.#closed) throw new UsageError('closed', 'the socket is closed');
    return this.#owner.send(this, sequence, octets, options, now);
  }

  receive(): EchoReply | undefined {
    return this.#replies.shift();
  }

  nextError(): IcmpReport | undefined {
    return this.#errors.shift();
  }

  close(): void {
    this.#closed = true;
    this.#owner.release(this);
  }

  /** For the owner: a reply that nobody could have been asked for is none. */
  isFrom(words: Int32Array, at: number): boolean {
    return isMulticast(this.remote) || sameWords(this.#remoteWords, 0, words, at);
  }

  enqueue(reply: EchoReply): void {
    if (this.#replies.length === REPLIES_MAX) this.#replies.shift();
    this.#replies.push(reply);
  }

  enqueueError(report: IcmpReport): void {
    if (this.#errors.length === ERRORS_MAX) this.#errors.shift();
    this.#errors.push(report);
  }
}
