/**
 * The default router list, RFC 4861 §6.3.4 … §6.3.6, with the preferences of RFC 4191 §3.2 (a host of
 * type B).
 *
 * A router that is reachable comes before one that may not be, then the more preferred one, then the one
 * known for longer. When none is reachable they take turns, so that each is tried.
 *
 * Invariants:
 *   (1) There are at most `ROUTERS_MAX` routers; a more preferred one takes the place of the least.
 *   (2) `added` and `removed` come in turns for one router.
 */
import { after, earliest, type Instant, seconds } from '../../../base/time.ts';
import { type Ipv6Address, sameAddress } from '../ipv6/address.ts';
import type { Preference } from './message.ts';

const ROUTERS_MAX = 16;

const RANK: Readonly<Record<Preference, number>> = { low: 0, medium: 1, high: 2 };

interface Router {
  readonly address: Ipv6Address;
  preference: Preference;
  until: Instant;
}

export interface RouterEvent {
  readonly kind: 'added' | 'removed';
  readonly router: Ipv6Address;
}

export class RouterList {
  readonly #isReachable: (address: Ipv6Address) => boolean;
  #routers: Router[] = [];
  /** Whose turn it is while none is reachable. */
  #turn = 0;
  readonly #events: RouterEvent[] = [];

  constructor(isReachable: (address: Ipv6Address) => boolean) {
    this.#isReachable = isReachable;
  }

  get size(): number {
    return this.#routers.length;
  }

  has(address: Ipv6Address): boolean {
    return this.#routers.some((router) => sameAddress(router.address, address));
  }

  /** The router for the next packet; takes turns when none is reachable. Not to be written to. */
  choose(): Ipv6Address | undefined {
    const reachable = this.#bestReachable();
    if (reachable !== undefined) return reachable;
    this.#turn += 1;
    return this.#atTurn();
  }

  /** The router that `choose` gave last, or would give if none is reachable now. */
  current(): Ipv6Address | undefined {
    return this.#bestReachable() ?? this.#atTurn();
  }

  remove(address: Ipv6Address): void {
    this.#keep((router) => !sameAddress(router.address, address));
  }

  /** What an advertisement from `source` says of itself; a lifetime of zero takes it off the list. */
  handleAdvertisement(
    source: Ipv6Address,
    lifetime_s: number,
    preference: Preference,
    now: Instant,
  ): void {
    if (lifetime_s === 0) {
      this.remove(source);
      return;
    }
    const until = after(now, seconds(lifetime_s));
    const known = this.#routers.find((router) => sameAddress(router.address, source));
    if (known !== undefined) {
      known.until = until;
      known.preference = preference;
      return;
    }
    if (this.#routers.length >= ROUTERS_MAX && !this.#makeRoom(preference)) return;
    const router = source.slice();
    this.#routers.push({ address: router, preference, until });
    this.#events.push({ kind: 'added', router });
  }

  handleTimeout(now: Instant): void {
    this.#keep(({ until }) => now < until);
  }

  pollTimeout(): Instant | undefined {
    return earliest(...this.#routers.map(({ until }) => until));
  }

  pollEvent(): RouterEvent | undefined {
    return this.#events.shift();
  }

  #bestReachable(): Ipv6Address | undefined {
    let best: Router | undefined;
    for (const router of this.#routers) {
      if (best !== undefined && RANK[router.preference] <= RANK[best.preference]) continue;
      if (this.#isReachable(router.address)) best = router;
    }
    return best?.address;
  }

  #atTurn(): Ipv6Address | undefined {
    return this.#routers[this.#turn % this.#routers.length]?.address;
  }

  #makeRoom(preference: Preference): boolean {
    let least: Router | undefined;
    for (const router of this.#routers) {
      if (least === undefined || RANK[router.preference] <= RANK[least.preference]) least = router;
    }
    if (least === undefined || RANK[least.preference] >= RANK[preference]) return false;
    this.remove(least.address);
    return true;
  }

  #keep(stays: (router: Router) => boolean): void {
    const before = this.#routers;
    this.#routers = before.filter(stays);
    for (const router of before) {
      if (!stays(router)) this.#events.push({ kind: 'removed', router: router.address });
    }
  }
}
