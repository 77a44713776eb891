/** What a listener does with a segment, RFC 9293 §3.10.7.2: a half-open connection, a SYN cookie, or nothing. */
import type { Instant } from '../../../base/time.ts';
import { START } from '../../../base/time.ts';
import { arrive } from './arrival.ts';
import { terminate } from './closing.ts';
import type { ConnectionOptions, ListenOptions } from './config.ts';
import { Connection } from './connection.ts';
import { deliver } from './delivery.ts';
import {
  announcedMss,
  asksForEcn,
  beginCongestionControl,
  establish,
  prepare,
  synWindow,
  takeSyn,
  windowShift,
} from './handshake.ts';
import { FLAG } from './header.ts';
import type { Path } from './network.ts';
import type { SegmentOptions } from './options.ts';
import { Segment } from './segment.ts';
import { add, after, type Seq, seq } from './seq.ts';
import type { Shared } from './shared.ts';
import type { Parent, Tcb } from './tcb.ts';

/** Where a segment came from, and who listens there. */
export interface Arrival<P extends Path> {
  readonly shared: Shared<P, Tcb<P>>;
  readonly parent: Parent<P>;
  readonly options: ListenOptions;
  readonly connectionOptions: ConnectionOptions;
  readonly addresses: Int32Array;
  readonly localPort: number;
  readonly remotePort: number;
  /** In TIME-WAIT, which ends when a SYN is taken, or the cookie that answered it comes back. */
  readonly old: Tcb<P> | undefined;
}

/** A SYN for which there is room. */
export function acceptSyn<P extends Path>(a: Arrival<P>, s: Segment, now: Instant): boolean {
  const { shared } = a;
  const path = shared.network.pathTo(a.addresses);
  if (path === undefined || shared.table.size >= shared.config.connectionsMax) return false;
  let iss = seq(shared.isn.next(a.addresses, a.localPort, a.remotePort, now));
  if (a.old !== undefined) {
    // MAY-2: beyond all that the connection before it used, if that was faster than the clock.
    if (!after(iss, a.old.sndNxt)) iss = add(a.old.sndNxt, 1);
    terminate(a.old, undefined);
  }
  const t = halfOpen(a, path, iss, now);
  takeSyn(t, s, now);
  t.ecn = shared.config.ecn !== 'off' && a.options.ecn !== 'off' && asksForEcn(s);
  shared.counters.passiveOpens += 1;
  shared.wake(t);
  if (a.options.fastOpen) acceptFastOpen(a, t, s, now);
  return true;
}

function halfOpen<P extends Path>(a: Arrival<P>, path: P, iss: Seq, now: Instant): Tcb<P> {
  const { shared, connectionOptions: options } = a;
  const t = new Connection(shared, path, a.addresses, a.localPort, a.remotePort, options, now);
  t.parent = a.parent;
  t.state = 'SYN-RECEIVED';
  prepare(t, iss, shared.timestampOffsets.next(a.addresses, 0, 0, START));
  return t;
}

/** RFC 7413 §4.2.2: data in the SYN is taken at once if a cookie says that its sender is where it says to be. */
function acceptFastOpen<P extends Path>(a: Arrival<P>, t: Tcb<P>, s: Segment, now: Instant): void {
  const { shared } = a;
  const { cookieLength, cookieAt } = s.options;
  const free = shared.config.fastOpenWithoutCookie;
  if (cookieLength < 0 && !free) return;
  const cookie = s.packet.octets.subarray(cookieAt, cookieAt + Math.max(cookieLength, 0));
  const verdict = shared.fastOpenCookies.check(a.addresses, cookie, now);
  if (cookieLength >= 0 && verdict !== 'good') {
    t.fastOpen = { cookie: shared.fastOpenCookies.cookie(a.addresses, now), retried: false };
  }
  if (verdict === 'bad' && !free) return;
  if (s.text === 0 || !a.parent.mayEstablish()) return;
  shared.counters.fastOpens += 1;
  t.fastOpened = true;
  beginCongestionControl(t);
  // Our SYN is in flight beside what the window is for.
  t.cwnd += 1;
  s.trimBefore(t.rcvNxt);
  s.trimFrom(t.rcvEdge);
  a.parent.established(t);
  deliver(t, s, now);
}

/**
 * No room: all that is to be remembered goes out in the sequence number (RFC 4987 §3.6). False: nothing left, and
 * the peer may try again.
 */
export function sendCookie<P extends Path>(a: Arrival<P>, s: Segment, now: Instant): boolean {
  const { shared, addresses, localPort, remotePort } = a;
  const { config } = shared;
  const path = shared.network.pathTo(addresses);
  if (path === undefined) return false;
  const { options } = s;
  const scaling = config.windowScaling && options.windowScale >= 0;
  const ecn = config.ecn !== 'off' && a.options.ecn !== 'off' && asksForEcn(s);
  const ipv6 = path.headerLength > 20;
  const unnamed = ipv6 ? config.segmentDefault.ipv6 : config.segmentDefault.ipv4;
  const remembered = {
    maximumSegmentSize: options.maximumSegmentSize || unnamed,
    windowScale: scaling ? options.windowScale : -1,
    sackPermitted: config.sack && options.sackPermitted,
    ecn,
  };
  const cookie = seq(
    shared.synCookies.encode(addresses, localPort, remotePort, s.seq, remembered, now),
  );
  // TIME-WAIT goes on until the cookie comes back: a SYN may be forged, what it was answered with may be lost.
  if (a.old !== undefined && !mayFollow(a.old, cookie, s)) {
    shared.counters.synDrops += 1;
    return false;
  }
  shared.counters.synCookiesSent += 1;
  const offset = shared.timestampOffsets.next(addresses, 0, 0, START);
  const timestamps = config.timestamps && options.timestamps;
  shared.reply({
    addresses: addresses.slice(),
    path,
    localPort,
    remotePort,
    seq: cookie,
    ack: add(s.seq, 1),
    flags: FLAG.syn | FLAG.ack | (ecn ? FLAG.ece : 0),
    window: synWindow(a.options.receiveBuffer),
    trafficClass: 0,
    timestamps: undefined,
    syn: {
      maximumSegmentSize: announcedMss(path, a.options.segmentMax),
      windowScale: scaling ? windowShift(a.options.receiveBuffer, config.windowShiftMin) : -1,
      sackPermitted: remembered.sackPermitted,
      timestamps,
      tsval: (Math.floor(now / 1000) + offset) | 0,
      tsecr: timestamps ? options.tsval : 0,
      cookie: undefined,
    },
  });
  return true;
}

/**
 * MAY-2, for a number that cannot be chosen: it lies beyond those of before, or timestamps tell the segments of the one
 * connection from those of the other (RFC 6191). Else the SYN is as if lost; from the next secret comes another number.
 */
const mayFollow = <P extends Path>(old: Tcb<P>, iss: Seq, s: Segment): boolean =>
  (old.timestamps && s.options.timestamps) || after(iss, old.sndNxt);

/** An acknowledgment that may be of a cookie: the connection is made from it. */
export function acceptCookie<P extends Path>(a: Arrival<P>, s: Segment, now: Instant): boolean {
  const { shared, addresses, localPort, remotePort } = a;
  const irs = add(s.seq, -1);
  const iss = add(s.ack, -1);
  const found = shared.synCookies.decode(addresses, localPort, remotePort, irs, iss, now);
  if (found === undefined) {
    shared.counters.synCookiesFailed += 1;
    return false;
  }
  const path = shared.network.pathTo(addresses);
  if (path === undefined || shared.table.size >= shared.config.connectionsMax) return true;
  shared.counters.synCookiesTaken += 1;
  if (a.old !== undefined) terminate(a.old, undefined);
  const t = halfOpen(a, path, iss, now);
  takeSyn(t, synOf(s, irs, found), now);
  t.ecn = found.ecn;
  t.sndNxt = s.ack;
  t.sndUna = s.ack;
  t.sndWnd = s.wnd << t.sndShift;
  t.sndMaxWnd = t.sndWnd;
  establish(t, false, now);
  a.parent.established(t);
  arrive(t, s, now);
  return true;
}

/** The SYN that the cookie stands for. Whether it had timestamps shows in the acknowledgment. */
function synOf(
  s: Segment,
  irs: Seq,
  found: { maximumSegmentSize: number; windowScale: number; sackPermitted: boolean },
): Segment {
  const syn = new Segment();
  syn.seq = irs;
  syn.wnd = s.wnd;
  syn.flags = FLAG.syn;
  const options: SegmentOptions = syn.options;
  options.maximumSegmentSize = found.maximumSegmentSize;
  options.windowScale = found.windowScale;
  options.sackPermitted = found.sackPermitted;
  options.timestamps = s.options.timestamps;
  options.tsval = s.options.tsval;
  return syn;
}
