/**
 * The characters of RFC 864: the 95 printable ones of ASCII as a ring, of which each line shows 72, beginning
 * one further than the line before.
 */
const FIRST = 0x20;
const RING = 95;
const WIDTH = 72;
const CR = 0x0d;
const LF = 0x0a;

export const LINE_LENGTH = WIDTH + 2;

/** `count` lines from the `first` on. */
export function patternLines(first: number, count: number): Uint8Array {
  const octets = new Uint8Array(count * LINE_LENGTH);
  for (let line = 0; line < count; line++) {
    const at = line * LINE_LENGTH;
    for (let i = 0; i < WIDTH; i++) octets[at + i] = FIRST + ((first + line + i) % RING);
    octets[at + WIDTH] = CR;
    octets[at + WIDTH + 1] = LF;
  }
  return octets;
}
