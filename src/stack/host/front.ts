/**
 * What stands in front of the segments of a path over IPv4 without a VLAN: the headers of frame and datagram, as the
 * ordinary way wrote them once. The next segment has the same words but for those that tell of its length, its number
 * and its traffic class; these are made anew, and with them the sum.
 */
import { complement, fold } from '../../base/checksum.ts';
import type { Packet } from '../../base/packet.ts';
import { HEADER_LENGTH as ETHERNET_LENGTH } from '../datalink/ethernet/header.ts';
import { HEADER_LENGTH as IPV4_LENGTH } from '../network/ipv4/header.ts';

/** Octets of both. */
export const FRONT_LENGTH = ETHERNET_LENGTH + IPV4_LENGTH;

export class Front {
  /** Of the frame: its first two octets, and three words. */
  readonly #frame: number;
  readonly #frame2: number;
  readonly #frame6: number;
  readonly #frame10: number;
  /** Of the datagram: its first word without the length, its second without the number, its third without the sum, … */
  readonly #first: number;
  readonly #second: number;
  readonly #third: number;
  readonly #source: number;
  readonly #destination: number;
  /** … and the sum of all these. */
  readonly #sum: number;

  /** Of the headers at `start` of `p`, with a traffic class of zero. */
  constructor({ view }: Packet, start: number) {
    const word = (at: number): number => view.getInt32(start + at);
    this.#frame = view.getUint16(start);
    this.#frame2 = word(2);
    this.#frame6 = word(6);
    this.#frame10 = word(10);
    this.#first = word(14) & ~0xffff;
    this.#second = word(18) & 0xffff;
    this.#third = word(22) & ~0xffff;
    this.#source = word(26);
    this.#destination = word(30);
    const words = [this.#first, this.#second, this.#third, this.#source, this.#destination];
    this.#sum = fold(words.reduce((total, some) => total + (some >>> 0), 0));
  }

  /** At `start` of `p`, before a payload of `length` octets. */
  write(
    { view }: Packet,
    start: number,
    length: number,
    trafficClass: number,
    identification: number,
  ): void {
    const total = IPV4_LENGTH + length;
    const sum = fold(this.#sum + trafficClass + total + identification);
    view.setUint16(start, this.#frame);
    view.setInt32(start + 2, this.#frame2);
    view.setInt32(start + 6, this.#frame6);
    view.setInt32(start + 10, this.#frame10);
    view.setInt32(start + 14, this.#first | (trafficClass << 16) | total);
    view.setInt32(start + 18, (identification << 16) | this.#second);
    view.setInt32(start + 22, this.#third | complement(sum));
    view.setInt32(start + 26, this.#source);
    view.setInt32(start + 30, this.#destination);
  }
}
