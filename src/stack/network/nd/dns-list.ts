/**
 * The name servers and search domains that routers advertise, RFC 8106 §5 and §6, each until its lifetime
 * is over.
 *
 * Invariants:
 *   (1) There are at most `SERVERS_MAX` servers and `DOMAINS_MAX` domains: one that is told when there is no
 *       room takes the place of the one that would go first, if it stays longer (§6.2).
 *   (2) There is an event each time that what is in the list has changed, and at no other.
 */
import { after, earliest, type Instant, NEVER, seconds } from '../../../base/time.ts';
import type { Ipv6Address } from '../ipv6/address.ts';
import { key } from './address.ts';
import { INFINITE_s, type Option } from './options.ts';

/** §5.3.1 has three be enough. */
const SERVERS_MAX = 3;
/** As many as resolvers have always taken from a file. */
const DOMAINS_MAX = 6;

/** All that is known now. */
export interface DnsConfiguration {
  readonly servers: readonly Ipv6Address[];
  readonly domains: readonly string[];
}

export class DnsList {
  readonly #servers = new Lasting<Ipv6Address>(SERVERS_MAX);
  readonly #domains = new Lasting<string>(DOMAINS_MAX);
  #changed = false;

  /** The options of an advertisement that was believed; those that say nothing of names are passed over. */
  handleOptions(options: readonly Option[], now: Instant): void {
    for (const option of options) {
      if (option.kind === 'recursive dns servers') {
        const until = endOf(option.lifetime_s, now);
        for (const server of option.servers) {
          this.#note(this.#servers.hear(key(server), server.slice(), until, now));
        }
      } else if (option.kind === 'dns search list') {
        const until = endOf(option.lifetime_s, now);
        for (const domain of option.domains) {
          this.#note(this.#domains.hear(domain.toLowerCase(), domain, until, now));
        }
      }
    }
  }

  /** Another link: what was told on this one is not for it. */
  clear(): void {
    this.#note(this.#servers.expire(NEVER));
    this.#note(this.#domains.expire(NEVER));
  }

  handleTimeout(now: Instant): void {
    this.#note(this.#servers.expire(now));
    this.#note(this.#domains.expire(now));
  }

  pollTimeout(): Instant | undefined {
    const first = earliest(this.#servers.firstEnd, this.#domains.firstEnd);
    return first === NEVER ? undefined : first;
  }

  pollEvent(): DnsConfiguration | undefined {
    if (!this.#changed) return undefined;
    this.#changed = false;
    return { servers: this.#servers.values, domains: this.#domains.values };
  }

  #note(changed: boolean): void {
    this.#changed ||= changed;
  }
}

/** A few things, each until its end, in the order in which they were first heard of. */
class Lasting<T> {
  readonly #most: number;
  readonly #entries = new Map<string, { readonly value: T; until: Instant }>();

  constructor(most: number) {
    this.#most = most;
  }

  get values(): readonly T[] {
    return [...this.#entries.values()].map(({ value }) => value);
  }

  get firstEnd(): Instant {
    let first: Instant = NEVER;
    for (const { until } of this.#entries.values()) if (until < first) first = until;
    return first;
  }

  /** True when there is another set of them now. */
  hear(name: string, value: T, until: Instant, now: Instant): boolean {
    const known = this.#entries.get(name);
    if (until <= now) return this.#entries.delete(name);
    if (known !== undefined) {
      known.until = until;
      return false;
    }
    if (this.#entries.size === this.#most && !this.#makeRoom(until)) return false;
    this.#entries.set(name, { value, until });
    return true;
  }

  /** True when some had their end by `now`. */
  expire(now: Instant): boolean {
    const before = this.#entries.size;
    for (const [name, { until }] of this.#entries) if (until <= now) this.#entries.delete(name);
    return this.#entries.size < before;
  }

  #makeRoom(until: Instant): boolean {
    for (const [name, entry] of this.#entries) {
      if (entry.until !== this.firstEnd || entry.until >= until) continue;
      return this.#entries.delete(name);
    }
    return false;
  }
}

const endOf = (lifetime_s: number, now: Instant): Instant =>
  lifetime_s === INFINITE_s ? NEVER : after(now, seconds(lifetime_s));
