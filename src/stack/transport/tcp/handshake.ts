/** Opening: what each end says of itself in its SYN and makes of the other's, RFC 9293 §3.7.1, RFC 7323 §2 and §3. */
import type { Instant } from '../../../base/time.ts';
import { withChanges } from './config.ts';
import { initialWindow, setSmss } from './congestion.ts';
import { congestionControl } from './congestion-controls.ts';
import { FLAG, HEADER_LENGTH } from './header.ts';
import type { Path } from './network.ts';
import { type SegmentOptions, type SynOptions, WINDOW_SCALE_MAX } from './options.ts';
import { afterSynTimeout } from './rtt.ts';
import type { Segment } from './segment.ts';
import { add, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { timestampNow } from './timestamps.ts';

const WINDOW_MAX = 0xffff;

/** MUST-67: what we can receive in one piece, without options (RFC 6691), or less if the user wants it so. */
export function announcedMss(path: Path, segmentMax: number): number {
  const most = (path.linkMtu ?? path.mtu) - path.headerLength - HEADER_LENGTH;
  return segmentMax > 0 ? Math.min(most, segmentMax) : most;
}

/** The least shift that lets the whole buffer be told (RFC 7323 §2.3). */
export function windowShift(receiveBuffer: number, least: number): number {
  let shift = least;
  while (receiveBuffer >> shift > WINDOW_MAX && shift < WINDOW_SCALE_MAX) shift += 1;
  return shift;
}

/** ISS, and the rest of the block as it is before the first segment. */
export function prepare<P extends Path>(t: Tcb<P>, iss: Seq, tsOffset: number): void {
  const { shared } = t;
  t.sndIss = iss;
  t.sndUna = iss;
  t.sndNxt = iss;
  t.sndUp = iss;
  t.sndSmall = iss;
  t.recover = iss;
  t.sendBase = add(iss, 1);
  t.pushEnd = t.sendBase;
  t.tsOffset = shared.config.timestampOffset === 'zero' ? 0 : tsOffset | 0;
  if (shared.config.windowScaling) {
    const { receiveBuffer, windowShiftMin } = shared.config;
    // A buffer that the application set is not made larger later.
    const least = t.options.receiveBuffer === receiveBuffer ? windowShiftMin : 0;
    t.rcvShift = windowShift(t.options.receiveBuffer, least);
  }
  updateMss(t);
}

/** What our SYN, or our answer to one, says: the segment size always (MUST-14, SHLD-5, MAY-3); an answer agrees to what was asked and to no more. */
export function synOptions<P extends Path>(t: Tcb<P>, now: Instant): SynOptions {
  const { config } = t.shared;
  const answer = t.state !== 'SYN-SENT';
  return {
    maximumSegmentSize: announcedMss(t.path, t.options.segmentMax),
    windowScale: (answer ? t.scaling : config.windowScaling) ? t.rcvShift : -1,
    sackPermitted: answer ? t.sack : config.sack,
    timestamps: answer ? t.timestamps : config.timestamps,
    tsval: timestampNow(t, now),
    tsecr: answer ? t.tsRecent : 0,
    cookie: undefined,
  };
}

/** The window field of a SYN is never scaled (RFC 7323 §2.2). */
export const synWindow = (receiveBuffer: number): number => Math.min(receiveBuffer, WINDOW_MAX);

/** The peer's SYN. MUST-15: a peer that names no segment size takes 536 octets (1220 over IPv6). */
export function takeSyn<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  const { config } = t.shared;
  const { options } = s;
  // A SYN of ours has told a window already, and the buffer may have become smaller since.
  const window = Math.max(synWindow(t.options.receiveBuffer), t.rcvWnd);
  t.rcvIrs = s.seq;
  t.rcvNxt = add(s.seq, 1);
  t.rcvAcked = t.rcvNxt;
  t.rcvUp = t.rcvNxt;
  t.rcvEdge = add(t.rcvNxt, window);
  agree(t, options, now);
  t.sndWl1 = s.seq;
  // The window of a SYN is not scaled.
  t.sndWnd = s.wnd;
  t.sndMaxWnd = s.wnd;
  const { segmentDefault } = config;
  const ipv6 = t.path.headerLength > HEADER_LENGTH;
  const unnamed = ipv6 ? segmentDefault.ipv6 : segmentDefault.ipv4;
  t.peerMss = Math.max(options.maximumSegmentSize || unnamed, config.segmentMin);
  updateMss(t);
  t.rcvMss = Math.min(t.mss, config.segmentDefault.ipv4);
  if (config.receiveWhole) {
    const receiveBuffer = Math.ceil(t.options.receiveBuffer / t.mss) * t.mss;
    t.options = withChanges(t.options, { receiveBuffer });
  }
  t.quickAcks = config.quickAcks;
}

/** What both ends have: each option only if both SYNs had it. */
export function agree<P extends Path>(t: Tcb<P>, options: SegmentOptions, now: Instant): void {
  const { config } = t.shared;
  t.sack = config.sack && options.sackPermitted;
  t.timestamps = config.timestamps && options.timestamps;
  if (t.timestamps) {
    t.tsRecent = options.tsval;
    t.tsRecentAt = now;
  }
  t.scaling = config.windowScaling && options.windowScale >= 0;
  t.sndShift = t.scaling ? options.windowScale : 0;
  if (!t.scaling) t.rcvShift = 0;
}

/** What ECN's bits in a SYN ask for (RFC 3168 §6.1.1). */
export const asksForEcn = (s: Segment): boolean => s.has(FLAG.ece) && s.has(FLAG.cwr);

/** Eff.snd.MSS of RFC 9293 §3.7.1 (MUST-16), before options: what the path, the peer and the user allow. */
export function updateMss<P extends Path>(t: Tcb<P>): void {
  const { path, options } = t;
  const before = t.mss;
  t.mtu = path.mtu;
  let mss = path.mtu - path.headerLength - HEADER_LENGTH;
  if (t.peerMss > 0) mss = Math.min(mss, t.peerMss);
  if (options.segmentMax > 0) mss = Math.min(mss, options.segmentMax);
  t.mss = Math.max(mss, 1);
  if (t.mss !== before && t.isOpen) setSmss(t, effectiveMss(t));
}

/** SMSS: a segment's payload when the options that all segments have are in it. */
export const effectiveMss = <P extends Path>(t: Tcb<P>): number => t.mss - (t.timestamps ? 12 : 0);

export function beginCongestionControl<P extends Path>(t: Tcb<P>): void {
  const { config } = t.shared;
  const smss = effectiveMss(t);
  const window = initialWindow(smss, config.initialWindow);
  t.congestion = congestionControl(t.options.congestion, config);
  t.congestion.begin(t, smss, window);
}

/** Both SYNs are acknowledged. */
export function establish<P extends Path>(t: Tcb<P>, synRetried: boolean, now: Instant): void {
  const { shared } = t;
  t.state = 'ESTABLISHED';
  t.isOpen = true;
  // With fast open there was something to control before.
  if (!t.fastOpened) beginCongestionControl(t);
  // RFC 5681 §3.1, RFC 6298 §5.7: a SYN that was lost tells of a path to be careful on.
  if (synRetried) {
    t.cwnd = effectiveMss(t);
    if (t.srtt === 0) afterSynTimeout(t);
  }
  t.retries = 0;
  t.progressAt = now;
  shared.notify(t);
  shared.wake(t);
}
