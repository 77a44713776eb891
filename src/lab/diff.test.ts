import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffFields, diffOctets, diffValues, firstDifference } from './diff.ts';
import { same, show } from './show.ts';

const octets = (...values: number[]) => Uint8Array.from(values);

describe('octets', () => {
  const rows: [string, Uint8Array, unknown, unknown][] = [
    ['equal ones have no difference', octets(1, 2), octets(1, 2), undefined],
    [
      'the first one that differs is told',
      octets(1, 2, 3),
      octets(1, 9, 9),
      { kind: 'octets', expected: '010203', actual: '010909', at: 1 },
    ],
    [
      'a shorter one differs at its end',
      octets(1, 2),
      octets(1),
      { kind: 'octets', expected: '0102', actual: '01', at: 1 },
    ],
    [
      'numbers in an array are no octets',
      octets(1),
      [1],
      { kind: 'value', expected: '01', actual: '[1] (array)' },
    ],
    [
      'nothing returned is told as such',
      octets(1),
      undefined,
      { kind: 'value', expected: '01', actual: 'undefined' },
    ],
  ];
  for (const [what, expected, actual, difference] of rows) {
    it(what, () => expect(diffOctets(expected, actual)).toEqual(difference));
  }

  it('agree up to the first difference, and differ there', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        const at = firstDifference(a, b);
        expect(a.subarray(0, at)).toEqual(b.subarray(0, at));
        if (at === undefined) expect(a.length).toBe(b.length);
        else expect(a[at]).not.toBe(b[at]);
      }),
    );
  });
});

describe('fields', () => {
  it('are compared one by one; more than asked for is welcome', () => {
    expect(diffFields({ type: 0x0800 }, { type: 0x0800, more: 1 })).toBeUndefined();
    expect(
      diffFields({ type: 2048, payload: octets(1) }, { type: '2048', payload: octets(1) }),
    ).toEqual({
      kind: 'fields',
      fields: [
        { name: 'type', expected: '2048', actual: '"2048" (string)', equal: false },
        { name: 'payload', expected: '01', actual: '01', equal: true },
      ],
    });
  });

  it('of something that has none', () => {
    expect(diffFields({ type: 1 }, null)).toEqual({
      kind: 'value',
      expected: '{type: 1}',
      actual: 'null',
    });
  });
});

describe('values', () => {
  it('are equal by content', () => {
    expect(diffValues({ a: [1, octets(2)] }, { a: [1, octets(2)] })).toBeUndefined();
    expect(diffValues([1], { 0: 1 })).toEqual({
      kind: 'value',
      expected: '[1]',
      actual: '{0: 1} (object)',
    });
  });

  it('are the same as themselves copied, whatever they are', () => {
    fc.assert(fc.property(fc.anything(), (value) => same(value, value)));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => same(value, JSON.parse(JSON.stringify(value)))),
    );
  });

  it('are shown in one bounded line', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(show(value)).not.toContain('\n');
      }),
    );
    expect(show('x'.repeat(5000)).length).toBeLessThan(260);
    expect(show(new Uint8Array(1514))).toMatch(/^(00 ){32}… \(1514 octets\)$/);
  });
});
