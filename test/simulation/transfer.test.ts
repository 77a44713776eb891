/** TCP over networks that lose, repeat, reorder, narrow and fail: what arrives is compared octet for octet. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asPacket } from '../../src/base/packet.ts';
import { after, microseconds, milliseconds, seconds } from '../../src/base/time.ts';
import { codel } from '../../src/simulation/codel.ts';
import { dropTail } from '../../src/simulation/discipline.ts';
import { Simulation } from '../../src/simulation/simulation.ts';
import { dumbbell, line, star, type TopologyLink } from '../../src/simulation/topology.ts';
import type { WireImpairments } from '../../src/simulation/wire.ts';
import { TYPE } from '../../src/stack/datalink/ethernet/ethernet-ii.ts';
import { isFragment } from '../../src/stack/network/ipv4/header.ts';
import { settle, Transfer } from './bulk.ts';
import { jain } from './jain.ts';
import { scenario } from './scenario.ts';

const OCTETS = 300_000;
/** For what chance has no part in. */
const ONCE = [1];
const near: TopologyLink = { rate: 100e6, propagation: microseconds(100) };
const far: TopologyLink = { rate: 10e6, propagation: milliseconds(20) };

const bad: [string, WireImpairments][] = [
  ['loses 5 % of all frames', { loss: 0.05 }],
  ['repeats a third of them', { duplication: 0.33 }],
  [
    'has a tenth of them overtaken by what follows within 5 ms',
    { reordering: { probability: 0.1, hold: milliseconds(5) } },
  ],
  ['delays each by up to 50 ms', { jitter: milliseconds(50) }],
  ['damages 3 % of them where no FCS tells', { corruption: { probability: 0.03, handUp: true } }],
  [
    'does all of it',
    {
      loss: 0.03,
      duplication: 0.1,
      reordering: { probability: 0.1, hold: milliseconds(7) },
      jitter: milliseconds(3),
      corruption: { probability: 0.02, handUp: true },
    },
  ],
];

describe('a transfer', () => {
  for (const [what, impairments] of bad) {
    scenario(`comes to its end over a link that ${what}`, (simulation) => {
      const { first, last } = line(simulation, [near, { ...far, impairments }, near]);
      const there = new Transfer(simulation, first, last, { octets: OCTETS });
      const back = new Transfer(simulation, last, first, { octets: OCTETS, port: 9001 });
      expect(settle(simulation, [there, back])).toEqual([]);
    });
  }

  scenario(
    'fills a link',
    (simulation) => {
      const { first, last } = line(simulation, [near, far, near]);
      const transfer = new Transfer(simulation, first, last, { octets: 4e6 });
      expect(settle(simulation, [transfer])).toEqual([]);
      // 1448 octets of a frame of 1514 at 10 Mbit/s: 1,195,508 a second, and a start that is slow.
      expect(transfer.goodput).toBeGreaterThan(0.9 * 1_195_508);
    },
    ONCE,
  );

  scenario(
    'fills it over IPv6 too',
    (simulation) => {
      const { first, last } = line(simulation, [near, far, near]);
      const transfer = new Transfer(simulation, first, last, { octets: 4e6, version: 6 });
      expect(settle(simulation, [transfer])).toEqual([]);
      expect(transfer.goodput).toBeGreaterThan(0.9 * (1_250_000 * (1428 / 1514)));
    },
    ONCE,
  );

  scenario(
    'finds out the same over IPv6',
    (simulation) => {
      const { first, last, links } = line(simulation, [near, { ...far, mtu: 1280 }, near]);
      let longest = 0;
      const narrow = links[1];
      if (narrow === undefined) throw new Error('there are three links');
      narrow.tap = (octets) => {
        longest = Math.max(longest, octets.length);
      };
      const transfer = new Transfer(simulation, first, last, { octets: OCTETS, version: 6 });
      expect(settle(simulation, [transfer])).toEqual([]);
      expect(longest).toBe(1294);
    },
    ONCE,
  );

  scenario(
    'waits for a receiver that reads little at a time',
    (simulation) => {
      const { first, last } = line(simulation, [near, far]);
      const pace = { octets: 700, interval: milliseconds(90) };
      const options = { octets: 100_000, pace, connection: { receiveBuffer: 8192 } };
      const transfer = new Transfer(simulation, first, last, options);
      expect(settle(simulation, [transfer])).toEqual([]);
      expect(transfer.goodput).toBeGreaterThan(0.95 * (700 / 0.09));
    },
    ONCE,
  );

  scenario(
    'finds out how much goes through a narrow link, and fragments nothing',
    (simulation) => {
      const { first, last, links } = line(simulation, [near, { ...far, mtu: 700 }, near]);
      const narrow = links[1];
      let longest = 0;
      let fragments = 0;
      if (narrow === undefined) throw new Error('there are three links');
      narrow.tap = (octets) => {
        longest = Math.max(longest, octets.length);
        const p = asPacket(octets);
        if (p.view.getUint16(12) === TYPE.ipv4 && isFragment(p, 14)) fragments += 1;
      };
      const transfer = new Transfer(simulation, first, last, { octets: OCTETS });
      expect(settle(simulation, [transfer])).toEqual([]);
      expect([longest, fragments]).toEqual([714, 0]);
    },
    ONCE,
  );

  scenario(
    'goes on when a link that failed for 5 s is back',
    (simulation) => {
      const { first, last, links } = line(simulation, [near, far, near]);
      const link = links[1];
      if (link === undefined) throw new Error('there are three links');
      simulation.at(after(simulation.now, milliseconds(300)), () =>
        simulation.setLink(link, false),
      );
      simulation.at(after(simulation.now, milliseconds(5300)), () =>
        simulation.setLink(link, true),
      );
      const transfer = new Transfer(simulation, first, last, { octets: 1e6 });
      expect(settle(simulation, [transfer])).toEqual([]);
      expect(transfer.completeAt).toBeGreaterThan(5_300_000);
      expect(transfer.completeAt).toBeLessThan(15_000_000);
    },
    ONCE,
  );

  scenario(
    'is slowed down by marks alone where queues mark and both ends understand',
    (simulation) => {
      const queue = codel({ limit: 1e6, ecn: true });
      const { first, last, links } = line(simulation, [near, { ...far, queue }, near], {
        tcp: { ecn: 'active', receiveBuffer: 1e6, sendBuffer: 1e6 },
      });
      const transfer = new Transfer(simulation, first, last, { octets: 5e6 });
      expect(settle(simulation, [transfer])).toEqual([]);
      const { marked, dropped, overflowed } = links[1]?.wires[0].discipline.counters ?? {};
      expect(marked).toBeGreaterThan(0);
      expect([dropped, overflowed]).toEqual([0, 0]);
      expect(transfer.goodput).toBeGreaterThan(0.85 * 1_195_508);
    },
    ONCE,
  );

  scenario('shares a link with others of its kind, whatever their round trips', (simulation) => {
    const access = [20, 30, 40, 50].map((ms) => ({ propagation: milliseconds(ms / 2) }));
    const bottleneck = { rate: 8e6, queue: dropTail(32_768) };
    const { pairs, bottleneck: shared } = dumbbell(simulation, access, bottleneck);
    const transfers = pairs.map(
      ({ left, right }) => new Transfer(simulation, left, right, { octets: 1e9 }),
    );
    simulation.run(after(simulation.now, seconds(5)));
    const before = transfers.map((t) => t.received);
    const carried = shared.wires[0].counters.octetsDelivered;
    simulation.run(after(simulation.now, seconds(15)));
    const shares = transfers.map((t, i) => t.received - (before[i] ?? 0));
    expect(transfers.map((t) => t.failure)).toEqual([undefined, undefined, undefined, undefined]);
    expect(jain(shares)).toBeGreaterThan(0.85);
    expect(shared.wires[0].counters.octetsDelivered - carried).toBeGreaterThan(0.9 * 15e6);
  });

  scenario('from each to each at one switch leaves nothing out', (simulation) => {
    const { hosts } = star(simulation, 5, { ...far, queue: dropTail(20_000) });
    const transfers = hosts.flatMap((from, i) =>
      hosts
        .filter((to) => to !== from)
        .map((to) => new Transfer(simulation, from, to, { octets: 60_000, port: 9000 + i })),
    );
    expect(settle(simulation, transfers)).toEqual([]);
    expect(transfers.length).toBe(20);
  });

  it('arrives whole over any link that lets anything through, and is the same twice', () => {
    const impairments = fc.record({
      loss: fc.double({ min: 0, max: 0.3, noNaN: true }),
      duplication: fc.double({ min: 0, max: 0.5, noNaN: true }),
      reordering: fc.record({
        probability: fc.double({ min: 0, max: 0.5, noNaN: true }),
        hold: fc.nat(100_000).map(microseconds),
      }),
      jitter: fc.nat(50_000).map(microseconds),
    });
    const buffers = fc.record({
      sendBuffer: fc.integer({ min: 2000, max: 100_000 }),
      receiveBuffer: fc.integer({ min: 2000, max: 100_000 }),
    });
    fc.assert(
      fc.property(
        fc.nat(),
        impairments,
        buffers,
        fc.integer({ min: 1, max: 40_000 }),
        (seed, set, tcp, octets) => {
          const run = (): string => {
            const simulation = new Simulation({ seed, name: 'any link' });
            const { first, last } = line(simulation, [{ ...far, impairments: set }], { tcp });
            const transfer = new Transfer(simulation, first, last, { octets });
            expect(settle(simulation, [transfer]), simulation.describe()).toEqual([]);
            return simulation.describe();
          };
          expect(run()).toBe(run());
        },
      ),
      { numRuns: 30 },
    );
  });
});
