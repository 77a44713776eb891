import { beforeEach, describe, expect, it } from 'vitest';
import { seededRng } from '../../base/random.ts';
import { seconds } from '../../base/time.ts';
import { Host } from '../host/host.ts';
import { Sockets } from '../host/sockets/sockets.ts';
import { address, mac, prefix } from '../host/test-bench.ts';
import { formatPrefix } from '../network/ip/address.ts';
import { type Ipv4Address, parse, UNSPECIFIED } from '../network/ipv4/address.ts';
import { OPTION, ofAddresses } from './dhcp/options.ts';
import { SERVER_DEFAULTS, Server } from './dhcp/server.ts';
import { DhcpConfiguration } from './dhcp-configuration.ts';
import { Bench } from './test-bench.ts';

const ip = (text: string): Ipv4Address => parse(text) ?? UNSPECIFIED;
const ROUTER = ip('192.0.2.2');

let bench: Bench;
let server: Server;
let host: Host;
let sockets: Sockets;
let events: string[];
let configuration: DhcpConfiguration;

async function begin(detect: boolean): Promise<void> {
  bench = new Bench();
  server = new Server({
    ...SERVER_DEFAULTS,
    address: ROUTER,
    leaseTime: seconds(60),
    pools: [
      {
        network: { address: ip('192.0.2.0'), length: 24 },
        first: ip('192.0.2.100'),
        last: ip('192.0.2.102'),
        options: new Map([[OPTION.router, ofAddresses(ROUTER)]]),
      },
    ],
  });
  host = new Host({ seed: 3 });
  host.addInterface({ name: 'eth0', hardware: mac(3) });
  events = [];
  sockets = bench.network.add(
    new Sockets(host, { now: () => bench.network.now, wake: () => {} }, (event) => {
      if (event.kind === 'address') events.push(`${event.change} ${formatPrefix(event.prefix)}`);
      configuration.handleHostEvent(event);
    }),
  );
  bench.network.join({ host: sockets, interface: 0 }, { host: bench.server, interface: 0 });
  configuration = new DhcpConfiguration(host, sockets, seededRng(1), {
    interface: 0,
    detect,
    onEvent: ({ kind }) => events.push(kind),
  });
  void serve();
  configuration.start();
}

async function serve(): Promise<void> {
  const port = bench.server.udp({ port: 67 });
  for (;;) {
    const { octets } = await port.receive();
    server.handleMessage(octets, bench.network.now);
    for (let out = server.pollOutput(); out; out = server.pollOutput()) {
      port.send(out.payload, out.destination, out.destinationPort);
    }
  }
}

const own = (): string[] => host.addressesOf(0).map(formatPrefix);

describe('an interface with DHCP', () => {
  beforeEach(() => begin(false));

  it('has the address and the default route of its lease', async () => {
    await bench.pass(seconds(1));
    expect(events).toEqual(['bound', 'added 192.0.2.100/24']);
    expect(own()).toEqual(['192.0.2.100/24']);
    const path = sockets.udp();
    expect(() => path.send(new Uint8Array(1), address('203.0.113.1'), 9)).not.toThrow();
    expect(configuration.lease?.server).toBe(ROUTER);
  });

  it('renews the lease for as long as it lives', async () => {
    await bench.pass(seconds(130));
    expect(events.slice(2)).toEqual(['renewed', 'renewed', 'renewed', 'renewed']);
  });

  it('gives the address back', async () => {
    await bench.pass(seconds(1));
    configuration.close();
    await bench.pass(seconds(1));
    expect(server.bindings).toMatchObject([{ state: 'FREE' }]);
    expect(own()).toEqual([]);
    expect(sockets.deadlines.pollTimeout()).toBeUndefined();
  });
});

describe('an interface with DHCP and detection', () => {
  it('uses the address when nobody else has it', async () => {
    await begin(true);
    await bench.pass(seconds(8));
    expect(events).toEqual(['bound', 'added 192.0.2.100/24']);
  });

  it('declines one that another has, and gets the next', async () => {
    await begin(true);
    bench.serverHost.addAddress(0, prefix('192.0.2.100/24'), bench.network.now);
    await bench.pass(seconds(30));
    expect(events).toEqual([
      'bound',
      'duplicate 192.0.2.100/24',
      'lost',
      'bound',
      'added 192.0.2.101/24',
    ]);
  });
});
