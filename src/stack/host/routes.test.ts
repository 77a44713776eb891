import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, type IpAddress } from '../network/ip/address.ts';
import { address as ipv4 } from '../network/ipv4/address.ts';
import { Interface } from './interface.ts';
import { type Route, Routes } from './routes.ts';
import { address, mac, prefix } from './test-bench.ts';

const devices = [0, 1, 2].map((i) => new Interface(i, { name: `eth${i}`, hardware: mac(i) }));
const [eth0, eth1] = devices as [Interface, Interface];

const route = (text: string, over: Partial<Route> = {}): Route => ({
  prefix: prefix(text),
  interface: eth0,
  gateway: undefined,
  metric: 1,
  ...over,
});

describe('routes', () => {
  it('lead by the least metric over an interface that is up, of equals by the older', () => {
    const routes = new Routes();
    const to = address('10.1.2.3');
    routes.add(route('10.0.0.0/8', { gateway: address('192.0.2.1'), metric: 5 }));
    routes.add(route('10.0.0.0/8', { interface: eth1, metric: 2 }));
    routes.add(route('10.0.0.0/8', { gateway: address('192.0.2.9'), metric: 2 }));
    expect(routes.lookup(to)).toMatchObject({ interface: eth1, gateway: undefined });
    eth1.up = false;
    routes.handleLink();
    expect(routes.lookup(to)?.gateway).toBe(address('192.0.2.9'));
    eth1.up = true;
    routes.handleLink();
    expect(routes.lookup(to)?.interface).toBe(eth1);
    expect(routes.remove(prefix('10.0.0.0/8'), ({ metric }) => metric === 2)).toBe(2);
    expect(routes.lookup(to)?.gateway).toBe(address('192.0.2.1'));
  });

  it('fall back to a shorter prefix when no interface of the longer is up', () => {
    const routes = new Routes();
    routes.add(route('0.0.0.0/0', { gateway: address('192.0.2.1') }));
    routes.add(route('10.0.0.0/8', { interface: eth1 }));
    expect(routes.lookup(address('10.0.0.1'))).toMatchObject({ isDefault: false });
    eth1.up = false;
    routes.handleLink();
    expect(routes.lookup(address('10.0.0.1'))).toMatchObject({ isDefault: true });
    eth1.up = true;
  });

  it('are those of a slow model, whatever was added and taken out', () => {
    const step = fc.record({
      network: fc.nat(0xffffffff),
      length: fc.integer({ min: 0, max: 32 }),
      device: fc.nat(2),
      gateway: fc.option(fc.nat(3), { nil: undefined }),
      metric: fc.nat(3),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(0xffffffff), (steps, some) => {
        const routes = new Routes();
        let model: Route[] = [];
        for (const { network, length, device, gateway, metric, remove } of steps) {
          const one: Route = {
            // Few networks, so that they meet.
            prefix: { address: ipv4(network & 0xf0f00000), length },
            interface: devices[device] as Interface,
            gateway: gateway === undefined ? undefined : ipv4(gateway),
            metric,
          };
          model = model.filter((other) => !replaces(one, other, remove));
          if (remove) routes.remove(one.prefix, (other) => other.metric === metric);
          else {
            routes.add(one);
            model.push(one);
          }
        }
        const to = ipv4(some & 0xf0f00001);
        const best = slowLookup(model, to);
        const found = routes.lookup(to);
        expect(found?.interface).toBe(best?.interface);
        expect(found?.gateway).toBe(best?.gateway);
      }),
    );
  });
});

/** Does adding `one`, or taking out all of its prefix and metric, end `other`? */
function replaces(one: Route, other: Route, remove: boolean): boolean {
  if (one.prefix.length !== other.prefix.length) return false;
  if (!contains(one.prefix, other.prefix.address)) return false;
  if (remove) return one.metric === other.metric;
  return one.interface === other.interface && one.gateway === other.gateway;
}

const slowLookup = (model: readonly Route[], to: IpAddress): Route | undefined =>
  model
    .filter(({ prefix: own }) => contains(own, to))
    .sort((a, b) => b.prefix.length - a.prefix.length || a.metric - b.metric)[0];
