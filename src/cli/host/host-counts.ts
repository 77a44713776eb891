/** What a host has done, as the live line and the documents show it. */
import type { Host } from '../../stack/host/host.ts';
import type { Say } from '../messages/message.ts';

export interface HostCounts {
  readonly framesIn: number;
  readonly framesOut: number;
  readonly datagramsIn: number;
  readonly datagramsOut: number;
  readonly forwarded: number;
  readonly segmentsIn: number;
  readonly segmentsOut: number;
  readonly retransmissions: number;
  /** That were opened by either side so far. */
  readonly connections: number;
}

export function countsOf(host: Host): HostCounts {
  const { ipv4, ipv6 } = host.counters;
  const tcp = host.tcpCounters;
  const frames = (which: 'inFrames' | 'outFrames'): number =>
    host.interfaces.reduce((sum, { counters }) => sum + counters[which], 0);
  return {
    framesIn: frames('inFrames'),
    framesOut: frames('outFrames'),
    datagramsIn: ipv4.inReceives + ipv6.inReceives,
    datagramsOut: ipv4.outRequests + ipv6.outRequests,
    forwarded: ipv4.forwDatagrams + ipv6.forwDatagrams,
    segmentsIn: tcp.inSegs,
    segmentsOut: tcp.outSegs,
    retransmissions: tcp.retransSegs,
    connections: tcp.activeOpens + tcp.passiveOpens,
  };
}

export const countsLine = (counts: HostCounts, say: Say): string =>
  say('host.counts', { ...counts });
