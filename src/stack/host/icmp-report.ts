/** An ICMP error that came for a socket: what it says of which datagram, and who says it. */
import * as icmp from '../network/icmp/message.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import type { IpAddress } from '../network/ip/address.ts';
import type { Unreachable } from '../transport/tcp/network.ts';

export interface IcmpReport {
  readonly kind: Unreachable | 'too-big';
  readonly type: number;
  readonly code: number;
  /** Whose message it is: a router on the way, or the host at its end. */
  readonly from: IpAddress;
  /** Where our datagram was going; the port is 0 for an echo, the sequence number for all others. */
  readonly destination: IpAddress;
  readonly destinationPort: number;
  readonly sequence: number;
  /** Of the narrow link, if the kind is `too-big` and it was said; else 0. */
  readonly mtu: number;
}

/**
 * RFC 1122 §3.2.2.1 and §4.2.3.9; undefined: not an error that a sender is told of. Source quench is one of those
 * (RFC 6633 §3, RFC 9293 MUST-55).
 */
export function kindOfIcmp(type: number, code: number): IcmpReport['kind'] | undefined {
  switch (type) {
    case icmp.TYPE.timeExceeded:
      return 'time-exceeded';
    case icmp.TYPE.parameterProblem:
      return 'parameter';
    case icmp.TYPE.destinationUnreachable:
      return kindOfUnreachable(code);
    default:
      return undefined;
  }
}

const { UNREACHABLE } = icmp;

function kindOfUnreachable(code: number): IcmpReport['kind'] | undefined {
  switch (code) {
    case UNREACHABLE.protocol:
      return 'protocol';
    case UNREACHABLE.port:
      return 'port';
    case UNREACHABLE.fragmentationNeeded:
      return 'too-big';
    case UNREACHABLE.network:
    case UNREACHABLE.networkUnknown:
    case UNREACHABLE.networkForTypeOfService:
      return 'net';
    case UNREACHABLE.networkProhibited:
    case UNREACHABLE.hostProhibited:
    case UNREACHABLE.communicationProhibited:
      return 'prohibited';
    default:
      return code <= UNREACHABLE.precedenceCutoff ? 'host' : undefined;
  }
}

/** RFC 4443 §3. */
export function kindOfIcmpv6(type: number, code: number): IcmpReport['kind'] | undefined {
  switch (type) {
    case icmpv6.TYPE.packetTooBig:
      return 'too-big';
    case icmpv6.TYPE.timeExceeded:
      return 'time-exceeded';
    case icmpv6.TYPE.parameterProblem:
      return code === icmpv6.PARAMETER_PROBLEM.nextHeader ? 'protocol' : 'parameter';
    case icmpv6.TYPE.destinationUnreachable:
      return kindOfUnreachable6(code);
    default:
      return undefined;
  }
}

function kindOfUnreachable6(code: number): IcmpReport['kind'] {
  switch (code) {
    case icmpv6.UNREACHABLE.noRoute:
      return 'net';
    case icmpv6.UNREACHABLE.port:
      return 'port';
    case icmpv6.UNREACHABLE.prohibited:
    case icmpv6.UNREACHABLE.sourcePolicy:
    case icmpv6.UNREACHABLE.rejectRoute:
      return 'prohibited';
    default:
      return 'host';
  }
}
