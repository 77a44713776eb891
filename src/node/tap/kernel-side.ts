/** The other end of a TAP device: a network interface of the kernel's, given its MTU and addresses. */
import { closeSync, readFileSync } from 'node:fs';
import { toHex } from '../../base/octets.ts';
import { type Ipv4Prefix, mask } from '../../stack/network/ipv4/address.ts';
import type { Ipv6Prefix } from '../../stack/network/ipv6/address.ts';
import { EACCES, EPERM, failed, isIpv4, noPermission, type Wanted } from './failures.ts';
import { IFF_UP, InterfaceRequest, ipv6Request, REQUEST } from './interface-request.ts';
import type { LibC } from './libc.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;

/** Any socket will do to ask about interfaces, but an address is set by one of its own family. */
function withSocket<T>(libc: LibC, domain: number, use: (fd: number) => T): T {
  const fd = libc.socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw failed('socket', domain === AF_INET6 ? 'AF_INET6' : 'AF_INET', libc.errno());
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

export const interfaceExists = (libc: LibC, name: string): boolean =>
  withSocket(libc, AF_INET, (fd) => {
    return libc.ioctl(fd, REQUEST.SIOCGIFINDEX, new InterfaceRequest(name).octets) === 0;
  });

export const hardwareAddress = (libc: LibC, name: string): Uint8Array =>
  withSocket(libc, AF_INET, (fd) => {
    const request = new InterfaceRequest(name);
    libc.ioctl(fd, REQUEST.SIOCGIFHWADDR, request.octets);
    return request.hardwareAddress;
  });

/**
 * Sets only what is not yet so: an interface that root made for a user may be used as it is.
 *
 * @throws NetlabError `tap-permission`, `tap-failed`
 */
export function configure(libc: LibC, wanted: Wanted): void {
  withSocket(libc, AF_INET, (fd) => {
    const { name } = wanted;
    const call = caller(libc, fd, wanted);
    setNumber(call, name, 'MTU', wanted.mtu);
    setNumber(call, name, 'TXQLEN', wanted.queueLength);
    bringUp(call, name);
    for (const prefix of wanted.addresses) {
      if (!isIpv4(prefix)) addIpv6(libc, fd, wanted, prefix);
      else if (!hasIpv4(libc, fd, name, prefix)) setIpv4(call, name, prefix);
    }
  });
}

type Call = (request: keyof typeof REQUEST, argument: Uint8Array) => void;

const caller =
  (libc: LibC, fd: number, wanted: Wanted): Call =>
  (request, argument) => {
    if (libc.ioctl(fd, REQUEST[request], argument) >= 0) return;
    const errno = libc.errno();
    if (errno === EPERM || errno === EACCES) throw noPermission(wanted, 'setting');
    throw failed(wanted.name, request, errno);
  };

function setNumber(call: Call, name: string, which: 'MTU' | 'TXQLEN', value: number): void {
  const request = new InterfaceRequest(name);
  call(`SIOCGIF${which}`, request.octets);
  if (request.number === value) return;
  request.number = value;
  call(`SIOCSIF${which}`, request.octets);
}

function bringUp(call: Call, name: string): void {
  const request = new InterfaceRequest(name);
  call('SIOCGIFFLAGS', request.octets);
  if ((request.flags & IFF_UP) !== 0) return;
  request.flags |= IFF_UP;
  call('SIOCSIFFLAGS', request.octets);
}

/**
 * An interface may have many: asked with one of them, the kernel answers for that one; with any other address,
 * for the first.
 */
function hasIpv4(libc: LibC, fd: number, name: string, prefix: Ipv4Prefix): boolean {
  const ask = (request: number): number | undefined => {
    const asked = new InterfaceRequest(name);
    asked.ipv4 = prefix.address;
    return libc.ioctl(fd, request, asked.octets) === 0 ? asked.ipv4 : undefined;
  };
  return (
    ask(REQUEST.SIOCGIFADDR) === prefix.address &&
    ask(REQUEST.SIOCGIFNETMASK) === mask(prefix.length)
  );
}

function setIpv4(call: Call, name: string, prefix: Ipv4Prefix): void {
  const request = new InterfaceRequest(name);
  request.ipv4 = prefix.address;
  call('SIOCSIFADDR', request.octets);
  request.ipv4 = mask(prefix.length);
  call('SIOCSIFNETMASK', request.octets);
}

/** Lines of address, index, length of the prefix, scope, flags and name; the numbers in hexadecimal. */
function hasIpv6(name: string, prefix: Ipv6Prefix): boolean {
  const lines = readFileSync('/proc/thread-self/net/if_inet6', 'latin1').split('\n');
  const wanted = [toHex(prefix.address), prefix.length, name].join(' ');
  return lines.some((line) => {
    const [address, , length = '', , , at] = line.trim().split(/\s+/);
    return `${address} ${Number.parseInt(length, 16)} ${at}` === wanted;
  });
}

function addIpv6(libc: LibC, fd: number, wanted: Wanted, prefix: Ipv6Prefix): void {
  const index = new InterfaceRequest(wanted.name);
  caller(libc, fd, wanted)('SIOCGIFINDEX', index.octets);
  withSocket(libc, AF_INET6, (fd6) => {
    if (hasIpv6(wanted.name, prefix)) return;
    caller(libc, fd6, wanted)('SIOCSIFADDR', ipv6Request(prefix, index.number));
  });
}
