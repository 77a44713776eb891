/**
 * Header prediction, after V. Jacobson (1990): the next segment of a stream to a reader who sends nothing himself.
 * It is the one that is waited for, in order and within the window, acknowledges nothing new, and has nothing
 * special about it; of arrival.ts it needs little. Its octets are summed while they are copied into the receive buffer:
 * behind RCV.NXT they are nobody's, should the sum be wrong.
 *
 * It is for speed alone. What does not fit goes to arrival.ts, whose order is kept here: the acknowledgment, the
 * timestamp, the text, the idle timer.
 */
import { fold, SUM_VALID, sumHeader } from '../../../base/checksum.ts';
import type { Packet } from '../../../base/packet.ts';
import type { Instant } from '../../../base/time.ts';
import { updateWindow } from './acknowledgment.ts';
import { takeNext } from './delivery.ts';
import { acknowledgment, FLAG, HEADER_LENGTH, PROTOCOL_TCP, sequence, window } from './header.ts';
import type { Path } from './network.ts';
import { TIMESTAMPS_ALIGNED, TIMESTAMPS_LENGTH } from './options.ts';
import { before } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { restartIdle, restartProbes } from './timers.ts';
import { isEarlier } from './timestamps.ts';

const OFFSET_AND_FLAGS = 12;
const OPTIONS = HEADER_LENGTH;
const TSVAL = OPTIONS + 4;

/** The segment at `at` … `end` − 1 of `p` is taken. False: it is another, or damaged, and nothing was done. */
export function takePredicted<P extends Path>(
  t: Tcb<P>,
  p: Packet,
  at: number,
  end: number,
  now: Instant,
): boolean {
  const header = t.timestamps ? HEADER_LENGTH + TIMESTAMPS_LENGTH : HEADER_LENGTH;
  const text = end - at - header;
  if (!isNext(t, p, at, header, text) || isBusy(t)) return false;
  t.receiveBuffer ??= t.shared.receiveBuffers.take();
  const buffer = t.receiveBuffer;
  const limit = t.options.receiveBuffer + text;
  const payloadSum = buffer.writeNext(p, at + header, end, limit);
  const pseudoHeader = t.path.addressSum + PROTOCOL_TCP + header + text;
  if (fold(pseudoHeader + sumHeader(p, at, at + header) + payloadSum) !== SUM_VALID) {
    if (buffer.length === 0) t.receiveBuffer = t.shared.receiveBuffers.give(buffer);
    return false;
  }
  t.lastReceivedAt = now;
  const seq = sequence(p, at);
  updateWindow(t, seq, acknowledgment(p, at), window(p, at) << t.sndShift);
  t.more = false;
  restartProbes(t, now);
  if (t.timestamps && !before(t.rcvAcked, seq)) {
    t.tsRecent = p.view.getInt32(at + TSVAL);
    t.tsRecentAt = now;
  }
  if (text > t.rcvMss) t.rcvMss = text;
  takeNext(t, buffer, text, now);
  restartIdle(t, now);
  return true;
}

/** Has it the header that is awaited: no flag but ACK and PSH, no option but aligned timestamps, no old one? */
function isNext<P extends Path>(
  t: Tcb<P>,
  p: Packet,
  at: number,
  header: number,
  text: number,
): boolean {
  if (text <= 0 || text > t.rcvWnd) return false;
  if (sequence(p, at) !== t.rcvNxt || acknowledgment(p, at) !== t.sndUna) return false;
  const { view } = p;
  const plain = view.getUint16(at + OFFSET_AND_FLAGS) & ~FLAG.psh;
  if (plain !== ((header << 10) | FLAG.ack)) return false;
  if (header === HEADER_LENGTH) return true;
  return (
    view.getInt32(at + OPTIONS) === TIMESTAMPS_ALIGNED &&
    !isEarlier(view.getInt32(at + TSVAL), t.tsRecent)
  );
}

/** Is there more to a segment here than its text: something in flight, a gap, an end, marks? */
const isBusy = <P extends Path>(t: Tcb<P>): boolean =>
  t.state !== 'ESTABLISHED' ||
  t.flight !== undefined ||
  t.reassembly !== undefined ||
  t.finAt !== undefined ||
  t.released ||
  t.ecn;
