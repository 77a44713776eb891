import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { below, seededRng } from '../../../../base/random.ts';
import { after, type Instant, START, seconds } from '../../../../base/time.ts';
import { bridgeId, formatBridgeId, portId } from './priority.ts';
import { type ProtocolVersion, SpanningTree } from './spanning-tree.ts';

interface Link {
  readonly a: readonly [bridge: number, port: number];
  readonly b: readonly [bridge: number, port: number];
  up: boolean;
}

const address = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, n);

/** Bridges whose ports are joined in pairs, in virtual time; BPDUs take no time. */
class Network {
  readonly bridges: readonly SpanningTree[];
  readonly links: readonly Link[];
  readonly log: string[] = [];
  now: Instant = START;

  constructor(versions: readonly ProtocolVersion[], pairs: readonly (readonly [number, number])[]) {
    const used = versions.map(() => 0);
    const next = (bridge: number): readonly [number, number] => {
      used[bridge] = (used[bridge] as number) + 1;
      return [bridge, used[bridge] as number];
    };
    this.links = pairs.map(([a, b]) => ({ a: next(a), b: next(b), up: true }));
    this.bridges = versions.map(
      (version, i) =>
        new SpanningTree({
          bridge: bridgeId(0x8000, address(i + 1)),
          ports: Array.from({ length: used[i] as number }, (_, p) => ({
            id: portId(128, p + 1),
            pathCost: 200_000,
          })),
          version,
          now: START,
        }),
    );
    for (const link of this.links) this.#enable(link);
    this.#exchange();
  }

  #enable({ a, b, up }: Link): void {
    for (const [bridge, port] of [a, b]) this.bridges[bridge]?.setEnabled(port, up);
  }

  cut(link: number): void {
    const it = this.links[link] as Link;
    it.up = false;
    this.#enable(it);
    this.#exchange();
  }

  #exchange(): void {
    for (let turn = 0, moved = true; moved; turn++) {
      expect(turn).toBeLessThan(1000);
      moved = false;
      this.bridges.forEach((bridge, i) => {
        for (let out = bridge.pollBpdu(); out !== undefined; out = bridge.pollBpdu()) {
          moved = true;
          const peer = this.#peerOf(i, out.port);
          if (peer !== undefined) this.bridges[peer[0]]?.handleBpdu(peer[1], out.bpdu);
        }
      });
    }
  }

  #peerOf(bridge: number, port: number): readonly [number, number] | undefined {
    for (const { a, b, up } of this.links) {
      if (!up) continue;
      if (a[0] === bridge && a[1] === port) return b;
      if (b[0] === bridge && b[1] === port) return a;
    }
    return undefined;
  }

  run(time: number): void {
    const end = after(this.now, seconds(time));
    while (this.now < end) {
      this.now = after(this.now, seconds(1));
      for (const bridge of this.bridges) bridge.handleTimeout(this.now);
      this.#exchange();
      this.expectNoLoop();
    }
  }

  /** Edges over which both ends forward. */
  get tree(): readonly Link[] {
    return this.links.filter(
      ({ a, b, up }) =>
        up &&
        [a, b].every(([bridge, port]) => this.bridges[bridge]?.stateOf(port) === 'forwarding'),
    );
  }

  /** Forwarding links never close a ring, at any second. */
  expectNoLoop(): void {
    expect(this.#components(this.tree)).toBe(this.bridges.length - this.tree.length);
  }

  expectSpanning(): void {
    const up = this.links.filter((link) => link.up);
    expect(this.#components(this.tree)).toBe(this.#components(up));
    this.expectNoLoop();
  }

  #components(links: readonly Link[]): number {
    const group = this.bridges.map((_, i) => i);
    for (const { a, b } of links) {
      const from = group[a[0]] as number;
      const to = group[b[0]] as number;
      for (let i = 0; i < group.length; i++) if (group[i] === from) group[i] = to;
    }
    return new Set(group).size;
  }

  roles(bridge: number): string {
    return (this.bridges[bridge] as SpanningTree).ports
      .map(({ role, state }) => `${role} ${state}`)
      .join(', ');
  }
}

const TRIANGLE = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;
const all = (version: ProtocolVersion, count: number): ProtocolVersion[] =>
  Array.from({ length: count }, () => version);

describe('spanning tree', () => {
  it('prints bridges as Linux does', () => {
    expect(formatBridgeId(bridgeId(0x8000, address(1)))).toBe('8000.020000000001');
  });

  it.each<[ProtocolVersion, number]>([
    ['rstp', 1],
    ['stp', 40],
  ])('%s: three bridges in a ring settle within %i s', (version, time) => {
    const network = new Network(all(version, 3), TRIANGLE);
    network.run(time);
    expect(network.roles(0)).toBe('designated forwarding, designated forwarding');
    expect(network.roles(1)).toBe('root forwarding, designated forwarding');
    expect(network.roles(2)).toBe('root forwarding, alternate discarding');
    expect(network.bridges.map(({ rootPort }) => rootPort)).toEqual([undefined, 1, 1]);
    expect(network.bridges.map(({ rootCost }) => rootCost)).toEqual([0, 200_000, 200_000]);
  });

  it('stp: no port forwards before it has listened and learned', () => {
    const network = new Network(all('stp', 3), TRIANGLE);
    network.run(19);
    expect(network.roles(0)).toBe('designated discarding, designated discarding');
    network.run(2);
    expect(network.roles(0)).toBe('designated learning, designated learning');
  });

  it.each<[ProtocolVersion, number]>([
    ['rstp', 1],
    ['stp', 31],
  ])('%s: a link that fails is replaced within %i s', (version, time) => {
    const network = new Network(all(version, 3), TRIANGLE);
    network.run(60);
    network.cut(1);
    network.run(time);
    expect(network.roles(2)).toBe('disabled discarding, root forwarding');
    network.expectSpanning();
  });

  it('a bridge that falls silent is missed after three hello times (§17.21.23)', () => {
    const network = new Network(all('stp', 3), TRIANGLE);
    network.run(60);
    // The link carries nothing, and both ends believe it up.
    (network.links[1] as Link).up = false;
    network.run(4);
    expect(network.roles(2)).toBe('root forwarding, alternate discarding');
    network.run(2);
    expect(network.roles(2)).toBe('designated discarding, root discarding');
    network.run(32);
    expect(network.roles(2)).toBe('designated forwarding, root forwarding');
  });

  it('rstp with a neighbour that speaks STP: speaks STP to it, and waits as STP does', () => {
    const network = new Network(['rstp', 'stp', 'rstp'], TRIANGLE);
    network.run(1);
    expect(network.roles(2)).toContain('root forwarding');
    expect(network.roles(1)).not.toContain('forwarding');
    network.run(59);
    network.expectSpanning();
  });

  it('tells its ports to forget when the topology changes', () => {
    const network = new Network(all('rstp', 3), TRIANGLE);
    network.run(60);
    const flushed = (): number[] => {
      const ports: number[] = [];
      const bridge = network.bridges[0] as SpanningTree;
      for (let e = bridge.pollEvent(); e !== undefined; e = bridge.pollEvent()) {
        if (e.kind === 'flush') ports.push(e.port);
      }
      return ports;
    };
    flushed();
    network.cut(1);
    network.run(2);
    expect(flushed()).toContain(2);
  });

  it('an edge port forwards at once, and is none any more when a BPDU comes', () => {
    const bridge = new SpanningTree({
      bridge: bridgeId(0x8000, address(1)),
      ports: [{ id: portId(128, 1), pathCost: 20_000, adminEdge: true }],
      now: START,
    });
    bridge.setEnabled(1, true);
    expect(bridge.stateOf(1)).toBe('forwarding');
    const other = new SpanningTree({
      bridge: bridgeId(0, address(2)),
      ports: [{ id: portId(128, 1), pathCost: 20_000 }],
      now: START,
    });
    other.setEnabled(1, true);
    const out = other.pollBpdu();
    if (out !== undefined) bridge.handleBpdu(1, out.bpdu);
    expect(bridge.root).toBe(bridgeId(0, address(2)));
    expect(bridge.ports[0]?.role).toBe('root');
  });

  it('makes a tree of any network, keeps it one at every second, and mends it when links fail', () => {
    const versions = fc.constantFrom<ProtocolVersion>('rstp', 'stp');
    fc.assert(
      fc.property(versions, fc.integer({ min: 2, max: 7 }), fc.nat(), (version, count, seed) => {
        const rng = seededRng(seed);
        const pairs: [number, number][] = [];
        for (let i = 1; i < count; i++) pairs.push([i, below(rng, i)]);
        for (let extra = below(rng, 5); extra > 0; extra--) {
          const a = below(rng, count);
          const b = below(rng, count);
          if (a !== b) pairs.push([a, b]);
        }
        const network = new Network(all(version, count), pairs);
        network.run(70);
        network.expectSpanning();
        expect(new Set(network.bridges.map(({ root }) => root))).toEqual(
          new Set([bridgeId(0x8000, address(1))]),
        );
        network.cut(below(rng, pairs.length));
        network.run(70);
        network.expectSpanning();
      }),
      { numRuns: 60 },
    );
  });
});
