/** Writes the fields of a DNS message, names compressed as RFC 1035 §4.1.4 has it. */
import { assert } from '../../../base/errors.ts';
import { labelOctets, type Name, parent, ROOT } from './name.ts';

const POINTER = 0xc000;
/** A pointer has 14 bits. */
const OFFSET_MAX = 0x3fff;

export class Writer {
  readonly #octets: number[] = [];
  /** Where each name, and each end of a name, was written. Its case is kept (RFC 4343 §4.1). */
  readonly #names = new Map<Name, number>();

  get length(): number {
    return this.#octets.length;
  }

  uint8(n: number): void {
    this.#octets.push(n & 0xff);
  }

  uint16(n: number): void {
    this.#octets.push((n >>> 8) & 0xff, n & 0xff);
  }

  uint32(n: number): void {
    this.uint16(n >>> 16);
    this.uint16(n);
  }

  octets(octets: Uint8Array): void {
    for (const octet of octets) this.#octets.push(octet);
  }

  name(name: Name): void {
    for (let rest = name; rest !== ROOT; rest = parent(rest)) {
      const known = this.#names.get(rest);
      if (known !== undefined) {
        this.uint16(POINTER | known);
        return;
      }
      if (this.length <= OFFSET_MAX) this.#names.set(rest, this.length);
      const dot = rest.indexOf('.');
      const label = labelOctets(dot < 0 ? rest : rest.slice(0, dot));
      this.uint8(label.length);
      for (const octet of label) this.#octets.push(octet);
    }
    this.uint8(0);
  }

  /** Writes what `body` writes, and its length in two octets before it. */
  counted(body: () => void): void {
    const at = this.length;
    this.uint16(0);
    body();
    const length = this.length - at - 2;
    assert(length <= 0xffff, `RDATA of ${length} octets does not fit in 16 bits`);
    this.#octets[at] = length >>> 8;
    this.#octets[at + 1] = length & 0xff;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#octets);
  }
}
