/** Registers at a base address: offsets are in octets, accesses of whole words. */
export interface Peripheral {
  read(offset: number): number;
  write(offset: number, value: number): void;
}

/** Registers that read as they were written. */
export class PlainRegisters implements Peripheral {
  readonly #values: Map<number, number>;
  readonly #reset: readonly (readonly [number, number])[];

  constructor(reset: readonly (readonly [offset: number, value: number])[] = []) {
    this.#reset = reset;
    this.#values = new Map(reset);
  }

  read(offset: number): number {
    return this.#values.get(offset) ?? 0;
  }

  write(offset: number, value: number): void {
    this.#values.set(offset, value >>> 0);
  }

  reset(): void {
    this.#values.clear();
    for (const [offset, value] of this.#reset) this.#values.set(offset, value);
  }
}

/** An interrupt's three registers: what happened, what of it is let through, and both. */
export class InterruptBits {
  readonly #signal: (active: boolean) => void;
  #raw = 0;
  #enabled = 0;

  constructor(signal: (active: boolean) => void) {
    this.#signal = signal;
  }

  get raw(): number {
    return this.#raw;
  }

  get enabled(): number {
    return this.#enabled;
  }

  get status(): number {
    return (this.#raw & this.#enabled) >>> 0;
  }

  raise(bits: number): void {
    this.#raw |= bits;
    this.#signal(this.status !== 0);
  }

  clear(bits: number): void {
    this.#raw &= ~bits;
    this.#signal(this.status !== 0);
  }

  enable(bits: number): void {
    this.#enabled = bits;
    this.#signal(this.status !== 0);
  }
}
