/**
 * Ways of more than one hop, with routers of the kernel's and one of netlab's own. Wants root.
 *
 *   netlab 192.0.2.2 ── 192.0.2.1 router 198.51.100.1 ── 198.51.100.2 far
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createNamespace,
  faults,
  matching,
  netlab,
  ownFolder,
  shell,
  startNetlab,
  TAP,
} from './kernel-bench.ts';
import type { Namespace } from './netns.ts';

const NARROW = 1300;
const AT: readonly string[] = [
  ...['--tap', TAP, '--kernel', '192.0.2.1/24', '--kernel', '2001:db8:1::1/64'],
  ...['--address', '192.0.2.2/24', '--gateway', '192.0.2.1'],
  ...['--address', '2001:db8:1::2/64', '--gateway', '2001:db8:1::1', '--no-slaac'],
];

let router: Namespace;
let far: Namespace;
let folder: ReturnType<typeof ownFolder>;

beforeEach(() => {
  router = createNamespace();
  far = createNamespace();
  folder = ownFolder();
  router.ip('link', 'add', 'out', 'type', 'veth', 'peer', 'name', 'in', 'netns', far.name);
  for (const [namespace, name, n] of [
    [router, 'out', 1],
    [far, 'in', 2],
  ] as const) {
    namespace.ip('address', 'add', `198.51.100.${n}/24`, 'dev', name);
    namespace.ip('address', 'add', `2001:db8:2::${n}/64`, 'dev', name);
    namespace.ip('link', 'set', name, 'up');
  }
  // In one direction: the far end's maximum segment size shall not give it away.
  router.ip('link', 'set', 'out', 'mtu', String(NARROW));
  far.ip('route', 'add', 'default', 'via', '198.51.100.1');
  far.ip('-6', 'route', 'add', 'default', 'via', '2001:db8:2::1');
  router.runBlocking('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
});

afterEach(() => {
  router.close();
  far.close();
  folder.remove();
});

describe('netlab traceroute', () => {
  it.each([
    ['192.0.2.1', '198.51.100.2', []],
    ['192.0.2.1', '198.51.100.2', ['--icmp']],
    ['2001:db8:1::1', '2001:db8:2::2', []],
    ['2001:db8:1::1', '2001:db8:2::2', ['--icmp']],
  ])('names the router %s on the way to %s (%j)', async (hop, target, more) => {
    const capture = folder.file('trace.pcapng');
    const args = ['traceroute', target, ...AT, ...more, '--json', '--capture', capture];
    const { code, stdout } = await netlab(router, ...args);
    const { hops, reached } = JSON.parse(stdout);
    const names = hops.map(({ probes }: { probes: { from: string }[] }) => probes[0]?.from);
    expect(names).toEqual([hop, target]);
    expect(reached).toBe(true);
    expect(code).toBe(0);
    expect(faults(capture)).toEqual([]);
  });

  it('marks what a router refuses: no route, no host', async () => {
    const net = await netlab(router, 'traceroute', '203.0.113.1', ...AT);
    expect(net.stdout).toMatch(/^ 1 {2}192\.0\.2\.1 .*!N/m);
    expect(net.code).toBe(1);
    const host = await netlab(router, 'traceroute', '198.51.100.77', ...AT, '-w', '5');
    expect(host.stdout).toMatch(/192\.0\.2\.1 {2}[\d.]+ ms !H/);
    expect(host.code).toBe(1);
  });
});

describe('the path MTU', () => {
  it('is learnt from the router: what is too long is told of, and then not sent', async () => {
    const args = ['ping', '198.51.100.2', ...AT, '--df', '-s', '1400', '-c', '2', '-i', '0.3'];
    const { code, stdout } = await netlab(router, ...args, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      received: 0,
      errors: [
        { from: '192.0.2.1', kind: 'too-big' },
        { from: 'netlab', kind: 'too-big' },
      ],
    });
    expect(code).toBe(1);
  });

  it.each(['198.51.100.2', '2001:db8:2::2'])('is kept to by TCP: 2 MiB to %s', async (target) => {
    const capture = folder.file('mtu.pcapng');
    far.start('bash', ['-c', `ncat -l 9000 --recv-only | sha256sum >'${folder.file('sum')}'`]);
    const { stdout, code } = await shell(
      router,
      `sleep 0.5; head -c 2097152 /dev/urandom >'${folder.file('data')}'
       $NETLAB nc ${target} 9000 ${AT.join(' ')} --capture '${capture}' <'${folder.file('data')}' || exit
       sleep 0.3; sha256sum <'${folder.file('data')}'; cat '${folder.file('sum')}'`,
    );
    expect(code).toBe(0);
    const [sent, arrived] = stdout.trim().split('\n');
    expect(arrived).toBe(sent);
    expect(faults(capture)).toEqual([]);
    const tooLong = matching(capture, `tcp.dstport == 9000 && frame.len > ${NARROW + 14}`);
    expect(tooLong.length).toBeGreaterThan(0);
    const within = matching(capture, `tcp.dstport == 9000 && frame.len == ${NARROW + 14}`);
    expect(within.length).toBeGreaterThan(1000);
  });
});

describe('netlab as a router', () => {
  it('stands between the kernel and a board: the kernel pings and traces through it', async () => {
    const capture = folder.file('router.pcapng');
    const host = startNetlab(router, [
      ...['host', '--forward', '--no-detect', '--tap', TAP, '--kernel', '192.0.2.1/24'],
      ...['--address', '192.0.2.254/24', '--on', 'mock', '--address', '203.0.113.254/24%board'],
      ...['--neighbour', '203.0.113.1/24', '--capture', capture],
    ]);
    await host.shows(/Address 203\.0\.113\.254/);
    router.ip('route', 'add', '203.0.113.0/24', 'via', '192.0.2.254');
    const { stdout: ping } = await router.run('ping', '-c3', '-i0.1', '-W3', '203.0.113.1');
    expect(ping).toContain('3 received');
    expect(ping).toContain('ttl=63');
    const { stdout: trace } = await router.run('traceroute', '-n', '-w3', '203.0.113.1');
    expect(trace).toMatch(/^ 1 {2}192\.0\.2\.254 [\s\S]*^ 2 {2}203\.0\.113\.1 /m);
    const { stdout } = await router.run('curl', '-sS', '-m5', 'http://203.0.113.1/');
    expect(stdout).toContain('netlab neighbour');
    host.child.kill('SIGINT');
    expect((await host.ended).code).toBe(130);
    expect(faults(capture)).toEqual([]);
  });
});
