/**
 * One question put to the servers until one of them answers it: RFC 1035 §4.2.1, RFC 1034 §5.3.3.
 *
 *            no answer in time, or a failure: the next server
 *          ┌────────────────┐
 *          ▼                │   truncated, or too many forgeries      TCP fails
 *   start ───▶ UDP ─────────┴──────────────────────────────▶ TCP ───────────────▶ the next server
 *               │ answer                                       │ answer
 *               └──────────────────────▶ done ◀────────────────┘   also when no server is left
 *
 * Invariants:
 *   (1) Each query has an ID and a port of its own, both by chance (RFC 5452 §9): one that was given up
 *       helps nobody to forge the next.
 *   (2) Only what has the ID and the question of the query that is out, and came from its server to its
 *       port, is an answer (RFC 5452 §9.1). All else is passed over and counted.
 *   (3) At most `rounds` queries go to a server, each of them repeated once without EDNS and once by TCP.
 */
import { below, type Rng } from '../../../base/random.ts';
import { after, type Duration, type Instant, NEVER, seconds } from '../../../base/time.ts';
import type { Ipv4Address } from '../../network/ipv4/address.ts';
import type { Ipv6Address } from '../../network/ipv6/address.ts';
import { type Answer, interpret } from './answer.ts';
import {
  decode,
  decodeHead,
  encode,
  type Header,
  type Message,
  NO_FLAGS,
  OPCODE,
  PORT,
  type Question,
  RCODE,
} from './message.ts';
import { sameName } from './name.ts';
import { frame, StreamReader } from './stream.ts';

export type ServerAddress = Ipv4Address | Ipv6Address;

/** To make a connection and have an answer on it. */
const TCP_TIMEOUT = seconds(10);
/** RFC 5452 §9.3 would have many wrong answers be a sign; TCP is what a forger off the path cannot speak. */
const FORGERIES_MAX = 16;
/** RFC 6056 §3.2: all that are not well known. */
const PORT_MIN = 1024;

export interface ExchangeRule {
  /** For each server in the first round; doubled in each round that follows. */
  readonly timeout: Duration;
  readonly rounds: number;
  /** The longest answer that we take over UDP, RFC 6891 §6.2.3; 0 sends no EDNS. */
  readonly udpLength: number;
}

interface QueryTo {
  readonly kind: 'query';
  readonly exchange: number;
  readonly server: ServerAddress;
  readonly serverPort: number;
  readonly payload: Uint8Array;
}

/** It takes the place of the exchange's query before, whose port or connection is to be closed. */
export type Query =
  | (QueryTo & { readonly transport: 'udp'; readonly sourcePort: number })
  /** The payload has its length before it: to be written to a new connection as it is. */
  | (QueryTo & { readonly transport: 'tcp' });

export type Step =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly reason: 'server-failure' | 'timed-out' };

interface Turn {
  readonly server: ServerAddress;
  readonly timeout: Duration;
}

export class Exchange {
  readonly number: number;
  readonly question: Question;
  readonly #udpLength: number;
  readonly #rng: Rng;
  /** Which server is asked next, and for how long. */
  #turns: Turn[];
  #turn: Turn | undefined;
  #query: Query | undefined;
  #id = 0;
  #edns: boolean;
  #refused = false;
  #forgeries = 0;
  #stream = new StreamReader();
  #due: Instant = NEVER;

  constructor(
    number: number,
    question: Question,
    servers: readonly ServerAddress[],
    rule: ExchangeRule,
    rng: Rng,
  ) {
    this.number = number;
    this.question = question;
    this.#udpLength = rule.udpLength;
    this.#edns = rule.udpLength > 0;
    this.#rng = rng;
    this.#turns = Array.from({ length: rule.rounds }, (_, round) =>
      servers.map((server) => ({ server, timeout: (rule.timeout * 2 ** round) as Duration })),
    ).flat();
  }

  get due(): Instant {
    return this.#due;
  }

  /** The one that was asked last. */
  get server(): ServerAddress | undefined {
    return this.#turn?.server;
  }

  /** The UDP port at which the answer is awaited. */
  get port(): number | undefined {
    return this.#query?.transport === 'udp' ? this.#query.sourcePort : undefined;
  }

  /** Asks the next server; the command that begins. */
  next(now: Instant): Step {
    this.#turn = this.#turns.shift();
    if (this.#turn === undefined) {
      return { kind: 'failed', reason: this.#refused ? 'server-failure' : 'timed-out' };
    }
    return this.#ask(this.#turn, 'udp', now);
  }

  handleDatagram(payload: Uint8Array, now: Instant): Step {
    return this.#query?.transport === 'udp' ? this.#handleMessage(payload, now) : IGNORED;
  }

  handleStream(octets: Uint8Array, now: Instant): Step {
    if (this.#query?.transport !== 'tcp') return IGNORED;
    this.#stream.handleOctets(octets);
    const message = this.#stream.pollMessage();
    return message === undefined ? IGNORED : this.#handleMessage(message, now);
  }

  handleTimeout(now: Instant): Step {
    return now < this.#due ? IGNORED : this.next(now);
  }

  #handleMessage(octets: Uint8Array, now: Instant): Step {
    const turn = this.#turn;
    const head = decodeHead(octets);
    if (turn === undefined) return IGNORED;
    if (!head.ok || !this.#isAnswer(head.value)) return this.#forged(turn, now);
    const { truncated, rcode } = head.value;
    if (truncated) return this.#isTcp ? this.#refuse(turn, now) : this.#ask(turn, 'tcp', now);
    const message = decode(octets);
    if (!message.ok) return this.#refuse(turn, now);
    // RFC 6891 §6.2.2, §7: one that knows no EDNS may answer so.
    if (this.#edns && (rcode === RCODE.formatError || rcode === RCODE.notImplemented)) {
      this.#edns = false;
      return this.#ask(turn, this.#isTcp ? 'tcp' : 'udp', now);
    }
    const answer = interpret(this.question, message.value);
    const { outcome } = answer;
    const failed = outcome.kind === 'failure' && outcome.reason === 'server-failure';
    return failed ? this.#refuse(turn, now) : { kind: 'done', answer };
  }

  get #isTcp(): boolean {
    return this.#query?.transport === 'tcp';
  }

  #isAnswer(head: Header & Pick<Message, 'questions'>): boolean {
    if (!head.response || head.id !== this.#id || head.opcode !== OPCODE.query) return false;
    const [question, ...more] = head.questions;
    // A server that could not read the query may not repeat its question.
    if (question === undefined) return head.rcode === RCODE.formatError;
    const { name, type, class: questionClass } = this.question;
    return (
      more.length === 0 &&
      sameName(question.name, name) &&
      question.type === type &&
      question.class === questionClass
    );
  }

  #forged(turn: Turn, now: Instant): Step {
    if (this.#isTcp) return this.#refuse(turn, now);
    this.#forgeries += 1;
    return this.#forgeries === FORGERIES_MAX ? this.#ask(turn, 'tcp', now) : IGNORED;
  }

  /** This server has nothing for us: the others are asked at once, it no more. */
  #refuse(turn: Turn, now: Instant): Step {
    this.#refused = true;
    this.#turns = this.#turns.filter(({ server }) => server !== turn.server);
    return this.next(now);
  }

  #ask({ server, timeout }: Turn, transport: 'udp' | 'tcp', now: Instant): Step {
    this.#id = below(this.#rng, 0x10000);
    const message = this.#encode();
    const to = { kind: 'query', exchange: this.number, server, serverPort: PORT } as const;
    if (transport === 'udp') {
      const sourcePort = PORT_MIN + below(this.#rng, 0x10000 - PORT_MIN);
      this.#query = { ...to, transport, sourcePort, payload: message };
      this.#due = after(now, timeout);
    } else {
      this.#query = { ...to, transport, payload: frame(message) };
      this.#stream = new StreamReader();
      this.#due = after(now, TCP_TIMEOUT);
    }
    return { kind: 'query', query: this.#query };
  }

  #encode(): Uint8Array {
    const message: Message = {
      ...NO_FLAGS,
      id: this.#id,
      recursionDesired: true,
      questions: [this.question],
      answers: [],
      authorities: [],
      additionals: [],
    };
    const edns = { udpLength: this.#udpLength, version: 0, dnssecOk: false, options: [] };
    return encode(this.#edns ? { ...message, edns } : message);
  }
}

const IGNORED: Step = { kind: 'ignored' };
