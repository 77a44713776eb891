/** A packet of the script as it goes to the stack: numbers, ports and addresses are those of the wire. */
import { concat } from '../../base/octets.ts';
import { type IpAddress, isIpv4 } from '../../stack/network/ip/address.ts';
import type { IcmpSpec, PacketAction, TcpOption, TcpSpec } from '../language/ast.ts';
import type { ScriptConfig } from '../script-config.ts';
import { Misfit } from '../script-error.ts';
import { type Datagram, encodeDatagram, encodeIp, type Transport } from '../wire/datagram.ts';
import { icmpNumbers } from '../wire/icmp-names.ts';
import { PROTOCOL_TCP, type Segment } from '../wire/segment.ts';
import { patternFrom } from '../wire/stream.ts';
import { ecnBits } from './compare.ts';
import type { Flow } from './flow.ts';

const TIME_TO_LIVE = 255;
const PROTOCOL_UDP = 17;
const UDP_HEADER_LENGTH = 8;

export function inboundDatagram(
  packet: PacketAction,
  flow: Flow,
  config: ScriptConfig,
): Uint8Array {
  const { transport: t } = packet;
  return encodeDatagram(
    envelope(
      packet,
      config,
      t.protocol === 'icmp' ? icmpOf(packet, t, flow, config) : plain(packet, flow, config),
    ),
  );
}

function envelope(packet: PacketAction, config: ScriptConfig, transport: Transport): Datagram {
  const { ip } = packet;
  return {
    source: config.remote,
    destination: config.local,
    trafficClass: ip.trafficClass ?? ecnBits(ip.ecn),
    timeToLive: ip.timeToLive ?? TIME_TO_LIVE,
    flowLabel: ip.flowLabel ?? 0,
    transport,
  };
}

function plain(packet: PacketAction, flow: Flow, config: ScriptConfig): Transport {
  const { transport: t } = packet;
  const ports = { sourcePort: flow.remotePort, destinationPort: flow.localPort };
  if (t.protocol === 'tcp') return liveSegment(t, flow, config, packet.line);
  return {
    protocol: 'udp',
    ...ports,
    payload: patternFrom(0, t.protocol === 'udp' ? t.length : 0),
  };
}

function liveSegment(t: TcpSpec, flow: Flow, config: ScriptConfig, line: number): Segment {
  const { syn, ack } = t.flags;
  const acknowledgment = t.acknowledgment === 'any' ? 0 : t.acknowledgment;
  const sequence = flow.remote.toLive(t.sequence, syn);
  // The first octet of data follows the initial sequence number, and the SYN with it in one segment.
  const place = (sequence - (flow.remote.initial?.live ?? 0) - (syn ? 0 : 1)) >>> 0;
  return {
    protocol: 'tcp',
    sourcePort: flow.remotePort,
    destinationPort: flow.localPort,
    sequence,
    acknowledgment: ack ? flow.local.toLive(acknowledgment, syn) : acknowledgment,
    flags: t.ace === undefined ? t.flags : { ...t.flags, ...aceFlags(t.ace) },
    reserved: 0,
    window: t.window === 'any' ? 0 : t.window,
    urgent: t.urgent,
    options: t.options === 'any' ? [] : t.options.map((o) => liveOption(o, t, flow, config, line)),
    payload: patternFrom(place, t.length),
  };
}

const aceFlags = (ace: number) => ({
  ae: (ace & 4) !== 0,
  cwr: (ace & 2) !== 0,
  ece: (ace & 1) !== 0,
});

function liveOption(
  option: TcpOption,
  { flags }: TcpSpec,
  flow: Flow,
  config: ScriptConfig,
  line: number,
): TcpOption {
  if (option.kind === 'sack') {
    const live = (n: number): number => flow.local.toLive(n, flags.syn);
    return { kind: 'sack', blocks: option.blocks.map(([l, r]) => [live(l), live(r)] as const) };
  }
  if (option.kind !== 'timestamp' || !flags.ack || option.echo === 'any') return option;
  const echo = flow.liveTimestamp(option.echo, config.echoScaled);
  if (echo === undefined) {
    throw new Misfit(
      line,
      `the stack never sent the timestamp value ${option.echo} that is echoed`,
    );
  }
  return { ...option, echo };
}

function icmpOf(packet: PacketAction, t: IcmpSpec, flow: Flow, config: ScriptConfig): Transport {
  const overIpv4 = isIpv4(config.local);
  const { type, code } = icmpNumbers(t.type, t.code, overIpv4, packet.line);
  const rest = t.mtu ?? (t.identifier ?? 0) * 0x1_0000;
  return { protocol: 'icmp', type, code, rest, payload: quotedOctets(t, flow, config) };
}

/** The datagram that the message is about: from us to the peer, with the first octets of its payload. */
function quotedOctets({ quoted }: IcmpSpec, flow: Flow, config: ScriptConfig): Uint8Array {
  if (quoted.protocol === 'raw') return new Uint8Array(Math.max(0, quoted.length - 8));
  const { localPort, remotePort } = flow;
  const ports = Uint8Array.of(localPort >>> 8, localPort, remotePort >>> 8, remotePort);
  const behind = new Uint8Array(quoted.length);
  if (quoted.protocol === 'udp') {
    const length = UDP_HEADER_LENGTH + quoted.length;
    const rest = Uint8Array.of(length >>> 8, length, 0, 0);
    return quotedDatagram(config, PROTOCOL_UDP, concat([ports, rest, behind]));
  }
  const sequence = flow.local.toLive(quoted.sequence, false);
  const number = Uint8Array.of(sequence >>> 24, sequence >>> 16, sequence >>> 8, sequence);
  return quotedDatagram(config, PROTOCOL_TCP, concat([ports, number, behind]));
}

function quotedDatagram(config: ScriptConfig, protocol: number, payload: Uint8Array): Uint8Array {
  const source: IpAddress = config.local;
  const head = {
    source,
    destination: config.remote,
    trafficClass: 0,
    timeToLive: 64,
    flowLabel: 0,
  };
  return encodeIp(head, protocol, payload);
}
