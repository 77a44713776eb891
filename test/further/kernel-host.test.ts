/** `netlab host` and the Linux kernel, by way of the kernel's own tools. Wants root. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AT_TAP,
  createNamespace,
  faults,
  HOST,
  HOST_6,
  interrupt,
  KERNEL,
  KERNEL_6,
  matching,
  netlab,
  ownFolder,
  shell,
  startHost,
  startNetlab,
  TAP,
} from './kernel-bench.ts';
import type { Namespace } from './netns.ts';

let namespace: Namespace;
let folder: ReturnType<typeof ownFolder>;

beforeEach(() => {
  namespace = createNamespace();
  folder = ownFolder();
});

afterEach(() => {
  namespace.close();
  folder.remove();
});

const received = (ping: string): number => Number(/(\d+) received/.exec(ping)?.[1]);

describe('the kernel asks, netlab answers', () => {
  it('ping, arping, traceroute, curl, ncat: and tshark finds no fault in any of it', async () => {
    const capture = folder.file('host.pcapng');
    const host = await startHost(namespace, '--capture', capture);
    const run = namespace.run.bind(namespace);
    for (const [address, size] of [
      [HOST, '56'],
      [HOST_6, '56'],
      [HOST, '5000'],
      [HOST_6, '5000'],
    ] as const) {
      const { stdout } = await run('ping', '-c5', '-i0.02', '-W2', '-s', size, address);
      expect(`${address} ${size}: ${received(stdout)}`).toBe(`${address} ${size}: 5`);
    }
    const arping = await run('arping', '-c2', '-w5', '-i', TAP, HOST);
    expect(arping.code).toBe(0);
    for (const address of [HOST, HOST_6]) {
      const { stdout } = await run('traceroute', '-n', '-w2', address);
      expect(stdout).toMatch(new RegExp(`^ 1  ${address}( +[\\d.]+ ms){3}$`, 'm'));
    }
    for (const url of [`http://${HOST}/`, `http://[${HOST_6}]/`]) {
      const { stdout, code } = await run('curl', '-sS', '-0', '-m5', url);
      expect(stdout).toContain('<h1>netlab host</h1>');
      expect(code).toBe(0);
    }
    const echo = await shell(
      namespace,
      `echo over tcp | ncat ${HOST} 7; ncat -i1 ${HOST_6} 13 </dev/null`,
    );
    expect(echo.stdout).toMatch(/^over tcp\n\w+day, \w+ \d+, \d{4} .*-UTC\r\n$/);
    const udp = await shell(namespace, `(echo over udp; sleep 0.5) | ncat -u ${HOST} 7`);
    expect(udp.stdout).toBe('over udp\n');
    const { code, stdout } = await interrupt(host);
    expect(code).toBe(130);
    expect(stdout).toMatch(/frames \d+ in/);
    expect(faults(capture)).toEqual([]);
    expect(matching(capture, 'tcp.flags.reset == 1')).toEqual([]);
    expect(namespace.has(TAP)).toBe(false);
  });

  it('a damaged frame is no frame: pings are lost, and tshark would have seen it', async () => {
    const capture = folder.file('damaged.pcapng');
    const more = ['--corrupt', '10', '--seed', '1', '--capture', capture];
    const host = await startHost(namespace, ...more);
    const { stdout } = await namespace.run('ping', '-nq', '-c60', '-i0.01', '-w8', HOST);
    expect(received(stdout)).toBeLessThan(Number(/(\d+) packets/.exec(stdout)?.[1]));
    const { code, stderr } = await interrupt(host);
    expect(stderr).toBe('');
    expect(code).toBe(130);
    expect(faults(capture).length).toBeGreaterThan(0);
  });
});

describe('netlab asks, the kernel answers', () => {
  it.each([KERNEL, KERNEL_6])('ping %s', async (address) => {
    const capture = folder.file('ping.pcapng');
    const args = ['ping', address, ...AT_TAP, '-i', '0.1', '-W', '3', '--capture', capture];
    const { code, stdout } = await netlab(namespace, ...args, '-c', '8', '-s', '4000');
    expect(stdout).toMatch(/4008 octets from/);
    expect(code).toBe(0);
    expect(faults(capture)).toEqual([]);
  });

  it('what nobody listens at is refused', async () => {
    const { code, stderr } = await netlab(namespace, 'nc', KERNEL, '9', ...AT_TAP);
    expect(stderr).toContain('refused');
    expect(code).toBe(6);
  });

  it('a peer that vanishes is missed within the time that was given', async () => {
    const said = folder.file('said');
    // Standard input that says nothing and does not end.
    const talking = shell(
      namespace,
      `ncat -l 9000 --recv-only >/dev/null 2>&1 &
       until ss -Hltn 'sport = :9000' | grep -q .; do sleep 0.02; done
       exec $NETLAB nc ${KERNEL} 9000 ${AT_TAP.join(' ')} -v -w 2 2>'${said}' < <(exec 2>&-; sleep 20)`,
    );
    await appears(said, 'Connected');
    // The kernel has this address no more: nothing comes from there, a reset least of all.
    namespace.ip('address', 'flush', 'dev', TAP);
    const { code } = await talking;
    expect(readFileSync(said, 'utf8')).toContain('Nothing came in the time that was given.');
    expect(code).toBe(7);
  });
});

async function appears(file: string, text: string): Promise<void> {
  while (!existsSync(file) || !readFileSync(file, 'utf8').includes(text)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the TAP device', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('is gone after %s', async (signal) => {
    const host = await startHost(namespace);
    expect(namespace.has(TAP)).toBe(true);
    host.child.kill(signal);
    const { code } = await host.ended;
    expect(code).toBe(signal === 'SIGKILL' ? null : 130);
    expect(namespace.has(TAP)).toBe(false);
  });

  it('that is deleted while it is used ends the host with 6', async () => {
    const host = await startHost(namespace);
    namespace.ip('link', 'delete', TAP);
    const { code, stderr } = await host.ended;
    expect(stderr).toContain(`The TAP device ${TAP} vanished while it was in use.`);
    expect(code).toBe(6);
  });

  it('whose name another has: exit 4', async () => {
    await startHost(namespace);
    const { code, stderr } = await netlab(namespace, 'host', ...AT_TAP);
    expect(stderr).toContain(`The name ${TAP} is taken.`);
    expect(code).toBe(4);
  });

  it('without permission: exit 4, and the command that gives it', async () => {
    const bounded = ['--bounding-set=-all', '--inh-caps=-all', process.execPath];
    const bin = new URL('../../bin/netlab.js', import.meta.url).pathname;
    const args = [...bounded, bin, 'host', ...AT_TAP, '--json'];
    const { code, stdout } = await namespace.run('setpriv', ...args);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'tap-permission',
        details: { remedy: expect.stringContaining(`sudo ip tuntap add dev ${TAP}`) },
      },
    });
    expect(code).toBe(4);
  });
});

describe('an address', () => {
  it('that the kernel has is not taken: exit 4', async () => {
    const args = ['host', '--tap', TAP, '--kernel', `${HOST}/24`, '--address', `${HOST}/24`];
    const { code, stderr } = await netlab(namespace, ...args);
    expect(stderr).toContain(`Another station on the link has ${HOST}/24.`);
    expect(code).toBe(4);
  });

  it('that nobody has is used after it was asked for', async () => {
    const host = startNetlab(namespace, ['host', ...AT_TAP, '--no-slaac']);
    const shown = await host.shows(/Address 192\.0\.2\.2\/24/);
    expect(shown).not.toContain('another');
    const { stdout } = await namespace.run('ping', '-c1', '-W2', HOST);
    expect(received(stdout)).toBe(1);
    expect((await interrupt(host)).code).toBe(130);
  });
});
