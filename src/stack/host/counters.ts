/** What a host counts, by the names of RFC 4293 (IP, ICMP), RFC 4113 (UDP) and RFC 2863 (interfaces). */
export interface IpCounters {
  inReceives: number;
  /** Headers that are no headers, options at fault among them. */
  inHdrErrors: number;
  /** Sources and destinations that have no business here. */
  inAddrErrors: number;
  inUnknownProtos: number;
  inTruncatedPkts: number;
  inDiscards: number;
  inDelivers: number;
  inNoRoutes: number;
  forwDatagrams: number;
  outRequests: number;
  outDiscards: number;
  outNoRoutes: number;
  reasmReqds: number;
  reasmOks: number;
  reasmFails: number;
  fragOks: number;
  fragFails: number;
  fragCreates: number;
}

export interface IcmpCounters {
  inMsgs: number;
  inErrors: number;
  outMsgs: number;
  /** Errors that were not sent: about such a datagram none may be, or too many were sent lately. */
  outSuppressed: number;
  /** Errors from outside that quote nothing that we could have sent. */
  inUnsolicited: number;
}

export interface UdpCounters {
  inDatagrams: number;
  noPorts: number;
  inErrors: number;
  /** Dropped: the socket's queue was full. */
  inOverflows: number;
  outDatagrams: number;
}

export interface InterfaceCounters {
  inFrames: number;
  inOctets: number;
  /** For another station, VLAN or protocol. */
  inIgnored: number;
  inErrors: number;
  outFrames: number;
  outOctets: number;
  /** The link was down, or too much waited. */
  outDiscards: number;
}

export interface HostCounters {
  readonly ipv4: IpCounters;
  readonly ipv6: IpCounters;
  readonly icmp: IcmpCounters;
  readonly icmpv6: IcmpCounters;
  readonly udp: UdpCounters;
}

const ip = (): IpCounters => ({
  inReceives: 0,
  inHdrErrors: 0,
  inAddrErrors: 0,
  inUnknownProtos: 0,
  inTruncatedPkts: 0,
  inDiscards: 0,
  inDelivers: 0,
  inNoRoutes: 0,
  forwDatagrams: 0,
  outRequests: 0,
  outDiscards: 0,
  outNoRoutes: 0,
  reasmReqds: 0,
  reasmOks: 0,
  reasmFails: 0,
  fragOks: 0,
  fragFails: 0,
  fragCreates: 0,
});

const icmp = (): IcmpCounters => ({
  inMsgs: 0,
  inErrors: 0,
  outMsgs: 0,
  outSuppressed: 0,
  inUnsolicited: 0,
});

export const noHostCounts = (): HostCounters => ({
  ipv4: ip(),
  ipv6: ip(),
  icmp: icmp(),
  icmpv6: icmp(),
  udp: { inDatagrams: 0, noPorts: 0, inErrors: 0, inOverflows: 0, outDatagrams: 0 },
});

export const noInterfaceCounts = (): InterfaceCounters => ({
  inFrames: 0,
  inOctets: 0,
  inIgnored: 0,
  inErrors: 0,
  outFrames: 0,
  outOctets: 0,
  outDiscards: 0,
});
