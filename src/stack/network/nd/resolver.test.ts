import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, milliseconds, START, seconds } from '../../../base/time.ts';
import { format, type Ipv6Address, parse, sameAddress, UNSPECIFIED } from '../ipv6/address.ts';
import { ALL_NODES } from './address.ts';
import type { Message, NeighbourAdvertisement, RouterAdvertisement } from './message.ts';
import type { Option } from './options.ts';
import { type Output, RESOLVER_LIMITS, Resolver } from './resolver.ts';

const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const US = ip('fe80::1');
const PEER = ip('fe80::2');
const OTHER = ip('fe80::3');
const PEER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 2);
const OTHER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 3);
const GROUP_MAC = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);

const numbered = (i: number) => ip(`2001:db8::${i.toString(16)}`);
const option = (whose: 'source' | 'target', hardware: Uint8Array): Option => ({
  kind: `${whose} link-layer address`,
  hardware,
});
const advertisement = (over: Partial<NeighbourAdvertisement> = {}): NeighbourAdvertisement => ({
  kind: 'neighbour advertisement',
  router: false,
  solicited: true,
  override: true,
  target: PEER,
  options: [option('target', PEER_MAC)],
  ...over,
});
const solicitation = (hardware: Uint8Array, target = US): Message => ({
  kind: 'neighbour solicitation',
  target,
  options: [option('source', hardware)],
});
const routerAdvertisement = (over: Partial<RouterAdvertisement> = {}): RouterAdvertisement => ({
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
const request = (target: Ipv6Address, hardware?: Uint8Array) =>
  hardware ? { kind: 'request', target, hardware } : { kind: 'request', target };
const deliver = (datagram: string, hardware = PEER_MAC) => ({
  kind: 'deliver',
  hardware,
  datagram,
});
const LOST = { kind: 'lost', target: PEER };

/** A resolver in virtual time: timeouts are handled when they are due, and no earlier. */
class Bench {
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

describe('neighbour discovery resolver', () => {
  describe('address resolution (RFC 4861 §7.2)', () => {
    it('asks, holds what waits, and delivers it in order when the answer comes', () => {
      const bench = new Bench().send(PEER, 'A').send(PEER, 'B');
      expect(bench.outputs()).toEqual([request(PEER)]);
      expect(bench.state()).toBe('INCOMPLETE');
      const delivered = [deliver('A'), deliver('B')];
      expect(bench.wait_ms(800).hear(advertisement()).outputs()).toEqual(delivered);
      expect(bench.state()).toBe('REACHABLE');
      expect(bench.send(PEER, 'C').outputs()).toEqual([deliver('C')]);
      expect(bench.resolver.pollTimeout()).toBeUndefined();
    });

    it('keeps the latest datagrams when more wait than it holds', () => {
      const bench = new Bench().send(PEER, 'A').send(PEER, 'B').send(PEER, 'C').send(PEER, 'D');
      expect(bench.outputs()).toEqual([request(PEER), { kind: 'dropped', datagram: 'A' }]);
      const delivered = [deliver('B'), deliver('C'), deliver('D')];
      expect(bench.hear(advertisement()).outputs()).toEqual(delivered);
    });

    it('asks three times, RetransTimer apart, then says that there is nobody', () => {
      const bench = new Bench().send(PEER, 'A').send(PEER, 'B');
      expect(bench.outputs()).toEqual([request(PEER)]);
      expect(bench.wait_ms(1000).outputs()).toEqual([request(PEER)]);
      expect(bench.wait_ms(1000).outputs()).toEqual([request(PEER)]);
      expect(bench.wait_ms(999).outputs()).toEqual([]);
      expect(bench.wait_ms(1).outputs()).toEqual([
        { kind: 'unreachable', target: PEER, datagram: 'A' },
        { kind: 'unreachable', target: PEER, datagram: 'B' },
        LOST,
      ]);
      expect(bench.resolver.size).toBe(0);
    });

    it('answers who asks for our address, to him alone, and learns his hardware address', () => {
      const bench = new Bench().hear(solicitation(PEER_MAC));
      const answer = { kind: 'advertise', target: US, to: PEER, solicited: true };
      expect(bench.outputs()).toEqual([answer]);
      expect(bench.state()).toBe('STALE');
      expect(bench.send(PEER, 'the answer').outputs()).toEqual([deliver('the answer')]);
    });

    it('answers who has no address yet through all nodes', () => {
      const dad: Message = { kind: 'neighbour solicitation', target: US, options: [] };
      const answer = { kind: 'advertise', target: US, to: ALL_NODES, solicited: false };
      expect(new Bench().hear(dad, UNSPECIFIED).outputs()).toEqual([answer]);
    });

    it.each<[string, Message, Ipv6Address]>([
      ['a question about another', solicitation(PEER_MAC, OTHER), OTHER],
      ['its own question, come back', solicitation(PEER_MAC), US],
    ])('does not answer %s', (_name, message, source) => {
      expect(new Bench().hear(message, source).outputs()).toEqual([]);
    });

    it.each<[string, Message, Ipv6Address]>([
      ['an advertisement that nobody asked for', advertisement(), PEER],
      [
        'a solicitation without a hardware address',
        { ...solicitation(PEER_MAC), options: [] },
        PEER,
      ],
      ['a group as hardware address', solicitation(GROUP_MAC), PEER],
      ['one that says to be us', solicitation(PEER_MAC), US],
      ['a group as source', solicitation(PEER_MAC), ALL_NODES],
    ])('learns nothing from %s', (_name, message, source) => {
      expect(new Bench().hear(message, source).resolver.size).toBe(0);
    });

    it('goes on asking when an answer has no hardware address in it, or a group', () => {
      const bench = new Bench().send(PEER, 'A').hear(advertisement({ options: [] }));
      bench.hear(advertisement({ options: [option('target', GROUP_MAC)] }));
      expect(bench.state()).toBe('INCOMPLETE');
    });

    it('keeps no view of the packet', () => {
      const hardware = PEER_MAC.slice();
      const target = PEER.slice();
      const bench = new Bench().send(target, 'A');
      target.fill(0);
      bench.hear(advertisement({ options: [option('target', hardware)] }));
      hardware.fill(0);
      expect(bench.resolver.lookup(PEER, bench.now)).toEqual(PEER_MAC);
    });
  });

  // RFC 4861 appendix C: the state, what arrives, the state after, and whose hardware address is kept.
  describe('goes by the table of appendix C', () => {
    const START_IN: Readonly<Record<string, () => Bench>> = {
      INCOMPLETE: () => new Bench().send(PEER, 'A'),
      REACHABLE: () => new Bench().knowing(),
      STALE: () => new Bench().stale(),
      DELAY: () => new Bench().stale().send(PEER, 'A').wait_ms(4000),
      PROBE: () => new Bench().stale().send(PEER, 'A').wait_ms(5000),
    };
    /** `NA`, its flags S and O, and `same`, `other` or no hardware address; or `NS`. */
    const messageOf = (text: string): Message => {
      const words = text.split(' ');
      const hardware = words.includes('other') ? OTHER_MAC : PEER_MAC;
      if (words[0] === 'NS') return solicitation(hardware);
      const options = words.includes('none') ? [] : [option('target', hardware)];
      const [solicited, override] = [words.includes('S'), words.includes('O')];
      return advertisement({ solicited, override, options });
    };
    it.each([
      ['INCOMPLETE', 'NA S O same', 'REACHABLE', PEER_MAC],
      ['INCOMPLETE', 'NA S same', 'REACHABLE', PEER_MAC],
      ['INCOMPLETE', 'NA O same', 'STALE', PEER_MAC],
      ['INCOMPLETE', 'NS same', 'STALE', PEER_MAC],
      ['REACHABLE', 'NS same', 'REACHABLE', PEER_MAC],
      ['REACHABLE', 'NS other', 'STALE', OTHER_MAC],
      ['REACHABLE', 'NA S other', 'STALE', PEER_MAC],
      ['REACHABLE', 'NA other', 'STALE', PEER_MAC],
      ['REACHABLE', 'NA S O other', 'REACHABLE', OTHER_MAC],
      ['REACHABLE', 'NA O other', 'STALE', OTHER_MAC],
      ['REACHABLE', 'NA O same', 'REACHABLE', PEER_MAC],
      ['STALE', 'NA S none', 'REACHABLE', PEER_MAC],
      ['STALE', 'NA same', 'STALE', PEER_MAC],
      ['STALE', 'NA S other', 'STALE', PEER_MAC],
      ['STALE', 'NA O other', 'STALE', OTHER_MAC],
      ['DELAY', 'NA S same', 'REACHABLE', PEER_MAC],
      ['DELAY', 'NA O same', 'DELAY', PEER_MAC],
      ['PROBE', 'NA S same', 'REACHABLE', PEER_MAC],
      ['PROBE', 'NA S other', 'PROBE', PEER_MAC],
      ['PROBE', 'NA O same', 'PROBE', PEER_MAC],
      ['PROBE', 'NA S O other', 'REACHABLE', OTHER_MAC],
      ['PROBE', 'NS other', 'STALE', OTHER_MAC],
    ])('%s, %s: %s', (before, text, state, hardware) => {
      const bench = START_IN[before]?.() ?? new Bench();
      expect(bench.state()).toBe(before);
      bench.hear(messageOf(text));
      expect(bench.state()).toBe(state);
      expect(bench.resolver.lookup(PEER, bench.now)).toEqual(hardware);
    });
  });

  describe('unreachability detection (§7.3)', () => {
    it('is REACHABLE for half to one and a half times 30 s, as the seed wills', () => {
      const last = (seed: number) => {
        const bench = new Bench(seed).knowing();
        let s = 0;
        while (bench.state() === 'REACHABLE') s = bench.wait_ms(1000).now / seconds(1);
        return s;
      };
      const times = Array.from({ length: 40 }, (_, seed) => last(seed));
      expect(Math.min(...times)).toBeGreaterThanOrEqual(15);
      expect(Math.max(...times)).toBeLessThanOrEqual(46);
      expect(new Set(times).size).toBeGreaterThan(15);
    });

    it('uses a STALE address, and probes by unicast five seconds after the first use', () => {
      const bench = new Bench().stale().send(PEER, 'A').send(PEER, 'B');
      expect(bench.outputs()).toEqual([deliver('A'), deliver('B')]);
      expect(bench.state()).toBe('DELAY');
      expect(bench.wait_ms(4999).outputs()).toEqual([]);
      expect(bench.wait_ms(1).outputs()).toEqual([request(PEER, PEER_MAC)]);
      expect(bench.state()).toBe('PROBE');
      expect(bench.send(PEER, 'C').outputs()).toEqual([deliver('C')]);
    });

    it('gives up after three probes, and asks all again', () => {
      const bench = new Bench().stale().send(PEER, 'A').wait_ms(5000).wait_ms(2999);
      const probe = request(PEER, PEER_MAC);
      expect(bench.outputs()).toEqual([deliver('A'), probe, probe, probe]);
      expect(bench.wait_ms(1).outputs()).toEqual([LOST]);
      expect(bench.resolver.isReachable(PEER)).toBe(false);
      expect(bench.send(PEER, 'B').outputs()).toEqual([request(PEER)]);
    });

    it.each<[string, number]>([
      ['STALE', 0],
      ['DELAY', 1000],
      ['PROBE', 6000],
    ])('does not probe what a layer above knows to answer: %s', (state, delay) => {
      const bench = new Bench().stale();
      if (delay > 0) bench.send(PEER, 'A').wait_ms(delay);
      expect(bench.state()).toBe(state);
      bench.outputs();
      bench.resolver.confirm(PEER, bench.now);
      expect(bench.state()).toBe('REACHABLE');
      expect(bench.wait_ms(14_000).send(PEER, 'B').wait_ms(0).outputs()).toEqual([deliver('B')]);
      expect(bench.resolver.pollTimeout()).toBeUndefined();
    });

    it('is begun for what a layer above doubts, when it is used next (RFC 1122 §3.3.1.4)', () => {
      const bench = new Bench().knowing();
      bench.resolver.doubt(PEER, bench.now);
      expect(bench.state()).toBe('STALE');
      expect(bench.wait_ms(9000).outputs()).toEqual([]);
      expect(bench.send(PEER, 'A').outputs()).toEqual([deliver('A')]);
      bench.resolver.doubt(PEER, bench.now);
      expect(bench.state()).toBe('DELAY');
      expect(bench.wait_ms(5000).outputs()).toEqual([request(PEER, PEER_MAC)]);
    });

    it('sends nothing for an address that nobody uses, however old it is', () => {
      expect(new Bench().knowing().wait_ms(600_000).outputs()).toEqual([]);
    });

    it('takes ReachableTime and RetransTimer from routers, within limits (§6.3.4)', () => {
      const bench = new Bench().knowing();
      bench.hear(routerAdvertisement({ reachableTime_ms: 2000, retransTimer_ms: 250 }));
      expect(bench.resolver.retransmit).toBe(milliseconds(250));
      bench.send(PEER, 'A').hear(advertisement()).wait_ms(3000);
      expect(bench.state()).toBe('STALE');
      bench.hear(routerAdvertisement({ retransTimer_ms: 1 }));
      expect(bench.resolver.retransmit).toBe(milliseconds(100));
      bench.hear(routerAdvertisement({ retransTimer_ms: 0xffff_ffff }));
      expect(bench.resolver.retransmit).toBe(seconds(60));
    });
  });

  describe('knows who is a router', () => {
    it('tells of one that is none any more, once', () => {
      const bench = new Bench().hear(routerAdvertisement());
      bench.hear(advertisement({ router: true }));
      expect(bench.outputs()).toEqual([]);
      bench.hear(advertisement()).hear(advertisement());
      expect(bench.outputs()).toEqual([{ kind: 'no router', target: PEER }]);
    });

    it('takes who asks for routers for none (§6.2.6)', () => {
      const bench = new Bench().hear(routerAdvertisement());
      bench.hear({ kind: 'router solicitation', options: [option('source', PEER_MAC)] });
      expect(bench.hear(advertisement()).outputs()).toEqual([]);
    });

    it('takes the target of a redirect for one, unless it is the destination (§8.3)', () => {
      const redirect = (destination: Ipv6Address): Message => ({
        kind: 'redirect',
        target: PEER,
        destination,
        options: [option('target', PEER_MAC)],
      });
      const via = new Bench().hear(redirect(numbered(9)), OTHER).hear(advertisement());
      expect(via.outputs()).toEqual([{ kind: 'no router', target: PEER }]);
      const direct = new Bench().hear(redirect(PEER), OTHER);
      expect(direct.state()).toBe('STALE');
      expect(direct.hear(advertisement()).outputs()).toEqual([]);
    });
  });

  it('keeps the neighbours that it talks to when a scan or a flood of senders comes', () => {
    const bench = new Bench().knowing();
    for (let i = 0; i < 2000; i++) {
      bench.send(numbered(i + 1), 'scan');
      bench.hear(solicitation(OTHER_MAC), numbered(0x8000 + i));
      expect(bench.resolver.size).toBeLessThanOrEqual(RESOLVER_LIMITS.entries);
    }
    const dropped = bench.outputs().filter(({ kind }) => kind === 'dropped');
    expect(dropped.length).toBe(2000 - RESOLVER_LIMITS.incomplete);
    expect(bench.send(PEER, 'A').outputs()).toEqual([deliver('A')]);
  });

  it('never asks for one address twice within RetransTimer, and never forgets a datagram', () => {
    const target = fc.constantFrom(PEER, OTHER);
    const step = fc.oneof(
      target.map((to) => (bench: Bench) => bench.send(to, 'x')),
      fc
        .tuple(target, fc.boolean(), fc.boolean(), fc.constantFrom(PEER_MAC, OTHER_MAC))
        .map(([t, solicited, override, mac]) => (bench: Bench) => {
          const options = [option('target', mac)];
          return bench.hear(advertisement({ target: t, solicited, override, options }));
        }),
      target.map((from) => (bench: Bench) => bench.hear(solicitation(PEER_MAC), from)),
      fc.integer({ min: 0, max: 50_000 }).map((time) => (bench: Bench) => bench.wait_ms(time)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bench = new Bench();
        for (const go of steps) go(bench);
        bench.wait_ms(60_000);
        const fates = new Set(['deliver', 'unreachable', 'dropped']);
        const ended = bench.outputs().filter(({ kind }) => fates.has(kind));
        expect(ended.length).toBe(bench.sent);
        for (const asked of [PEER, OTHER]) {
          const times = bench.requested
            .filter((r) => format(r.target) === format(asked))
            .map((r) => r.at);
          const gaps = times.slice(1).map((at, i) => at - (times[i] ?? START));
          expect(Math.min(seconds(1), ...gaps)).toBe(seconds(1));
        }
      }),
    );
  });
});
