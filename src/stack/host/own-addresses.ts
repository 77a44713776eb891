/** The addresses of a host, found by the words that a packet has for them. */
import type { ConflictDetector, Defence } from '../network/arp/conflict.ts';
import { type IpAddress, isIpv4, sameWords, toWords } from '../network/ip/address.ts';
import { directedBroadcast, type Ipv4Address } from '../network/ipv4/address.ts';
import type { Interface } from './interface.ts';

/**
 * `tentative`: nobody may send to it or from it before it is known to be free (RFC 5227 §2.1.1, RFC 4862
 * §5.4). `deprecated`: no new use is made of it (RFC 4862 §5.5.4).
 */
export type AddressState = 'tentative' | 'preferred' | 'deprecated';

export interface OwnAddress {
  readonly address: IpAddress;
  readonly words: Int32Array;
  readonly prefixLength: number;
  readonly interface: Interface;
  /** Of its IPv4 network. */
  readonly broadcast: Ipv4Address | undefined;
  state: AddressState;
  /** Its network is on the link: not so for what a router advertised (RFC 5942 §4). */
  connected: boolean;
  detector: ConflictDetector | undefined;
  /** The link is asked first whether it is free, and of IPv4 what is done when another takes it later. */
  detect: boolean;
  defence: Defence;
}

export const ownAddress = (
  address: IpAddress,
  prefixLength: number,
  device: Interface,
  state: AddressState,
): OwnAddress => ({
  address,
  words: toWords(address),
  prefixLength,
  interface: device,
  broadcast: isIpv4(address) ? directedBroadcast({ address, length: prefixLength }) : undefined,
  state,
  connected: true,
  detector: undefined,
  detect: false,
  defence: 'once',
});

const NONE: readonly OwnAddress[] = [];

export class OwnAddresses {
  /** By the last word: of those that share it there are few. */
  readonly #byLastWord = new Map<number, OwnAddress[]>();
  readonly #byInterface: (readonly OwnAddress[])[] = [];
  readonly #all = new Set<OwnAddress>();

  /** The address in the words from `at`, tentative or not. */
  find(words: Int32Array, at: number): OwnAddress | undefined {
    const some = this.#byLastWord.get(words[at + 3] as number);
    if (some === undefined) return undefined;
    for (const own of some) if (sameWords(own.words, 0, words, at)) return own;
    return undefined;
  }

  findAddress(address: IpAddress): OwnAddress | undefined {
    return this.find(toWords(address), 0);
  }

  findIpv4(address: Ipv4Address): OwnAddress | undefined {
    const some = this.#byLastWord.get(address | 0);
    if (some === undefined) return undefined;
    for (const own of some) if (own.address === address) return own;
    return undefined;
  }

  /** Those of one interface, in the order in which they came. */
  of(device: Interface): readonly OwnAddress[] {
    return this.#byInterface[device.index] ?? NONE;
  }

  all(): Iterable<OwnAddress> {
    return this.#all;
  }

  add(own: OwnAddress): void {
    this.#all.add(own);
    put(this.#byLastWord, own.words[3] as number, own);
    this.#byInterface[own.interface.index] = [...this.of(own.interface), own];
  }

  remove(own: OwnAddress): void {
    this.#all.delete(own);
    take(this.#byLastWord, own.words[3] as number, own);
    const left = this.of(own.interface).filter((other) => other !== own);
    this.#byInterface[own.interface.index] = left;
  }
}

function put(map: Map<number, OwnAddress[]>, key: number, own: OwnAddress): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [own]);
  else list.push(own);
}

function take(map: Map<number, OwnAddress[]>, key: number, own: OwnAddress): void {
  const left = (map.get(key) ?? []).filter((other) => other !== own);
  if (left.length > 0) map.set(key, left);
  else map.delete(key);
}
