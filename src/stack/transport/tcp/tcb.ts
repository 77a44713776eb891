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
import type { Rtt } from './rtt.ts';
import type { SendBuffer } from './send-buffer.ts';
import { add, distance, type Seq } from './seq.ts';
import type { Shared } from './shared.ts';
import type { State } from './state.ts';
import { Timed } from './timed.ts';

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

/**
 * What almost every segment needs comes first, and so lies in as few lines of memory as can be, eight fields to a line:
 * `fetch` asks for all of them at once.
 */
export class Tcb<P extends Path> extends Timed implements Rtt, MinRtt, Congestion {
  readonly shared: Shared<P, Tcb<P>>;
  path: P;
  options: ConnectionOptions;
  state: State = 'CLOSED';
  readonly localPort: number;
  readonly remotePort: number;

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
  /** Rcv.Wind.Shift */
  rcvShift = 0;
  /** Last.ACK.sent of RFC 7323 §4.3. */
  rcvAcked: Seq = ZERO;
  /** The largest payload that came: what "full-sized" means (RFC 9293 §3.8.6.3). */
  rcvMss = 0;

  /** Payload that a segment without options can have: Eff.snd.MSS of RFC 9293 §3.7.1 plus what options take. */
  mss = 0;
  /** The path's MTU that `mss` was made for. */
  mtu = 0;

  // What both ends agreed on.
  timestamps = false;
  sack = false;
  ecn = false;

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

  isOpen = false;
  /** CLOSE was called: a FIN follows the last octet of the send buffer. */
  finQueued = false;
  finSent = false;
  /** Where the peer's FIN lies that came before what precedes it. */
  finAt: Seq | undefined;
  /** No application reads any more. */
  released = false;
  /** Undefined when this end began: MUST-11, what SYN-RECEIVED goes back to. */
  parent: Parent<P> | undefined;
  /** In the heap of timers. */
  isTimed = false;
  /** In the queue of those that may have something to send. */
  isReady = false;
  /** In the queue of those about which something changed. */
  hasNews = false;

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
  keepAliveSent = 0;

  // Congestion and recovery.
  /** The owner's choice from ESTABLISHED on. */
  congestion: CongestionControl;
  cwnd = 0;
  ssthresh = 0;
  smss = 0;
  hystart = false;
  windowEnd = 0;
  lastRoundMinRtt = 0;
  currentRoundMinRtt = 0;
  rttSampleCount = 0;
  cssBaselineMinRtt = 0;
  recovery: Recovery = RECOVERY.open;
  duplicateAcks = 0;
  cwndLimited = false;
  /** The most that was in flight in the last round trip: so much the path was seen to hold (RFC 7661 §4.2). */
  flightPeak = 0;
  /** It is of what was sent before this. */
  flightPeakEnd: Seq = ZERO;
  /** Where this episode began. */
  undoMarker: Seq | undefined;
  /** TLP.end_seq; undefined: no probe is out. */
  tlpEnd: Seq | undefined;
  /** What has not ended the connection: an ICMP error (MUST-56), retransmissions in vain. Gone with the next progress. */
  softError: ConnectionError | undefined;

  // Totals, as tcp_info has them.
  octetsSent = 0;
  octetsAcked = 0;
  octetsReceived = 0;
  segmentsDelivered = 0;

  // From here on what few segments need.
  /** Why it ended, unless in order: the peer's FIN is none, its RST is (MUST-12). */
  error: ConnectionError | undefined;
  rcvIrs: Seq = ZERO;
  /** The peer's maximum segment size, 0 before it is known. */
  peerMss = 0;
  scaling = false;
  finReceived = false;
  /** ECN: the next new segment says that we slowed down. */
  ecnReduced = false;
  /** RFC 6582's recover: recovery ends when it is acknowledged. */
  recover: Seq = ZERO;
  /** How much of an episode was sent again and not reported as come twice. */
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
  tlpIsRetransmission = false;
  initialWindow = 0;
  slowStartLimit = 0;
  undoCwnd = 0;
  undoSsthresh = 0;
  acked = 0;
  leastRtt = 0;
  cssRounds = 0;
  stage: Stage | undefined;
  undoStage: Stage | undefined;
  segmentsRetransmitted = 0;
  /** What is said of fast open in the SYN or its answer; undefined: nothing. */
  fastOpen: { readonly cookie: Uint8Array; retried: boolean } | undefined;
  /**
   * Data went with the SYN, and was taken. In SYN-RECEIVED: a cookie vouches for the peer, its data is taken
   * and ours may leave (RFC 7413 §4.2.2).
   */
  fastOpened = false;

  constructor(
    shared: Shared<P, Tcb<P>>,
    path: P,
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    options: ConnectionOptions,
    now: Instant,
  ) {
    super(shared.rows);
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

  /**
   * Reads a field of each line in which something is that almost every segment needs: asked for at once, they come
   * from memory in little more than the time of one. What it gives means nothing.
   */
  fetch(): number {
    const first = this.localPort | this.sndWl1 | this.rcvEdge | this.mss | this.pushEnd;
    const second = (this.released ? 1 : 0) | this.duplicatesDue | this.rttvar | this.keepAliveSent;
    const third = this.currentRoundMinRtt | this.flightPeak | this.octetsSent;
    return this.rtxAt > 0 ? first | second | third : 0;
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
