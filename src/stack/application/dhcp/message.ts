/**
 * The DHCP message, RFC 2131 §2: that of BOOTP, whose last field holds the options.
 *
 *    0               8               16              24              32
 *   +---------------+---------------+---------------+---------------+
 *   |      op       |     htype     |     hlen      |     hops      |
 *   +---------------+---------------+---------------+---------------+
 *   |                              xid                              |
 *   +-------------------------------+-------------------------------+
 *   |             secs              |B|           flags             |
 *   +-------------------------------+-------------------------------+
 *   |            ciaddr · yiaddr · siaddr · giaddr, 4 each          |
 *   |                          chaddr, 16                           |
 *   |                          sname, 64                            |
 *   |                          file, 128                            |
 *   |        99 130 83 99 (the magic cookie), then options          …
 *   +---------------------------------------------------------------+
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { address, type Ipv4Address } from '../../network/ipv4/address.ts';
import { type Field, OPTION, type Options, readOptions, uint8, writeOption } from './options.ts';

export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;

export const OP = { request: 1, reply: 2 } as const;
export const HARDWARE_ETHERNET = 1;

const FLAGS = 10;
const CHADDR = 28;
const SNAME = 44;
const FILE = 108;
const COOKIE = 236;
/** Where options begin: the least that a message has. */
export const HEADER_LENGTH = 240;

const CHADDR_LENGTH = SNAME - CHADDR;
const MAGIC_COOKIE = 0x63825363;
const FLAG_BROADCAST = 0x8000;
/** RFC 2132 §9.3: which fields hold options. */
const OVERLOAD_FILE = 1;
const OVERLOAD_SNAME = 2;

/** RFC 2131 §2: a client takes options of 312 octets, in an IP datagram of 576. */
export const LENGTH_MIN_ACCEPTED = 548;
/** RFC 1542 §2.1 wants 300 octets at least, and some relays drop what is shorter. */
const LENGTH_MIN_SENT = 300;
/** What IP and UDP headers take of the size in option 57. */
export const DATAGRAM_OVERHEAD = 28;

export interface Message {
  readonly op: number;
  readonly hardwareType: number;
  readonly hops: number;
  /** The transaction that this belongs to. */
  readonly xid: number;
  readonly secs: number;
  /** The B bit: the client can take no answer to an address that it does not have yet. */
  readonly broadcast: boolean;
  readonly ciaddr: Ipv4Address;
  readonly yiaddr: Ipv4Address;
  readonly siaddr: Ipv4Address;
  readonly giaddr: Ipv4Address;
  /** `hlen` octets, 16 at most. */
  readonly chaddr: Uint8Array;
  /** Up to the first NUL; empty when they hold options. */
  readonly sname: Uint8Array;
  readonly file: Uint8Array;
  /** From all fields, without pads, ends and the overload. */
  readonly options: Options;
}

/** Copies all that it keeps of `octets`. */
export function decode(octets: Uint8Array): Result<Message, DecodeError> {
  if (octets.length < HEADER_LENGTH) {
    return fail({ code: 'truncated', protocol: 'dhcp', need: HEADER_LENGTH, have: octets.length });
  }
  const fields = view(octets);
  const hlen = fields.getUint8(2);
  const cookie = fields.getUint32(COOKIE);
  if (hlen > CHADDR_LENGTH) return badField('hlen', hlen);
  if (cookie !== MAGIC_COOKIE) return badField('magic cookie', cookie);
  const options = readAll(octets);
  if (!options.ok) return options;
  const { overload } = options.value;
  const text = (flag: number, start: number, end: number): Uint8Array =>
    (overload & flag) === 0 ? untilNul(octets.subarray(start, end)) : new Uint8Array();
  return ok({
    op: fields.getUint8(0),
    hardwareType: fields.getUint8(1),
    hops: fields.getUint8(3),
    xid: fields.getUint32(4),
    secs: fields.getUint16(8),
    broadcast: (fields.getUint16(FLAGS) & FLAG_BROADCAST) !== 0,
    ciaddr: address(fields.getUint32(12)),
    yiaddr: address(fields.getUint32(16)),
    siaddr: address(fields.getUint32(20)),
    giaddr: address(fields.getUint32(24)),
    chaddr: octets.slice(CHADDR, CHADDR + hlen),
    sname: text(OVERLOAD_SNAME, SNAME, FILE),
    file: text(OVERLOAD_FILE, FILE, COOKIE),
    options: options.value.options,
  });
}

const badField = (field: string, value: number): Result<never, DecodeError> =>
  fail({ code: 'bad-field', protocol: 'dhcp', field, value });

/** RFC 3396 §5: the fields' octets follow one another in the order options, file, sname. */
function readAll(octets: Uint8Array): Result<{ options: Options; overload: number }, DecodeError> {
  const options = new Map<number, Uint8Array>();
  const first = readOptions(octets.subarray(HEADER_LENGTH), options);
  if (!first.ok) return first;
  const overload = uint8(options, OPTION.overload) ?? 0;
  if (overload > (OVERLOAD_FILE | OVERLOAD_SNAME)) return badField('overload', overload);
  if ((overload & OVERLOAD_FILE) !== 0) {
    const file = readOptions(octets.subarray(FILE, COOKIE), options);
    if (!file.ok) return file;
  }
  if ((overload & OVERLOAD_SNAME) !== 0) {
    const sname = readOptions(octets.subarray(SNAME, FILE), options);
    if (!sname.ok) return sname;
  }
  options.delete(OPTION.overload);
  return ok({ options, overload });
}

function untilNul(octets: Uint8Array): Uint8Array {
  const end = octets.indexOf(0);
  return octets.slice(0, end < 0 ? octets.length : end);
}

/**
 * Writes a message of `limit` octets at most. Options go to their own field, then to those of `file` and
 * `sname` where these are empty. One that fits nowhere is left out: those that matter come first.
 */
export function encode(message: Message, limit = LENGTH_MIN_ACCEPTED): Uint8Array {
  const { chaddr, sname, file } = message;
  assert(limit >= LENGTH_MIN_ACCEPTED, `${limit} octets are less than all must take`);
  assert(chaddr.length <= CHADDR_LENGTH, 'a hardware address has sixteen octets at most');
  assert(sname.length <= FILE - SNAME, 'sname has 64 octets');
  assert(file.length <= COOKIE - FILE, 'file has 128 octets');
  const fields = writeAll(message, limit);
  const length = Math.max(HEADER_LENGTH + fields.own.octets.length + 1, LENGTH_MIN_SENT);
  const octets = new Uint8Array(length);
  const to = view(octets);
  to.setUint8(0, message.op);
  to.setUint8(1, message.hardwareType);
  to.setUint8(2, chaddr.length);
  to.setUint8(3, message.hops);
  to.setUint32(4, message.xid);
  to.setUint16(8, message.secs);
  to.setUint16(FLAGS, message.broadcast ? FLAG_BROADCAST : 0);
  to.setUint32(12, message.ciaddr);
  to.setUint32(16, message.yiaddr);
  to.setUint32(20, message.siaddr);
  to.setUint32(24, message.giaddr);
  to.setUint32(COOKIE, MAGIC_COOKIE);
  octets.set(chaddr, CHADDR);
  octets.set(sname, SNAME);
  octets.set(file, FILE);
  for (const { octets: options, at } of [fields.sname, fields.file, fields.own]) {
    if (options.length > 0) octets.set([...options, OPTION.end], at);
  }
  if (fields.own.octets.length === 0) octets[HEADER_LENGTH] = OPTION.end;
  return octets;
}

interface Placed extends Field {
  readonly at: number;
}

function writeAll({ options, sname, file }: Message, limit: number) {
  const field = (at: number, room: number): Placed => ({ at, room, octets: [] });
  const own = field(HEADER_LENGTH, limit - HEADER_LENGTH);
  const alone = [...options].every(([code, value]) => writeOption([own], code, value));
  if (alone) return { own, file: field(FILE, 0), sname: field(SNAME, 0) };
  // They do not all fit: the overload takes three octets of the first field.
  const first = field(HEADER_LENGTH, own.room - 3);
  const second = field(FILE, file.length === 0 ? COOKIE - FILE : 0);
  const third = field(SNAME, sname.length === 0 ? FILE - SNAME : 0);
  for (const [code, value] of options) writeOption([first, second, third], code, value);
  const overload =
    (second.octets.length > 0 ? OVERLOAD_FILE : 0) | (third.octets.length > 0 ? OVERLOAD_SNAME : 0);
  if (overload !== 0) first.octets.push(OPTION.overload, 1, overload);
  return { own: first, file: second, sname: third };
}
