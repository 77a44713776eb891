/** Which segments are looked at, RFC 9293 §3.10.7.4. */
import { distance, type Seq } from './seq.ts';

/** The receive half of the TCB that decides it, RFC 9293 §3.3.1. */
export interface Receiver {
  readonly rcvNxt: Seq;
  readonly rcvWnd: number;
}

/**
 * The four-case acceptability test, Table 6. `length` counts SYN and FIN. By the letter of the
 * table a segment that begins before the window and ends behind it is refused although it holds all that
 * is waited for; here it is accepted, and trimmed as §3.10.7.4 has it.
 */
export function acceptable(t: Receiver, start: Seq, length: number): boolean {
  const first = distance(start, t.rcvNxt);
  if (length === 0) return t.rcvWnd === 0 ? first === 0 : first >= 0 && first < t.rcvWnd;
  return t.rcvWnd !== 0 && first < t.rcvWnd && first + length > 0;
}
