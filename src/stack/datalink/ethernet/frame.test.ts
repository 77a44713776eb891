import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import * as ethernetII from './ethernet-ii.ts';
import { decode } from './frame.ts';
import { FRAME_MIN } from './header.ts';
import * as ieee8023 from './ieee8023.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const padded = (text: string): Uint8Array => {
  const frame = new Uint8Array(60);
  frame.set(hex(text));
  return frame;
};

const ALL = hex('ffffffffffff');
const HOST = hex('020000000001');
// 10.0.0.1 asks who has 10.0.0.2, laid out by hand after RFC 826.
const ARP = hex('0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002');
const ARP_FRAME = padded(
  'ffffffffffff 020000000001 0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002',
);
// A configuration BPDU laid out by hand after IEEE 802.1D-2004 §9.3.1, in LLC after §7.12.3: 38 octets.
const BPDU = hex(
  `424203 0000 00 00 00 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00`,
);
const BPDU_FRAME = padded(
  `0180c2000000 020000000001 0026
   424203 0000 00 00 00 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00`,
);

const sixOctets = fc.uint8Array({ minLength: 6, maxLength: 6 });

describe('ethernet ii', () => {
  it('encodes an ARP request, padded to 60 octets', () => {
    expect(
      ethernetII.encode({ destination: ALL, source: HOST, type: 0x0806, payload: ARP }),
    ).toEqual(ARP_FRAME);
  });

  it('decodes whatever it encodes, padding added below 46 octets', () => {
    const frame = fc.record({
      destination: sixOctets,
      source: sixOctets,
      type: fc.integer({ min: 0x0600, max: 0xffff }),
      payload: fc.uint8Array({ maxLength: 1500 }),
    });
    fc.assert(
      fc.property(frame, (sent) => {
        const octets = ethernetII.encode(sent);
        expect(octets.length).toBe(Math.max(FRAME_MIN, 14 + sent.payload.length));
        const payload = new Uint8Array(Math.max(46, sent.payload.length));
        payload.set(sent.payload);
        expect(ethernetII.decode(octets)).toEqual({ ok: true, value: { ...sent, payload } });
      }),
    );
  });

  it.each([
    ['a length in place of the type', 0x05dc, 46, { field: 'type', value: 0x05dc }],
    ['the number below the least type', 0x05ff, 46, { field: 'type', value: 0x05ff }],
    ['1501 octets of data', 0x0800, 1501, { field: 'payload length', value: 1501 }],
    ['1505 octets behind a tag', 0x8100, 1505, { field: 'payload length', value: 1505 }],
  ])('refuses %s', (_name, type, length, error) => {
    const frame = new Uint8Array(14 + length);
    new DataView(frame.buffer).setUint16(12, type);
    expect(ethernetII.decode(frame)).toEqual({
      ok: false,
      error: { code: 'bad-field', protocol: 'ethernet-ii', ...error },
    });
  });

  it('refuses a misuse at once', () => {
    const frame = { destination: ALL, source: HOST, type: 0x0800, payload: ARP };
    expect(() => ethernetII.encode({ ...frame, type: 1500 })).toThrow('1500 is no type');
    expect(() => ethernetII.encode({ ...frame, source: hex('00') })).toThrow('source address');
    expect(() => ethernetII.encode({ ...frame, payload: new Uint8Array(1501) })).toThrow(
      'too many',
    );
  });
});

describe('ieee 802.3', () => {
  it('encodes a BPDU with its length, padded to 60 octets', () => {
    const destination = hex('0180c2000000');
    expect(ieee8023.encode({ destination, source: HOST, payload: BPDU })).toEqual(BPDU_FRAME);
  });

  it('decodes whatever it encodes, without the padding', () => {
    const frame = fc.record({
      destination: sixOctets,
      source: sixOctets,
      payload: fc.uint8Array({ maxLength: 1500 }),
    });
    fc.assert(
      fc.property(frame, (sent) => {
        expect(ieee8023.decode(ieee8023.encode(sent))).toEqual({ ok: true, value: sent });
      }),
    );
  });

  it.each([
    [
      'a length past the end',
      'ffffffffffff 020000000001 0004 424203',
      { code: 'truncated', protocol: '802.3', need: 18, have: 17 },
    ],
    [
      'a type in place of the length',
      'ffffffffffff 020000000001 0600 424203',
      { code: 'bad-field', protocol: '802.3', field: 'length', value: 0x0600 },
    ],
    [
      '1501, which is neither length nor type',
      'ffffffffffff 020000000001 05dd 424203',
      { code: 'bad-field', protocol: '802.3', field: 'length', value: 1501 },
    ],
  ])('refuses %s', (_name, octets, error) => {
    expect(ieee8023.decode(hex(octets))).toEqual({ ok: false, error });
  });
});

describe('the form of a frame', () => {
  it.each([
    ['Ethernet II', ARP_FRAME, { form: 'ethernet-ii', type: 0x0806 }],
    ['802.3 with LLC', BPDU_FRAME, { form: '802.3-llc', payload: BPDU }],
    [
      '802.3 with LLC and SNAP',
      padded('ffffffffffff 020000000001 0009 aaaa03 000000 0800 45'),
      { form: '802.3-snap', payload: hex('aaaa03 000000 0800 45') },
    ],
    [
      'an LLC PDU to SAP AA that is not UI',
      padded('ffffffffffff 020000000001 0003 aaaae3'),
      { form: '802.3-llc', payload: hex('aaaae3') },
    ],
    [
      'VLAN-tagged',
      padded('ffffffffffff 020000000001 8100 6064 0806'),
      { form: 'tagged', type: 0x8100 },
    ],
    [
      'a frame with no data at all',
      hex('ffffffffffff 020000000001 0000'),
      { form: '802.3-llc', payload: hex('') },
    ],
  ])('%s', (_name, octets, expected) => {
    expect(decode(octets)).toMatchObject({ ok: true, value: expected });
  });

  it.each([
    ['thirteen octets', new Uint8Array(13), { code: 'truncated', need: 14, have: 13 }],
    [
      "Novell's raw 802.3",
      padded('ffffffffffff 020000000001 001e ffff 001e 0011'),
      { code: 'bad-field', field: 'DSAP and SSAP', value: 0xffff },
    ],
    [
      'a number between length and type',
      padded('ffffffffffff 020000000001 05ff'),
      { code: 'bad-field', field: 'length', value: 0x05ff },
    ],
  ])('refuses %s', (_name, octets, error) => {
    expect(decode(octets)).toMatchObject({ ok: false, error });
  });

  it('never throws, and what it accepts lies within the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (octets) => {
        const frame = decode(octets);
        if (frame.ok) expect(frame.value.payload.length).toBeLessThanOrEqual(octets.length - 14);
      }),
    );
  });
});
