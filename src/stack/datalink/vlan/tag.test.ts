import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import { insert, remove } from './tag.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const ADDRESSES = 'ffffffffffff 020000000001';

describe('vlan tag', () => {
  // The bits are those of IEEE 802.1Q-2018 figure 9-1.
  it.each([
    ['VLAN 100', '0064', { pcp: 0, dei: false, vid: 100 }],
    ['priority alone', 'e000', { pcp: 7, dei: false, vid: 0 }],
    ['drop eligible', '3001', { pcp: 1, dei: true, vid: 1 }],
    ['the last VLAN', 'affe', { pcp: 5, dei: false, vid: 4094 }],
  ])('%s', (_name, tci, tag) => {
    const frame = hex(`${ADDRESSES} 0806 0001`);
    const tagged = hex(`${ADDRESSES} 8100 ${tci} 0806 0001`);
    expect(insert(frame, tag)).toEqual(tagged);
    expect(remove(tagged)).toEqual({ ok: true, value: { tag, frame } });
  });

  it.each([
    [
      'a tag with nothing behind it',
      `${ADDRESSES} 8100 0064 08`,
      { code: 'truncated', protocol: 'vlan', need: 18, have: 17 },
    ],
    [
      'a frame without a tag',
      `${ADDRESSES} 0800 4500 0000`,
      { code: 'bad-field', protocol: 'vlan', field: 'TPID', value: 0x0800 },
    ],
    [
      'the reserved VLAN 4095',
      `${ADDRESSES} 8100 0fff 0800`,
      { code: 'bad-field', protocol: 'vlan', field: 'VID', value: 4095 },
    ],
  ])('refuses %s', (_name, octets, error) => {
    expect(remove(hex(octets))).toEqual({ ok: false, error });
  });

  it('takes out what it put in', () => {
    const frame = fc.uint8Array({ minLength: 14, maxLength: 80 });
    const tag = fc.record({
      pcp: fc.integer({ min: 0, max: 7 }),
      dei: fc.boolean(),
      vid: fc.integer({ min: 0, max: 4094 }),
    });
    fc.assert(
      fc.property(frame, tag, (f, t) => {
        expect(remove(insert(f, t))).toEqual({ ok: true, value: { tag: t, frame: f } });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    const tagged = fc.uint8Array({ maxLength: 20 }).map((octets) => {
      const frame = new Uint8Array(Math.max(octets.length, 14));
      frame.set(octets);
      frame.set([0x81, 0x00], 12);
      return frame;
    });
    fc.assert(
      fc.property(fc.oneof(tagged, fc.uint8Array({ maxLength: 20 })), (octets) => {
        const removed = remove(octets);
        if (removed.ok) expect(insert(removed.value.frame, removed.value.tag)).toEqual(octets);
      }),
    );
  });
});
