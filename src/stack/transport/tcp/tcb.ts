/**
 * The transmission control block, RFC 9293 §3.3.1: all that is known of one connection, and nothing that
 * acts. Who may change it are the files of this folder, each its part: handshake, arrival, acknowledgment,
 * recovery, delivery, output, timers, closing. It is small, since a host may have 100,000: what only an
 * active connection needs (buffers, flight, reassembly) is there only while it is needed.
 */
import { after, type Duration, type Instant, NEVER } from '../../../base/time.ts';
import type { ConnectionOptions } from './config.ts';
import type { Congestion, CongestionControl, Stage } from './congestion.ts';

import type { Flight } from './flight.ts';
import type { MinRtt } from './min-rtt.ts';
import type { Path } from './network.ts';
import type { Reassembly } from './reassembly.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';
import { INSTANT, ROW_NUMBERS } from './rows.ts';
import type { Rtt } from './rtt.ts';
import type { SendBuffer } from './send-buffer.ts';
import { add, distance, type Seq } from './seq.ts';
import type { Shared } from './shared.ts';
import type { State } from './state.ts';

const ZERO = 0 as Seq;

/** What a SYN and what goes with it may be sent by. */
const HANDSHAKE_SEGMENT = 1460;

/** Longer than any: there was no sample (min-rtt.ts). */
const NO_RTT = 0x7fff_ffff as Duration;

/** What the retransmission timer waits for. */
export const TIMER = {
  none: 0,
  retransmission: 1,
  /** RACK's reordering timer. */
  reordering: 2,
  /** RFC 8985's probe timeout. */
  tailProbe: 3,
  /** The persist timer of RFC 9293 §3.8.6.1. */
  windowProbe: 4,
} as const;

export type Timer = (typeof TIMER)[keyof typeof TIMER];

/** Linux's names for how a sender stands with losses, in its numbers. */
export const RECOVERY = { open: 0, disorder: 1, cwr: 2, recovery: 3, loss: 4 } as const;

export type Recovery = (typeof RECOVERY)[keyof typeof RECOVERY];

/** What leaves besides data. */
export const PROBE = { none: 0, tail: 1, window: 2, keepAlive: 3 } as const;

export type Probe = (typeof PROBE)[keyof typeof PROBE];

export type ConnectionError = 'refused' | 'reset' | 'timed-out' | 'unreachable' | 'aborted';

/** The listener that a passive connection came by. */
export interface Parent<P extends Path> {
  mayEstablish(): boolean;
  established(tcb: Tcb<P>): void;
  /** It ended before it was established. */
  failed(tcb: Tcb<P>): void;
}

export class Tcb<P extends Path> implements Rtt, MinRtt, Congestion {
  readonly shared: Shared<P, Tcb<P>>;
  path: P;
  options: ConnectionOptions;
  readonly localPort: number;
  readonly remotePort: number;
  /** Its place in the connection table; 0 when it is no longer there. */
  slot: number;
  state: State = 'CLOSED';
  error: ConnectionError | undefined;
  /** What has not ended the connection: an ICMP error (MUST-56), retransmissions in vain. Gone with the next progress. */
  softError: ConnectionError | undefined;

  // Send sequence variables.
  sndUna: Seq = ZERO;
  sndNxt: Seq = ZERO;
  /** In octets, scaled: beyond 16 bits (REC-1). */
  sndWnd = 0;
  /** Behind the last octet of urgent data; SND.UNA or before when there is none. */
  sndUp: Seq = ZERO;
  sndWl1: Seq = ZERO;
  sndWl2: Seq = ZERO;
  sndIss: Seq = ZERO;
  /** The largest window that the peer ever had: Max(SND.WND) of RFC 9293 §3.8.6.2.1, MAX.SND.WND of RFC 5961 §5.2. */
  sndMaxWnd = 0;
  /** Snd.Wind.Shift */
  sndShift = 0;
  /** Behind the last segment that was smaller than it might have been (Minshall). */
  sndSmall: Seq = ZERO;

  // Receive sequence variables.
  rcvNxt: Seq = ZERO;
  /** RCV.NXT + RCV.WND as the peer was told: it never moves back. */
  rcvEdge: Seq = ZERO;
  rcvUp: Seq = ZERO;
  rcvIrs: Seq = ZERO;
  /** Rcv.Wind.Shift */
  rcvShift = 0;
  /** Last.ACK.sent of RFC 7323 §4.3. */
  rcvAcked: Seq = ZERO;
  /** The largest payload that came: what "full-sized" means (RFC 9293 §3.8.6.3). */
  rcvMss = 0;

  /** The peer's maximum segment size, 0 before it is known. */
  peerMss = 0;
  /** Payload that a segment without options can have: Eff.snd.MSS of RFC 9293 §3.7.1 plus what options take. */
  mss = 0;
  /** The path's MTU that `mss` was made for. */
  mtu = 0;

  // What both ends agreed on.
  scaling = false;
  timestamps = false;
  sack = false;
  ecn = false;
  /** Undefined when this end began: MUST-11, what SYN-RECEIVED goes back to. */
  parent: Parent<P> | undefined;

  sendBuffer: SendBuffer | undefined;
  /** The sequence number of the send buffer's first octet. */
  sendBase: Seq = ZERO;
  /** Behind the last octet of the last write. */
  pushEnd: Seq = ZERO;
  /** The last write said that more follows: until it does, or the peer acknowledges something, less than a segment waits. */
  more = false;
  flight: Flight | undefined;
  receiveBuffer: ReceiveBuffer | undefined;
  reassembly: Reassembly | undefined;

  /** CLOSE was called: a FIN follows the last octet of the send buffer. */
  finQueued = false;
  finSent = false;
  /** Where the peer's FIN lies that came before what precedes it. */
  finAt: Seq | undefined;
  finReceived = false;
  /** No application reads any more. */
  released = false;

  // Acknowledgments.
  ackNow = false;
  /** Without SACK a duplicate acknowledgment counts by itself: so many more are due (RFC 5681 §4.2). */
  duplicatesDue = 0;
  quickAcks = 0;
  /** RFC 2883: the range to report as come twice; empty when both are the same. */
  dsackLeft: Seq = ZERO;
  dsackRight: Seq = ZERO;
  /** ECN: we echo a mark until the peer says that it slowed down. */
  ecnEcho = false;
  /** ECN: the next new segment says that we slowed down. */
  ecnReduced = false;

  // Timestamps, RFC 7323.
  tsRecent = 0;
  tsOffset = 0;

  // Retransmission.
  srtt = 0 as Duration;
  rttvar = 0 as Duration;
  rto: Duration;
  minRttNow = NO_RTT;
  minRttBefore = NO_RTT;
  retries = 0;
  rtxKind: Timer = TIMER.none;
  probe: Probe = PROBE.none;

  // Congestion and recovery.
  /** The owner's choice from ESTABLISHED on. */
  congestion: CongestionControl;
  cwnd = 0;
  ssthresh = 0;
  smss = 0;
  initialWindow = 0;
  slowStartLimit = 0;
  undoCwnd = 0;
  undoSsthresh = 0;
  acked = 0;
  smoothedRtt = 0;
  leastRtt = 0;
  stage: Stage | undefined;
  undoStage: Stage | undefined;
  hystart = false;
  windowEnd = 0;
  lastRoundMinRtt = 0;
  currentRoundMinRtt = 0;
  rttSampleCount = 0;
  cssBaselineMinRtt = 0;
  cssRounds = 0;
  isOpen = false;
  recovery: Recovery = RECOVERY.open;
  /** RFC 6582's recover: recovery ends when it is acknowledged. */
  recover: Seq = ZERO;
  duplicateAcks = 0;
  cwndLimited = false;
  /** The most that was in flight in the last round trip: so much the path was seen to hold (RFC 7661 §4.2). */
  flightPeak = 0;
  /** It is of what was sent before this. */
  flightPeakEnd: Seq = ZERO;
  /** Where this episode began, and how much of it was sent again and not reported as come twice. */
  undoMarker: Seq | undefined;
  undoOctets = 0;
  /** When something of this episode was first sent again, in timestamp units; 0: nothing was. */
  retransmittedAt = 0;
  /** RFC 8985's reordering window: whether the path was seen to reorder, in quarters of min RTT. */
  reorderingSeen = false;
  /** The farthest that a segment was seen to be overtaken, in octets. */
  reordering = 0;
  reorderingMultiple = 1;
  reorderingPersist = 0;
  /** A DSACK widens the window once in a round trip: until this is acknowledged. */
  reorderingRound: Seq | undefined;
  /** TLP.end_seq; undefined: no probe is out. */
  tlpEnd: Seq | undefined;
  tlpIsRetransmission = false;

  // Idle times.
  keepAliveSent = 0;

  /** In the queue of those that may have something to send. */
  isReady = false;
  /** What its owner holds (connection.ts), made when it is asked for. */
  facade: object | undefined;
  /** In the queue of those about which something changed. */
  hasNews = false;

  /** What is said of fast open in the SYN or its answer; undefined: nothing. */
  fastOpen: { readonly cookie: Uint8Array; retried: boolean } | undefined;
  /**
   * Data went with the SYN, and was taken. In SYN-RECEIVED: a cookie vouches for the peer, its data is taken
   * and ours may leave (RFC 7413 §4.2.2).
   */
  fastOpened = false;

  // Totals, as tcp_info has them.
  octetsSent = 0;
  octetsAcked = 0;
  octetsReceived = 0;
  segmentsDelivered = 0;
  segmentsRetransmitted = 0;

  constructor(
    shared: Shared<P, Tcb<P>>,
    path: P,
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    options: ConnectionOptions,
    now: Instant,
  ) {
    this.shared = shared;
    this.slot = shared.table.add(addresses, localPort, remotePort, this);
    shared.rows.begin(this.slot, now);
    this.path = path;
    this.localPort = localPort;
    this.remotePort = remotePort;
    this.options = options;
    this.congestion = shared.handshakeCongestion;
    this.congestion.begin(this, HANDSHAKE_SEGMENT, 10 * HANDSHAKE_SEGMENT);
    this.rto = shared.config.rtoInitial;
  }

  // The instants lie in the connection's row: rows.ts.

  #instant(name: number): Instant {
    return this.shared.rows.numbers[this.slot * ROW_NUMBERS + name] as Instant;
  }

  #setInstant(name: number, at: Instant): void {
    this.shared.rows.numbers[this.slot * ROW_NUMBERS + name] = at;
  }

  get rtxAt(): Instant {
    return this.#instant(INSTANT.retransmission);
  }

  set rtxAt(at: Instant) {
    this.#setInstant(INSTANT.retransmission, at);
  }

  get ackAt(): Instant {
    return this.#instant(INSTANT.acknowledgment);
  }

  set ackAt(at: Instant) {
    this.#setInstant(INSTANT.acknowledgment, at);
  }

  get idleAt(): Instant {
    return this.#instant(INSTANT.idle);
  }

  set idleAt(at: Instant) {
    this.#setInstant(INSTANT.idle, at);
  }

  get progressAt(): Instant {
    return this.#instant(INSTANT.progress);
  }

  set progressAt(at: Instant) {
    this.#setInstant(INSTANT.progress, at);
  }

  get lastReceivedAt(): Instant {
    return this.#instant(INSTANT.lastReceived);
  }

  set lastReceivedAt(at: Instant) {
    this.#setInstant(INSTANT.lastReceived, at);
  }

  get lastSentAt(): Instant {
    return this.#instant(INSTANT.lastSent);
  }

  set lastSentAt(at: Instant) {
    this.#setInstant(INSTANT.lastSent, at);
  }

  get rtoFrom(): Instant {
    return this.#instant(INSTANT.timeoutFrom);
  }

  set rtoFrom(at: Instant) {
    this.#setInstant(INSTANT.timeoutFrom, at);
  }

  get tsRecentAt(): Instant {
    return this.#instant(INSTANT.timestampRecent);
  }

  set tsRecentAt(at: Instant) {
    this.#setInstant(INSTANT.timestampRecent, at);
  }

  get minRttSince(): Instant {
    return this.#instant(INSTANT.minRttSince);
  }

  set minRttSince(at: Instant) {
    this.#setInstant(INSTANT.minRttSince, at);
  }

  get challengedAt(): Instant {
    return this.#instant(INSTANT.challenged);
  }

  set challengedAt(at: Instant) {
    this.#setInstant(INSTANT.challenged, at);
  }

  /** When the first of its timers is due. */
  get dueAt(): Instant {
    return Math.min(this.rtxAt, this.ackAt, this.idleAt, this.giveUpAt) as Instant;
  }

  /**
   * RFC 5482: when what was written has waited for the user timeout since something of it was acknowledged, or since
   * the peer, which has no room for it, was heard. A SYN of ours waits no longer either (MUST-22).
   */
  get giveUpAt(): Instant {
    const { userTimeout } = this.options;
    if (userTimeout === 0 || !this.isOwed) return NEVER;
    const { progressAt } = this;
    // What a stranger sent opens is for SYN-ACK's own retries to end.
    if (!this.isOpen) return this.parent === undefined ? after(progressAt, userTimeout) : NEVER;
    const from = this.sndWnd > 0 ? progressAt : Math.max(progressAt, this.lastReceivedAt);
    return after(from as Instant, userTimeout);
  }

  get rcvWnd(): number {
    return distance(this.rcvEdge, this.rcvNxt);
  }

  /** Something of ours, data or the FIN, is not acknowledged. */
  get isOwed(): boolean {
    const { sendBuffer, flight } = this;
    if (flight !== undefined || (this.finQueued && !this.finSent)) return true;
    return sendBuffer !== undefined && sendBuffer.length > 0;
  }

  /** Behind the last octet that the application wrote. */
  get sendEnd(): Seq {
    return add(this.sendBase, this.sendBuffer?.length ?? 0);
  }

  /** FlightSize of RFC 5681. */
  get flightSize(): number {
    return distance(this.sndNxt, this.sndUna);
  }

  /** What is taken to be in the network, RFC 6675's pipe; without SACK each duplicate takes a segment off. */
  get pipe(): number {
    const flight = this.flight;
    if (flight === undefined) return 0;
    const out = this.flightSize - flight.sacked - flight.lost + flight.retransmitted;
    return this.sack ? out : Math.max(0, out - this.duplicateAcks * this.mss);
  }
}
