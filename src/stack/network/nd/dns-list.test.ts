import { describe, expect, it } from 'vitest';
import { after, START, seconds } from '../../../base/time.ts';
import { format, type Ipv6Address, parse, UNSPECIFIED } from '../ipv6/address.ts';
import { type DnsConfiguration, DnsList } from './dns-list.ts';
import { INFINITE_s, type Option } from './options.ts';

const ip = (text: string): Ipv6Address => parse(text) ?? UNSPECIFIED;
const servers = (lifetime_s: number, ...texts: string[]): Option => ({
  kind: 'recursive dns servers',
  lifetime_s,
  servers: texts.map(ip),
});
const domains = (lifetime_s: number, ...names: string[]): Option => ({
  kind: 'dns search list',
  lifetime_s,
  domains: names,
});
const at = (s: number) => after(START, seconds(s));
const shown = (told: DnsConfiguration | undefined) =>
  told && [...told.servers.map(format), ...told.domains].join(' ');

describe('what routers advertise of names (RFC 8106)', () => {
  it('is told once when it is new, and again when it has changed', () => {
    const list = new DnsList();
    const options = [servers(600, '2001:db8::53', 'fe80::53'), domains(600, 'Example.net')];
    list.handleOptions(options, START);
    expect(shown(list.pollEvent())).toBe('2001:db8::53 fe80::53 Example.net');
    list.handleOptions([...options, domains(600, 'example.NET')], at(300));
    expect(list.pollEvent()).toBeUndefined();
    list.handleOptions([domains(600, 'example.org')], at(300));
    expect(shown(list.pollEvent())).toBe('2001:db8::53 fe80::53 Example.net example.org');
  });

  it('is over with its lifetime, which each advertisement sets anew', () => {
    const list = new DnsList();
    list.handleOptions([servers(600, '2001:db8::1'), servers(700, '2001:db8::2')], START);
    list.handleOptions([servers(650, '2001:db8::1')], START);
    list.pollEvent();
    expect(list.pollTimeout()).toBe(at(650));
    list.handleTimeout(at(649));
    expect(list.pollEvent()).toBeUndefined();
    list.handleTimeout(at(650));
    expect(shown(list.pollEvent())).toBe('2001:db8::2');
    list.handleTimeout(at(700));
    expect(shown(list.pollEvent())).toBe('');
    expect(list.pollTimeout()).toBeUndefined();
  });

  it('is taken back at once by a lifetime of zero (§5.1)', () => {
    const list = new DnsList();
    list.handleOptions([servers(INFINITE_s, '2001:db8::1'), domains(0, 'never.example')], START);
    expect(shown(list.pollEvent())).toBe('2001:db8::1');
    expect(list.pollTimeout()).toBeUndefined();
    list.handleOptions([servers(0, '2001:db8::1')], START);
    expect(shown(list.pollEvent())).toBe('');
  });

  it('is three servers at most: one that stays longer takes the place of the first to go (§6.2)', () => {
    const list = new DnsList();
    for (let i = 1; i <= 3; i++) list.handleOptions([servers(100 * i, `2001:db8::${i}`)], START);
    list.handleOptions([servers(100, '2001:db8::8')], START);
    list.handleOptions([servers(101, '2001:db8::9')], START);
    expect(shown(list.pollEvent())).toBe('2001:db8::2 2001:db8::3 2001:db8::9');
  });

  it('is forgotten when the link is another', () => {
    const list = new DnsList();
    list.handleOptions([servers(INFINITE_s, '2001:db8::1'), domains(60, 'a.example')], START);
    list.pollEvent();
    list.clear();
    expect(shown(list.pollEvent())).toBe('');
    list.clear();
    expect(list.pollEvent()).toBeUndefined();
  });
});
