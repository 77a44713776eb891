/**
 * A packet that goes into the stack under test (`<`) or must come out of it (`>`):
 *
 *    < [ip] [ports] FLAGS first:last(length) [ack N] [win N] [urg N] [<options>]
 *    > [ip] udp [ports] (length)
 *    < [ip] icmp TYPE [CODE] [mtu N] [id N] [[quoted]], or the last of it first
 */
import { Misfit } from '../script-error.ts';
import type { Flags, IcmpSpec, IpSpec, PacketAction, Ports, Quoted, TcpSpec } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { OPTIONS_LENGTH_MAX, optionLength, parseTcpOptions } from './tcp-option.ts';

const U8 = 0xff;
const U16 = 0xffff;
const U20 = 0xf_ffff;
const U32 = 0xffff_ffff;

/** Headers between IP and transport that the original knows and this interpreter does not. */
const ENCAPSULATIONS: readonly string[] = [
  'ipv4',
  'ipv6',
  'gre',
  'GREv0',
  'mpls',
  'sctp',
  'udplite',
];

export const atPacket = (cursor: Cursor): boolean => cursor.isSymbol('<') || cursor.isSymbol('>');

export function parsePacket(cursor: Cursor): PacketAction {
  const { line } = cursor;
  const inbound = cursor.acceptSymbol('<');
  if (!inbound) cursor.expectSymbol('>', 'before a packet');
  const direction = inbound ? 'inbound' : 'outbound';
  const quoted = atQuoted(cursor) ? parseQuoted(cursor) : undefined;
  const ip = parseIp(cursor);
  const early = parsePorts(cursor);
  for (const name of ENCAPSULATIONS) {
    if (cursor.isWord(name)) cursor.refuse(`${name} is not supported in a packet`);
  }
  const head = { kind: 'packet', line, direction, ip } as const;
  if (inbound && ip.ecn === 'ect01') cursor.refuse('[ect01] is for outbound packets only');
  if (cursor.acceptWord('icmp')) {
    return { ...head, ports: early, transport: parseIcmp(cursor, quoted) };
  }
  if (quoted !== undefined) cursor.refuse('only an ICMP message quotes a packet');
  if (cursor.acceptWord('udp')) {
    const ports = early ?? parsePorts(cursor);
    return { ...head, ports, transport: { protocol: 'udp', length: parseLength(cursor) } };
  }
  const transport = parseTcp(cursor);
  if (inbound) refuseWildcards(transport, line);
  refuseUnpadded(transport, line);
  return { ...head, ports: early, transport };
}

function parseLength(cursor: Cursor): number {
  cursor.expectSymbol('(', 'before a payload length');
  const length = cursor.expectNumber('a payload length', U16);
  cursor.expectSymbol(')', 'after a payload length');
  return length;
}

function parsePorts(cursor: Cursor): Ports | undefined {
  if (!cursor.is('integer') || !cursor.isSymbol('>', 1)) return undefined;
  const source = cursor.expectNumber('a source port', U16);
  cursor.expectSymbol('>', 'between two ports');
  return { source, destination: cursor.expectNumber('a destination port', U16) };
}

/** `[ect0]`, `(ttl 255)`, `[tos 0x04, flowlabel 0x5]`. */
function parseIp(cursor: Cursor): IpSpec {
  let spec: IpSpec = {
    ecn: undefined,
    trafficClass: undefined,
    flowLabel: undefined,
    timeToLive: undefined,
  };
  const close = cursor.acceptSymbol('[') ? ']' : cursor.acceptSymbol('(') ? ')' : undefined;
  if (close === undefined) return spec;
  do spec = { ...spec, ...parseIpItem(cursor) };
  while (cursor.acceptSymbol(','));
  cursor.expectSymbol(close, 'after the fields of IP');
  return spec;
}

function parseIpItem(cursor: Cursor): Partial<IpSpec> {
  const word = cursor.peek().text;
  switch (word) {
    case 'noecn':
    case 'ect0':
    case 'ect1':
    case 'ce':
    case 'ect01':
      cursor.next();
      return { ecn: word };
    case 'tos':
    case 'class':
      cursor.next();
      return { trafficClass: cursor.expectNumber('a traffic class', U8) };
    case 'flowlabel':
      cursor.next();
      return { flowLabel: cursor.expectNumber('a flow label', U20) };
    case 'ttl':
      cursor.next();
      return { timeToLive: cursor.expectNumber('a time to live', U8) };
    default:
      return cursor.refuse('expected noecn, ect0, ect1, ce, ect01, tos, class, flowlabel or ttl');
  }
}

function parseTcp(cursor: Cursor): TcpSpec {
  const { flags, ace } = parseFlags(cursor);
  const { sequence, length } = parseRange(cursor);
  let acknowledgment: number | 'any' = 0;
  if (cursor.acceptWord('ack')) {
    acknowledgment = cursor.acceptSymbol('*')
      ? 'any'
      : cursor.expectNumber('an acknowledgment number', U32);
  }
  let window: number | 'any' = 'any';
  if (cursor.acceptWord('win') && !cursor.acceptSymbol('*')) {
    window = cursor.expectNumber('a window', U16);
  }
  const urgent = cursor.acceptWord('urg') ? cursor.expectNumber('an urgent pointer', U16) : 0;
  const options = cursor.acceptSymbol('<') ? parseTcpOptions(cursor) : [];
  return {
    protocol: 'tcp',
    flags,
    ace,
    sequence,
    length,
    acknowledgment,
    window,
    urgent,
    options,
  };
}

const FLAG_LETTERS = {
  F: 'fin',
  S: 'syn',
  R: 'rst',
  P: 'psh',
  U: 'urg',
  E: 'ece',
  W: 'cwr',
  C: 'cwr',
  A: 'ae',
} as const satisfies Record<string, keyof Flags>;

const isFlagLetter = (c: string): c is keyof typeof FLAG_LETTERS => c in FLAG_LETTERS;

export const NO_FLAGS: Flags = {
  fin: false,
  syn: false,
  rst: false,
  psh: false,
  ack: false,
  urg: false,
  ece: false,
  cwr: false,
  ae: false,
};

/** `S.`, `FP.`, `.` for ACK alone, `-` for none, `P.5` with the ACE field as a number. */
function parseFlags(cursor: Cursor): { flags: Flags; ace: number | undefined } {
  if (cursor.acceptSymbol('-')) return { flags: NO_FLAGS, ace: undefined };
  const flags: Record<keyof Flags, boolean> = { ...NO_FLAGS };
  const { line } = cursor;
  const word = cursor.accept('word')?.text ?? '';
  for (const c of word) {
    if (!isFlagLetter(c)) throw new Misfit(line, `${word} is neither TCP flags nor a protocol`);
    flags[FLAG_LETTERS[c]] = true;
  }
  const number = cursor.accept('float');
  if (number !== undefined) {
    if (!/^\.[0-7]$/.test(number.text)) throw new Misfit(line, `bad ACE field ${number.text}`);
    return { flags: { ...flags, ack: true }, ace: Number(number.text.slice(1)) };
  }
  flags.ack = cursor.acceptSymbol('.');
  if (word === '' && !flags.ack) cursor.refuse('expected TCP flags, "udp" or "icmp"');
  return { flags, ace: undefined };
}

function parseRange(cursor: Cursor): { sequence: number; length: number } {
  const { line } = cursor;
  const sequence = cursor.expectNumber('a sequence number', U32);
  cursor.expectSymbol(':', 'between two sequence numbers');
  const last = cursor.expectNumber('a sequence number', U32);
  const length = parseLength(cursor);
  if ((sequence + length) >>> 0 !== last) {
    throw new Misfit(line, `${sequence}:${last} does not hold ${length} octets`);
  }
  return { sequence, length };
}

function refuseWildcards(tcp: TcpSpec, line: number): void {
  const refuse = (what: string): never => {
    throw new Misfit(line, `${what} is for outbound packets only`);
  };
  const { options } = tcp;
  if (options === 'any') throw new Misfit(line, '<...> is for outbound packets only');
  if (tcp.acknowledgment === 'any') refuse('ack *');
  if (tcp.window === 'any') throw new Misfit(line, 'an inbound segment needs a window: "win N"');
  const wild = options.some(
    (o) => o.kind === 'timestamp' && (o.value === 'any' || o.echo === 'any'),
  );
  if (wild) refuse('a timestamp of any value');
}

function refuseUnpadded({ options }: TcpSpec, line: number): void {
  if (options === 'any') return;
  const length = options.reduce((total, option) => total + optionLength(option), 0);
  if (length % 4 !== 0 || length > OPTIONS_LENGTH_MAX) {
    throw new Misfit(line, `the TCP options take ${length} octets: not 0, 4, 8 … 40`);
  }
}

function parseIcmp(cursor: Cursor, quoted: Quoted | undefined): IcmpSpec {
  const type = cursor.expect('word', 'an ICMP type').text;
  const hasCode = cursor.is('word') && !cursor.isWord('mtu') && !cursor.isWord('id');
  const code = hasCode ? cursor.next().text : undefined;
  const mtu = cursor.acceptWord('mtu') ? cursor.expectNumber('an MTU', U32) : undefined;
  const identifier = cursor.acceptWord('id')
    ? cursor.expectNumber('an identifier', U16)
    : undefined;
  const head = { protocol: 'icmp', type, code, mtu, identifier } as const;
  return { ...head, quoted: quoted ?? parseQuoted(cursor) };
}

/** Older scripts have it in front: `< [1:1001(1000)] icmp unreachable`. */
const atQuoted = (cursor: Cursor): boolean => cursor.isSymbol('[') && cursor.is('integer', 1);

/** What the message quotes; nothing said is a TCP segment at the sequence number 0. */
function parseQuoted(cursor: Cursor): Quoted {
  if (!cursor.acceptSymbol('[')) return { protocol: 'tcp', sequence: 0, length: 0 };
  let quoted: Quoted;
  if (cursor.acceptWord('udp')) quoted = { protocol: 'udp', length: parseLength(cursor) };
  else if (cursor.acceptWord('raw')) quoted = { protocol: 'raw', length: parseLength(cursor) };
  else quoted = { protocol: 'tcp', ...parseRange(cursor) };
  cursor.expectSymbol(']', 'after what an ICMP message quotes');
  return quoted;
}
