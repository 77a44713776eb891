/**
 * The ARP packet for Ethernet and IPv4, RFC 826. Other hardware and protocols have longer or shorter
 * addresses, and are not ours.
 *
 *    0       2       4   5   6       8            14         18           24         28
 *   +-------+-------+---+---+-------+------------+----------+------------+----------+
 *   |ar$hrd |ar$pro |hln|pln| ar$op |   ar$sha   |  ar$spa  |   ar$tha   |  ar$tpa  |
 *   +-------+-------+---+---+-------+------------+----------+------------+----------+
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { ADDRESS_LENGTH } from '../../datalink/ethernet/address.ts';
import type { Ipv4Address } from '../ipv4/address.ts';

export const PACKET_LENGTH = 28;

export const OPERATION = { request: 1, reply: 2 } as const;

export type Operation = (typeof OPERATION)[keyof typeof OPERATION];

const HARDWARE_ETHERNET = 1;
const PROTOCOL_IPV4 = 0x0800;

const PROTOCOL = 2;
const LENGTHS = 4;
const OPERATION_AT = 6;
const SENDER_HARDWARE = 8;
const SENDER_PROTOCOL = 14;
const TARGET_HARDWARE = 18;
const TARGET_PROTOCOL = 24;

/** The two length octets, read as one number. */
const LENGTHS_6_4 = (ADDRESS_LENGTH << 8) | 4;

export const FAULT = {
  none: 0,
  truncated: 1,
  hardware: 2,
  protocol: 3,
  lengths: 4,
  operation: 5,
} as const;

export type Fault = (typeof FAULT)[keyof typeof FAULT];

export const operation = (p: Packet, at: number): Operation =>
  p.view.getUint16(at + OPERATION_AT) as Operation;
export const senderProtocol = (p: Packet, at: number): Ipv4Address =>
  p.view.getUint32(at + SENDER_PROTOCOL) as Ipv4Address;
export const targetProtocol = (p: Packet, at: number): Ipv4Address =>
  p.view.getUint32(at + TARGET_PROTOCOL) as Ipv4Address;
/** A view of the packet: to be copied by who keeps it. */
export const senderHardware = (p: Packet, at: number): Uint8Array =>
  p.octets.subarray(at + SENDER_HARDWARE, at + SENDER_PROTOCOL);
export const targetHardware = (p: Packet, at: number): Uint8Array =>
  p.octets.subarray(at + TARGET_HARDWARE, at + TARGET_PROTOCOL);

/** Is there a packet of ours at `at`? The questions of RFC 826's packet reception, in their order. */
export function validate(p: Packet, at: number, end: number): Fault {
  if (end - at < PACKET_LENGTH) return FAULT.truncated;
  if (p.view.getUint16(at) !== HARDWARE_ETHERNET) return FAULT.hardware;
  if (p.view.getUint16(at + PROTOCOL) !== PROTOCOL_IPV4) return FAULT.protocol;
  if (p.view.getUint16(at + LENGTHS) !== LENGTHS_6_4) return FAULT.lengths;
  const op = p.view.getUint16(at + OPERATION_AT);
  return op === OPERATION.request || op === OPERATION.reply ? FAULT.none : FAULT.operation;
}

/** `fault`, which `validate` found in the same octets, in words. */
export function explain(fault: Fault, p: Packet, at: number, end: number): DecodeError {
  const field = (name: string, offset: number): DecodeError => ({
    code: 'bad-field',
    protocol: 'arp',
    field: name,
    value: p.view.getUint16(at + offset),
  });
  switch (fault) {
    case FAULT.truncated:
      return { code: 'truncated', protocol: 'arp', need: PACKET_LENGTH, have: end - at };
    case FAULT.hardware:
      return field('ar$hrd', 0);
    case FAULT.protocol:
      return field('ar$pro', PROTOCOL);
    case FAULT.lengths:
      return field('ar$hln and ar$pln', LENGTHS);
    case FAULT.operation:
      return field('ar$op', OPERATION_AT);
    case FAULT.none:
      assert(false, 'there is nothing to explain');
  }
}

/** All addresses by the names of RFC 5227: a probe has the sender address 0.0.0.0. */
export interface ArpPacket {
  readonly operation: Operation;
  readonly senderHardware: Uint8Array;
  readonly senderProtocol: Ipv4Address;
  readonly targetHardware: Uint8Array;
  readonly targetProtocol: Ipv4Address;
}

/** Writes 28 octets; whatever pads the frame behind them is the link's. */
export function write(p: Packet, at: number, packet: ArpPacket): void {
  assert(packet.senderHardware.length === ADDRESS_LENGTH, 'a hardware address has six octets');
  assert(packet.targetHardware.length === ADDRESS_LENGTH, 'a hardware address has six octets');
  const { view } = p;
  view.setUint16(at, HARDWARE_ETHERNET);
  view.setUint16(at + PROTOCOL, PROTOCOL_IPV4);
  view.setUint16(at + LENGTHS, LENGTHS_6_4);
  view.setUint16(at + OPERATION_AT, packet.operation);
  p.octets.set(packet.senderHardware, at + SENDER_HARDWARE);
  view.setUint32(at + SENDER_PROTOCOL, packet.senderProtocol);
  p.octets.set(packet.targetHardware, at + TARGET_HARDWARE);
  view.setUint32(at + TARGET_PROTOCOL, packet.targetProtocol);
}

/** The hardware addresses are views of `octets`; what follows the packet is padding. */
export function decode(octets: Uint8Array): Result<ArpPacket, DecodeError> {
  const p = asPacket(octets);
  const fault = validate(p, 0, octets.length);
  if (fault !== FAULT.none) return fail(explain(fault, p, 0, octets.length));
  return ok({
    operation: operation(p, 0),
    senderHardware: senderHardware(p, 0),
    senderProtocol: senderProtocol(p, 0),
    targetHardware: targetHardware(p, 0),
    targetProtocol: targetProtocol(p, 0),
  });
}

export function encode(packet: ArpPacket): Uint8Array {
  const p = newPacket(PACKET_LENGTH);
  write(p, 0, packet);
  return p.octets;
}
