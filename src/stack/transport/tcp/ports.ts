/**
 * Ephemeral ports by RFC 6056 §3.3.4, algorithm 4, the double-hash one: for each peer a sequence of its own
 * that begins where nobody can tell, so that a port is used again as late as can be. `table` is shared by
 * the peers whose hashes meet, so that one peer cannot count how many connections the host opens to others.
 */
import type { Rng } from '../../../base/random.ts';
import { newSipKey, type SipKey, sipHash } from '../../../base/siphash.ts';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The upper half: §3.2 would begin at 1024, but servers are wont to have their ports below. */
export const EPHEMERAL: PortRange = { first: 0x8000, last: 0xffff };

const TABLE_LENGTH = 256;

export class PortSelector {
  readonly #secret: SipKey;
  readonly #range: PortRange;
  readonly #table: Uint32Array;
  readonly #message = new Int32Array(9);
  readonly #hash = new Int32Array(2);

  constructor(rng: Rng, range: PortRange = EPHEMERAL) {
    this.#secret = newSipKey(rng);
    this.#range = range;
    this.#table = Uint32Array.from({ length: TABLE_LENGTH }, () => rng.next());
  }

  /**
   * A port for a connection with `remotePort`, `addresses` as isn.ts has them; undefined when of `tries`
   * ports none was free: by default all are tried.
   */
  select(
    addresses: Int32Array,
    remotePort: number,
    isFree: (port: number) => boolean,
    tries = 0x1_0000,
  ): number | undefined {
    const { first, last } = this.#range;
    const count = last - first + 1;
    this.#message.set(addresses);
    this.#message[8] = remotePort;
    sipHash(this.#secret, this.#message, 36, this.#hash);
    // The RFC's F and G are the two halves of one hash.
    const offset = (this.#hash[0] as number) >>> 0;
    const index = (this.#hash[1] as number) & (TABLE_LENGTH - 1);
    for (let left = Math.min(tries, count); left > 0; left--) {
      const step = this.#table[index] as number;
      this.#table[index] = step + 1;
      const port = first + ((offset + step) % count);
      if (isFree(port)) return port;
    }
    return undefined;
  }
}
