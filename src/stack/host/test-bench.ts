/** Small networks for the tests of this folder. */
import { type IpAddress, type IpPrefix, parse, parsePrefix } from '../network/ip/address.ts';
import { Host, type HostOptions } from './host.ts';
import { VirtualNetwork } from './virtual-network.ts';

export const address = (text: string): IpAddress => {
  const parsed = parse(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
export const prefix = (text: string): IpPrefix => {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
export const mac = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, n);

export const DEFAULT = prefix('0.0.0.0/0');
export const DEFAULT_6 = prefix('::/0');

/** A host with one interface. */
export function host(
  network: VirtualNetwork,
  n: number,
  own: string,
  over: Partial<HostOptions> = {},
): Host {
  const made = network.add(new Host({ seed: n, ...over }));
  made.addInterface({ name: 'eth0', hardware: mac(n) });
  made.addAddress(0, prefix(own), network.now);
  return made;
}

/** Two hosts on one wire. */
export function pair() {
  const network = new VirtualNetwork();
  const a = host(network, 1, '192.0.2.1/24');
  const b = host(network, 2, '192.0.2.2/24');
  network.join({ host: a, interface: 0 }, { host: b, interface: 0 });
  return { network, a, b };
}

/** A host, a router and a host: 192.0.2.1 — 192.0.2.254 · 198.51.100.254 — 198.51.100.1 */
export function routed(mtu = 1500) {
  const network = new VirtualNetwork();
  const a = host(network, 1, '192.0.2.1/24');
  const b = host(network, 2, '198.51.100.1/24');
  const router = network.add(new Host({ seed: 3, forwarding: true }));
  router.addInterface({ name: 'eth0', hardware: mac(3) });
  router.addInterface({ name: 'eth1', hardware: mac(4), mtu });
  router.addAddress(0, prefix('192.0.2.254/24'), network.now);
  router.addAddress(1, prefix('198.51.100.254/24'), network.now);
  a.addRoute(DEFAULT, { gateway: address('192.0.2.254') });
  b.addRoute(DEFAULT, { gateway: address('198.51.100.254') });
  network.join({ host: a, interface: 0 }, { host: router, interface: 0 });
  network.join({ host: router, interface: 1 }, { host: b, interface: 0 });
  return { network, a, b, router };
}

/** The same two over IPv6: 2001:db8::1 — 2001:db8::2 */
export function pair6() {
  const network = new VirtualNetwork();
  const a = host(network, 1, '2001:db8::1/64');
  const b = host(network, 2, '2001:db8::2/64');
  network.join({ host: a, interface: 0 }, { host: b, interface: 0 });
  return { network, a, b };
}

/** 2001:db8:1::1 — 2001:db8:1::fe · 2001:db8:2::fe — 2001:db8:2::1 */
export function routed6(mtu = 1500) {
  const network = new VirtualNetwork();
  const a = host(network, 1, '2001:db8:1::1/64');
  const b = host(network, 2, '2001:db8:2::1/64');
  const router = network.add(new Host({ seed: 3, forwarding: true }));
  router.addInterface({ name: 'eth0', hardware: mac(3) });
  router.addInterface({ name: 'eth1', hardware: mac(4), mtu });
  router.addAddress(0, prefix('2001:db8:1::fe/64'), network.now);
  router.addAddress(1, prefix('2001:db8:2::fe/64'), network.now);
  a.addRoute(DEFAULT_6, { gateway: address('2001:db8:1::fe') });
  b.addRoute(DEFAULT_6, { gateway: address('2001:db8:2::fe') });
  network.join({ host: a, interface: 0 }, { host: router, interface: 0 });
  network.join({ host: router, interface: 1 }, { host: b, interface: 0 });
  return { network, a, b, router };
}
