/** Data of which each octet can be told from the next. */
export const octets = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => i & 0xff);
