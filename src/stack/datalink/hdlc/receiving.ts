/**
 * The receiving half of a numbered link: V(R), and with selective reject the frames that came too early
 * (ISO/IEC 13239:2002 §5.4.1, §5.6.2).
 *
 * Invariants
 * 1. Information comes out in the order of N(S), each once.
 * 2. At most `window` − 1 frames are kept, and only with selective reject, where window ≤ modulus / 2: else a
 *    frame sent again could not be told from a new one.
 * 3. One REJ a gap; one SREJ for each frame that lacks.
 */
import { assert } from '../../../base/errors.ts';
import type { Modulus } from './control.ts';

export type RejectMode = 'REJ' | 'SREJ';

/** What to answer to a frame out of order. */
export type Complaint = { readonly kind: RejectMode; readonly nr: number };

export interface Taken {
  readonly delivered: readonly Uint8Array[];
  readonly complaints: readonly Complaint[];
}

const NOTHING: Taken = { delivered: [], complaints: [] };

export class Receiving {
  readonly #modulus: Modulus;
  readonly #window: number;
  readonly #mode: RejectMode;
  readonly #early = new Map<number, Uint8Array>();
  readonly #asked = new Set<number>();
  #vr = 0;
  #rejected = false;

  constructor(modulus: Modulus, window: number, mode: RejectMode) {
    assert(mode === 'REJ' || window * 2 <= modulus, 'selective reject needs window ≤ modulus / 2');
    this.#modulus = modulus;
    this.#window = window;
    this.#mode = mode;
  }

  get vr(): number {
    return this.#vr;
  }

  handleInformation(ns: number, information: Uint8Array): Taken {
    if (ns === this.#vr) return { delivered: this.#deliver(information), complaints: [] };
    const ahead = (ns - this.#vr + this.#modulus) % this.#modulus;
    if (ahead >= this.#window) {
      // Behind: one that came before, whose acknowledgment was lost. With REJ it tells of a gap all the same.
      if (this.#mode === 'SREJ') return NOTHING;
    } else if (this.#mode === 'SREJ') {
      this.#early.set(ns, information.slice());
      return { delivered: [], complaints: this.#askFor(ahead) };
    }
    if (this.#rejected) return NOTHING;
    this.#rejected = true;
    return { delivered: [], complaints: [{ kind: 'REJ', nr: this.#vr }] };
  }

  #deliver(information: Uint8Array): readonly Uint8Array[] {
    this.#rejected = false;
    const delivered: Uint8Array[] = [information.slice()];
    this.#advance();
    for (
      let next = this.#early.get(this.#vr);
      next !== undefined;
      next = this.#early.get(this.#vr)
    ) {
      delivered.push(next);
      this.#early.delete(this.#vr);
      this.#advance();
    }
    return delivered;
  }

  #advance(): void {
    this.#asked.delete(this.#vr);
    this.#vr = (this.#vr + 1) % this.#modulus;
  }

  #askFor(ahead: number): readonly Complaint[] {
    const complaints: Complaint[] = [];
    for (let i = 0; i < ahead; i++) {
      const nr = (this.#vr + i) % this.#modulus;
      if (this.#early.has(nr) || this.#asked.has(nr)) continue;
      this.#asked.add(nr);
      complaints.push({ kind: 'SREJ', nr });
    }
    return complaints;
  }

  /** The peer has polled: what was asked for and did not come may be asked for again. */
  forgetComplaints(): void {
    this.#rejected = false;
    this.#asked.clear();
  }

  reset(): void {
    this.#vr = 0;
    this.#early.clear();
    this.forgetComplaints();
  }
}
