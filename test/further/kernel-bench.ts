/** netlab's own hosts beside the kernel's: the built command line in a network namespace, and its captures. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, Namespace, type Running } from './netns.ts';

const BIN = fileURLToPath(new URL('../../bin/netlab.js', import.meta.url));

export const TAP = 'netlab0';
export const KERNEL = '192.0.2.1';
export const KERNEL_6 = '2001:db8::1';
export const HOST = '192.0.2.2';
export const HOST_6 = '2001:db8::2';

/** The host at its TAP device, with addresses of both versions at both ends. */
export const AT_TAP: readonly string[] = [
  ...['--tap', TAP, '--kernel', `${KERNEL}/24`, '--kernel', `${KERNEL_6}/64`],
  ...['--address', `${HOST}/24`, '--address', `${HOST_6}/64`],
];

export const startNetlab = (namespace: Namespace, args: readonly string[]): Running =>
  namespace.start(process.execPath, [BIN, ...args]);

export const netlab = (namespace: Namespace, ...args: readonly string[]): Promise<Ended> =>
  startNetlab(namespace, args).ended;

/** With a shell around it, for what its streams are; `$NETLAB` is the command. */
export const shell = (namespace: Namespace, script: string): Promise<Ended> =>
  namespace.run('bash', '-c', `set -o pipefail; NETLAB='${process.execPath} ${BIN}'; ${script}`);

/** One in which the kernel uses addresses of its own without testing them first, which would take seconds. */
export function createNamespace(): Namespace {
  const namespace = Namespace.create();
  namespace.runBlocking('sysctl', '-qw', 'net.ipv6.conf.default.accept_dad=0');
  return namespace;
}

/** A host that is there. */
export async function startHost(namespace: Namespace, ...more: string[]): Promise<Running> {
  const running = startNetlab(namespace, ['host', ...AT_TAP, '--no-detect', ...more]);
  await running.shows(/Address 2001:db8::2/);
  return running;
}

export async function interrupt(running: Running): Promise<Ended> {
  running.child.kill('SIGINT');
  return running.ended;
}

/** A folder for one test. */
export function ownFolder(): { readonly path: string; file(name: string): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'netlab-kernel-'));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

const sums = (...names: readonly string[]): string =>
  names.map((name) => `${name}.checksum.status == 0`).join(' || ');
/** tshark sums up a segment that an ICMP error quotes in part as if it were whole. */
const QUOTED = 'icmp.type == 3 || icmp.type == 11 || icmp.type == 12 || icmpv6.type < 128';
const BAD = `_ws.malformed || ${sums('ip', 'icmp', 'icmpv6')} || ((${sums('tcp', 'udp')}) && !(${QUOTED}))`;
const CHECKED = ['ip', 'tcp', 'udp'].flatMap((name) => ['-o', `${name}.check_checksum:TRUE`]);

const tshark = (...args: readonly string[]): string[] =>
  execFileSync('tshark', ['-n', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .split('\n')
    .filter((line) => line !== '');

/** The packets of a capture with which something is wrong, as tshark shows them. */
export const faults = (capture: string): string[] => tshark('-r', capture, ...CHECKED, '-Y', BAD);

/** Those that `filter` is true of. */
export const matching = (capture: string, filter: string): string[] =>
  tshark('-r', capture, '-Y', filter);
