/** The way from one of our addresses to a remote one, with all that is worth keeping between two datagrams. */
import { type Instant, START } from '../../base/time.ts';
import { fromWords, type IpAddress, isIpv4Words, sumOf, WORDS } from '../network/ip/address.ts';
import type { Front } from './front.ts';
import type { Interface } from './interface.ts';

/** How a datagram goes on: into a frame, back to ourselves, or nowhere. */
export type Way = 'frame' | 'loopback' | 'none';

export class HostPath {
  /** Local, then remote. Not to be written to. */
  readonly words: Int32Array;
  readonly local: IpAddress;
  readonly remote: IpAddress;
  readonly version: 4 | 6;
  /** What both addresses add to the pseudo-header's sum. */
  readonly addressSum: number;
  readonly headerLength: number;
  /** The interface that the sender asked for, in place of the routes'. */
  readonly bound: Interface | undefined;
  /** Octets of a datagram that go in one piece: the least of the interface's MTU and what ICMP told. */
  mtu: number;
  /** TTL or hop limit of what is sent, unless the sender says otherwise. */
  timeToLive = 0;

  // What `Paths` found, good while `generation` and `until` say so.
  way: Way = 'none';
  interface: Interface | undefined;
  /** Whom to ask for; the remote address when it is on the link. */
  nextHop: IpAddress;
  /** Undefined while the neighbour is not known. */
  hardware: Uint8Array | undefined;
  generation = -1;
  until: Instant = START;
  /** Of TCP's segments; undefined before the first, and of what has another form. */
  front: Front | undefined;

  /** By which interface datagrams from `remote` to `local` may come in, and in which generation that was found. */
  heardBy: Interface | undefined;
  heardIn = -1;

  /** Of the next datagram, RFC 6864 §4.3: no two alike within 65536 from one address to another. */
  identification: number;
  #fragmentIdentification: number;
  /** RFC 6437 §3: the same for a flow, and hard to guess. */
  readonly flowLabel: number;
  /** When a transport last said that what we send arrives. */
  confirmed: Instant = START;

  /** `chance`: 32 random bits. */
  constructor(words: Int32Array, bound: Interface | undefined, mtu: number, chance: number) {
    this.words = words;
    this.local = fromWords(words, 0);
    this.remote = fromWords(words, WORDS);
    this.version = isIpv4Words(words, 0) ? 4 : 6;
    this.addressSum = sumOf(words, 0) + sumOf(words, WORDS);
    this.headerLength = this.version === 4 ? 20 : 40;
    this.bound = bound;
    this.mtu = mtu;
    this.identification = chance & 0xffff;
    this.flowLabel = chance >>> 12;
    this.#fragmentIdentification = Math.imul(chance, 0x9e3779b1) >>> 0;
    this.nextHop = this.remote;
  }

  /** What the interface takes in one piece, whatever is known of the way out. */
  get linkMtu(): number | undefined {
    return this.version === 4 ? this.interface?.mtu : this.interface?.ipv6Mtu;
  }

  /** RFC 7739 §5.1: one counter a pair of addresses, from a random number on. */
  nextFragmentIdentification(): number {
    this.#fragmentIdentification = (this.#fragmentIdentification + 1) >>> 0;
    return this.#fragmentIdentification;
  }

  nextIdentification(): number {
    this.identification = (this.identification + 1) & 0xffff;
    return this.identification;
  }
}
