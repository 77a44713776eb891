import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../base/octets.ts';
import {
  type Bpdu,
  decode,
  decodeFrame,
  encode,
  encodeFrame,
  isForBridges,
  ROLES,
} from './bpdu.ts';
import { bridgeId } from './priority.ts';

const hex = (text: string): Uint8Array => fromHex(text.replace(/\s/g, '')) ?? new Uint8Array();
const SOURCE = hex('020000000001');
const NO_FLAGS = {
  ...{ topologyChange: false, topologyChangeAck: false, proposal: false, agreement: false },
  ...{ learning: false, forwarding: false, role: 'designated' as const },
};
const told = {
  priority: {
    root: bridgeId(0x8000, SOURCE),
    cost: 4,
    bridge: bridgeId(0x8001, SOURCE),
    port: 0x8002,
  },
  times: { messageAge: 1, maxAge: 20, helloTime: 2, forwardDelay: 15 },
};
const BODY = '8000020000000001 00000004 8001020000000001 8002 0100 1400 0200 0f00';

describe('BPDU', () => {
  // By hand from IEEE 802.1D-2004 figures 9-1 to 9-3.
  it.each<[string, Bpdu, string]>([
    ['a change of topology', { kind: 'tcn' }, '0000 00 80'],
    [
      'a configuration',
      { kind: 'configuration', flags: NO_FLAGS, ...told },
      `0000 00 00 00 ${BODY}`,
    ],
    [
      'a configuration that acknowledges a change',
      {
        kind: 'configuration',
        flags: { ...NO_FLAGS, topologyChange: true, topologyChangeAck: true },
        ...told,
      },
      `0000 00 00 81 ${BODY}`,
    ],
    [
      'a designated port that proposes',
      { kind: 'rst', flags: { ...NO_FLAGS, proposal: true }, ...told },
      `0000 02 02 0e ${BODY} 00`,
    ],
    [
      'a root port that agrees, learns and forwards',
      {
        kind: 'rst',
        flags: { ...NO_FLAGS, agreement: true, learning: true, forwarding: true, role: 'root' },
        ...told,
      },
      `0000 02 02 78 ${BODY} 00`,
    ],
  ])('%s', (_name, bpdu, octets) => {
    expect(encode(bpdu)).toEqual(hex(octets));
    expect(decode(hex(octets))).toEqual({ ok: true, value: bpdu });
    const frame = encodeFrame(bpdu, SOURCE);
    expect(frame.length).toBe(60);
    expect(isForBridges(frame)).toBe(true);
    expect(decodeFrame(frame)).toEqual({ ok: true, value: bpdu });
  });

  it.each([
    ['another protocol', '0001 00 80', { code: 'bad-field', field: 'protocol', value: 1 }],
    ['another type', '0000 00 03', { code: 'bad-field', field: 'type', value: 3 }],
    ['a cut one', `0000 00 00 00 8000`, { code: 'truncated', need: 35, have: 7 }],
    [
      'one that is too old',
      `0000 00 00 00 ${BODY.replace('0100 1400', '1400 1400')}`,
      { code: 'bad-field', field: 'message age', value: 0x1400 },
    ],
  ])('refuses %s', (_name, octets, error) => {
    expect(decode(hex(octets))).toEqual({ ok: false, error: { protocol: 'bpdu', ...error } });
  });

  it('never throws, whatever arrives, and gives back what it was given', () => {
    const flag = fc.boolean();
    const flags = fc.record({
      ...{
        topologyChange: flag,
        topologyChangeAck: fc.constant(false),
        proposal: flag,
        agreement: flag,
      },
      ...{ learning: flag, forwarding: flag, role: fc.constantFrom(...ROLES) },
    });
    fc.assert(
      fc.property(flags, fc.uint8Array({ maxLength: 70 }), (f, octets) => {
        const bpdu: Bpdu = { kind: 'rst', flags: f, ...told };
        expect(decode(encode(bpdu))).toEqual({ ok: true, value: bpdu });
        expect(typeof decode(octets).ok).toBe('boolean');
        expect(typeof decodeFrame(octets).ok).toBe('boolean');
        const headed = Uint8Array.of(0, 0, 2, 2, ...octets);
        expect(typeof decode(headed).ok).toBe('boolean');
      }),
    );
  });
});
