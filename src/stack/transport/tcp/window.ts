/** The window that the peer is told, RFC 9293 §3.8.6.2.2: the receiver's silly window syndrome avoidance (MUST-39). */
import type { Path } from './network.ts';
import { add, after } from './seq.ts';
import type { Tcb } from './tcb.ts';

const FIELD_MAX = 0xffff;

/** Octets that there is room for, in the units of the window scale; none is a window too (MAY-8). */
function room<P extends Path>(t: Tcb<P>): number {
  // A buffer below the scale's unit would never have a window.
  const buffer = Math.max(t.options.receiveBuffer, 1 << t.rcvShift);
  const free = buffer - (t.receiveBuffer?.length ?? 0);
  const most = Math.min(free, FIELD_MAX << t.rcvShift);
  return (most >> t.rcvShift) << t.rcvShift;
}

/** What the peer knows of the window: less than a unit of the scale is nothing to it. */
const known = <P extends Path>(t: Tcb<P>): number => (t.rcvWnd >> t.rcvShift) << t.rcvShift;

/** What an opening of the window must come to before it is told: a segment as the peer sends them. */
const worthTelling = <P extends Path>(t: Tcb<P>): number =>
  Math.min(t.options.receiveBuffer / 2, t.rcvMss);

/**
 * The window field of what leaves now. The right edge never moves to the left (SHLD-14), though the buffer be made
 * smaller, but for the octets that the scale cannot tell; those are taken all the same.
 */
export function windowField<P extends Path>(t: Tcb<P>): number {
  const free = room(t);
  const told = !t.shared.config.windowInSteps || free - known(t) >= worthTelling(t);
  const wnd = told ? Math.max(free, t.rcvWnd) : t.rcvWnd;
  const field = Math.min(wnd >> t.rcvShift, FIELD_MAX);
  const edge = add(t.rcvNxt, field << t.rcvShift);
  if (after(edge, t.rcvEdge)) t.rcvEdge = edge;
  t.rcvAcked = t.rcvNxt;
  return field;
}

/**
 * The application read: must the peer be told at once? It must when its window had become small and can be
 * twice as large; otherwise the next segment tells it.
 */
export function isWorthAnUpdate<P extends Path>(t: Tcb<P>): boolean {
  const before = known(t);
  if (before > t.options.receiveBuffer / 2) return false;
  const free = room(t);
  return free - before >= worthTelling(t) && free >= 2 * before;
}
