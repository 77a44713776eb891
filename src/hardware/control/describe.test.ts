import { describe, expect, it } from 'vitest';
import { concat, fromAscii, fromHex } from '../../base/octets.ts';
import { describeFrame } from './describe.ts';
import { type Frame, KIND, type Kind } from './frame.ts';

const frame = (kind: Kind, payload: Uint8Array): Frame => ({
  kind,
  session: 7,
  seq: 1,
  ack: 2,
  credit: 300,
  payload,
});

const HEAD = { session: 7, seq: 1, ack: 2, credit: 300 };
const NONE = new Uint8Array(0);
const hex = (text: string): Uint8Array => fromHex(text) ?? NONE;
const message = (text: string) => describeFrame(frame(KIND.DATA, hex(text))).message;

describe('a frame in words', () => {
  it('has its kind and its header', () => {
    expect(describeFrame(frame(KIND.POLL, NONE))).toEqual({ kind: 'POLL', ...HEAD });
  });

  it('OPEN: what the host offers (protocol §2)', () => {
    expect(describeFrame(frame(KIND.OPEN, hex('01 01 40 0635 deadbeef'))).fields).toEqual({
      versionMin: 1,
      versionMax: 1,
      window: 64,
      messageMax: 1589,
      nonce: 0xdeadbeef,
    });
  });

  it('BOOT: who has started (protocol §6.1)', () => {
    const identity = concat([hex('01 04'), fromAscii('host'), hex('02 05'), fromAscii('1.0.0')]);
    expect(describeFrame(frame(KIND.BOOT, identity)).fields).toEqual({
      board: 'host',
      firmware: '1.0.0',
      serial: '',
    });
  });

  // Ops, tags, statuses and bodies: protocol §5.
  it.each([
    ['PHY_READ', '10 05', { op: 'PHY_READ', tag: 5, role: 'request', fields: {} }],
    [
      'its answer',
      '90 05 00 01 64 01 07',
      {
        op: 'PHY_READ',
        tag: 5,
        role: 'response',
        status: 'OK',
        fields: { link: true, speed: 100, duplex: 'full', mode: 'ALL-AUTO' },
      },
    ],
    [
      'a refusal',
      'a2 09 06',
      { op: 'MAC_SEND', tag: 9, role: 'response', status: 'LINK_DOWN', fields: {} },
    ],
    [
      'a frame that came',
      '2f 00 0000 2710 ffffffffffff 020000000001 0806',
      {
        op: 'MAC_RECEIVED',
        tag: 0,
        role: 'event',
        fields: {
          time_us: 10_000,
          destination: 'ff:ff:ff:ff:ff:ff',
          source: '02:00:00:00:00:01',
          type: '0x0806',
          octets: 14,
        },
      },
    ],
    [
      'a rate',
      '05 01 0001c200',
      { op: 'SYSTEM_LINE_RATE', tag: 1, role: 'request', fields: { rate: 115_200 } },
    ],
    [
      'an op that is not known',
      '7a 01 ab cd',
      { op: '0x7a', tag: 1, role: 'request', fields: { octets: 2, hex: 'ab cd' } },
    ],
    [
      'a result that is cut off',
      '86 01 00 00 01',
      {
        op: 'SYSTEM_CLOCK',
        tag: 1,
        role: 'response',
        status: 'OK',
        fields: { octets: 2, hex: '00 01' },
      },
    ],
  ])('DATA: %s', (_, text, expected) => {
    expect(message(text)).toEqual(expected);
  });

  it('DATA without a message', () => {
    expect(describeFrame(frame(KIND.DATA, hex('01')))).toEqual({ kind: 'DATA', ...HEAD });
  });
});
