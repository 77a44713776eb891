/**
 * The addresses of one interface, and stateless autoconfiguration: RFC 4862 §5.
 *
 *   start(), add(), prefix advertised
 *      │                          preferred lifetime             valid lifetime
 *      ▼           unique                  over                       over
 *   TENTATIVE ────────────▶ PREFERRED ◀──────────────▶ DEPRECATED ──────────▶ (none)
 *      │   ▲                            advertised
 *      │   └── 1 s, another identifier (RFC 7217 §6), 3
 *      ▼ taken
 *   DUPLICATE: kept, so that the next advertisement does not try it again
 *
 *   restart(): all of them TENTATIVE again
 *
 * It sends nothing itself and knows no messages: the host hands it the prefixes of the advertisements that
 * passed `decode`, and what neighbour discovery says of a tentative address, for which the resolver must
 * not answer.
 *
 * Invariants:
 *   (1) A tentative or duplicate address is none of ours: `isAssigned` denies it (§5.4).
 *   (2) No advertisement shortens the valid lifetime below two hours (§5.5.3 e).
 *   (3) preferred ≤ valid, for each address.
 *   (4) At most `ADDRESSES_MAX` addresses are formed; what is advertised beyond that is not heeded, and
 *       takes no place from those that are given.
 *   (5) Of one address `tentative` is the first event, also each time that it is tested anew, and
 *       `removed` the last.
 */
import type { Rng } from '../../../base/random.ts';
import {
  after,
  type Duration,
  earliest,
  type Instant,
  NEVER,
  seconds,
  since,
} from '../../../base/time.ts';
import {
  contains,
  fromInterfaceIdentifier,
  type Ipv6Address,
  type Ipv6Prefix,
  isLinkLocal,
  isUnspecified,
  sameAddress,
} from '../ipv6/address.ts';
import { DuplicateDetector, type Solicit } from './duplicate.ts';
import type { IdentifierSource } from './identifier.ts';

/** §5.5.3 e */
const TWO_HOURS = seconds(2 * 3600);
/** RFC 7217 §7. */
const IDGEN_DELAY = seconds(1);
/** A lifetime that never ends, as a prefix option has it (RFC 4861 §4.6.2). */
const INFINITE_s = 0xffff_ffff;
const PREFIX_LENGTH = 64;
/** Whoever advertises more prefixes fills memory and tables; Linux stops at as many. */
const ADDRESSES_MAX = 16;

const LINK_LOCAL: Ipv6Prefix = {
  address: Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  length: PREFIX_LENGTH,
};

export type AddressState = 'TENTATIVE' | 'PREFERRED' | 'DEPRECATED' | 'DUPLICATE';

export interface InterfaceAddress {
  /** The address itself, and how long the prefix in it is. */
  readonly prefix: Ipv6Prefix;
  readonly state: AddressState;
}

/** What a prefix information option says. */
export interface AdvertisedPrefix {
  readonly prefix: Ipv6Prefix;
  readonly autonomous: boolean;
  readonly valid_s: number;
  readonly preferred_s: number;
}

export interface AddressEvent {
  /**
   * `tentative`: to be listened for, and its solicited-node group to be joined; `preferred`: in use;
   * `deprecated`: in use, but not for what begins anew; `duplicate`: another has it; `removed`: the group
   * is to be left, and what used the address ends. A duplicate link-local address made of the hardware
   * address wants the interface taken down (§5.4.5).
   */
  readonly kind: 'tentative' | 'preferred' | 'deprecated' | 'duplicate' | 'removed';
  readonly prefix: Ipv6Prefix;
}

interface Entry {
  prefix: Ipv6Prefix;
  state: AddressState;
  /** Made of an identifier of ours, so that there may be another. */
  readonly formed: boolean;
  attempt: number;
  detector: DuplicateDetector | undefined;
  /** When the next identifier is tried. */
  retry: Instant | undefined;
  preferredUntil: Instant;
  validUntil: Instant;
}

export class Autoconfiguration {
  readonly #identifiers: IdentifierSource;
  readonly #retransmit: () => Duration;
  readonly #rng: Rng;
  #entries: Entry[] = [];
  readonly #outbox: Solicit[] = [];
  readonly #events: AddressEvent[] = [];

  /** `retransmit` is the resolver's RetransTimer. */
  constructor(identifiers: IdentifierSource, retransmit: () => Duration, rng: Rng) {
    this.#identifiers = identifiers;
    this.#retransmit = retransmit;
    this.#rng = rng;
  }

  get addresses(): readonly InterfaceAddress[] {
    return this.#entries.map(({ prefix, state }) => ({ prefix, state }));
  }

  /** May a packet be sent from and received for `address`? The resolver's `isOwn`. */
  isAssigned(address: Ipv6Address): boolean {
    const state = this.#find(address)?.state;
    return state === 'PREFERRED' || state === 'DEPRECATED';
  }

  /** The interface is up: forms its link-local address (§5.3). */
  start(now: Instant): void {
    this.#form(LINK_LOCAL, NEVER, NEVER, now);
  }

  /** An address given by hand or by DHCPv6, for ever; it is tested as the others are (§5.4). */
  add(prefix: Ipv6Prefix, now: Instant): void {
    if (this.#find(prefix.address) !== undefined) return;
    const own = { address: prefix.address.slice(), length: prefix.length };
    this.#begin(own, false, NEVER, NEVER, now);
  }

  remove(address: Ipv6Address): void {
    this.#keep((entry) => !sameAddress(entry.prefix.address, address));
  }

  /** The link came up, and may be another: what was unique, or taken, is tested anew (§5.3, §5.4). */
  restart(now: Instant): void {
    this.#outbox.length = 0;
    for (const entry of this.#entries) this.#test(entry, now);
  }

  /** The interface is down: all addresses go. */
  stop(): void {
    this.#keep(() => false);
    this.#outbox.length = 0;
  }

  /** §5.5.3, rules a to e. */
  handlePrefix(option: AdvertisedPrefix, now: Instant): void {
    const { prefix, autonomous, valid_s, preferred_s } = option;
    if (!autonomous || isLinkLocal(prefix.address) || preferred_s > valid_s) return;
    const known = this.#entries.find(
      (entry) =>
        entry.formed &&
        entry.prefix.length === prefix.length &&
        contains(prefix, entry.prefix.address),
    );
    const preferredUntil = endOf(preferred_s, now);
    if (known !== undefined) {
      known.validUntil = newValidUntil(known.validUntil, endOf(valid_s, now), now);
      known.preferredUntil = Math.min(preferredUntil, known.validUntil) as Instant;
      this.#age(known, now);
      return;
    }
    if (valid_s === 0 || prefix.length !== PREFIX_LENGTH) return;
    if (this.#entries.filter(({ formed }) => formed).length >= ADDRESSES_MAX) return;
    this.#form(prefix, preferredUntil, endOf(valid_s, now), now);
  }

  /**
   * A neighbour solicitation. True when its target is tentative: then the resolver is not to see it,
   * since nothing is answered for such an address (§5.4.3).
   */
  handleSolicitation(
    target: Ipv6Address,
    source: Ipv6Address,
    nonce: Uint8Array | undefined,
    now: Instant,
  ): boolean {
    const entry = this.#find(target);
    if (entry === undefined || this.isAssigned(target)) return false;
    // From an address it asks for the hardware address: of whoever has this one.
    if (isUnspecified(source)) {
      entry.detector?.handleSolicitation(nonce);
      this.#follow(entry, now);
    }
    return true;
  }

  /** A neighbour advertisement. True when its target is tentative, as above (§5.4.4). */
  handleAdvertisement(target: Ipv6Address, now: Instant): boolean {
    const entry = this.#find(target);
    if (entry === undefined || this.isAssigned(target)) return false;
    entry.detector?.handleAdvertisement();
    this.#follow(entry, now);
    return true;
  }

  handleTimeout(now: Instant): void {
    this.#keep(({ validUntil }) => now < validUntil);
    for (const entry of this.#entries) {
      if (entry.retry !== undefined && entry.retry <= now) this.#again(entry, now);
      entry.detector?.handleTimeout(now);
      this.#follow(entry, now);
      this.#age(entry, now);
    }
  }

  pollTimeout(): Instant | undefined {
    const first = earliest(...this.#entries.flatMap(deadlinesOf));
    return first === NEVER ? undefined : first;
  }

  pollOutput(): Solicit | undefined {
    return this.#outbox.shift();
  }

  pollEvent(): AddressEvent | undefined {
    return this.#events.shift();
  }

  #find(address: Ipv6Address): Entry | undefined {
    return this.#entries.find(({ prefix }) => sameAddress(prefix.address, address));
  }

  #form(prefix: Ipv6Prefix, preferred: Instant, valid: Instant, now: Instant): void {
    const identifier = this.#identifiers(prefix.address, 0);
    if (identifier === undefined) return;
    const address = fromInterfaceIdentifier(prefix.address, identifier);
    if (this.#find(address) !== undefined) return;
    this.#begin({ address, length: prefix.length }, true, preferred, valid, now);
  }

  #begin(
    prefix: Ipv6Prefix,
    formed: boolean,
    preferredUntil: Instant,
    validUntil: Instant,
    now: Instant,
  ): void {
    const state = 'TENTATIVE';
    const none = { attempt: 0, detector: undefined, retry: undefined };
    const entry: Entry = { prefix, state, formed, ...none, preferredUntil, validUntil };
    this.#entries.push(entry);
    this.#test(entry, now);
  }

  #test(entry: Entry, now: Instant): void {
    const { address } = entry.prefix;
    entry.state = 'TENTATIVE';
    entry.retry = undefined;
    entry.detector = new DuplicateDetector(address, this.#retransmit, this.#rng, now);
    this.#tell('tentative', entry);
  }

  /** Takes what the detector has to say. */
  #follow(entry: Entry, now: Instant): void {
    const { detector } = entry;
    if (detector === undefined) return;
    for (let one = detector.pollOutput(); one; one = detector.pollOutput()) this.#outbox.push(one);
    const event = detector.pollEvent();
    if (event === undefined) return;
    entry.detector = undefined;
    if (event === 'unique') {
      entry.state = 'PREFERRED';
      this.#tell('preferred', entry);
      this.#age(entry, now);
      return;
    }
    entry.state = 'DUPLICATE';
    this.#tell('duplicate', entry);
    const { address } = entry.prefix;
    const another = entry.formed && this.#identifiers(address, entry.attempt + 1) !== undefined;
    entry.retry = another ? after(now, IDGEN_DELAY) : undefined;
  }

  #again(entry: Entry, now: Instant): void {
    entry.retry = undefined;
    entry.attempt += 1;
    const identifier = this.#identifiers(entry.prefix.address, entry.attempt);
    if (identifier === undefined) return;
    this.#tell('removed', entry);
    const address = fromInterfaceIdentifier(entry.prefix.address, identifier);
    entry.prefix = { address, length: entry.prefix.length };
    this.#test(entry, now);
  }

  /** §5.5.4 */
  #age(entry: Entry, now: Instant): void {
    const old = now >= entry.preferredUntil;
    if (entry.state === 'PREFERRED' && old) {
      entry.state = 'DEPRECATED';
      this.#tell('deprecated', entry);
    } else if (entry.state === 'DEPRECATED' && !old) {
      entry.state = 'PREFERRED';
      this.#tell('preferred', entry);
    }
  }

  #keep(stays: (entry: Entry) => boolean): void {
    const before = this.#entries;
    this.#entries = before.filter(stays);
    for (const entry of before) if (!stays(entry)) this.#tell('removed', entry);
  }

  #tell(kind: AddressEvent['kind'], entry: Entry): void {
    this.#events.push({ kind, prefix: entry.prefix });
  }
}

const endOf = (lifetime_s: number, now: Instant): Instant =>
  lifetime_s === INFINITE_s ? NEVER : after(now, seconds(lifetime_s));

/** §5.5.3 e: what one forged advertisement can do is bounded by two hours. */
function newValidUntil(before: Instant, told: Instant, now: Instant): Instant {
  if (since(told, now) > TWO_HOURS || told > before) return told;
  return since(before, now) <= TWO_HOURS ? before : after(now, TWO_HOURS);
}

/** The deadlines of one address; a deprecated one waits for its end alone. */
function deadlinesOf(entry: Entry): (Instant | undefined)[] {
  const { state, detector, retry, preferredUntil, validUntil } = entry;
  const preferred = state === 'PREFERRED' ? preferredUntil : undefined;
  return [detector?.pollTimeout(), retry, preferred, validUntil];
}
