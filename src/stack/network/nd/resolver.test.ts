import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { START, seconds } from '../../../base/time.ts';
import { format, type Ipv6Address, UNSPECIFIED } from '../ipv6/address.ts';
import { ALL_NODES } from './address.ts';
import type { Message } from './message.ts';
import { RESOLVER_LIMITS } from './resolver.ts';
import {
  advertisement,
  Bench,
  deliver,
  GROUP_MAC,
  LOST,
  numbered,
  OTHER,
  OTHER_MAC,
  option,
  PEER,
  PEER_MAC,
  request,
  routerAdvertisement,
  solicitation,
  US,
} from './test-bench.ts';

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
