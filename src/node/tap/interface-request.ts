/** `struct ifreq` and `struct in6_ifreq` as ioctl takes them: netdevice(7), linux/if_tun.h, linux/ipv6.h. */
import { endianness } from 'node:os';
import { fromAscii } from '../../base/octets.ts';
import type { Ipv4Address } from '../../stack/network/ipv4/address.ts';
import type { Ipv6Prefix } from '../../stack/network/ipv6/address.ts';

export const REQUEST = {
  TUNSETIFF: 0x400454ca,
  SIOCGIFFLAGS: 0x8913,
  SIOCSIFFLAGS: 0x8914,
  SIOCGIFADDR: 0x8915,
  SIOCSIFADDR: 0x8916,
  SIOCGIFNETMASK: 0x891b,
  SIOCSIFNETMASK: 0x891c,
  SIOCGIFMTU: 0x8921,
  SIOCSIFMTU: 0x8922,
  SIOCGIFHWADDR: 0x8927,
  SIOCGIFINDEX: 0x8933,
  SIOCGIFTXQLEN: 0x8942,
  SIOCSIFTXQLEN: 0x8943,
  /** A descriptor tells of what can be read by SIGIO, or no longer. */
  FIOASYNC: 0x5452,
} as const;

export const IFF_UP = 0x1;
const IFF_TAP = 0x0002;
/** Frames only, without four octets of flags and protocol before each. */
const IFF_NO_PI = 0x1000;

const NAME_ROOM = 16;
/** On 64-bit machines; on others the kernel uses less of it. */
const LENGTH = 40;
const VALUE = NAME_ROOM;
const SOCKADDR_ADDRESS = VALUE + 4;
const AF_INET = 2;
const ADDRESS_LENGTH = 6;

const LITTLE = endianness() === 'LE';

export class InterfaceRequest {
  readonly octets = new Uint8Array(LENGTH);
  readonly #view = new DataView(this.octets.buffer);

  constructor(name: string) {
    this.octets.set(fromAscii(name).subarray(0, NAME_ROOM - 1));
  }

  get name(): string {
    return String.fromCharCode(...this.octets.subarray(0, this.octets.indexOf(0)));
  }

  get flags(): number {
    return this.#view.getUint16(VALUE, LITTLE);
  }

  set flags(flags: number) {
    this.#view.setUint16(VALUE, flags, LITTLE);
  }

  /** An MTU, an index or a length of a queue. */
  get number(): number {
    return this.#view.getInt32(VALUE, LITTLE);
  }

  set number(value: number) {
    this.#view.setInt32(VALUE, value, LITTLE);
  }

  /** The address that SIOCGIFHWADDR put there, a copy. */
  get hardwareAddress(): Uint8Array {
    return this.octets.slice(VALUE + 2, VALUE + 2 + ADDRESS_LENGTH);
  }

  /** In a `struct sockaddr_in`; a mask has the form of an address. */
  get ipv4(): number {
    return this.#view.getUint32(SOCKADDR_ADDRESS);
  }

  set ipv4(address: Ipv4Address | number) {
    this.octets.fill(0, VALUE);
    this.#view.setUint16(VALUE, AF_INET, LITTLE);
    this.#view.setUint32(SOCKADDR_ADDRESS, address);
  }
}

export function tapRequest(name: string): InterfaceRequest {
  const request = new InterfaceRequest(name);
  request.flags = IFF_TAP | IFF_NO_PI;
  return request;
}

/** `struct in6_ifreq`, which names the interface by its index. */
export function ipv6Request(prefix: Ipv6Prefix, index: number): Uint8Array {
  const octets = new Uint8Array(24);
  octets.set(prefix.address);
  const view = new DataView(octets.buffer);
  view.setUint32(16, prefix.length, LITTLE);
  view.setInt32(20, index, LITTLE);
  return octets;
}
