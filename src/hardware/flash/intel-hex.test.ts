import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAscii, toHex } from '../../base/octets.ts';
import { decodeIntelHex } from './intel-hex.ts';

const decode = (text: string) => decodeIntelHex(fromAscii(text));

/** By the letter of the specification. */
function record(address: number, type: number, data: readonly number[]): string {
  const octets = [data.length, address >> 8, address & 0xff, type, ...data];
  const sum = octets.reduce((a, b) => a + b, 0);
  return `:${toHex(Uint8Array.from([...octets, (256 - (sum % 256)) % 256])).toUpperCase()}`;
}

const END = ':00000001FF';

describe('Intel HEX', () => {
  // The example of Wikipedia's article "Intel HEX".
  const EXAMPLE = `:10010000214601360121470136007EFE09D2190140
:100110002146017E17C20001FF5F16002148011928
:10012000194E79234623965778239EDA3F01B2CAA7
:100130003F0156702B5E712B722B732146013421C7
:00000001FF
`;

  it('is read', () => {
    const decoded = decode(EXAMPLE);
    expect(decoded.ok && decoded.value.length).toBe(1);
    const [part] = decoded.ok ? decoded.value : [];
    expect(part?.address).toBe(0x100);
    expect(part?.octets.length).toBe(64);
    expect([...(part?.octets.subarray(-2) ?? [])]).toEqual([0x34, 0x21]);
  });

  it('is read with the line ends of any system', () => {
    expect(decode(EXAMPLE.replaceAll('\n', '\r\n'))).toEqual(decode(EXAMPLE));
  });

  it.each([
    ['segment', record(0, 2, [0x10, 0x00]), 0x1_0010],
    ['linear', record(0, 4, [0x00, 0x02]), 0x2_0010],
  ])('takes a base of the kind %s', (_, base, address) => {
    const text = [base, record(0x10, 0, [7]), END].join('\n');
    expect(decode(text)).toEqual({ ok: true, value: [{ address, octets: Uint8Array.of(7) }] });
  });

  it.each([
    ['an altered digit', EXAMPLE.replace('214601', '214600'), 'image-malformed'],
    ['no end', EXAMPLE.replace(END, '').trimEnd(), 'image-truncated'],
    ['a cut line', EXAMPLE.slice(0, 70), 'image-malformed'],
    ['a kind of record that is not known', [record(0, 9, []), END].join('\n'), 'image-malformed'],
    ['no colon', EXAMPLE.replace(':1001', '1001'), 'image-malformed'],
  ])('with %s is refused', (_, text, code) => {
    expect(decode(text)).toMatchObject({ ok: false, error: { code } });
  });

  it('decode ∘ encode is the image', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(0xff00),
        (octets, address) => {
          const lines: string[] = [];
          for (let at = 0; at < octets.length; at += 16) {
            lines.push(record(address + at, 0, [...octets.subarray(at, at + 16)]));
          }
          const decoded = decode([...lines, END].join('\n'));
          expect(decoded).toEqual({ ok: true, value: [{ address, octets }] });
        },
      ),
    );
  });

  it('never throws on any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => void decodeIntelHex(octets)),
    );
    fc.assert(fc.property(fc.string(), (text) => void decode(`:${text}`)));
  });
});
