/** IP datagrams as plain data: what the interpreter injects, and what it sees of the stack under test. */
import { sum } from '../../base/checksum.ts';
import type { DecodeError } from '../../base/errors.ts';
import { concat } from '../../base/octets.ts';
import { asPacket } from '../../base/packet.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import * as icmp from '../../stack/network/icmp/message.ts';
import * as icmpv6 from '../../stack/network/icmpv6/message.ts';
import { type IpAddress, isIpv4, octetsOf } from '../../stack/network/ip/address.ts';
import * as ipv4 from '../../stack/network/ipv4/header.ts';
import * as ipv6 from '../../stack/network/ipv6/header.ts';
import * as udp from '../../stack/transport/udp/header.ts';
import { decodeSegment, encodeSegment, PROTOCOL_TCP, type Segment } from './segment.ts';

export interface UdpDatagram {
  readonly protocol: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

export interface IcmpMessage {
  readonly protocol: 'icmp';
  readonly type: number;
  readonly code: number;
  /** The second word: MTU, identifier, pointer. */
  readonly rest: number;
  readonly payload: Uint8Array;
}

export type Transport = Segment | UdpDatagram | IcmpMessage;

export interface Datagram {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly trafficClass: number;
  readonly timeToLive: number;
  /** 0 over IPv4. */
  readonly flowLabel: number;
  readonly transport: Transport;
}

/** What a pseudo-header begins with. */
export function addressSum(source: IpAddress, destination: IpAddress): number {
  const octets = concat([octetsOf(source), octetsOf(destination)]);
  return sum(asPacket(octets), 0, octets.length);
}

export function encodeDatagram(d: Datagram): Uint8Array {
  const payload = encodeTransport(d.transport, d.source, d.destination);
  const protocol = protocolOf(d.transport, isIpv4(d.source));
  return encodeIp(d, protocol, payload);
}

/** An IP header in front of octets that are already there. */
export function encodeIp(
  d: Omit<Datagram, 'transport'>,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  const { source, destination, trafficClass, timeToLive, flowLabel } = d;
  if (!isIpv4(source) && !isIpv4(destination)) {
    const head = { trafficClass, flowLabel, hopLimit: timeToLive, source, destination };
    return ipv6.encode({ ...head, nextHeader: protocol, payload });
  }
  return ipv4.encode({
    trafficClass,
    identification: 0,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive,
    protocol,
    source: Number(source) as ipv4.Datagram['source'],
    destination: Number(destination) as ipv4.Datagram['destination'],
    options: new Uint8Array(),
    payload,
  });
}

function protocolOf(transport: Transport, overIpv4: boolean): number {
  switch (transport.protocol) {
    case 'tcp':
      return PROTOCOL_TCP;
    case 'udp':
      return udp.PROTOCOL_UDP;
    case 'icmp':
      return overIpv4 ? icmp.PROTOCOL_ICMP : icmpv6.PROTOCOL_ICMPV6;
  }
}

function encodeTransport(t: Transport, source: IpAddress, destination: IpAddress): Uint8Array {
  const pseudoHeader = addressSum(source, destination);
  switch (t.protocol) {
    case 'tcp':
      return encodeSegment(t, pseudoHeader);
    case 'udp':
      return udp.encode(t, pseudoHeader);
    case 'icmp':
      return encodeIcmp(t, isIpv4(source), pseudoHeader);
  }
}

/** Written in place and not by `encode`, which asks that an error quotes something. */
function encodeIcmp(m: IcmpMessage, overIpv4: boolean, pseudoHeader: number): Uint8Array {
  const packet = asPacket(new Uint8Array(icmp.HEADER_LENGTH + m.payload.length));
  packet.octets.set(m.payload, icmp.HEADER_LENGTH);
  const { length } = m.payload;
  if (overIpv4) icmp.write(packet, 0, length, m.type, m.code, m.rest);
  else icmpv6.write(packet, 0, length, m.type, m.code, m.rest, pseudoHeader);
  return packet.octets;
}

/** Payloads are views of `octets`. */
export function decodeDatagram(octets: Uint8Array): Result<Datagram, DecodeError> {
  return (octets[0] ?? 0) >>> 4 === 6 ? decodeIpv6(octets) : decodeIpv4(octets);
}

function decodeIpv4(octets: Uint8Array): Result<Datagram, DecodeError> {
  const decoded = ipv4.decode(octets);
  if (!decoded.ok) return decoded;
  const { source, destination, trafficClass, timeToLive, protocol, payload } = decoded.value;
  if (decoded.value.moreFragments || decoded.value.fragmentOffset > 0) {
    return fail({ code: 'bad-field', protocol: 'ipv4', field: 'fragment offset', value: 1 });
  }
  const transport = decodeTransport(protocol, payload, source, destination);
  if (!transport.ok) return transport;
  const flowLabel = 0;
  return ok({
    source,
    destination,
    trafficClass,
    timeToLive,
    flowLabel,
    transport: transport.value,
  });
}

function decodeIpv6(octets: Uint8Array): Result<Datagram, DecodeError> {
  const decoded = ipv6.decode(octets);
  if (!decoded.ok) return decoded;
  const { source, destination, trafficClass, flowLabel, hopLimit, nextHeader, payload } =
    decoded.value;
  const transport = decodeTransport(nextHeader, payload, source, destination);
  if (!transport.ok) return transport;
  const timeToLive = hopLimit;
  return ok({
    source,
    destination,
    trafficClass,
    timeToLive,
    flowLabel,
    transport: transport.value,
  });
}

function decodeTransport(
  protocol: number,
  payload: Uint8Array,
  source: IpAddress,
  destination: IpAddress,
): Result<Transport, DecodeError> {
  const pseudoHeader = addressSum(source, destination);
  switch (protocol) {
    case PROTOCOL_TCP:
      return decodeSegment(payload, pseudoHeader);
    case udp.PROTOCOL_UDP: {
      const decoded = udp.decode(payload, pseudoHeader, isIpv4(source) ? 'optional' : 'required');
      return decoded.ok ? ok({ protocol: 'udp', ...decoded.value }) : decoded;
    }
    case icmp.PROTOCOL_ICMP:
    case icmpv6.PROTOCOL_ICMPV6:
      return decodeIcmp(payload, isIpv4(source), pseudoHeader);
    default:
      return fail({ code: 'bad-field', protocol: 'ip', field: 'protocol', value: protocol });
  }
}

function decodeIcmp(
  octets: Uint8Array,
  overIpv4: boolean,
  pseudoHeader: number,
): Result<IcmpMessage, DecodeError> {
  const packet = asPacket(octets);
  const end = octets.length;
  if (end < icmp.HEADER_LENGTH) {
    return fail({ code: 'truncated', protocol: 'icmp', need: icmp.HEADER_LENGTH, have: end });
  }
  const decoded = overIpv4 ? icmp.decode(octets) : icmpv6.decode(octets, pseudoHeader);
  if (!decoded.ok) return decoded;
  const rest = packet.view.getUint32(4);
  const payload = octets.subarray(icmp.HEADER_LENGTH);
  return ok({
    protocol: 'icmp',
    type: icmp.type(packet, 0),
    code: icmp.code(packet, 0),
    rest,
    payload,
  });
}
