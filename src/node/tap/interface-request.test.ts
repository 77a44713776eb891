/** Octets as a C program with the kernel's own headers has them in memory, on a little-endian machine. */
import { endianness } from 'node:os';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../base/octets.ts';
import { address } from '../../stack/network/ipv4/address.ts';
import { parsePrefix } from '../../stack/network/ipv6/address.ts';
import { InterfaceRequest, ipv6Request, tapRequest } from './interface-request.ts';

const hex = (octets: Uint8Array): string => toHex(octets).replace(/(00)+$/, '');

describe.runIf(endianness() === 'LE')('struct ifreq', () => {
  it('names a TAP device without the packet information', () => {
    expect(hex(tapRequest('tap0').octets)).toBe(`${'74617030'.padEnd(32, '0')}0210`);
  });

  it('has room for 15 characters and the zero behind them', () => {
    const request = new InterfaceRequest('a-name-of-far-too-many');
    expect(request.name).toBe('a-name-of-far-t');
    expect(request.flags).toBe(0);
  });

  it('has an IPv4 address as a struct sockaddr_in', () => {
    const request = new InterfaceRequest('tap0');
    request.ipv4 = address(0xc0000201);
    expect(hex(request.octets.subarray(16))).toBe('02000000c0000201');
    expect(request.ipv4).toBe(0xc0000201);
  });

  it('has an MTU as an int', () => {
    const request = new InterfaceRequest('tap0');
    request.number = 1500;
    expect(hex(request.octets.subarray(16))).toBe('dc05');
    expect(request.number).toBe(1500);
  });

  it('has a hardware address behind its family', () => {
    const request = new InterfaceRequest('tap0');
    request.octets.set([1, 0, 2, 0, 0, 0, 0, 9], 16);
    expect(toHex(request.hardwareAddress)).toBe('020000000009');
  });

  it('of IPv6 has the address, the length of its prefix and the interface’s index', () => {
    const prefix = parsePrefix('2001:db8::1/64');
    expect(prefix && toHex(ipv6Request(prefix, 7))).toBe(
      '20010db80000000000000000000000014000000007000000',
    );
  });
});
