/** Registers at a base address: offsets are in octets, accesses of whole words. */
export interface Peripheral {
  read(offset: number): number;
  write(offset: number, value: number): void;
}

/** Octets of a peripheral's addresses. */
const SIZE = 0x1000;

/** Registers that read as they were written. */
export class PlainRegisters implements Peripheral {
  readonly #words = new Uint32Array(SIZE >> 2);
  readonly #reset: readonly (readonly [number, number])[];

  constructor(reset: readonly (readonly [offset: number, value: number])[] = []) {
    this.#reset = reset;
    this.reset();
  }

  read(offset: number): number {
    return this.#words[offset >> 2] ?? 0;
  }

  write(offset: number, value: number): void {
    this.#words[offset >> 2] = value;
  }

  reset(): void {
    this.#words.fill(0);
    for (const [offset, value] of this.#reset) this.write(offset, value);
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
