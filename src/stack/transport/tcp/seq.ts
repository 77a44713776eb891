/**
 * TCP sequence numbers, RFC 9293 §3.4: all arithmetic and comparison is modulo 2**32. They are held as
 * signed 32-bit integers, which the engine keeps unboxed; only differences mean anything.
 */
declare const seqBrand: unique symbol;
export type Seq = number & { readonly [seqBrand]: true };

export const seq = (n: number): Seq => (n | 0) as Seq;
export const add = (s: Seq, octets: number): Seq => ((s + octets) | 0) as Seq;
/** How far `a` lies ahead of `b`: negative when it lies behind. Meaningful within ±2**31. */
export const distance = (a: Seq, b: Seq): number => (a - b) | 0;
export const before = (a: Seq, b: Seq): boolean => ((a - b) | 0) < 0;
export const after = (a: Seq, b: Seq): boolean => ((a - b) | 0) > 0;
export const later = (a: Seq, b: Seq): Seq => (before(a, b) ? b : a);
