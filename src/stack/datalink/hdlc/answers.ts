/** What a station has to send besides information: bounded, and with the newest N(R) when it leaves. */
import { type Control, isSupervisory, type Modulus } from './control.ts';
import { encode } from './frame.ts';

export type Prepared = Control | { readonly kind: 'RR' | 'RNR'; readonly pf: boolean };

interface Answer {
  readonly command: boolean;
  readonly control: Prepared;
  readonly information: Uint8Array;
}

/** A peer that only asks is not answered without end. */
const ANSWERS_MAX = 32;
const NONE: Uint8Array = new Uint8Array(0);

export interface Ends {
  /** Own address, in responses; the peer's, in commands. */
  readonly address: number;
  readonly peer: number;
  readonly modulus: Modulus;
}

export class Answers {
  readonly #ends: Ends;
  readonly #waiting: Answer[] = [];

  constructor(ends: Ends) {
    this.#ends = ends;
  }

  push(command: boolean, control: Prepared, information: Uint8Array = NONE): void {
    if (this.#waiting.length < ANSWERS_MAX) this.#waiting.push({ command, control, information });
  }

  /** The next of them as a frame, and whether it carries N(R). */
  take(vr: number): { readonly frame: Uint8Array; readonly acknowledges: boolean } | undefined {
    const answer = this.#waiting.shift();
    if (answer === undefined) return undefined;
    const { command, control, information } = answer;
    const acknowledges = isSupervisory(control.kind) && control.kind !== 'SREJ';
    return { frame: this.encode(command, control, vr, information), acknowledges };
  }

  encode(
    command: boolean,
    control: Prepared,
    vr: number,
    information: Uint8Array = NONE,
  ): Uint8Array {
    const { address, peer, modulus } = this.#ends;
    const whole =
      control.kind === 'RR' || control.kind === 'RNR' ? { ...control, nr: vr } : control;
    const to = command ? peer : address;
    return encode({ address: to, control: whole as Control, information }, { modulus });
  }
}
