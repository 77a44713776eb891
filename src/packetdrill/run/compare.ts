/** A packet that came, in the script's numbers, against what the script says of it: field by field. */
import type { Ecn, IpSpec, PacketAction, TcpOption, TcpSpec } from '../language/ast.ts';
import type { Datagram, IcmpMessage, UdpDatagram } from '../wire/datagram.ts';
import type { Segment, WireOption } from '../wire/segment.ts';
import { describeFlags, describeOption, describeOptions } from './describe.ts';
import type { FieldDifference } from './outcome.ts';

export interface Comparison {
  /** Whether timestamps are compared: a tick in microseconds and how far they may be off. */
  readonly timestampTick: number;
  readonly tolerance: number;
  /** Echoes of timestamps too, which the original lets pass. */
  readonly strict: boolean;
  /** Several segments stand for one of the script: which of them a device pushes is its own affair. */
  readonly joined: boolean;
}

class Differences {
  readonly found: FieldDifference[] = [];

  check(field: string, expected: string | number, actual: string | number): void {
    if (expected !== actual) {
      this.found.push({ field, expected: String(expected), actual: String(actual) });
    }
  }
}

/** `icmp` are the numbers behind the script's names, if the packet is one of ICMP. */
export function differences(
  packet: PacketAction,
  actual: Datagram,
  how: Comparison,
  icmp: { readonly type: number; readonly code: number } | undefined,
): FieldDifference[] {
  const all = new Differences();
  const { transport: expected } = packet;
  compareIp(all, packet.ip, actual);
  all.check('protocol', expected.protocol, actual.transport.protocol);
  const { transport } = actual;
  if (expected.protocol === 'tcp' && transport.protocol === 'tcp') {
    compareTcp(all, expected, transport, how);
  } else if (expected.protocol === 'udp' && transport.protocol === 'udp') {
    compareUdp(all, expected.length, transport);
  } else if (icmp !== undefined && transport.protocol === 'icmp') {
    compareIcmp(all, icmp, transport);
  }
  return all.found;
}

const ECN_BITS: Readonly<Record<Exclude<Ecn, 'ect01'>, number>> = {
  noecn: 0,
  ect1: 1,
  ect0: 2,
  ce: 3,
};

export const ecnBits = (ecn: Ecn | undefined): number =>
  ecn === undefined || ecn === 'ect01' ? 0 : ECN_BITS[ecn];

function compareIp(all: Differences, spec: IpSpec, actual: Datagram): void {
  const { ecn, trafficClass, timeToLive, flowLabel } = spec;
  const bits = actual.trafficClass & 3;
  if (ecn === 'ect01') {
    if (bits !== ECN_BITS.ect0 && bits !== ECN_BITS.ect1) all.check('ECN', 'ect0 or ect1', bits);
  } else if (ecn !== undefined) {
    all.check('ECN', ECN_BITS[ecn], bits);
  }
  if (trafficClass !== undefined) all.check('traffic class', trafficClass, actual.trafficClass);
  if (timeToLive !== undefined) all.check('time to live', timeToLive, actual.timeToLive);
  if (flowLabel !== undefined && actual.flowLabel === 0) all.check('flow label', 'any', 'none');
}

function compareTcp(all: Differences, spec: TcpSpec, actual: Segment, how: Comparison): void {
  compareFlags(all, spec, actual, how);
  all.check('reserved bits', 0, actual.reserved);
  all.check('sequence number', spec.sequence, actual.sequence);
  all.check('payload length', spec.length, actual.payload.length);
  if (spec.acknowledgment !== 'any') {
    all.check('acknowledgment number', spec.acknowledgment, actual.acknowledgment);
  }
  if (spec.window !== 'any') all.check('window', spec.window, actual.window);
  all.check('urgent pointer', spec.urgent, actual.urgent);
  if (spec.options !== 'any') compareOptions(all, spec.options, actual.options, how);
}

function compareFlags(
  all: Differences,
  spec: TcpSpec,
  { flags: sent }: Segment,
  how: Comparison,
): void {
  const { flags, ace } = spec;
  const actual = how.joined && !how.strict ? { ...sent, psh: flags.psh } : sent;
  if (ace === undefined) {
    all.check('flags', describeFlags(flags), describeFlags(actual));
    return;
  }
  const { ae, cwr, ece } = actual;
  const without = { ae: false, cwr: false, ece: false };
  all.check('flags', describeFlags(flags), describeFlags({ ...actual, ...without }));
  all.check('ACE field', ace, (ae ? 4 : 0) + (cwr ? 2 : 0) + (ece ? 1 : 0));
}

/** Options are compared in their order: what a stack sends has one. */
function compareOptions(
  all: Differences,
  expected: readonly TcpOption[],
  actual: readonly WireOption[],
  how: Comparison,
): void {
  const kinds = (options: readonly WireOption[]): string => options.map((o) => o.kind).join(',');
  if (kinds(expected) !== kinds(actual)) {
    all.check('options', describeOptions(expected), describeOptions(actual));
    return;
  }
  for (const [i, option] of expected.entries()) {
    const other = actual[i];
    if (other === undefined) continue;
    if (option.kind === 'timestamp' && other.kind === 'timestamp') {
      compareTimestamps(all, option, other, how);
    } else {
      all.check(`option ${option.kind}`, describeOption(option), describeOption(other));
    }
  }
}

type Timestamp = Extract<TcpOption, { kind: 'timestamp' }>;

function compareTimestamps(
  all: Differences,
  expected: Timestamp,
  actual: Timestamp,
  how: Comparison,
): void {
  const { timestampTick: tick, tolerance, strict } = how;
  if (tick > 0 && expected.value !== 'any' && actual.value !== 'any') {
    const off = Math.abs((actual.value - expected.value) | 0) * tick;
    if (off > tolerance) all.check('timestamp value', expected.value, actual.value);
  }
  if (strict && expected.echo !== 'any') {
    all.check('timestamp echo reply', expected.echo, actual.echo);
  }
}

function compareUdp(all: Differences, length: number, actual: UdpDatagram): void {
  all.check('payload length', length, actual.payload.length);
}

function compareIcmp(
  all: Differences,
  expected: { readonly type: number; readonly code: number },
  actual: IcmpMessage,
): void {
  all.check('ICMP type', expected.type, actual.type);
  all.check('ICMP code', expected.code, actual.code);
}
