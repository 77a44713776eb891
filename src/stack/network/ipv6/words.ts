/**
 * What an IPv6 address says of itself, RFC 4291 §2.4, from the four words that a packet has for it: no object
 * is made for a packet that is only passed on.
 */

export const isUnspecified = (words: Int32Array, at: number): boolean =>
  words[at + 3] === 0 && isShort(words, at);

export const isLoopback = (words: Int32Array, at: number): boolean =>
  words[at + 3] === 1 && isShort(words, at);

export const isLinkLocal = (words: Int32Array, at: number): boolean =>
  (words[at] as number) >>> 22 === 0xfe80 >>> 6;

export const isMulticast = (words: Int32Array, at: number): boolean =>
  (words[at] as number) >>> 24 === 0xff;

const isShort = (words: Int32Array, at: number): boolean =>
  words[at + 2] === 0 && words[at + 1] === 0 && words[at] === 0;
