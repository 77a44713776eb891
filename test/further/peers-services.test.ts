/** Addresses and names from the programs that give them on Linux: dnsmasq and radvd. Wants root. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createNamespace,
  faults,
  interrupt,
  netlab,
  ownFolder,
  startNetlab,
  TAP,
} from './kernel-bench.ts';
import type { Namespace, Running } from './netns.ts';

let namespace: Namespace;
let folder: ReturnType<typeof ownFolder>;

beforeEach(() => {
  namespace = createNamespace();
  folder = ownFolder();
  // There before netlab is, so that the servers have something to listen at; netlab uses what is there.
  namespace.ip('tuntap', 'add', 'dev', TAP, 'mode', 'tap');
  namespace.ip('address', 'add', '192.0.2.1/24', 'dev', TAP);
  namespace.ip('address', 'add', '2001:db8::1/64', 'dev', TAP);
  namespace.ip('link', 'set', TAP, 'up');
});

afterEach(() => {
  namespace.close();
  folder.remove();
});

function startDnsmasq(...more: readonly string[]): Running {
  return namespace.start('dnsmasq', [
    ...[
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-hosts',
      '--no-resolv',
      '--user=root',
    ],
    ...[`--interface=${TAP}`, '--bind-interfaces', '--except-interface=lo', '--pid-file='],
    ...['--address=/www.lab.example/192.0.2.1', '--address=/six.lab.example/2001:db8::1'],
    ...['--log-facility=-', `--dhcp-leasefile=${folder.file('leases')}`, ...more],
  ]);
}

const POOL = '--dhcp-range=192.0.2.100,192.0.2.110,255.255.255.0,1h';

describe('dnsmasq', () => {
  it('gives an address, a gateway and a DNS server, and gets the address back', async () => {
    const dnsmasq = startDnsmasq(POOL, '--dhcp-option=3,192.0.2.1', '--no-ping', '--log-dhcp');
    let said = '';
    dnsmasq.child.stderr?.on('data', (text) => {
      said += text;
    });
    const capture = folder.file('dhcp.pcapng');
    const args = [
      'host',
      '--tap',
      TAP,
      '--dhcp',
      '--no-detect',
      '--no-slaac',
      '--capture',
      capture,
    ];
    const host = startNetlab(namespace, args);
    const shown = await host.shows(/Address 192\.0\.2\.1\d\d\/24/);
    expect(shown).toContain('DHCP: a lease from 192.0.2.1');
    const address = /Address ([\d.]+)\//.exec(shown)?.[1] ?? '';
    const { code } = await namespace.run('ping', '-c1', '-W2', address);
    expect(code).toBe(0);
    expect((await interrupt(host)).code).toBe(130);
    expect(said).toContain(`DHCPRELEASE(${TAP}) ${address}`);
    expect(faults(capture)).toEqual([]);
  });

  it('tells ping what a name means, over the lease that it gave', async () => {
    startDnsmasq(POOL, '--no-ping');
    const args = ['--tap', TAP, '--dhcp', '-c', '1'];
    const four = await netlab(namespace, 'ping', 'www.lab.example', ...args);
    expect(four.stdout).toContain('PING www.lab.example (192.0.2.1)');
    expect(four.code).toBe(0);
    const none = await netlab(namespace, 'ping', 'nobody.lab.example', ...args);
    expect(none.stderr).toContain('nobody.lab.example');
    expect(none.code).toBe(6);
  });

  it('that is not there is given up after fifteen seconds: exit 7', async () => {
    const { code, stderr } = await netlab(namespace, 'ping', '192.0.2.1', '--tap', TAP, '--dhcp');
    expect(stderr).toContain('no address to speak from');
    expect(code).toBe(7);
  });
});

describe('radvd', () => {
  it('advertises a prefix, of which the host makes an address that the kernel can ping', async () => {
    const configuration = folder.file('radvd.conf');
    writeFileSync(
      configuration,
      `interface ${TAP} {
         AdvSendAdvert on;
         MinRtrAdvInterval 3;
         MaxRtrAdvInterval 4;
         prefix 2001:db8::/64 { AdvOnLink on; AdvAutonomous on; };
       };`,
    );
    namespace.runBlocking('sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1');
    const pid = folder.file('radvd.pid');
    namespace.start('radvd', ['-n', '-C', configuration, '-p', pid, '-m', 'stderr']);
    const capture = folder.file('slaac.pcapng');
    const host = startNetlab(namespace, ['host', '--tap', TAP, '--capture', capture]);
    const shown = await host.shows(/Address 2001:db8::[\da-f:]+\/64/);
    const address = /Address (2001:db8::[\da-f:]+)\/64/.exec(shown)?.[1] ?? '';
    const { code } = await namespace.run('ping', '-c1', '-W3', address);
    expect(code).toBe(0);
    await interrupt(host);
    expect(faults(capture)).toEqual([]);
  });
});
