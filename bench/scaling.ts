/**
 * What a segment costs as connections become more, and a forwarded datagram as routes become more: flat, if it
 * is well made. CPU time; the cost has the peers' in it, which does not grow.
 */
import { newPacket } from '../src/base/packet.ts';
import { seededRng } from '../src/base/random.ts';
import { after, type Instant, microseconds, START } from '../src/base/time.ts';
import { TYPE } from '../src/stack/datalink/ethernet/ethernet-ii.ts';
import { Host } from '../src/stack/host/host.ts';
import * as arp from '../src/stack/network/arp/header.ts';
import { address } from '../src/stack/network/ipv4/address.ts';
import * as ipv4 from '../src/stack/network/ipv4/header.ts';
import { cpuTime } from './cpu-time.ts';
import { attach, Crowd } from './crowd.ts';
import { EchoServer } from './echo-server.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';

const CONNECTIONS = [1, 100, 10_000, 100_000];
const ROUTES = [10, 1_000, 100_000];
const OCTETS = 64;
const RUNS = 5;
const WARM_UP = 20_000;
const ECHOES = 200_000;
const DATAGRAMS = 400_000;
const NANOSECONDS = 1e6; // In a millisecond.

/** A step that goes round all of `n` in an order that no cache foresees. */
const stride = (n: number): number => (n < 10 ? 1 : Math.floor(n * 0.618) | 1);

/**
 * ns a segment, each way counted: echoes dealt to all connections in turn. The peers come in an order of their own, so
 * that what the host has of them is met in an order that no cache foresees, and what they have themselves one by one.
 */
function segments(connections: number, echoes: number, runs: number): number[] {
  const host = new Host({ seed: 1 });
  attach(host);
  const server = new EchoServer(host);
  const crowd = new Crowd(host, connections, (now) => server.serve(now));
  const step = stride(connections);
  for (let i = 0; i < connections; i++) crowd.open((i * step) % connections);
  let at = 0;
  const some = (count: number): number => {
    const frames = crowd.frames;
    const began = cpuTime();
    for (let i = 0; i < count; i++) {
      crowd.send(at, OCTETS);
      at = (at + 1) % connections;
    }
    return ((cpuTime() - began) * NANOSECONDS) / (crowd.frames - frames);
  };
  some(Math.max(WARM_UP, connections));
  return Array.from({ length: runs }, () => some(echoes));
}

const HARDWARE = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, n);
const SOURCE = address(0x0a000002);
const GATEWAY = address(0x0a010002);
const FRAME = 2;
const DATAGRAM = FRAME + 14;

/** A router between 10.0.0.0/24 and 10.1.0.0/24, and routes to as many networks over 10.1.0.2. */
function router(routes: number): { host: Host; networks: Uint32Array } {
  const host = new Host({ seed: 1, forwarding: true });
  for (let i = 0; i < 2; i++) {
    host.addInterface({ name: `eth${i}`, hardware: HARDWARE(i + 1) });
    const own = address(0x0a000001 + i * 0x10000);
    host.addAddress(i, { address: own, length: 24 }, START, { detect: false });
  }
  const rng = seededRng(1);
  const networks = new Uint32Array(routes);
  const seen = new Set<number>();
  while (seen.size < routes) {
    // As in the Internet, most are /24: here all, anywhere from 16.0.0.0 to 127.0.0.0.
    const network = (0x1000_0000 + (rng.next() % 0x6f00_0000)) & 0xffff_ff00;
    if (seen.has(network)) continue;
    networks[seen.size] = network;
    seen.add(network);
    host.addRoute({ address: address(network), length: 24 }, { gateway: GATEWAY, interface: 1 });
  }
  return { host, networks };
}

/** Tells the router where the gateway is, so that what is measured is forwarding alone. */
function introduce(host: Host): void {
  const p = newPacket(64);
  p.octets.set(HARDWARE(2), FRAME);
  p.octets.set(HARDWARE(9), FRAME + 6);
  p.view.setUint16(FRAME + 12, TYPE.arp);
  arp.write(p, DATAGRAM, {
    operation: arp.OPERATION.request,
    senderHardware: HARDWARE(9),
    senderProtocol: GATEWAY,
    targetHardware: HARDWARE(0),
    targetProtocol: address(0x0a010001),
  });
  host.handleFrame(1, p, FRAME, FRAME + 60, START);
  while (host.pollFrame(START));
}

/** ns a datagram of 64 octets, forwarded to all networks in turn. */
function forwarding(routes: number, datagrams: number, runs: number): number[] {
  const { host, networks } = router(routes);
  introduce(host);
  const p = newPacket(80);
  p.octets.set(HARDWARE(1), FRAME);
  p.octets.set(HARDWARE(8), FRAME + 6);
  p.view.setUint16(FRAME + 12, TYPE.ipv4);
  let now = START;
  let at = 0;
  const some = (count: number): number => {
    let out = 0;
    const began = cpuTime();
    for (let i = 0; i < count; i++) {
      const to = address((networks[at] as number) + 1);
      ipv4.write(p, DATAGRAM, 0, 44, 0, 0, 0, 64, 17, SOURCE, to);
      host.handleFrame(0, p, FRAME, DATAGRAM + 64, now);
      while (host.pollFrame(now)) out += 1;
      now = after(now, microseconds(1)) as Instant;
      at = at + 1 === routes ? 0 : at + 1;
    }
    const taken = cpuTime() - began;
    if (out !== count) throw new Error(`${out} of ${count} datagrams were forwarded`);
    return (taken * NANOSECONDS) / count;
  };
  some(WARM_UP);
  return Array.from({ length: runs }, () => some(datagrams));
}

/** The figures, and the worst of them by the first: how flat it is. */
function flat(
  what: string,
  sizes: readonly number[],
  unit: string,
  measure: (size: number) => number[],
): Figure[] {
  const figures = sizes.map((size) => figure(`${what}, ${size} ${unit}`, 'ns', measure(size)));
  const values = figures.map((f) => f.value);
  const ratio = Math.max(...values) / Math.min(...values);
  return [...figures, figure(`${what}: most by least`, '×', [ratio], { target: '≤ 1.5' })];
}

export const benchmark: Benchmark = async (quick) => {
  const runs = quick ? 1 : RUNS;
  const echoes = quick ? 5000 : ECHOES;
  const datagrams = quick ? 10_000 : DATAGRAMS;
  const most = quick ? 10_000 : 100_000;
  const upTo = (sizes: readonly number[]): number[] => sizes.filter((n) => n <= most);
  return [
    ...flat('a segment', upTo(CONNECTIONS), 'connections', (n) => segments(n, echoes, runs)),
    ...flat('a forwarded datagram', upTo(ROUTES), 'routes', (n) => forwarding(n, datagrams, runs)),
  ];
};
