import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import { after, type Instant, NEVER, START, seconds } from '../../../base/time.ts';
import { parse, UNSPECIFIED } from '../../network/ipv4/address.ts';
import { leaseOf } from './lease.ts';
import type { Message } from './message.ts';
import { OPTION } from './options.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const ip = (text: string) => parse(text) ?? UNSPECIFIED;
const at = (s: number): Instant => after(START, seconds(s));

/** An ACK with a lease of 1000 s, and of what else is given; '' takes an option away. */
const ack = (given: Readonly<Record<number, string>> = {}, yiaddr = '192.0.2.104'): Message => {
  const options = {
    [OPTION.serverIdentifier]: 'c0000201',
    [OPTION.leaseTime]: '000003e8',
    ...given,
  };
  const list = Object.entries(options).filter(([, text]) => text !== '');
  return {
    op: 2,
    hardwareType: 1,
    hops: 0,
    xid: 0,
    secs: 0,
    broadcast: false,
    ciaddr: UNSPECIFIED,
    yiaddr: ip(yiaddr),
    siaddr: UNSPECIFIED,
    giaddr: UNSPECIFIED,
    chaddr: hex('020000000002'),
    sname: hex(''),
    file: hex(''),
    options: new Map(list.map(([code, text]) => [Number(code), hex(text)])),
  };
};
const lease = (given: Readonly<Record<number, string>> = {}, yiaddr?: string) =>
  leaseOf(ack(given, yiaddr), at(100));

describe('a lease', () => {
  it('has what dnsmasq said', () => {
    const own = lease({
      [OPTION.subnetMask]: 'ffffff00',
      [OPTION.domainName]: '6c61622e6578616d706c65',
      [OPTION.interfaceMtu]: '0578',
      [OPTION.domainSearch]: '036c6162076578616d706c650003656e67c000',
      [OPTION.classlessRoutes]: '080ac000020900c0000201',
      [OPTION.domainNameServer]: 'c0000201c0000203',
      [OPTION.router]: 'c00002fe',
    });
    expect(own).toMatchObject({
      address: { address: ip('192.0.2.104'), length: 24 },
      server: ip('192.0.2.1'),
      routes: [
        { destination: { address: ip('10.0.0.0'), length: 8 }, router: ip('192.0.2.9') },
        { destination: { address: ip('0.0.0.0'), length: 0 }, router: ip('192.0.2.1') },
      ],
      domainNameServers: [ip('192.0.2.1'), ip('192.0.2.3')],
      domainName: 'lab.example',
      domainSearch: ['lab.example', 'eng.lab.example'],
      mtu: 1400,
    });
  });

  it.each<[string, Record<number, string>, number[]]>([
    ['half and seven eighths of it', {}, [500, 875, 1000]],
    ['the server’s times', { 58: '00000064', 59: '000000c8' }, [100, 200, 1000]],
    ['its own times where T2 is before T1', { 58: '000000c8', 59: '00000064' }, [500, 875, 1000]],
    [
      'its own times where T2 is past the end',
      { 58: '00000064', 59: '000003e8' },
      [500, 875, 1000],
    ],
    ['its own times where T1 is next to nothing', { 58: '00000001' }, [500, 875, 1000]],
  ])('begins when it was asked for, and has %s', (_name, given, [t1 = 0, t2 = 0, end = 0]) => {
    expect(lease(given)).toMatchObject({
      renewAt: at(100 + t1),
      rebindAt: at(100 + t2),
      expiresAt: at(100 + end),
    });
  });

  it('may be for ever', () => {
    const times = { renewAt: NEVER, rebindAt: NEVER, expiresAt: NEVER };
    expect(lease({ [OPTION.leaseTime]: 'ffffffff' })).toMatchObject(times);
    const nearly = lease({ [OPTION.leaseTime]: 'fffffffe' });
    expect(nearly?.expiresAt).toBe(at(100 + 0xffff_fffe));
  });

  it.each<[string, Record<number, string>, string | undefined]>([
    ['no time', { [OPTION.leaseTime]: '' }, undefined],
    ['no time worth the name', { [OPTION.leaseTime]: '00000009' }, undefined],
    ['a time of three octets', { [OPTION.leaseTime]: '0003e8' }, undefined],
    ['no server', { [OPTION.serverIdentifier]: '' }, undefined],
    ['a group for a server', { [OPTION.serverIdentifier]: 'e0000001' }, undefined],
    ['a loopback address', {}, '127.0.0.1'],
    ['a group address', {}, '224.0.0.1'],
    ['no address', {}, '0.0.0.0'],
  ])('is none with %s', (_name, given, yiaddr) => {
    expect(lease(given, yiaddr)).toBeUndefined();
  });

  it.each([
    ['its mask', '192.0.2.104', 'fffffe00', 23],
    ['its class A, without a mask', '10.0.0.1', '', 8],
    ['its class B, with a mask that has holes', '172.16.0.1', 'ff00ff00', 16],
    ['its class C, with a mask of zeros', '192.0.2.104', '00000000', 24],
    ['a mask of 32 bits', '192.0.2.104', 'ffffffff', 32],
  ])('has the prefix of %s', (_name, address, mask, length) => {
    expect(lease({ [OPTION.subnetMask]: mask }, address)?.address.length).toBe(length);
  });

  const everywhere = { address: ip('0.0.0.0'), length: 0 };
  it.each<[string, Record<number, string>, object[]]>([
    [
      'the routers',
      { 3: 'c0000201c0000202' },
      ['192.0.2.1', '192.0.2.2'].map((r) => ({ destination: everywhere, router: ip(r) })),
    ],
    [
      'the routers when its routes cannot be read',
      { 3: 'c0000201', 121: '21' },
      [{ destination: everywhere, router: ip('192.0.2.1') }],
    ],
    ['no router that is a group', { 3: 'e0000001' }, []],
    ['no half router', { 3: 'c00002' }, []],
    [
      'a network on the link',
      { 121: '080a00000000' },
      [{ destination: { address: ip('10.0.0.0'), length: 8 }, router: UNSPECIFIED }],
    ],
  ])('has routes by %s', (_name, given, routes) => {
    expect(lease(given)?.routes).toEqual(routes);
  });

  it('leaves out what makes no sense', () => {
    const own = lease({ 26: '0001', 15: '00', 119: 'c000', 6: 'ffffffff7f000001c0000201' });
    expect(own).toMatchObject({ domainSearch: [], domainNameServers: [ip('192.0.2.1')] });
    expect([own?.mtu, own?.domainName]).toEqual([undefined, undefined]);
  });
});
