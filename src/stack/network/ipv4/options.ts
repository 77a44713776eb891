/**
 * The options of the IPv4 header: RFC 791 §3.1, RFC 1122 §3.2.1.8, router alert RFC 2113.
 *
 *   +--------+--------+--------+-------- … --------+
 *   |  type  | length | pointer|       data        |     End of list and no operation: the type alone.
 *   +--------+--------+--------+-------- … --------+
 *    copied:1 class:2 number:5
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Ipv4Address } from './address.ts';

/** The type octets, copied flag and class included. */
export const OPTION = {
  endOfList: 0,
  noOperation: 1,
  recordRoute: 7,
  timestamp: 68,
  looseSourceRoute: 131,
  strictSourceRoute: 137,
  routerAlert: 148,
} as const;

/** The flag of a timestamp option: what stands in its slots (RFC 791 p. 22). */
export const TIMESTAMP_FLAG = { timesOnly: 0, withAddresses: 1, prespecified: 3 } as const;

/** Set in a type: the option goes into every fragment. */
const COPIED = 0x80;

/** The least pointer, counted from 1 at the type octet. */
const ROUTE_POINTER_MIN = 4;
const TIMESTAMP_POINTER_MIN = 5;
const ROUTER_ALERT_LENGTH = 4;

/** No option is at fault: what `findFault` answers when all is well. */
export const NO_FAULT = -1;

/**
 * Where a header's options at `start` … `end` − 1 go wrong: the offset, from `start`, of the octet that
 * a Parameter Problem would point to (RFC 1122 §3.2.2.5), or `NO_FAULT`. Unknown options are right when
 * their length is: they are passed over in silence (RFC 1122 §3.2.1.8, RFC 9293 MUST-50).
 */
export function findFault(p: Packet, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const type = p.view.getUint8(at);
    if (type === OPTION.endOfList) return NO_FAULT;
    const length = optionLength(p, at, end);
    if (length === 0) return at - start + Math.min(1, end - at - 1);
    const fault = findFaultIn(p, at, type, length);
    if (fault !== NO_FAULT) return at - start + fault;
    at += length;
  }
  return NO_FAULT;
}

/** The octets that the option at `at` takes; 0 when it does not fit before `end`. */
function optionLength(p: Packet, at: number, end: number): number {
  const type = p.view.getUint8(at);
  if (type === OPTION.endOfList || type === OPTION.noOperation) return 1;
  const length = at + 1 < end ? p.view.getUint8(at + 1) : 0;
  return length >= 2 && length <= end - at ? length : 0;
}

/** The offset in the option at `at`, whose length holds, of the octet at fault. */
function findFaultIn(p: Packet, at: number, type: number, length: number): number {
  switch (type) {
    case OPTION.recordRoute:
    case OPTION.looseSourceRoute:
    case OPTION.strictSourceRoute:
      if (length < 3 || (length - 3) % 4 !== 0) return 1;
      return pointerHolds(p.view.getUint8(at + 2), ROUTE_POINTER_MIN, 4, length) ? NO_FAULT : 2;
    case OPTION.timestamp:
      return findFaultInTimestamp(p, at, length);
    case OPTION.routerAlert:
      return length === ROUTER_ALERT_LENGTH ? NO_FAULT : 1;
    default:
      return NO_FAULT;
  }
}

function findFaultInTimestamp(p: Packet, at: number, length: number): number {
  if (length < 4) return 1;
  const flag = p.view.getUint8(at + 3) & 0xf;
  if (flag === 2 || flag > TIMESTAMP_FLAG.prespecified) return 3;
  const slot = flag === TIMESTAMP_FLAG.timesOnly ? 4 : 8;
  if ((length - 4) % slot !== 0) return 1;
  return pointerHolds(p.view.getUint8(at + 2), TIMESTAMP_POINTER_MIN, slot, length) ? NO_FAULT : 2;
}

/** A pointer beyond the option says that it is full (RFC 791 p. 19), however far it points. */
const pointerHolds = (pointer: number, least: number, slot: number, length: number): boolean =>
  pointer >= least && (pointer > length || (pointer - least) % slot === 0);

/** The offset of the first option of `type` in `start` … `end` − 1, or −1. */
export function find(p: Packet, start: number, end: number, type: number): number {
  for (let at = start; at < end; ) {
    const here = p.view.getUint8(at);
    const length = optionLength(p, at, end);
    if (length === 0) return -1;
    if (here === type) return at;
    if (here === OPTION.endOfList) return -1;
    at += length;
  }
  return -1;
}

/**
 * Writes what a fragment other than the first carries of the options at `start` … `end` − 1 to offset
 * `toAt` of `to`, and pads. Octets written: a multiple of four.
 */
export function writeCopied(
  p: Packet,
  start: number,
  end: number,
  to: Packet,
  toAt: number,
): number {
  let written = 0;
  for (let at = start; at < end; ) {
    const type = p.view.getUint8(at);
    const length = optionLength(p, at, end);
    if (length === 0 || type === OPTION.endOfList) break;
    if ((type & COPIED) !== 0) {
      for (let i = 0; i < length; i++) {
        to.octets[toAt + written++] = p.octets[at + i] as number;
      }
    }
    at += length;
  }
  while (written % 4 !== 0) to.octets[toAt + written++] = OPTION.endOfList;
  return written;
}

/** Is one of the source route options among them? Many refuse those (RFC 7126 §4.3, §4.4). */
export const hasSourceRoute = (p: Packet, start: number, end: number): boolean =>
  find(p, start, end, OPTION.looseSourceRoute) >= 0 ||
  find(p, start, end, OPTION.strictSourceRoute) >= 0;

/**
 * Puts `address`, and the time where the option asks for it, into the next free slot of the record
 * route, source route or timestamp option at `at`, and moves the pointer. False when there is none:
 * a timestamp option then counts the overflow. `time_ms` counts from midnight UT. The checksum of the
 * header is the caller's.
 */
export function record(p: Packet, at: number, address: Ipv4Address, time_ms: number): boolean {
  const { view } = p;
  const type = view.getUint8(at);
  const length = view.getUint8(at + 1);
  const pointer = view.getUint8(at + 2);
  const slot = at + pointer - 1;
  if (type !== OPTION.timestamp) {
    if (pointer + 3 > length) return false;
    view.setUint32(slot, address);
    view.setUint8(at + 2, pointer + 4);
    return true;
  }
  const flags = view.getUint8(at + 3);
  const flag = flags & 0xf;
  const size = flag === TIMESTAMP_FLAG.timesOnly ? 4 : 8;
  if (pointer + size - 1 > length) {
    // Four bits count those who found no room; at 15 the datagram is in error, here it stays at 15.
    view.setUint8(at + 3, Math.min(flags + 0x10, 0xf0 | flag) & 0xff);
    return false;
  }
  // A prespecified slot belongs to the address in it; others pass it on.
  if (flag === TIMESTAMP_FLAG.prespecified && view.getUint32(slot) !== address) return false;
  if (flag !== TIMESTAMP_FLAG.timesOnly) view.setUint32(slot, address);
  view.setUint32(slot + size - 4, time_ms);
  view.setUint8(at + 2, pointer + size);
  return true;
}

/** One option as people see it; `data` is what follows the length octet. */
export interface Option {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The options in the order of the wire, without no operations and the end of the list. */
export function decode(octets: Uint8Array): Result<readonly Option[], DecodeError> {
  const p = asPacket(octets);
  const fault = findFault(p, 0, octets.length);
  if (fault !== NO_FAULT) {
    const value = octets[fault] as number;
    return fail({ code: 'bad-field', protocol: 'ipv4', field: 'options', value });
  }
  const options: Option[] = [];
  for (let at = 0; at < octets.length; ) {
    const type = octets[at] as number;
    if (type === OPTION.endOfList) break;
    const length = optionLength(p, at, octets.length);
    if (length > 1) options.push({ type, data: octets.subarray(at + 2, at + length) });
    at += length;
  }
  return ok(options);
}

/** Padded to a multiple of four octets with ends of the list. */
export function encode(options: readonly Option[]): Uint8Array {
  const octets = options.flatMap(({ type, data }) => [type, data.length + 2, ...data]);
  while (octets.length % 4 !== 0) octets.push(OPTION.endOfList);
  assert(octets.length <= 40, 'options take 40 octets at most');
  return Uint8Array.from(octets);
}
