/**
 * Who is woken when: one entry an actor, those of one instant in the order in which they were entered.
 *
 * A binary heap of actors' numbers in typed arrays, with each actor's place in it, so that an entry moves
 * when its actor's plans change, as a host's do with every segment. One of 200 actors woken and entered anew
 * (Node 20, Xeon 2.5 GHz): 0.14 µs; with the medium's delivery queue, a heap of objects, 0.27.
 *
 * Invariants:
 *   (1) No parent in `#heap` comes after its child, by (`#at`, `#order`).
 *   (2) `#heap[#place[a]]` is `a` for each actor with an entry; `#place[a]` is NOWHERE for the others.
 */
import { type Instant, NEVER } from '../base/time.ts';

const NOWHERE = -1;

/** Twice the room, what was there kept. */
function grown<A extends Float64Array | Int32Array>(array: A, make: (length: number) => A): A {
  const larger = make(array.length * 2);
  larger.set(array);
  return larger;
}

export class Agenda {
  #at = new Float64Array(16);
  #order = new Float64Array(16);
  #place = new Int32Array(16);
  #heap = new Int32Array(16);
  #actors = 0;
  #size = 0;
  #entered = 0;

  /** The number of another actor, from 0 on, with no entry yet. */
  add(): number {
    if (this.#actors === this.#at.length) {
      this.#at = grown(this.#at, (n) => new Float64Array(n));
      this.#order = grown(this.#order, (n) => new Float64Array(n));
      this.#place = grown(this.#place, (n) => new Int32Array(n));
      this.#heap = grown(this.#heap, (n) => new Int32Array(n));
    }
    this.#place[this.#actors] = NOWHERE;
    return this.#actors++;
  }

  /** Who comes first; undefined when nobody has an entry. */
  first(): number | undefined {
    return this.#size === 0 ? undefined : this.#heap[0];
  }

  /** When that is; NEVER without an entry. */
  firstAt(): Instant {
    return this.#size === 0 ? NEVER : (this.#at[this.#heap[0] as number] as Instant);
  }

  /** Enters `actor` at `at` and nowhere else; undefined: it has no plans. The same again keeps its place. */
  set(actor: number, at: Instant | undefined): void {
    const place = this.#place[actor] as number;
    if (at === undefined) {
      if (place !== NOWHERE) this.#remove(actor, place);
    } else if (place === NOWHERE) {
      this.#enter(actor, at);
      this.#rise(actor, this.#size++);
    } else if (at !== this.#at[actor]) {
      const earlier = at < (this.#at[actor] as number);
      this.#enter(actor, at);
      if (earlier) this.#rise(actor, place);
      else this.#sink(actor, place);
    }
  }

  #enter(actor: number, at: Instant): void {
    this.#at[actor] = at;
    this.#order[actor] = this.#entered++;
  }

  #remove(actor: number, place: number): void {
    this.#place[actor] = NOWHERE;
    this.#size -= 1;
    const last = this.#heap[this.#size] as number;
    if (last === actor) return;
    // The last one fills the gap; it may belong above or below.
    this.#rise(last, place);
    this.#sink(last, this.#place[last] as number);
  }

  #before(a: number, b: number): boolean {
    const one = this.#at[a] as number;
    const other = this.#at[b] as number;
    return (
      one < other || (one === other && (this.#order[a] as number) < (this.#order[b] as number))
    );
  }

  #put(actor: number, place: number): void {
    this.#heap[place] = actor;
    this.#place[actor] = place;
  }

  /** Puts `actor` at `from` or above, where it belongs. */
  #rise(actor: number, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above] as number;
      if (!this.#before(actor, parent)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(actor, place);
  }

  /** Puts `actor` at `from` or below. */
  #sink(actor: number, from: number): void {
    let place = from;
    for (let below = 2 * place + 1; below < this.#size; below = 2 * place + 1) {
      let child = this.#heap[below] as number;
      const right = below + 1;
      if (right < this.#size && this.#before(this.#heap[right] as number, child)) {
        child = this.#heap[right] as number;
        below = right;
      }
      if (!this.#before(child, actor)) break;
      this.#put(child, place);
      place = below;
    }
    this.#put(actor, place);
  }
}
