import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../base/octets.ts';
import { BOOT_REASONS, decodeIdentity, encodeIdentity, type Identity } from './identity.ts';
import {
  decodeCounters,
  decodeMessage,
  decodePhyState,
  decodeTimed,
  decodeUint64,
  encodeCounters,
  encodeMessage,
  encodePhyState,
  encodeUint64,
} from './messages.ts';
import { decodeOpen, decodeOpened, encodeOpen } from './open.ts';
import { MAC_COUNTER } from './statistics.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0);

// The identity in the vectors of control.txt, which an independent program made.
const GOLDEN =
  '010e77353530302d6576622d7069636f0205312e302e30040512345678010504000000030701040906024e4c000001';

describe('identity', () => {
  it('reads the golden one', () => {
    expect(decodeIdentity(hex(GOLDEN))).toEqual({
      ok: true,
      value: {
        board: 'w5500-evb-pico',
        firmware: '1.0.0',
        sourceHash: undefined,
        boot: { number: 0x12345678, reason: 'power' },
        capabilities: 3,
        serial: '',
        chip: 4,
        lineRate: undefined,
        address: hex('024e4c000001'),
      },
    });
  });

  it('writes the golden one', () => {
    const decoded = decodeIdentity(hex(GOLDEN));
    expect(decoded.ok && encodeIdentity(decoded.value)).toEqual(hex(GOLDEN));
  });

  it.each([
    ['an item of an unknown type', '63 03 010203 0701 04', { chip: 4 }],
    ['a known item of another length', '07 02 0405 0201 31', { chip: undefined, firmware: '1' }],
    ['a second item of one type', '0701 04 0701 05', { chip: 4 }],
  ])('skips %s', (_name, text, fields) => {
    expect(decodeIdentity(hex(text))).toMatchObject({ ok: true, value: fields });
  });

  it.each([
    ['a type without a length', '07', 2],
    ['a value that is cut off', '0905 01', 7],
  ])('refuses %s', (_name, text, need) => {
    const error = { code: 'truncated', protocol: 'control', need, have: hex(text).length };
    expect(decodeIdentity(hex(text))).toEqual({ ok: false, error });
  });

  it('decodes whatever it encodes', () => {
    const uint32 = fc.nat(0xffffffff);
    const text = fc.string({ maxLength: 20, unit: 'grapheme-ascii' });
    const octets = (n: number) => fc.uint8Array({ minLength: n, maxLength: n });
    const identity: fc.Arbitrary<Identity> = fc.record({
      board: text,
      firmware: text,
      sourceHash: fc.option(octets(8), { nil: undefined }),
      boot: fc.option(fc.record({ number: uint32, reason: fc.constantFrom(...BOOT_REASONS) }), {
        nil: undefined,
      }),
      capabilities: uint32,
      serial: text,
      chip: fc.option(fc.nat(255), { nil: undefined }),
      lineRate: fc.option(fc.record({ present: uint32, highest: uint32 }), { nil: undefined }),
      address: fc.option(octets(6), { nil: undefined }),
    });
    fc.assert(
      fc.property(identity, (value) => {
        expect(decodeIdentity(encodeIdentity(value))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('bodies', () => {
  it.each([
    ['link 2', '02 64 01 07', 'link', 2],
    ['speed 50', '01 32 01 07', 'speed', 50],
    ['duplex 2', '01 64 02 07', 'duplex', 2],
  ])('refuse a PHY with %s', (_name, text, field, value) => {
    const error = { code: 'bad-field', protocol: 'control', field, value };
    expect(decodePhyState(hex(text))).toEqual({ ok: false, error });
  });

  it('read a PHY as it is written', () => {
    const state = { link: true, speed: 100, duplex: 'full', mode: 7 } as const;
    expect(encodePhyState(state)).toEqual(hex('01 64 01 07'));
    expect(decodePhyState(hex('01 64 01 07'))).toEqual({ ok: true, value: state });
  });

  it('read counters in any order, and those that are not there as 0', () => {
    expect(decodeCounters(MAC_COUNTER, hex('03 00000102 99 00000001 01 ffffffff'))).toMatchObject({
      ok: true,
      value: { frames_sent: 0xffffffff, frames_received: 0x102, chip_resets: 0 },
    });
    expect(decodeCounters(MAC_COUNTER, hex('03 000001')).ok).toBe(false);
  });

  it('write counters modulo 2^32', () => {
    const values = { frames_sent: 2 ** 32 + 5 };
    expect(encodeCounters({ frames_sent: 1 }, values)).toEqual(hex('01 00000005'));
  });

  it('carry times beyond 32 bits, and refuse those beyond 53', () => {
    expect(encodeUint64(2 ** 40 + 3)).toEqual(hex('00000100 00000003'));
    expect(decodeUint64(hex('00000100 00000003'))).toEqual({ ok: true, value: 2 ** 40 + 3 });
    expect(decodeUint64(hex('ffffffff ffffffff')).ok).toBe(false);
  });

  it('of messages and OPEN come back as they were', () => {
    const message = { op: 0x22, tag: 9, body: hex('0102') };
    expect(decodeMessage(encodeMessage(0x22, 9, hex('0102')))).toEqual({
      ok: true,
      value: message,
    });
    const open = { versionMin: 1, versionMax: 1, window: 32, messageMax: 1589, nonce: 0xdeadbeef };
    expect(encodeOpen(open)).toEqual(hex('0101200635deadbeef')); // From control.txt.
    expect(decodeOpen(hex('0101200635deadbeef'))).toEqual({ ok: true, value: open });
  });

  it('never make a decoder throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        decodeIdentity(octets);
        decodeMessage(octets);
        decodePhyState(octets);
        decodeTimed(octets);
        decodeUint64(octets);
        decodeOpen(octets);
        decodeOpened(octets);
        decodeCounters(MAC_COUNTER, octets);
      }),
    );
  });
});
