/** How a connection stands, by the names of Linux's tcp_info. Times in microseconds, sizes as there: segments or octets. */
import type { Instant } from '../../../base/time.ts';
import { SSTHRESH_INITIAL } from './congestion.ts';
import { announcedMss, effectiveMss } from './handshake.ts';
import { minRtt } from './min-rtt.ts';
import type { Path } from './network.ts';
import { DUPLICATE_THRESHOLD } from './recovery.ts';
import { distance } from './seq.ts';
import { LINUX_NUMBER } from './state.ts';
import { RECOVERY, type Tcb, TIMER } from './tcb.ts';

export interface TcpInfo {
  readonly tcpi_state: number;
  readonly tcpi_ca_state: number;
  readonly tcpi_retransmits: number;
  readonly tcpi_probes: number;
  readonly tcpi_backoff: number;
  readonly tcpi_options: number;
  readonly tcpi_snd_wscale: number;
  readonly tcpi_rcv_wscale: number;
  readonly tcpi_rto: number;
  readonly tcpi_ato: number;
  readonly tcpi_snd_mss: number;
  readonly tcpi_rcv_mss: number;
  readonly tcpi_unacked: number;
  readonly tcpi_sacked: number;
  readonly tcpi_lost: number;
  readonly tcpi_retrans: number;
  readonly tcpi_fackets: number;
  readonly tcpi_last_data_sent: number;
  readonly tcpi_last_data_recv: number;
  readonly tcpi_last_ack_recv: number;
  readonly tcpi_pmtu: number;
  readonly tcpi_rcv_ssthresh: number;
  readonly tcpi_rtt: number;
  readonly tcpi_rttvar: number;
  readonly tcpi_snd_ssthresh: number;
  readonly tcpi_snd_cwnd: number;
  readonly tcpi_advmss: number;
  readonly tcpi_reordering: number;
  readonly tcpi_rcv_rtt: number;
  readonly tcpi_rcv_space: number;
  readonly tcpi_total_retrans: number;
  readonly tcpi_bytes_acked: number;
  readonly tcpi_bytes_received: number;
  readonly tcpi_delivered: number;
  readonly tcpi_notsent_bytes: number;
  readonly tcpi_min_rtt: number;
  readonly tcpi_bytes_sent: number;
  readonly tcpi_snd_wnd: number;
  readonly tcpi_rcv_wnd: number;
  /** cwnd in octets, which the segments above are rounded from. */
  readonly cwnd_octets: number;
}

const OPTION = { timestamps: 1, sack: 2, wscale: 4, ecn: 8, ecnSeen: 16, synData: 32 } as const;
const MILLISECOND = 1000;
/** Linux's tcp_max_reordering. */
const REORDERING_MAX = 300;

export function tcpInfo<P extends Path>(t: Tcb<P>, now: Instant): TcpInfo {
  const { flight, shared } = t;
  const mss = effectiveMss(t);
  const segments = (octets: number): number => Math.ceil(octets / mss);
  const since = (then: number): number => Math.floor((now - then) / MILLISECOND);
  const unlimited = t.ssthresh >= SSTHRESH_INITIAL;
  return {
    tcpi_state: LINUX_NUMBER[t.state],
    tcpi_ca_state: t.recovery,
    tcpi_retransmits: t.recovery === RECOVERY.loss || !t.isOpen ? t.retries : 0,
    tcpi_probes: t.keepAliveSent + (t.rtxKind === TIMER.windowProbe ? t.retries : 0),
    tcpi_backoff: t.retries,
    tcpi_options: options(t),
    tcpi_snd_wscale: t.sndShift,
    tcpi_rcv_wscale: Math.max(t.rcvShift, 0),
    tcpi_rto: t.rto,
    tcpi_ato: shared.config.delayedAck,
    tcpi_snd_mss: mss,
    tcpi_rcv_mss: t.rcvMss,
    tcpi_unacked: flight?.count ?? 0,
    tcpi_sacked: t.sack ? (flight?.sackedSegments ?? 0) : t.duplicateAcks,
    tcpi_lost: segments(flight?.lost ?? 0),
    tcpi_retrans: segments(flight?.retransmitted ?? 0),
    tcpi_fackets: 0,
    tcpi_last_data_sent: since(t.lastSentAt),
    tcpi_last_data_recv: since(t.lastReceivedAt),
    tcpi_last_ack_recv: since(t.lastReceivedAt),
    tcpi_pmtu: t.path.mtu,
    tcpi_rcv_ssthresh: t.options.receiveBuffer,
    tcpi_rtt: t.srtt,
    tcpi_rttvar: t.rttvar,
    tcpi_snd_ssthresh: unlimited ? SSTHRESH_INITIAL : Math.floor(t.ssthresh / mss),
    tcpi_snd_cwnd: Math.max(1, Math.floor(t.cwnd / mss)),
    tcpi_advmss: announcedMss(t.path, t.options.segmentMax),
    tcpi_reordering: Math.min(
      Math.max(DUPLICATE_THRESHOLD, segments(t.reordering)),
      REORDERING_MAX,
    ),
    tcpi_rcv_rtt: 0,
    tcpi_rcv_space: t.options.receiveBuffer,
    tcpi_total_retrans: t.segmentsRetransmitted,
    tcpi_bytes_acked: t.octetsAcked,
    tcpi_bytes_received: t.octetsReceived,
    tcpi_delivered: t.segmentsDelivered,
    tcpi_notsent_bytes: Math.max(0, distance(t.sendEnd, t.sndNxt)),
    tcpi_min_rtt: minRtt(t),
    tcpi_bytes_sent: t.octetsSent,
    tcpi_snd_wnd: t.sndWnd,
    tcpi_rcv_wnd: t.rcvWnd,
    cwnd_octets: t.cwnd,
  };
}

const options = <P extends Path>(t: Tcb<P>): number =>
  (t.timestamps ? OPTION.timestamps : 0) |
  (t.sack ? OPTION.sack : 0) |
  (t.scaling ? OPTION.wscale : 0) |
  (t.ecn ? OPTION.ecn : 0) |
  (t.ecnEcho ? OPTION.ecnSeen : 0) |
  (t.fastOpened ? OPTION.synData : 0);
