/**
 * Which Telnet options are in force, by the Q method of RFC 1143 without its queue: nobody here changes his
 * mind while a request is out.
 *
 *            ask ─▶ WANTYES ── agreed ──▶ YES
 *   NO ──────┘         │                   │
 *    ▲                 └── refused ──┐     │ the peer turns it off
 *    └───────────────────────────────┴─────┘
 *
 * Invariants:
 *   (1) An answer is sent for a change alone, never for what is so already: two ends cannot answer for ever.
 *   (2) An option that is not among `wanted` is never in force.
 */
import { encodeNegotiation, TELNET, type Verb } from './telnet.ts';

type State = 'NO' | 'WANTYES' | 'YES' | 'REFUSED';

/** `us`: what we do ourselves (WILL). `him`: what the peer does (DO). */
export type Side = 'us' | 'him';

export interface WantedOptions {
  readonly us: readonly number[];
  readonly him: readonly number[];
}

export class TelnetOptions {
  readonly #wanted: WantedOptions;
  readonly #states: Record<Side, Map<number, State>> = { us: new Map(), him: new Map() };

  constructor(wanted: WantedOptions) {
    this.#wanted = wanted;
  }

  inForce(side: Side, option: number): boolean {
    return this.#states[side].get(option) === 'YES';
  }

  /** The peer said no to it. */
  refused(side: Side, option: number): boolean {
    return this.#states[side].get(option) === 'REFUSED';
  }

  /** Asks the peer; the octets to send, none where it is in force or asked for already. */
  ask(side: Side, option: number): Uint8Array | undefined {
    const state = this.#states[side].get(option) ?? 'NO';
    if (state === 'YES' || state === 'WANTYES') return undefined;
    this.#states[side].set(option, 'WANTYES');
    return encodeNegotiation(side === 'us' ? TELNET.WILL : TELNET.DO, option);
  }

  /** What the peer said; the octets of the answer, where one is due. */
  handle(verb: Verb, option: number): Uint8Array | undefined {
    const side: Side = verb === TELNET.DO || verb === TELNET.DONT ? 'us' : 'him';
    const on = verb === TELNET.DO || verb === TELNET.WILL;
    return on ? this.#turnOn(side, option) : this.#turnOff(side, option);
  }

  #turnOn(side: Side, option: number): Uint8Array | undefined {
    const [yes, no] = side === 'us' ? [TELNET.WILL, TELNET.WONT] : [TELNET.DO, TELNET.DONT];
    if (!this.#wanted[side].includes(option)) return encodeNegotiation(no, option);
    const before = this.#states[side].get(option);
    this.#states[side].set(option, 'YES');
    return before === 'YES' || before === 'WANTYES' ? undefined : encodeNegotiation(yes, option);
  }

  #turnOff(side: Side, option: number): Uint8Array | undefined {
    const before = this.#states[side].get(option);
    if (before !== undefined) this.#states[side].set(option, 'REFUSED');
    const no = side === 'us' ? TELNET.WONT : TELNET.DONT;
    return before === 'YES' ? encodeNegotiation(no, option) : undefined;
  }
}
