import { describe, expect, it } from 'vitest';
import { format } from '../stack/network/ip/address.ts';
import { configure } from './script-config.ts';
import { Misfit } from './script-error.ts';

const of = (...options: readonly [string, string?][]) =>
  configure(options.map(([name, value], i) => ({ line: i + 1, name, value })));

describe('the options of a script', () => {
  it("has the original's defaults", () => {
    const config = of();
    expect(config).toMatchObject({
      version: 4,
      bindPort: 8080,
      connectPort: 8080,
      mtu: 1500,
      tolerance: 4000,
      tolerancePercent: 12.5,
    });
    expect([format(config.local), format(config.remote)]).toEqual(['192.168.0.1', '192.0.2.1']);
  });

  it('takes what is set', () => {
    const config = of(
      ['ip_version', 'ipv6'],
      ['local_ip', 'fd00::1/64'],
      ['bind_port', '80'],
      ['tolerance_usecs', '20000'],
      ['non_fatal', 'packet,syscall'],
      ['strict_segments'],
    );
    expect(format(config.local)).toBe('fd00::1');
    expect(config).toMatchObject({
      version: 6,
      bindPort: 80,
      tolerance: 20_000,
      nonFatal: { packet: true, call: true },
      strictSegments: true,
    });
  });

  it('says what it ignores', () => {
    expect(of(['send_omit_free'], ['wire_client']).notes).toEqual([
      'line 1: --send_omit_free is ignored',
      'line 2: --wire_client is ignored',
    ]);
  });

  it.each<[string, string | undefined, string]>([
    ['colour', 'red', 'the option --colour is not known'],
    ['mtu', '12', '--mtu cannot be 12'],
    ['mtu', undefined, '--mtu cannot be without a value'],
    ['ip_version', 'ipv5', '--ip_version cannot be ipv5'],
    ['local_ip', '::1', '--local_ip is no address of IP version 4'],
  ])('refuses --%s=%s', (name, value, message) => {
    expect(() => configure([{ line: 1, name, value }])).toThrow(new Misfit(1, message));
  });
});
