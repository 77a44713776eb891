import { describe, expect, it } from 'vitest';
import { serialPortOf } from './labgrid.ts';

const shown = (params: string, cls = 'NetworkSerialPort'): string =>
  [
    "Place 'bench':",
    '  acquired: here/me',
    `Acquired resource 'power' (exp/group/NetworkPowerPort/power):`,
    "  {'params': {'host': 'pdu', 'index': 3}}",
    `Acquired resource 'serial' (exp/group/${cls}/serial):`,
    `  {'acquired': 'bench', 'avail': True, 'cls': '${cls}',`,
    `   'params': ${params}}`,
  ].join('\n');

describe('what labgrid shows of an acquired place', () => {
  it.each([
    [
      'a serial port by RFC 2217',
      shown("{'host': 'pi', 'port': 53867, 'protocol': 'rfc2217', 'speed': 115200}"),
      { kind: 'rfc2217', host: 'pi', port: 53_867 },
    ],
    [
      'which is what is meant when no protocol is said',
      shown("{'extra': {'proxy': 'x'}, 'host': 'pi', 'port': 1, 'speed': 115200}"),
      { kind: 'rfc2217', host: 'pi', port: 1 },
    ],
    [
      'a raw one',
      shown("{'host': '2001:db8::1', 'port': '4000', 'protocol': 'raw'}"),
      { kind: 'tcp', host: '2001:db8::1', port: 4000 },
    ],
    ['one whose exporter is away', shown("{'host': None, 'port': None}"), undefined],
    ['no such port', shown("{'host': 'pi', 'port': 70000}"), undefined],
    ['a local port', shown("{'host': 'pi', 'port': 5}", 'RawSerialPort'), undefined],
    ['nothing', '', undefined],
  ])('%s', (_, text, expected) => {
    expect(serialPortOf(text)).toEqual(expected);
  });
});
