/** A segment that arrived, RFC 9293 §3.3.1's current segment variables. One is filled again for each. */
import { newPacket, type Packet } from '../../../base/packet.ts';
import {
  acknowledgment,
  FLAG,
  flags,
  HEADER_LENGTH,
  headerLength,
  sequence,
  urgentPointer,
  window,
} from './header.ts';
import { SegmentOptions } from './options.ts';
import { add, type Seq } from './seq.ts';

const CONGESTION_EXPERIENCED = 0b11;

export class Segment {
  seq: Seq = 0 as Seq;
  ack: Seq = 0 as Seq;
  flags = 0;
  /** As on the wire, not scaled. */
  wnd = 0;
  up = 0;
  /** IP's traffic class octet. */
  trafficClass = 0;
  packet: Packet = newPacket(0);
  /** The payload is packet[start … end). */
  start = 0;
  end = 0;
  readonly options = new SegmentOptions();

  /** Reads a segment that is known to be whole. */
  read(packet: Packet, at: number, end: number, trafficClass: number): void {
    this.packet = packet;
    this.seq = sequence(packet, at);
    this.ack = acknowledgment(packet, at);
    this.flags = flags(packet, at);
    this.wnd = window(packet, at);
    this.up = urgentPointer(packet, at);
    this.trafficClass = trafficClass;
    this.start = at + headerLength(packet, at);
    this.end = end;
    this.options.read(packet, at + HEADER_LENGTH, this.start);
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** Octets of payload. */
  get text(): number {
    return this.end - this.start;
  }

  /** SEG.LEN, which counts SYN and FIN. */
  get len(): number {
    return this.text + ((this.flags >> 1) & 1) + (this.flags & FLAG.fin);
  }

  /** The sequence number behind it. */
  get next(): Seq {
    return add(this.seq, this.len);
  }

  get isMarked(): boolean {
    return (this.trafficClass & CONGESTION_EXPERIENCED) === CONGESTION_EXPERIENCED;
  }

  /** Takes off what lies before `from`: the SYN first, then octets of the payload. */
  trimBefore(from: Seq): void {
    let surplus = (from - this.seq) | 0;
    if (surplus <= 0) return;
    this.seq = from;
    if (this.has(FLAG.syn)) {
      this.flags &= ~FLAG.syn;
      surplus -= 1;
    }
    this.start += Math.min(surplus, this.text);
  }

  /** Takes off what lies at `edge` and behind it; a FIN at the very edge stays, since it needs no room. */
  trimFrom(edge: Seq): void {
    let surplus = (this.next - edge) | 0;
    if (surplus <= 0) return;
    if (this.has(FLAG.fin)) {
      if (surplus === 1) return;
      this.flags &= ~FLAG.fin;
      surplus -= 1;
    }
    this.end -= Math.min(surplus, this.text);
  }
}
