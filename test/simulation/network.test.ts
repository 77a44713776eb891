/** Datagrams through networks of hosts and routers. */
import { describe, expect } from 'vitest';
import { asPacket } from '../../src/base/packet.ts';
import { after, milliseconds, seconds } from '../../src/base/time.ts';
import type { Simulation } from '../../src/simulation/simulation.ts';
import { line, type Place, star, Topology } from '../../src/simulation/topology.ts';
import type { EchoSocket } from '../../src/stack/host/echo-socket.ts';
import { format, type IpAddress } from '../../src/stack/network/ip/address.ts';
import { address } from '../../src/stack/network/ipv4/address.ts';
import { scenario } from './scenario.ts';

/** Asks and says when the answer came. */
class Ping {
  readonly socket: EchoSocket;
  readonly #simulation: Simulation;
  readonly #from: Place;
  #sequence = 0;

  constructor(simulation: Simulation, from: Place, to: IpAddress) {
    this.#simulation = simulation;
    this.#from = from;
    this.socket = from.host.openEcho(to);
  }

  /** In microseconds until the answer; what ICMP said, or that nobody said anything, otherwise. */
  ask(options: { ttl?: number; octets?: number; dontFragment?: boolean } = {}): unknown {
    const { octets = 56, ...rest } = options;
    const { now } = this.#simulation;
    const payload = new Uint8Array(octets).map((_, i) => i);
    this.socket.send(this.#sequence++, payload, now, rest);
    this.#simulation.wake(this.#from.seat);
    let answer: unknown = 'silence';
    const answered = (): boolean => {
      const reply = this.socket.receive();
      if (reply !== undefined) {
        expect(reply.octets).toEqual(payload);
        answer = this.#simulation.now - now;
      }
      const report = this.socket.nextError();
      if (report !== undefined) answer = report;
      return answer !== 'silence';
    };
    this.#simulation.runUntil(answered, after(now, seconds(5)));
    return answer;
  }
}

const link = { propagation: milliseconds(10) };
const LINKS = [link, link, link, link];

/** fd00:0:0:network::member, as the topology gives them out. */
const routerAddress = (network: number, member: number): Uint8Array =>
  Uint8Array.of(0xfd, 0, 0, 0, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, member);

describe('a network', () => {
  scenario(
    'carries echoes over every router and back, in the time that the links take',
    (simulation) => {
      const { first, last } = line(simulation, LINKS);
      const ping = new Ping(simulation, first, last.address);
      expect(ping.ask()).toBeGreaterThanOrEqual(80_000); // And each neighbour asked for first.
      expect(ping.ask()).toBe(80_000);
      expect(ping.ask({ octets: 4000 })).toBe(80_000);
    },
  );

  scenario('carries IPv6 no slower', (simulation) => {
    const { first, last } = line(simulation, LINKS);
    const ping = new Ping(simulation, first, last.address6);
    ping.ask();
    expect(ping.ask()).toBe(80_000);
    expect(ping.ask({ octets: 4000 })).toBe(80_000);
    expect(ping.ask({ ttl: 2 })).toMatchObject({
      kind: 'time-exceeded',
      from: routerAddress(1, 2),
    });
  });

  scenario('is traced router by router', (simulation) => {
    const { first, last } = line(simulation, LINKS);
    const ping = new Ping(simulation, first, last.address);
    const seen = [1, 2, 3, 4].map((ttl) => {
      const answer = ping.ask({ ttl });
      return typeof answer === 'number' ? 'there' : format((answer as { from: IpAddress }).from);
    });
    expect(seen).toEqual(['10.0.0.2', '10.0.1.2', '10.0.2.2', 'there']);
  });

  scenario('lets a datagram in a loop die by its TTL, and tells its sender', (simulation) => {
    const { first, routers, links } = line(simulation, LINKS);
    const nowhere = address(0x0b000000);
    const [one, two] = routers;
    if (one === undefined || two === undefined) throw new Error('there are routers');
    const gateway = { address: nowhere, length: 8 };
    first.host.addRoute(gateway, { gateway: address(0x0a000002) });
    one.host.addRoute(gateway, { gateway: address(0x0a000102) });
    two.host.addRoute(gateway, { gateway: address(0x0a000101) }); // Back again.
    let crossings = 0;
    const between = links[1];
    if (between === undefined) throw new Error('there are links');
    between.tap = (octets) => {
      // An echo to 11.0.0.1, and not what ICMP says of it.
      if (asPacket(octets).view.getUint32(30) === 0x0b000001 && octets[34] === 8) crossings += 1;
    };
    const answer = new Ping(simulation, first, address(0x0b000001)).ask();
    simulation.run(after(simulation.now, seconds(10)));
    // Each router takes one of 64: the first before the loop, and the one that takes the last sends it nowhere.
    expect(crossings).toBe(63);
    expect(answer).toMatchObject({ kind: 'time-exceeded' });
    expect(simulation.framesUnderWay).toBe(0);
  });

  scenario(
    'takes another way when a link fails, and the better one again when it returns',
    (simulation) => {
      const topology = new Topology(simulation);
      const [a, b] = [topology.host('a'), topology.host('b')];
      const [near, far] = [topology.router('near'), topology.router('far')];
      topology.link(a, near);
      const fast = topology.link(near, far, { propagation: milliseconds(10) });
      topology.link(far, b);
      topology.link(near, far, { propagation: milliseconds(50) });
      topology.route();
      // The slow way, network 3, as the second choice of both routers.
      near.host.addRoute(
        { address: address(0x0a000200), length: 24 },
        { gateway: address(0x0a000302), metric: 9 },
      );
      far.host.addRoute(
        { address: address(0x0a000000), length: 24 },
        { gateway: address(0x0a000301), metric: 9 },
      );
      const ping = new Ping(simulation, a, b.address);
      ping.ask();
      expect(ping.ask()).toBe(20_000);
      simulation.setLink(fast, false);
      ping.ask();
      expect(ping.ask()).toBe(100_000);
      simulation.setLink(fast, true);
      ping.ask();
      expect(ping.ask()).toBe(20_000);
    },
  );

  scenario('learns at a switch where each host is', (simulation) => {
    const { hosts, links } = star(simulation, 8, { propagation: milliseconds(1) });
    const [first] = hosts;
    if (first === undefined) throw new Error('there are hosts');
    for (const other of hosts.slice(1)) {
      const ping = new Ping(simulation, first, other.address);
      ping.ask();
      expect(ping.ask()).toBe(4000);
    }
    // Those that did not talk to each other heard ARP's broadcasts and no echoes.
    const heard = links.map((l) => l.wires[1].counters.octetsDelivered);
    expect(Math.max(...heard.slice(1))).toBeLessThan(1500);
  });

  scenario(
    'tells who may not fragment how much goes through, and fragments for who may',
    (simulation) => {
      const { first, last } = line(simulation, [link, { ...link, mtu: 600 }, link]);
      const ping = new Ping(simulation, first, last.address);
      ping.ask();
      expect(ping.ask({ octets: 1400 })).toBe(60_000);
      expect(ping.ask({ octets: 1400, dontFragment: true })).toMatchObject({ mtu: 600 });
      expect(ping.ask({ octets: 572, dontFragment: true })).toBe(60_000);
    },
  );
});
