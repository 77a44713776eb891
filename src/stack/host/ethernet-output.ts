/** From a datagram to a frame: the header in front of it, and the pad behind. */
import type { Packet } from '../../base/packet.ts';
import { ADDRESS_LENGTH } from '../datalink/ethernet/address.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import { FRAME_MIN, HEADER_LENGTH } from '../datalink/ethernet/header.ts';
import type { FrameQueue, Slot } from './frame-queue.ts';
import type { Interface } from './interface.ts';

const TAG_LENGTH = 4;

/**
 * Where a datagram lies in a buffer of its own: room for header and tag in front, and its 32-bit words are
 * words of the machine, for the sake of the checksum and of every field.
 */
export const DATAGRAM_AT = 20;

/** Writes the header in front of the datagram at `at`. Where the frame begins. */
export function writeFrameHeader(
  device: Interface,
  p: Packet,
  at: number,
  destination: Uint8Array,
  type: number,
): number {
  const { octets, view } = p;
  const tagged = device.vlan !== undefined;
  const start = at - HEADER_LENGTH - (tagged ? TAG_LENGTH : 0);
  const { hardware } = device;
  for (let i = 0; i < ADDRESS_LENGTH; i++) {
    octets[start + i] = destination[i] as number;
    octets[start + ADDRESS_LENGTH + i] = hardware[i] as number;
  }
  if (device.vlan !== undefined) {
    view.setUint16(start + HEADER_LENGTH - 2, TYPE.tag);
    view.setUint16(start + HEADER_LENGTH, device.vlan);
  }
  view.setUint16(at - 2, type);
  return start;
}

/** IEEE 802.3 §3.2.8: zeros up to the least length. Where the frame then ends. */
export function pad(p: Packet, start: number, end: number): number {
  const least = start + FRAME_MIN;
  for (let i = end; i < least; i++) p.octets[i] = 0;
  return Math.max(end, least);
}

/** Copies the datagram at `at` … `end` − 1 into a frame of `queue`; undefined when that is full. */
export function queueFrame(
  queue: FrameQueue,
  device: Interface,
  destination: Uint8Array,
  type: number,
  from: Packet,
  at: number,
  end: number,
): Slot | undefined {
  const slot = device.up ? queue.open(DATAGRAM_AT + Math.max(end - at, FRAME_MIN)) : undefined;
  if (slot === undefined) {
    device.counters.outDiscards += 1;
    return undefined;
  }
  const { packet } = slot;
  copy(from, at, packet, DATAGRAM_AT, end - at);
  slot.interface = device.index;
  slot.start = writeFrameHeader(device, packet, DATAGRAM_AT, destination, type);
  slot.end = pad(packet, slot.start, DATAGRAM_AT + end - at);
  return slot;
}

/** Up to so many octets a loop over words is faster than a view and a call into the engine's own copy. */
const SHORT_MAX = 256;

/** Copies `length` octets; up to three behind them may change too, if `to` goes on. */
export function copy(from: Packet, at: number, to: Packet, toAt: number, length: number): void {
  const first = at + from.skew;
  const toFirst = toAt + to.skew;
  const last = (first + length + 3) >> 2;
  const aligned = ((first | toFirst) & 3) === 0 && last <= from.words.length;
  if (length > SHORT_MAX || !aligned) {
    to.octets.set(from.octets.subarray(at, at + length), toAt);
    return;
  }
  const { words } = from;
  let place = toFirst >> 2;
  for (let word = first >> 2; word < last; word++) to.words[place++] = words[word] as number;
}
