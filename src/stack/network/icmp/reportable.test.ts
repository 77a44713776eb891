import { describe, expect, it } from 'vitest';
import { parse, UNSPECIFIED } from '../ipv4/address.ts';
import { isReportable, type Offender, quoteLength } from './reportable.ts';

const of = (text: string) => parse(text) ?? UNSPECIFIED;

const ORDINARY: Offender = {
  source: of('192.0.2.1'),
  destination: of('198.51.100.2'),
  broadcast: false,
  fromBroadcast: false,
  fragmentOffset: 0,
  protocol: 17,
  firstOctet: 3,
};

describe('an ICMP error (RFC 1122 §3.2.2)', () => {
  it.each<[string, Partial<Offender>]>([
    ['an ordinary datagram', {}],
    ['a datagram that is a header alone', { firstOctet: undefined }],
    ['an echo', { protocol: 1, firstOctet: 8 }],
    ['an echo reply', { protocol: 1, firstOctet: 0 }],
  ])('may be sent about %s', (_name, over) => {
    expect(isReportable({ ...ORDINARY, ...over })).toBe(true);
  });

  it.each<[string, Partial<Offender>]>([
    ['an error: unreachable', { protocol: 1, firstOctet: 3 }],
    ['an error: redirect', { protocol: 1, firstOctet: 5 }],
    ['an error: time exceeded', { protocol: 1, firstOctet: 11 }],
    ['an ICMP message cut before its type', { protocol: 1, firstOctet: undefined }],
    ['a broadcast, of IP or of the link', { broadcast: true }],
    ['a multicast', { destination: of('224.0.0.1') }],
    ['a fragment other than the first', { fragmentOffset: 1480 }],
    ['one from 0.0.0.0', { source: UNSPECIFIED }],
    ['one from a loopback address', { source: of('127.0.0.1') }],
    ['one from a multicast address', { source: of('224.0.0.1') }],
    ['one from class E', { source: of('240.0.0.1') }],
    ['one from the limited broadcast', { source: of('255.255.255.255') }],
    ['one from a directed broadcast', { fromBroadcast: true }],
  ])('is never sent about %s', (_name, over) => {
    expect(isReportable({ ...ORDINARY, ...over })).toBe(false);
  });

  it.each([
    [28, 28],
    [548, 548],
    [1500, 548],
  ])('quotes of %i octets %i (RFC 1812 §4.3.2.3)', (length, quoted) => {
    expect(quoteLength(length)).toBe(quoted);
  });
});
