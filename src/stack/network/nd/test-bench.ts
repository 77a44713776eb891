/** Neighbours, their messages, and a resolver in virtual time, for the tests of this folder. */
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, milliseconds, START } from '../../../base/time.ts';
import { type Ipv6Address, parse, sameAddress } from '../ipv6/address.ts';
import type { Message, NeighbourAdvertisement, RouterAdvertisement } from './message.ts';
import type { Option } from './options.ts';
import { type Output, Resolver } from './resolver.ts';

export const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
export const US = ip('fe80::1');
export const PEER = ip('fe80::2');
export const OTHER = ip('fe80::3');
export const PEER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 2);
export const OTHER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 3);
export const GROUP_MAC = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);

export const numbered = (i: number) => ip(`2001:db8::${i.toString(16)}`);
export const option = (whose: 'source' | 'target', hardware: Uint8Array): Option => ({
  kind: `${whose} link-layer address`,
  hardware,
});
export const advertisement = (
  over: Partial<NeighbourAdvertisement> = {},
): NeighbourAdvertisement => ({
  kind: 'neighbour advertisement',
  router: false,
  solicited: true,
  override: true,
  target: PEER,
  options: [option('target', PEER_MAC)],
  ...over,
});
export const solicitation = (hardware: Uint8Array, target = US): Message => ({
  kind: 'neighbour solicitation',
  target,
  options: [option('source', hardware)],
});
export const routerAdvertisement = (
  over: Partial<RouterAdvertisement> = {},
): RouterAdvertisement => ({
  kind: 'router advertisement',
  currentHopLimit: 0,
  managed: false,
  otherConfiguration: false,
  preference: 'medium',
  lifetime_s: 1800,
  reachableTime_ms: 0,
  retransTimer_ms: 0,
  options: [option('source', PEER_MAC)],
  ...over,
});
export const request = (target: Ipv6Address, hardware?: Uint8Array) =>
  hardware ? { kind: 'request', target, hardware } : { kind: 'request', target };
export const deliver = (datagram: string, hardware = PEER_MAC) => ({
  kind: 'deliver',
  hardware,
  datagram,
});
export const LOST = { kind: 'lost', target: PEER };

/** A resolver in virtual time: timeouts are handled when they are due, and no earlier. */
export class Bench {
  readonly resolver: Resolver<string>;
  readonly #fresh: Output<string>[] = [];
  readonly requested: { readonly target: Ipv6Address; readonly at: Instant }[] = [];
  now: Instant = START;
  /** How many datagrams it was given. */
  sent = 0;

  constructor(seed = 1) {
    this.resolver = new Resolver<string>((a) => sameAddress(a, US), seededRng(seed));
  }

  wait_ms(delay: number): this {
    const end = after(this.now, milliseconds(delay));
    for (let due = this.resolver.pollTimeout(); due !== undefined && due <= end; ) {
      this.now = due;
      this.resolver.handleTimeout(due);
      this.#collect();
      due = this.resolver.pollTimeout();
    }
    this.now = end;
    return this;
  }

  send(target: Ipv6Address, datagram: string): this {
    this.sent += 1;
    this.resolver.send(target, datagram, this.now);
    this.#collect();
    return this;
  }

  hear(message: Message, source = PEER): this {
    this.resolver.handleMessage(message, source, this.now);
    this.#collect();
    return this;
  }

  outputs(): Output<string>[] {
    return this.#fresh.splice(0);
  }

  state(target = PEER) {
    return this.resolver.stateOf(target, this.now);
  }

  /** The peer is REACHABLE, and nothing is left to be sent. */
  knowing(): this {
    this.send(PEER, 'first').hear(advertisement()).outputs();
    return this;
  }

  /** The peer is STALE. */
  stale(): this {
    return this.knowing().wait_ms(46_000);
  }

  #collect(): void {
    for (let one = this.resolver.pollOutput(); one; one = this.resolver.pollOutput()) {
      this.#fresh.push(one);
      if (one.kind === 'request') this.requested.push({ target: one.target, at: this.now });
    }
  }
}
