import { beforeEach, describe, expect, it } from 'vitest';
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import { format, type IpAddress } from '../../network/ip/address.ts';
import { Host } from '../host.ts';
import { address, mac, prefix } from '../test-bench.ts';
import { VirtualNetwork } from '../virtual-network.ts';
import { Sockets } from './sockets.ts';
import { Cancellation } from './wait.ts';

const V4 = address('192.0.2.2');
const V6 = address('2001:db8::2');
/** On the link, and nobody's. */
const NOBODY = address('192.0.2.99');
const NOBODY_6 = address('2001:db8::99');
/** No route leads there. */
const NOWHERE = address('203.0.113.1');

let network: VirtualNetwork;
let host: Host;
let a: Sockets;
let b: Sockets;

function sockets(n: number): [Host, Sockets] {
  const made = new Host({ seed: n });
  made.addInterface({ name: 'eth0', hardware: mac(n) });
  made.addAddress(0, prefix(`192.0.2.${n}/24`), network.now);
  made.addAddress(0, prefix(`2001:db8::${n}/64`), network.now);
  const on = new Sockets(made, { now: () => network.now, wake: () => {} });
  return [made, network.add(on)];
}

/** What becomes of it, and after how many milliseconds. */
async function outcome(addresses: readonly IpAddress[], over: object = {}, limit = seconds(300)) {
  const began = network.now;
  let told: { readonly what: string; readonly after_ms: number } | undefined;
  const tell = (what: string): void => {
    told = { what, after_ms: Math.floor((network.now - began) / milliseconds(1)) };
  };
  a.connectFirst(addresses, 9, over).then(
    (socket) => tell(format(socket.remote.address)),
    (error) => tell(error.code),
  );
  for (let spent = 0; told === undefined && spent < limit; spent += milliseconds(10)) {
    for (let i = 0; i < 10; i++) await Promise.resolve();
    if (told === undefined) network.run(milliseconds(10) as Duration);
  }
  return told;
}

/** Connections that are being made or are there. */
const open = (): number => host.tcpCounters.activeOpens - host.tcpCounters.attemptFails;

beforeEach(() => {
  network = new VirtualNetwork();
  [host, a] = sockets(1);
  [, b] = sockets(2);
  network.join({ host: a, interface: 0 }, { host: b, interface: 0 });
  b.listen(9);
});

describe('a connection to the first that answers (RFC 8305)', () => {
  it.each<[string, IpAddress[], string, number]>([
    ['is to the one best liked when that answers', [V6, V4], '2001:db8::2', 10],
    ['is to the next after 250 ms when nothing comes', [NOBODY_6, V4], '192.0.2.2', 260],
    ['tries the other version second', [NOBODY_6, NOBODY_6, V6, V4], '192.0.2.2', 260],
    ['goes on at once when there is no route', [NOWHERE, V6], '2001:db8::2', 10],
    ['tries one after the other', [NOBODY_6, NOBODY, NOBODY_6, NOBODY, V4], '192.0.2.2', 1010],
  ])('%s', async (_what, addresses, what, before_ms) => {
    const told = await outcome(addresses);
    expect(told?.what).toBe(what);
    expect(told?.after_ms).toBeLessThanOrEqual(before_ms);
    expect(told?.after_ms).toBeGreaterThan(before_ms - 20);
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(open()).toBe(1);
  });

  it('fails with what the first said when all fail', async () => {
    expect(await outcome([NOWHERE, NOBODY])).toMatchObject({ what: 'no-route' });
  });

  it('is refused when all refuse, and gives up in time', async () => {
    const limits = { timeout: seconds(1) };
    expect(await outcome([NOBODY, NOBODY_6], limits)).toMatchObject({ what: 'timed-out' });
    expect(open()).toBe(0);
  });

  it('is called off with all its attempts', async () => {
    const cancellation = new Cancellation();
    const told = outcome([NOBODY, NOBODY_6], { cancellation });
    network.run(milliseconds(300));
    cancellation.cancel();
    expect(await told).toMatchObject({ what: 'cancelled' });
    expect(open()).toBe(0);
  });

  it('wants an address', async () => {
    expect(await outcome([])).toMatchObject({ what: 'no-addresses' });
  });
});
