/** Which segments are looked at, RFC 9293 §3.10.7.4. */
import { distance, type Seq } from './seq.ts';

/** The receive half of the TCB that decides it, RFC 9293 §3.3.1. */
export interface Rcv {
  readonly nxt: Seq;
  readonly wnd: number;
}

/**
 * The four-case acceptability test, Table 6. `length` counts SYN and FIN. By the letter of the
 * table a segment that begins before the window and ends behind it is refused although it holds all that
 * is waited for; here it is accepted, and trimmed as §3.10.7.4 has it.
 */
export function acceptable(rcv: Rcv, start: Seq, length: number): boolean {
  const first = distance(start, rcv.nxt);
  if (length === 0) return rcv.wnd === 0 ? first === 0 : first >= 0 && first < rcv.wnd;
  return rcv.wnd !== 0 && first < rcv.wnd && first + length > 0;
}
