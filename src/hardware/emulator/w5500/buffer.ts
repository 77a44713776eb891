/**
 * The 16 KiB of transmit or of receive memory, dealt out to the eight sockets by their Sn_TXBUF_SIZE or
 * Sn_RXBUF_SIZE, datasheet §3.3: socket n's block starts where those before it end.
 */
import { SOCKETS } from './registers.ts';

const MEMORY_SIZE = 16 * 1024;

export class BufferMemory {
  readonly #octets = new Uint8Array(MEMORY_SIZE);
  readonly #base = new Uint16Array(SOCKETS);
  readonly #size = new Uint16Array(SOCKETS);

  /** `kilobytes`: each socket's size; only 0, 1, 2, 4, 8 and 16 mean something. */
  lay(kilobytes: readonly number[]): void {
    let base = 0;
    for (let n = 0; n < SOCKETS; n++) {
      const size = Math.min(kilobytes[n] ?? 0, 16) * 1024;
      this.#base[n] = base & (MEMORY_SIZE - 1);
      this.#size[n] = size;
      base += size;
    }
  }

  size(socket: number): number {
    return this.#size[socket] ?? 0;
  }

  /** Where a pointer of `socket` points to in the memory: it wraps at the block's end. */
  #at(socket: number, pointer: number): number {
    const size = this.#size[socket] ?? 0;
    const within = size === 0 ? 0 : pointer & (size - 1);
    return ((this.#base[socket] ?? 0) + within) & (MEMORY_SIZE - 1);
  }

  read(socket: number, pointer: number): number {
    return this.size(socket) === 0 ? 0 : (this.#octets[this.#at(socket, pointer)] ?? 0);
  }

  write(socket: number, pointer: number, octet: number): void {
    if (this.size(socket) !== 0) this.#octets[this.#at(socket, pointer)] = octet;
  }

  copyOut(socket: number, pointer: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    if (this.size(socket) === 0) return out;
    for (let done = 0; done < length; ) {
      const at = this.#at(socket, pointer + done);
      const piece = Math.min(length - done, this.#together(socket, pointer + done));
      out.set(this.#octets.subarray(at, at + piece), done);
      done += piece;
    }
    return out;
  }

  copyIn(socket: number, pointer: number, octets: Uint8Array): void {
    if (this.size(socket) === 0) return;
    for (let done = 0; done < octets.length; ) {
      const piece = Math.min(octets.length - done, this.#together(socket, pointer + done));
      const at = this.#at(socket, pointer + done);
      this.#octets.set(octets.subarray(done, done + piece), at);
      done += piece;
    }
  }

  /** How many octets from `pointer` on lie one behind the other: up to the block's end, or the memory's. */
  #together(socket: number, pointer: number): number {
    const size = this.size(socket);
    return Math.min(size - (pointer & (size - 1)), MEMORY_SIZE - this.#at(socket, pointer));
  }
}
