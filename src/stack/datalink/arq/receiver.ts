/**
 * The receiving end of an ARQ link: it takes frames up to a window ahead, gives them up in order, and acknowledges.
 *
 * Invariants
 * 1. Information comes out in the order of `send` at the other end, each piece once.
 * 2. At most `receiveWindow` − 1 frames are kept.
 * 3. Each data frame that is not damaged is answered by one acknowledgment; so a lost one is mended by the frame
 *    that is sent again.
 */
import type { Form } from './form.ts';
import { encode, type Frame } from './header.ts';

const NONE: Uint8Array = new Uint8Array(0);
/** Answers that wait for the line. A peer that floods gets no more. */
const ANSWERS_MAX = 256;

export class ArqReceiver {
  readonly #form: Form;
  readonly #early = new Map<number, Uint8Array>();
  readonly #delivered: Uint8Array[] = [];
  readonly #answers: Frame[] = [];
  #expected = 0;

  constructor(form: Form) {
    this.#form = form;
  }

  /** Takes a data frame; acknowledgments are for the other end. */
  handleFrame({ kind, number, information }: Frame): void {
    const { modulus, receiveWindow } = this.#form;
    if (kind !== 'data' || number >= modulus) return;
    const ahead = (number - this.#expected + modulus) % modulus;
    if (ahead < receiveWindow) this.#early.set(number, information.slice());
    for (let next = this.#early.get(this.#expected); next; next = this.#early.get(this.#expected)) {
      this.#early.delete(this.#expected);
      this.#delivered.push(next);
      this.#expected = (this.#expected + 1) % modulus;
    }
    this.#answer(
      receiveWindow > 1
        ? { kind: 'acknowledge-one', number, information: NONE }
        : { kind: 'acknowledge-before', number: this.#expected, information: NONE },
    );
  }

  #answer(answer: Frame): void {
    if (this.#answers.length < ANSWERS_MAX) this.#answers.push(answer);
  }

  pollFrame(): Uint8Array | undefined {
    const answer = this.#answers.shift();
    return answer === undefined ? undefined : encode(answer);
  }

  /** The next piece of information, in order. */
  pollInformation(): Uint8Array | undefined {
    return this.#delivered.shift();
  }
}
