/**
 * A secondary station in normal response mode, ISO/IEC 13239:2002 §6.9: it speaks when the primary polls it, and ends with
 * F. ADCCP's unbalanced normal class (UNC) is the same.
 *
 *   disconnected ── SNRM / UA ──▶ connected ── DISC / UA ──▶ disconnected
 *        └ a command with P / DM       └ P: information up to the window, the last with F; else RR F
 *
 * Invariants
 * 1. It sends nothing unasked: a poll is answered by at most a window of frames, exactly one with F, the last.
 * 2. Information is delivered in order and once. What the primary did not acknowledge with its next poll goes out again:
 *    checkpointing, §5.6.2.1.
 */
import type { Control, Modulus } from './control.ts';
import { decode, encode, mayInform } from './frame.ts';
import { Receiving } from './receiving.ts';
import { Sending } from './sending.ts';

export interface SecondaryOptions {
  readonly address: number;
  readonly modulus?: Modulus;
  readonly window?: number;
  readonly queueMax?: number;
}

export type SecondaryEvent =
  | { readonly kind: 'connected' | 'disconnected' }
  | { readonly kind: 'information'; readonly octets: Uint8Array };

const NONE: Uint8Array = new Uint8Array(0);

export class SecondaryStation {
  readonly #address: number;
  readonly #modulus: Modulus;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  readonly #events: SecondaryEvent[] = [];
  /** What answers the poll, in order. Empty between polls. */
  #answers: Uint8Array[] = [];
  #connected = false;

  constructor({ address, modulus = 8, window = 7, queueMax = 64 }: SecondaryOptions) {
    this.#address = address;
    this.#modulus = modulus;
    this.#sending = new Sending(modulus, window, queueMax);
    this.#receiving = new Receiving(modulus, window, 'REJ');
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Queues information for the next poll. False: not connected, or the queue is full. */
  send(information: Uint8Array): boolean {
    return this.#connected && this.#sending.push(information);
  }

  handleFrame(octets: Uint8Array): void {
    const frame = decode(octets, { modulus: this.#modulus });
    if (!frame.ok || frame.value.address !== this.#address) return;
    const { control, information } = frame.value;
    const { kind, pf } = control;
    if (kind === (this.#modulus === 8 ? 'SNRM' : 'SNRME')) this.#setMode(pf);
    else if (kind === 'DISC') this.#disconnect(pf);
    else if (!this.#connected) {
      if (pf) this.#answer({ kind: 'DM', pf: true });
    } else this.#handleNumbered(control, information);
  }

  #setMode(poll: boolean): void {
    this.#sending.reset();
    this.#receiving.reset();
    this.#connected = true;
    this.#events.push({ kind: 'connected' });
    if (poll) this.#answer({ kind: 'UA', pf: true });
  }

  #disconnect(poll: boolean): void {
    if (poll) this.#answer({ kind: this.#connected ? 'UA' : 'DM', pf: true });
    if (this.#connected) this.#events.push({ kind: 'disconnected' });
    this.#connected = false;
    this.#sending.clear();
  }

  #handleNumbered(control: Control, information: Uint8Array): void {
    if (!('nr' in control) || !this.#sending.isValid(control.nr)) return;
    if (information.length > 0 && !mayInform(control.kind)) return;
    this.#sending.acknowledge(control.nr);
    if (control.kind === 'I') {
      for (const octets of this.#receiving.handleInformation(control.ns, information).delivered) {
        this.#events.push({ kind: 'information', octets });
      }
    }
    if (control.pf) this.#answerPoll(control.kind !== 'RNR');
  }

  #answerPoll(mayInformPrimary: boolean): void {
    this.#sending.goBack();
    const pieces = [];
    if (mayInformPrimary) {
      for (let next = this.#sending.next(); next !== undefined; next = this.#sending.next())
        pieces.push(next);
    }
    const nr = this.#receiving.vr;
    pieces.forEach(({ ns, information }, i) => {
      this.#answer({ kind: 'I', ns, nr, pf: i === pieces.length - 1 }, information);
    });
    if (pieces.length === 0) this.#answer({ kind: 'RR', nr, pf: true });
  }

  #answer(control: Control, information = NONE): void {
    this.#answers.push(
      encode({ address: this.#address, control, information }, { modulus: this.#modulus }),
    );
  }

  pollFrame(): Uint8Array | undefined {
    return this.#answers.shift();
  }

  pollEvent(): SecondaryEvent | undefined {
    return this.#events.shift();
  }
}
