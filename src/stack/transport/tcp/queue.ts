/** First in, first out, at a constant cost: a ring that grows. */
const CAPACITY_MIN = 16;

export class Queue<T> {
  size = 0;
  #ring: (T | undefined)[] = new Array(CAPACITY_MIN).fill(undefined);
  #head = 0;

  push(item: T): void {
    if (this.size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.size) & (this.#ring.length - 1)] = item;
    this.size += 1;
  }

  get first(): T | undefined {
    return this.#ring[this.#head];
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.size -= 1;
    return item;
  }

  #grow(): void {
    const { length } = this.#ring;
    const ring = new Array<T | undefined>(2 * length).fill(undefined);
    for (let i = 0; i < this.size; i++) ring[i] = this.#ring[(this.#head + i) & (length - 1)];
    this.#ring = ring;
    this.#head = 0;
  }
}
