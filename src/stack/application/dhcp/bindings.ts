/**
 * The server's memory: which client has which address, RFC 2131 §2.1 and §4.3.1.
 *
 *             offer                ack                 until passed, or RELEASE
 *   (none) ─────────▶ OFFERED ─────────▶ BOUND ──────────────────────────────▶ FREE
 *                        │ until passed, or another server was chosen            ▲
 *                        └───────────────────────────────────────────────────────┤
 *                     BOUND ── DECLINE ──▶ DECLINED ── until passed ─────────────┘
 *
 * A binding that is FREE is kept, so that the client has its address again, until another needs it; unless
 * the client only ever had the offer.
 *
 * Invariants:
 *   (1) A client has one binding on a network at most, DECLINED ones left out; an address has one at most.
 *   (2) There are at most `limit` bindings, and at most `offers` of them OFFERED: who asks and never takes
 *       pushes out his own kind, no lease.
 */
import type { Instant } from '../../../base/time.ts';
import type { Ipv4Address } from '../../network/ipv4/address.ts';

export type BindingState = 'OFFERED' | 'BOUND' | 'DECLINED' | 'FREE';

export interface Binding {
  readonly client: string;
  readonly address: Ipv4Address;
  readonly hardware: Uint8Array;
  readonly state: BindingState;
  /** When what the state says ends. */
  readonly until: Instant;
  /** The client had it, and was not merely offered it. */
  readonly leased: boolean;
}

export class Bindings {
  readonly #limit: number;
  readonly #offers: number;
  /** The one that was touched longest ago comes first. */
  readonly #byAddress = new Map<Ipv4Address, Binding>();
  readonly #byClient = new Map<string, Map<Ipv4Address, Binding>>();
  #offered = 0;

  constructor(limit: number, offers: number) {
    this.#limit = limit;
    this.#offers = offers;
  }

  get size(): number {
    return this.#byAddress.size;
  }

  [Symbol.iterator](): IterableIterator<Binding> {
    return this.#byAddress.values();
  }

  at(address: Ipv4Address): Binding | undefined {
    return this.#byAddress.get(address);
  }

  /** The client's binding to an address that `isHere`, on the network it asks from; none that it declined. */
  of(client: string, isHere: (address: Ipv4Address) => boolean): Binding | undefined {
    for (const binding of this.#byClient.get(client)?.values() ?? []) {
      if (binding.state !== 'DECLINED' && isHere(binding.address)) return binding;
    }
    return undefined;
  }

  /** Is the address anybody else's than `client`'s? */
  isTaken(address: Ipv4Address, client: string): boolean {
    const binding = this.#byAddress.get(address);
    if (binding === undefined || binding.state === 'FREE') return false;
    return binding.state === 'DECLINED' || binding.client !== client;
  }

  /** Takes the place of what was known of the address. False when there is no room. */
  set(binding: Binding): boolean {
    const before = this.#byAddress.get(binding.address);
    if (before !== undefined) this.delete(before);
    else if (this.size >= this.#limit && !this.#makeRoom()) return false;
    if (binding.state === 'OFFERED' && this.#offered >= this.#offers) this.#drop('OFFERED');
    this.#byAddress.set(binding.address, binding);
    const own = this.#byClient.get(binding.client) ?? new Map<Ipv4Address, Binding>();
    this.#byClient.set(binding.client, own.set(binding.address, binding));
    if (binding.state === 'OFFERED') this.#offered += 1;
    return true;
  }

  delete(binding: Binding): void {
    if (!this.#byAddress.delete(binding.address)) return;
    const own = this.#byClient.get(binding.client);
    own?.delete(binding.address);
    if (own?.size === 0) this.#byClient.delete(binding.client);
    if (binding.state === 'OFFERED') this.#offered -= 1;
  }

  #makeRoom(): boolean {
    return this.#drop('FREE') || this.#drop('OFFERED');
  }

  #drop(state: BindingState): boolean {
    for (const binding of this.#byAddress.values()) {
      if (binding.state !== state) continue;
      this.delete(binding);
      return true;
    }
    return false;
  }
}
