/**
 * Splits a stream of octets at 0x00 into encoded frames, for transports whose line gives chunks. How the
 * stream is cut into chunks does not matter.
 *
 * An over-long frame is handed on cut at one octet past the longest, which `decodeFrame` calls `oversized`:
 * so it is counted where all damage is.
 */
import { ENCODED_MAX } from './frame.ts';

const DELIMITER = 0;

/** The octets of a line that had these frames on it, a delimiter behind each. */
export function joinFrames(encoded: readonly Uint8Array[]): Uint8Array {
  const octets = new Uint8Array(encoded.reduce((sum, { length }) => sum + length + 1, 0));
  let at = 0;
  for (const frame of encoded) {
    octets.set(frame, at);
    at += frame.length;
    octets[at++] = DELIMITER;
  }
  return octets;
}

export class Splitter {
  readonly #partial = new Uint8Array(ENCODED_MAX + 1);
  #length = 0;

  /**
   * @param deliver gets each frame, its delimiter taken off. It may be a view of `chunk` or of a buffer
   * that the next call writes over: decode or copy it at once.
   */
  handleOctets(chunk: Uint8Array, deliver: (encoded: Uint8Array) => void): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(DELIMITER, start);
      if (end < 0) break;
      if (this.#length > 0) {
        this.#gather(chunk, start, end);
        const length = this.#length;
        this.#length = 0;
        deliver(this.#partial.subarray(0, length));
      } else if (end > start) {
        deliver(chunk.subarray(start, Math.min(end, start + ENCODED_MAX + 1)));
      }
      start = end + 1;
    }
    this.#gather(chunk, start, chunk.length);
  }

  /** Forgets what it has of a frame: the line's rate changed, or the board was reset. */
  reset(): void {
    this.#length = 0;
  }

  #gather(chunk: Uint8Array, start: number, end: number): void {
    const taken = Math.min(end - start, this.#partial.length - this.#length);
    if (taken <= 0) return;
    this.#partial.set(chunk.subarray(start, start + taken), this.#length);
    this.#length += taken;
  }
}
