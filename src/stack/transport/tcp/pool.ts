/**
 * What only an active connection needs, kept for the next one that becomes active: flights and buffers. An
 * idle connection has none of them, which is what makes it small, and none is made for each segment.
 */
export interface Pooled {
  /** As new, but for the memory that it has taken. */
  reset(): void;
  /** There is no room for it in the pool. */
  dispose(): void;
}

const SPARE_MAX = 64;

export class Pool<T extends Pooled> {
  readonly #make: () => T;
  readonly #spare: T[] = [];

  constructor(make: () => T) {
    this.#make = make;
  }

  take(): T {
    return this.#spare.pop() ?? this.#make();
  }

  give(one: T | undefined): undefined {
    if (one === undefined) return undefined;
    if (this.#spare.length >= SPARE_MAX) {
      one.dispose();
      return undefined;
    }
    one.reset();
    this.#spare.push(one);
    return undefined;
  }
}
