/**
 * The prefix list, RFC 4861 §5.1: which addresses are on this link, so that no router is needed for them.
 *
 * That an address of ours has a prefix says nothing about it (RFC 5942 §4): only an advertisement, or the
 * one who sets the host up, does.
 *
 * Invariants:
 *   (1) Link-local addresses are always on the link, whatever is advertised (§6.3.4).
 *   (2) What was set up by hand stays until it is removed by hand.
 *   (3) There are at most `PREFIXES_MAX` prefixes that were advertised; more are not heeded.
 */
import { after, type Instant, NEVER, seconds } from '../../../base/time.ts';
import { contains, type Ipv6Address, type Ipv6Prefix, isLinkLocal } from '../ipv6/address.ts';
import { key } from './address.ts';
import { INFINITE_s, type PrefixInformation } from './options.ts';

/** Many times what any link needs; RFC 4861 leaves it to us. */
const PREFIXES_MAX = 64;

interface Listed {
  readonly prefix: Ipv6Prefix;
  readonly byHand: boolean;
  until: Instant;
}

export class PrefixList {
  readonly #entries = new Map<string, Listed>();

  get size(): number {
    return this.#entries.size;
  }

  add(prefix: Ipv6Prefix): void {
    const own = canonical(prefix);
    this.#entries.set(keyOf(own), { prefix: own, byHand: true, until: NEVER });
  }

  remove(prefix: Ipv6Prefix): void {
    this.#entries.delete(keyOf(canonical(prefix)));
  }

  isOnLink(address: Ipv6Address, now: Instant): boolean {
    if (isLinkLocal(address)) return true;
    for (const { prefix, until } of this.#entries.values()) {
      if (now < until && contains(prefix, address)) return true;
    }
    return false;
  }

  /** §6.3.4: without the on-link flag an option says nothing, not even that it is off the link. */
  handlePrefix(option: PrefixInformation, now: Instant): void {
    if (!option.onLink || isLinkLocal(option.prefix.address)) return;
    const prefix = canonical(option.prefix);
    const id = keyOf(prefix);
    const known = this.#entries.get(id);
    if (known?.byHand === true) return;
    if (option.valid_s === 0) {
      this.#entries.delete(id);
      return;
    }
    const endless = option.valid_s === INFINITE_s;
    const until = endless ? NEVER : after(now, seconds(option.valid_s));
    if (known !== undefined) known.until = until;
    else if (this.#advertised() < PREFIXES_MAX) {
      this.#entries.set(id, { prefix, byHand: false, until });
    }
  }

  handleTimeout(now: Instant): void {
    for (const [id, { until }] of this.#entries) if (until <= now) this.#entries.delete(id);
  }

  pollTimeout(): Instant | undefined {
    let first: Instant = NEVER;
    for (const { until } of this.#entries.values()) if (until < first) first = until;
    return first === NEVER ? undefined : first;
  }

  #advertised(): number {
    let count = 0;
    for (const { byHand } of this.#entries.values()) if (!byHand) count += 1;
    return count;
  }
}

/** A copy whose bits behind the prefix are zero: a router may send any (§4.6.2). */
function canonical({ address, length }: Ipv6Prefix): Ipv6Prefix {
  const bits = address.map(
    (octet, i) => octet & (0xff00 >> Math.min(Math.max(length - 8 * i, 0), 8)),
  );
  return { address: bits, length };
}

const keyOf = ({ address, length }: Ipv6Prefix): string => `${key(address)}/${length}`;
