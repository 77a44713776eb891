/** Packets in the script's own words. */

import { toHex } from '../../base/octets.ts';
import type { Flags, PacketAction, TcpSpec } from '../language/ast.ts';
import type { Datagram } from '../wire/datagram.ts';
import { FLAG_NAMES, type WireOption } from '../wire/segment.ts';

const LETTERS: Readonly<Record<keyof Flags, string>> = {
  fin: 'F',
  syn: 'S',
  rst: 'R',
  psh: 'P',
  urg: 'U',
  ece: 'E',
  cwr: 'W',
  ae: 'A',
  ack: '.',
};

export function describeFlags(flags: Flags): string {
  const names = [...FLAG_NAMES.filter((n) => n !== 'ack'), 'ack'] as (keyof Flags)[];
  return (
    names
      .filter((name) => flags[name])
      .map((name) => LETTERS[name])
      .join('') || '-'
  );
}

const describeCookie = (cookie: Uint8Array | 'own'): string =>
  cookie === 'own' ? 'TFO_COOKIE' : toHex(cookie);

export function describeOption(option: WireOption): string {
  switch (option.kind) {
    case 'mss':
    case 'wscale':
      return `${option.kind} ${option.value}`;
    case 'sack':
      return `sack ${option.blocks.map(([left, right]) => `${left}:${right}`).join(' ')}`;
    case 'timestamp':
      return `TS val ${option.value} ecr ${option.echo}`;
    case 'md5':
      return `md5 ${toHex(option.digest)}`;
    case 'fast-open':
      return `${option.experimental ? 'FOEXP' : 'FO'} ${describeCookie(option.cookie)}`.trimEnd();
    case 'unknown':
      return `option ${option.code} ${toHex(option.octets)}`.trimEnd();
    default:
      return option.kind;
  }
}

export const describeOptions = (options: readonly WireOption[] | 'any'): string =>
  options === 'any' ? '...' : options.map(describeOption).join(',');

const ECN_NAMES = ['', '[ect1] ', '[ect0] ', '[ce] '] as const;

/** Of a datagram whose numbers are the script's; `direction` is that of the script. */
export function describeDatagram(d: Datagram, direction: '<' | '>'): string {
  const t = d.transport;
  const head = `${direction} ${ECN_NAMES[d.trafficClass & 3] ?? ''}`;
  switch (t.protocol) {
    case 'tcp': {
      const { flags, sequence, acknowledgment, window, urgent, payload } = t;
      const last = (sequence + payload.length) >>> 0;
      const ack = flags.ack ? ` ack ${acknowledgment}` : '';
      const urg = flags.urg ? ` urg ${urgent}` : '';
      const options = t.options.length === 0 ? '' : ` <${describeOptions(t.options)}>`;
      const range = `${sequence}:${last}(${payload.length})`;
      return `${head}${describeFlags(flags)} ${range}${ack} win ${window}${urg}${options}`;
    }
    case 'udp':
      return `${head}udp (${t.payload.length})`;
    case 'icmp':
      return `${head}icmp type_${t.type} code_${t.code}`;
  }
}

/** What the script says, in one form. */
export function describeSpec(packet: PacketAction): string {
  const { transport: t, ip } = packet;
  const ecn = ip.ecn === undefined ? '' : `[${ip.ecn}] `;
  const head = `${packet.direction === 'inbound' ? '<' : '>'} ${ecn}`;
  switch (t.protocol) {
    case 'tcp':
      return head + describeTcpSpec(t);
    case 'udp':
      return `${head}udp (${t.length})`;
    case 'icmp':
      return `${head}icmp ${t.type}${t.code === undefined ? '' : ` ${t.code}`}`;
  }
}

function describeTcpSpec(t: TcpSpec): string {
  const last = (t.sequence + t.length) >>> 0;
  const ack = t.flags.ack ? ` ack ${t.acknowledgment === 'any' ? '*' : t.acknowledgment}` : '';
  const window = t.window === 'any' ? '' : ` win ${t.window}`;
  const urgent = t.flags.urg ? ` urg ${t.urgent}` : '';
  const options = t.options.length === 0 ? '' : ` <${describeOptions(t.options)}>`;
  const flags = describeFlags(t.flags) + (t.ace ?? '');
  return `${flags} ${t.sequence}:${last}(${t.length})${ack}${window}${urgent}${options}`;
}
