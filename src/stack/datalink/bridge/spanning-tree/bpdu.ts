/**
 * Bridge protocol data units, IEEE 802.1D-2004 §9.3, in a frame to the bridges' group address with an LLC header of
 * 42 42 03 (§7.12).
 *
 *    0      2   3    4     5      13    17      25   27    29    31    33    35   36
 *   +------+---+----+-----+------+-----+-------+----+-----+-----+-----+-----+----+
 *   | 0000 |ver|type|flags| root | cost| bridge|port| age | max |hello| fwd | 00 |
 *   +------+---+----+-----+------+-----+-------+----+-----+-----+-----+-----+----+
 *   Configuration: type 0, 35 octets. RST: version 2, type 2, 36 octets. TCN: type 0x80, 4 octets.
 */
import { assert, type DecodeError } from '../../../../base/errors.ts';
import { equal, view } from '../../../../base/octets.ts';
import { fail, ok, type Result } from '../../../../base/result.ts';
import type { PriorityVector, Times } from './priority.ts';

/** Table 7-10: no bridge forwards what goes here. */
export const BRIDGE_GROUP_ADDRESS: Uint8Array = Uint8Array.of(0x01, 0x80, 0xc2, 0, 0, 0);
const LLC = Uint8Array.of(0x42, 0x42, 0x03);
const HEADER = 14 + LLC.length;
const FRAME_MIN = 60;
const TYPE = { configuration: 0x00, rst: 0x02, tcn: 0x80 } as const;
const LENGTH = { configuration: 35, rst: 36, tcn: 4 } as const;

/** §9.3.3, bits 3 and 4 of the flags. Alternate and backup share a number. */
export const ROLES = ['unknown', 'alternate-or-backup', 'root', 'designated'] as const;
export type BpduRole = (typeof ROLES)[number];

export interface Flags {
  readonly topologyChange: boolean;
  readonly topologyChangeAck: boolean;
  readonly proposal: boolean;
  readonly agreement: boolean;
  readonly learning: boolean;
  readonly forwarding: boolean;
  readonly role: BpduRole;
}

export type Bpdu =
  | { readonly kind: 'tcn' }
  | {
      readonly kind: 'configuration' | 'rst';
      /** Of a configuration BPDU only the two of topology change mean anything. */
      readonly flags: Flags;
      readonly priority: PriorityVector;
      readonly times: Times;
    };

const refuse = (field: string, value: number) =>
  fail({ code: 'bad-field', protocol: 'bpdu', field, value } as const);

const short = (need: number, have: number) =>
  fail({ code: 'truncated', protocol: 'bpdu', need, have } as const);

/** `octets`: from the protocol identifier on; more than is needed is ignored (§9.3.4). */
export function decode(octets: Uint8Array): Result<Bpdu, DecodeError> {
  if (octets.length < LENGTH.tcn) return short(LENGTH.tcn, octets.length);
  const fields = view(octets);
  if (fields.getUint16(0) !== 0) return refuse('protocol', fields.getUint16(0));
  const version = fields.getUint8(2);
  const type = fields.getUint8(3);
  if (type === TYPE.tcn) return ok({ kind: 'tcn' });
  const isRst = type === TYPE.rst && version >= 2;
  if (!isRst && type !== TYPE.configuration) return refuse('type', type);
  const need = isRst ? LENGTH.rst : LENGTH.configuration;
  if (octets.length < need) return short(need, octets.length);
  const times = decodeTimes(fields);
  // §9.3.4: a configuration BPDU that is older than it may be is none.
  if (times.messageAge >= times.maxAge) return refuse('message age', fields.getUint16(27));
  const priority = {
    root: fields.getBigUint64(5),
    cost: fields.getUint32(13),
    bridge: fields.getBigUint64(17),
    port: fields.getUint16(25),
  };
  const flags = decodeFlags(fields.getUint8(4), isRst);
  return ok({ kind: isRst ? 'rst' : 'configuration', flags, priority, times });
}

const decodeTimes = (fields: DataView): Times => ({
  messageAge: fields.getUint16(27) / 256,
  maxAge: fields.getUint16(29) / 256,
  helloTime: fields.getUint16(31) / 256,
  forwardDelay: fields.getUint16(33) / 256,
});

function decodeFlags(octet: number, isRst: boolean): Flags {
  const rst = isRst ? octet : 0;
  return {
    topologyChange: (octet & 0x01) !== 0,
    topologyChangeAck: (octet & 0x80) !== 0,
    proposal: (rst & 0x02) !== 0,
    agreement: (rst & 0x40) !== 0,
    learning: (rst & 0x10) !== 0,
    forwarding: (rst & 0x20) !== 0,
    role: isRst ? (ROLES[(rst >> 2) & 3] as BpduRole) : 'designated',
  };
}

export function encode(bpdu: Bpdu): Uint8Array {
  const octets = new Uint8Array(LENGTH[bpdu.kind]);
  const fields = view(octets);
  fields.setUint8(2, bpdu.kind === 'rst' ? 2 : 0);
  fields.setUint8(3, TYPE[bpdu.kind]);
  if (bpdu.kind === 'tcn') return octets;
  const { priority, times } = bpdu;
  fields.setUint8(4, encodeFlags(bpdu.flags, bpdu.kind === 'rst'));
  fields.setBigUint64(5, priority.root);
  fields.setUint32(13, priority.cost);
  fields.setBigUint64(17, priority.bridge);
  fields.setUint16(25, priority.port);
  fields.setUint16(27, Math.round(times.messageAge * 256));
  fields.setUint16(29, Math.round(times.maxAge * 256));
  fields.setUint16(31, Math.round(times.helloTime * 256));
  fields.setUint16(33, Math.round(times.forwardDelay * 256));
  return octets;
}

function encodeFlags(flags: Flags, isRst: boolean): number {
  const change = (flags.topologyChange ? 0x01 : 0) | (flags.topologyChangeAck ? 0x80 : 0);
  if (!isRst) return change;
  // §9.3.3: an RST BPDU acknowledges no change of topology.
  return (
    (change & 0x01) |
    (flags.proposal ? 0x02 : 0) |
    (ROLES.indexOf(flags.role) << 2) |
    (flags.learning ? 0x10 : 0) |
    (flags.forwarding ? 0x20 : 0) |
    (flags.agreement ? 0x40 : 0)
  );
}

/** A whole Ethernet frame, padded. */
export function encodeFrame(bpdu: Bpdu, source: Uint8Array): Uint8Array {
  assert(source.length === 6, 'a MAC address has six octets');
  const octets = encode(bpdu);
  const frame = new Uint8Array(Math.max(FRAME_MIN, HEADER + octets.length));
  frame.set(BRIDGE_GROUP_ADDRESS);
  frame.set(source, 6);
  view(frame).setUint16(12, LLC.length + octets.length);
  frame.set(LLC, 14);
  frame.set(octets, HEADER);
  return frame;
}

/** Whether `frame` goes to the bridges' group address: 01-80-C2-00-00-00. */
export const isForBridges = (frame: Uint8Array): boolean =>
  equal(frame.subarray(0, 6), BRIDGE_GROUP_ADDRESS);

/** The BPDU in an Ethernet frame to the bridges. */
export function decodeFrame(frame: Uint8Array): Result<Bpdu, DecodeError> {
  if (frame.length < HEADER) return short(HEADER, frame.length);
  const length = view(frame).getUint16(12);
  if (length < LLC.length || 14 + length > frame.length) return refuse('length', length);
  if (!equal(frame.subarray(14, HEADER), LLC)) return refuse('LLC', frame[14] as number);
  return decode(frame.subarray(HEADER, 14 + length));
}
