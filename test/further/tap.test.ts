/** The TAP device against the kernel that is at its other end. Wants root, iproute2, ping, arping, setpriv. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/base/errors.ts';
import { newPacket } from '../../src/base/packet.ts';
import { BATCH, FRAME_START } from '../../src/node/frame-device.ts';
import { HostLoop, type HostLoopOptions } from '../../src/node/host-loop.ts';
import { openTap, type TapDevice, type TapOptions } from '../../src/node/tap/tap-device.ts';
import { formatColons } from '../../src/stack/datalink/ethernet/address.ts';
import { TYPE } from '../../src/stack/datalink/ethernet/ethernet-ii.ts';
import { parse, parsePrefix } from '../../src/stack/network/ipv4/address.ts';
import { parsePrefix as parseIpv6Prefix } from '../../src/stack/network/ipv6/address.ts';
import { EchoHost } from './echo-host.ts';
import { Namespace, type Running, typescript } from './netns.ts';

const CHILD = new URL('./tap-child.ts', import.meta.url);
const KERNEL = known(parsePrefix('192.0.2.1/24'));
const HOST = '192.0.2.2';
const HARDWARE = Uint8Array.of(2, 0, 0, 0, 0, 9);
const NAME = 'tap0';

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a constant of this test cannot be read');
  return value;
}

let namespace: Namespace;
const devices = new Set<TapDevice>();

beforeEach(() => {
  namespace = Namespace.create();
});

afterEach(() => {
  for (const device of devices) device.close();
  devices.clear();
  namespace.close();
});

async function open(options: TapOptions = {}): Promise<TapDevice> {
  const device = await namespace.enter(() =>
    openTap({ name: NAME, addresses: [KERNEL], ...options }),
  );
  devices.add(device);
  return device;
}

function serve(device: TapDevice, options: HostLoopOptions = {}): EchoHost {
  const host = new EchoHost(HARDWARE, known(parse(HOST)));
  const loop = new HostLoop(host, [{ device }], options);
  loop.start();
  return host;
}

/** Of the `count` asked, how many were answered. */
const answered = (ping: string): number => Number(/(\d+) received/.exec(ping)?.[1]);

describe('frames', () => {
  it('go both ways: the kernel’s ping is answered, its datagrams on a lane', async () => {
    const host = serve(await open());
    const { stdout } = await namespace.run('ping', '-c5', '-i0.02', '-W2', HOST);
    expect(answered(stdout)).toBe(5);
    expect((known(host.datagramAt) & 3) === 0).toBe(true);
  });

  it('of the full size go whole', async () => {
    const host = serve(await open());
    const { stdout } = await namespace.run('ping', '-q', '-f', '-c300', '-s1472', HOST);
    expect(answered(stdout)).toBe(300);
    expect(Math.max(...host.lengths)).toBe(1514);
  });

  it('answer arping', async () => {
    const device = await open();
    serve(device);
    const { stdout, code } = await namespace.run('arping', '-c1', '-w3', '-i', device.name, HOST);
    expect(code).toBe(0);
    expect(stdout).toContain('02:00:00:00:00:09');
  });

  it('that waited while nobody read come in order, and then the kernel tells of the next', async () => {
    const device = await open();
    namespace.ip('neigh', 'add', HOST, 'lladdr', '02:00:00:00:00:09', 'dev', NAME);
    const count = 3 * BATCH;
    namespace.runBlocking('bash', '-c', sending(1, count));
    const numbers = Array.from({ length: count }, (_, i) => i + 1);
    expect(takeNumbers(device)).toEqual(numbers);

    // The signals of those frames are still to be told: here they are not to be taken for the next one's.
    await turn();
    await turn();
    const readable = new Promise<void>((resolve) => device.onReadable(resolve));
    namespace.runBlocking('bash', '-c', sending(count + 1, count + 1));
    await readable;
    expect(takeNumbers(device)).toEqual([count + 1]);
  });

  it('that find the queue full are dropped, and counted', async () => {
    const device = await open({ queueLength: 10 });
    namespace.ip('neigh', 'add', HOST, 'lladdr', '02:00:00:00:00:09', 'dev', NAME);
    namespace.runBlocking('bash', '-c', sending(1, 100));
    const drops = known(await namespace.enter(() => device.queueDrops()));
    takeNumbers(device);
    expect(device.counters.received).toBeLessThanOrEqual(10);
    expect(device.counters.received + drops).toBeGreaterThanOrEqual(100);
  });

  it('longer than the MTU was are dropped, and counted', async () => {
    const device = await open();
    namespace.ip('neigh', 'add', HOST, 'lladdr', '02:00:00:00:00:09', 'dev', NAME);
    namespace.ip('link', 'set', NAME, 'mtu', '3000');
    const long = 'x'.repeat(2000);
    namespace.runBlocking('bash', '-c', `echo -n ${long} >/dev/udp/${HOST}/9; ${sending(1, 1)}`);
    expect(takeNumbers(device)).toEqual([1]);
    expect(device.counters.overlong).toBe(1);
  });

  it('sent while the interface is down are dropped, and counted', async () => {
    const device = await open();
    namespace.ip('link', 'set', NAME, 'down');
    expect(device.send(newPacket(60), 0, 60)).toBe(false);
    expect(device.counters).toMatchObject({ down: 1, sent: 0 });
  });

  it('shorter than a header are refused, and counted', async () => {
    const device = await open();
    expect(device.send(newPacket(8), 0, 8)).toBe(false);
    expect(device.counters).toMatchObject({ refused: 1, sent: 0 });
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A script that sends datagrams, each with the next number in it. */
const sending = (first: number, last: number): string =>
  `for n in $(seq ${first} ${last}); do echo $n >/dev/udp/${HOST}/9; done`;

/** The numbers in the IPv4 frames that came; the kernel sends some of IPv6 by itself. */
function takeNumbers(device: TapDevice): number[] {
  const numbers: number[] = [];
  while (device.pollFrame()) {
    const { packet, start, end } = device.frame;
    expect(start).toBe(FRAME_START);
    if (packet.view.getUint16(start + 12) !== TYPE.ipv4) continue;
    numbers.push(Number(Buffer.from(packet.octets.subarray(start + 42, end)).toString()));
  }
  return numbers;
}

describe('the kernel’s side', () => {
  it('is up, with the MTU and the addresses asked for', async () => {
    const ipv6 = known(parseIpv6Prefix('2001:db8::1/64'));
    const device = await open({ mtu: 1400, addresses: [KERNEL, ipv6] });
    const [link] = JSON.parse(namespace.ip('-j', 'address', 'show', 'dev', NAME));
    expect(link).toMatchObject({ mtu: 1400, txqlen: 1000 });
    expect(link.flags).toContain('UP');
    expect(link.address).toBe(formatColons(device.kernelAddress));
    const addresses = link.addr_info.map(
      (a: { local: string; prefixlen: number }) => `${a.local}/${a.prefixlen}`,
    );
    expect(addresses).toEqual(expect.arrayContaining(['192.0.2.1/24', '2001:db8::1/64']));
  });

  it('gets the first number that is free', async () => {
    const first = await open({ name: 'lab%d', addresses: [] });
    const second = await open({ name: 'lab%d', addresses: [] });
    expect([first.name, second.name]).toEqual(['lab0', 'lab1']);
  });

  it('goes with the device', async () => {
    const device = await open();
    expect(namespace.has(NAME)).toBe(true);
    device.close();
    expect(namespace.has(NAME)).toBe(false);
    expect(device.pollFrame()).toBe(false);
    expect(device.send(newPacket(60), 0, 60)).toBe(false);
  });

  it('is missed when somebody deletes it', async () => {
    const device = await open();
    const lost = new Promise<[number, Error]>((resolve) => {
      serve(device, { onLost: (index, error) => resolve([index, error]) });
    });
    namespace.ip('link', 'delete', NAME);
    const [index, error] = await lost;
    expect(index).toBe(0);
    expect(error).toMatchObject({ code: 'tap-lost', exitCode: EXIT.boardFault });
  });
});

describe('a name', () => {
  it.each(['', '.', '..', 'a/b', 'a b', 'a:b', 'sixteen-letters-', 'a%s', '%d%d', 'añb'])(
    '`%s` is none for an interface',
    async (name) => {
      await expect(openTap({ name })).rejects.toMatchObject({ code: 'tap-name', exitCode: 2 });
    },
  );

  it('that another has open is taken', async () => {
    await open();
    await expect(open()).rejects.toMatchObject({ code: 'tap-busy', exitCode: EXIT.noBoard });
    expect(namespace.has(NAME)).toBe(true);
  });

  it('of an interface that is no TAP device is taken', async () => {
    await expect(open({ name: 'lo' })).rejects.toMatchObject({ code: 'tap-busy' });
  });
});

/** The child in the namespace, `prefix` before it. */
function child(...prefix: readonly string[]): Running {
  const [command = '', ...args] = [
    ...prefix,
    process.execPath,
    ...typescript(CHILD, NAME, '192.0.2.1/24', '2001:db8::1/64'),
  ];
  return namespace.start(command, args);
}

const WITHOUT_RIGHTS = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];

describe('one who has not the right', () => {
  it('is told the command that gives it', async () => {
    const { code, stdout } = await child(...WITHOUT_RIGHTS).ended;
    expect(code).toBe(EXIT.noBoard);
    expect(JSON.parse(stdout)).toEqual({
      code: 'tap-permission',
      exitCode: EXIT.noBoard,
      details: {
        name: NAME,
        remedy:
          'sudo ip tuntap add dev tap0 mode tap user root && ' +
          'sudo ip address replace 192.0.2.1/24 dev tap0 && ' +
          'sudo ip address replace 2001:db8::1/64 dev tap0 && ' +
          'sudo ip link set dev tap0 mtu 1500 txqueuelen 1000 up',
      },
    });
    expect(namespace.has(NAME)).toBe(false);
  });

  it('is told so by name', async () => {
    const { code, stdout } = await child(
      ...['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'],
    ).ended;
    expect(code).toBe(EXIT.noBoard);
    const { code: error, details } = JSON.parse(stdout);
    expect(error).toBe('tap-permission');
    expect(details.remedy).toContain('sudo ip tuntap add dev tap0 mode tap user nobody && ');
  });

  it('uses what the command made, which stays', async () => {
    namespace.ip('tuntap', 'add', 'dev', NAME, 'mode', 'tap', 'user', 'root');
    for (const address of ['198.51.100.1/24', '192.0.2.1/24', '2001:db8::1/64']) {
      namespace.ip('address', 'replace', address, 'dev', NAME);
    }
    namespace.ip('link', 'set', 'dev', NAME, 'mtu', '1500', 'up');
    const running = child(...WITHOUT_RIGHTS);
    await running.shows(/open tap0/);
    running.child.kill('SIGUSR2');
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    expect(namespace.has(NAME)).toBe(true);
  });

  it('is told what is still missing of it', async () => {
    namespace.ip('tuntap', 'add', 'dev', NAME, 'mode', 'tap', 'user', 'root');
    const { stdout } = await child(...WITHOUT_RIGHTS).ended;
    expect(JSON.parse(stdout).details.remedy).toBe(
      'sudo ip address replace 192.0.2.1/24 dev tap0 && ' +
        'sudo ip address replace 2001:db8::1/64 dev tap0 && ' +
        'sudo ip link set dev tap0 mtu 1500 txqueuelen 1000 up',
    );
  });
});

describe('a process that ends', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('by %s leaves nothing', async (signal) => {
    const running = child();
    await running.shows(/open tap0/);
    expect(namespace.has(NAME)).toBe(true);
    running.child.kill(signal);
    expect((await running.ended).signal).toBe(signal);
    expect(namespace.has(NAME)).toBe(false);
  });

  it('while frames come ends at once, and well', async () => {
    const running = child();
    await running.shows(/open tap0/);
    namespace.ip('neigh', 'add', HOST, 'lladdr', '02:00:00:00:00:09', 'dev', NAME);
    const flood = namespace.start('bash', ['-c', `while :; do echo x >/dev/udp/${HOST}/9; done`]);
    await transmitted(1000);
    running.child.kill('SIGUSR2');
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    flood.child.kill('SIGKILL');
    await flood.ended;
    expect(namespace.has(NAME)).toBe(false);
  });
});

/** Resolves when the kernel has sent so many frames towards us. */
async function transmitted(frames: number): Promise<void> {
  for (;;) {
    const [link] = JSON.parse(namespace.ip('-j', '-s', 'link', 'show', 'dev', NAME));
    if (link.stats64.tx.packets >= frames) return;
  }
}
