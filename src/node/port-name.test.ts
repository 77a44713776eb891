import { describe, expect, it } from 'vitest';
import { formatPortName, parsePortName } from './port-name.ts';

describe('the name of a port', () => {
  it.each([
    ['/dev/ttyACM0', { kind: 'device', path: '/dev/ttyACM0' }],
    ['COM5', { kind: 'device', path: 'COM5' }],
    ['\\\\.\\COM10', { kind: 'device', path: '\\\\.\\COM10' }],
    ['rfc2217://pi.example:4001', { kind: 'rfc2217', host: 'pi.example', port: 4001 }],
    ['RFC2217://pi', { kind: 'rfc2217', host: 'pi', port: 2217 }],
    ['rfc2217://[2001:db8::1]:3000', { kind: 'rfc2217', host: '2001:db8::1', port: 3000 }],
    ['rfc2217://[fe80::1%eth0]', { kind: 'rfc2217', host: 'fe80::1%eth0', port: 2217 }],
    ['tcp://192.0.2.1:7/', { kind: 'tcp', host: '192.0.2.1', port: 7 }],
    ['tcp://pi', { kind: 'tcp', host: 'pi', port: 4000 }],
    ['labgrid://bench-3', { kind: 'labgrid', place: 'bench-3' }],
  ])('%s', (name, expected) => {
    expect(parsePortName(name)).toEqual(expected);
  });

  it.each([
    'tcp://',
    'tcp://:4000',
    'tcp://pi:0',
    'tcp://pi:65536',
    'tcp://pi:4000/x',
    'tcp://user@pi:1',
    'rfc2217://2001:db8::1:3000',
    'rfc2217://[2001:db8::1',
    'http://pi:80',
    'labgrid://',
    'labgrid://a b',
    'labgrid://a;b',
  ])('refuses %s', (name) => {
    expect(() => parsePortName(name)).toThrow(expect.objectContaining({ code: 'bad-address' }));
  });

  it('is written with an IPv6 address in brackets', () => {
    const name = 'rfc2217://[2001:db8::1]:3000';
    const parsed = parsePortName(name);
    expect(parsed.kind === 'rfc2217' && formatPortName(parsed)).toBe(name);
  });
});
