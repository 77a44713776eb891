/**
 * Next-hop determination, RFC 4861 §5.2: to which neighbour does a packet for a destination go?
 *
 *   redirected? ──▶ where the redirect said
 *   on the link (prefix-list.ts)? ──▶ the destination itself
 *   else ──▶ a default router (router-list.ts)
 *
 * Of the destination cache only what redirects told is kept: the rest is as soon determined again as
 * looked up, and so needs no care when routers come and go (§6.3.5, §7.3.3).
 *
 * Invariants:
 *   (1) There are at most `REDIRECTS_MAX` redirects, in the order in which they were told.
 *   (2) No redirect leads to a neighbour that was lost, or to a router that is one no more.
 */
import { earliest, type Instant } from '../../../base/time.ts';
import { type Ipv6Address, type Ipv6Prefix, sameAddress } from '../ipv6/address.ts';
import { key } from './address.ts';
import type { Redirect, RouterAdvertisement } from './message.ts';
import { PrefixList } from './prefix-list.ts';
import { type RouterEvent, RouterList } from './router-list.ts';

const REDIRECTS_MAX = 256;

interface Redirected {
  readonly nextHop: Ipv6Address;
  /** A router, not the destination itself. */
  readonly viaRouter: boolean;
}

export class Destinations {
  readonly #prefixes = new PrefixList();
  readonly #routers: RouterList;
  readonly #redirects = new Map<string, Redirected>();
  readonly #events: RouterEvent[] = [];

  /** `isReachable` is the resolver's. */
  constructor(isReachable: (neighbour: Ipv6Address) => boolean) {
    this.#routers = new RouterList(isReachable);
  }

  /** Not to be written to. Undefined when there is no way. For unicast only: a group is its own next hop. */
  nextHop(destination: Ipv6Address, now: Instant): Ipv6Address | undefined {
    const redirected = this.#redirected(destination);
    if (redirected !== undefined) return redirected.nextHop;
    return this.#prefixes.isOnLink(destination, now) ? destination : this.#routers.choose();
  }

  get hasRouter(): boolean {
    return this.#routers.size > 0;
  }

  /** Makes `prefix` on-link by hand, and no more. */
  addPrefix(prefix: Ipv6Prefix): void {
    this.#prefixes.add(prefix);
  }

  removePrefix(prefix: Ipv6Prefix): void {
    this.#prefixes.remove(prefix);
  }

  handleAdvertisement(message: RouterAdvertisement, source: Ipv6Address, now: Instant): void {
    this.#routers.handleAdvertisement(source, message.lifetime_s, message.preference, now);
    for (const option of message.options) {
      if (option.kind === 'prefix information') this.#prefixes.handlePrefix(option, now);
    }
    this.#followRouters();
  }

  /**
   * True when the redirect holds: it comes from the first hop that the destination has now (§8.1), and
   * may go on to the resolver.
   */
  handleRedirect(message: Redirect, source: Ipv6Address, now: Instant): boolean {
    const { destination, target } = message;
    const first = this.#firstHop(destination, now);
    if (first === undefined || !sameAddress(first, source)) return false;
    const id = key(destination);
    this.#redirects.delete(id);
    for (const oldest of this.#redirects.keys()) {
      if (this.#redirects.size < REDIRECTS_MAX) break;
      this.#redirects.delete(oldest);
    }
    const viaRouter = !sameAddress(target, destination);
    this.#redirects.set(id, { nextHop: target.slice(), viaRouter });
    return true;
  }

  /** The resolver's `lost`: what was sent through it finds another way (§7.3.3). */
  handleLost(neighbour: Ipv6Address): void {
    this.#forgetRedirects(neighbour, false);
  }

  /** The resolver's `no router` (§7.2.5). */
  handleNoRouter(neighbour: Ipv6Address): void {
    this.#routers.remove(neighbour);
    this.#forgetRedirects(neighbour, true);
    this.#followRouters();
  }

  handleTimeout(now: Instant): void {
    this.#prefixes.handleTimeout(now);
    this.#routers.handleTimeout(now);
    this.#followRouters();
  }

  pollTimeout(): Instant | undefined {
    return earliest(this.#prefixes.pollTimeout(), this.#routers.pollTimeout());
  }

  pollEvent(): RouterEvent | undefined {
    return this.#events.shift();
  }

  #redirected(destination: Ipv6Address): Redirected | undefined {
    return this.#redirects.size === 0 ? undefined : this.#redirects.get(key(destination));
  }

  /** Whom a redirect for `destination` must come from; none when it is on the link. */
  #firstHop(destination: Ipv6Address, now: Instant): Ipv6Address | undefined {
    const redirected = this.#redirected(destination);
    if (redirected !== undefined) return redirected.nextHop;
    return this.#prefixes.isOnLink(destination, now) ? undefined : this.#routers.current();
  }

  #followRouters(): void {
    for (let event = this.#routers.pollEvent(); event; event = this.#routers.pollEvent()) {
      if (event.kind === 'removed') this.#forgetRedirects(event.router, true);
      this.#events.push(event);
    }
  }

  #forgetRedirects(nextHop: Ipv6Address, asRouter: boolean): void {
    for (const [id, redirected] of this.#redirects) {
      const kept = asRouter && !redirected.viaRouter;
      if (!kept && sameAddress(redirected.nextHop, nextHop)) this.#redirects.delete(id);
    }
  }
}
