/**
 * The sending half of a numbered link: V(S), V(A), and the frames between them (ISO/IEC 13239:2002 §5.4.1).
 *
 * Invariants
 * 1. V(A) … V(S) − 1 (modulo) were sent and are not acknowledged; all of them are held.
 * 2. V(S) is at most `window` beyond V(A).
 * 3. At most `queueMax` pieces of information are held, sent ones with them.
 */
import { assert } from '../../../base/errors.ts';
import type { Modulus } from './control.ts';

export interface Numbered {
  readonly ns: number;
  readonly information: Uint8Array;
}

export class Sending {
  readonly #modulus: Modulus;
  readonly #window: number;
  readonly #queueMax: number;
  /** The first has the number V(A); those from V(S) on wait to be sent, or to be sent again. */
  #held: Uint8Array[] = [];
  #va = 0;
  /** How many of the held were sent since the last return: V(S) is that far beyond V(A). */
  #ahead = 0;
  /** The highest V(S) that was reached, as a distance from V(A): acknowledgments up to it are valid. */
  #reached = 0;
  /** Numbers that the peer asks for singly. */
  #again: number[] = [];

  constructor(modulus: Modulus, window: number, queueMax: number) {
    assert(window >= 1 && window < modulus, `a window of ${window} is not in 1 … ${modulus - 1}`);
    this.#modulus = modulus;
    this.#window = window;
    this.#queueMax = queueMax;
  }

  get vs(): number {
    return (this.#va + this.#ahead) % this.#modulus;
  }

  /** Sent, and not acknowledged. */
  get outstanding(): boolean {
    return this.#reached > 0;
  }

  get held(): number {
    return this.#held.length;
  }

  /** False when the queue is full. */
  push(information: Uint8Array): boolean {
    if (this.#held.length >= this.#queueMax) return false;
    this.#held.push(information);
    return true;
  }

  get ready(): boolean {
    return (
      this.#again.length > 0 || (this.#ahead < this.#window && this.#ahead < this.#held.length)
    );
  }

  /** What to send now: first what was asked for singly, then in order. */
  next(): Numbered | undefined {
    const again = this.#again.shift();
    if (again !== undefined) return { ns: again, information: this.#at(again) };
    if (!this.ready) return undefined;
    const ns = this.vs;
    const information = this.#held[this.#ahead] as Uint8Array;
    this.#ahead += 1;
    this.#reached = Math.max(this.#reached, this.#ahead);
    return { ns, information };
  }

  #at(ns: number): Uint8Array {
    return this.#held[this.#distance(ns)] as Uint8Array;
  }

  #distance(number: number): number {
    return (number - this.#va + this.#modulus) % this.#modulus;
  }

  /** Whether V(A) ≤ `nr` ≤ the highest V(S): what a peer may acknowledge. */
  isValid(nr: number): boolean {
    return this.#distance(nr) <= this.#reached;
  }

  /** Frees what lies before `nr`, which is valid; gives how many frames that were. */
  acknowledge(nr: number): number {
    const count = this.#distance(nr);
    assert(count <= this.#reached, `N(R) ${nr} is beyond what was sent`);
    this.#held.splice(0, count);
    this.#va = nr;
    this.#ahead = Math.max(0, this.#ahead - count);
    this.#reached -= count;
    this.#again = this.#again.filter((ns) => this.#distance(ns) < this.#reached);
    return count;
  }

  /** Go back: all from V(A) on is sent again. */
  goBack(): void {
    this.#ahead = 0;
    this.#again = [];
  }

  /** The one frame `ns` is sent again. Nothing happens when it is not among those sent. */
  repeat(ns: number): void {
    if (this.#distance(ns) < this.#reached && !this.#again.includes(ns)) this.#again.push(ns);
  }

  /** A new numbering from 0: what was sent and not acknowledged is lost, and given back. */
  reset(): readonly Uint8Array[] {
    const lost = this.#held.splice(0, this.#reached);
    this.#va = 0;
    this.#ahead = 0;
    this.#reached = 0;
    this.#again = [];
    return lost;
  }

  clear(): void {
    this.reset();
    this.#held = [];
  }
}
