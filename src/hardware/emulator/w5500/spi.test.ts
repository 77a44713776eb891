import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { W5500 } from './chip.ts';
import { Bench, COMMON, RX0, TX0 } from './test-bench.ts';

describe('W5500 SPI frames (datasheet §2.2 … §2.4)', () => {
  it('counts the offset up through a frame of variable length', () => {
    const bench = new Bench();
    bench.write(COMMON, 0x01, 192, 168, 0, 1, 255, 255, 255, 0);
    expect(bench.read(COMMON, 0x03, 4)).toEqual([0, 1, 255, 255]);
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
  ])('ends a frame of operation mode %i after %i octets of data, SCSn low', (mode, length) => {
    const bench = new Bench();
    bench.write(COMMON, 0x01, 1, 2, 3, 4);
    bench.chip.select(true);
    const ask = [0, 0x01, mode, ...Array.from({ length }, () => 0)];
    for (let round = 0; round < 2; round++) {
      const answer = ask.map((octet) => bench.chip.exchange(octet));
      expect(answer.slice(3)).toEqual([1, 2, 3, 4].slice(0, length));
    }
  });

  it('forgets a frame that SCSn cut off', () => {
    const bench = new Bench();
    bench.spi([0x00, 0x09]);
    expect(bench.read(COMMON, 0x39)).toEqual([4]);
  });

  it('does not listen without SCSn, nor when it is not there', () => {
    const bench = new Bench();
    expect(bench.chip.exchange(0)).toBe(0xff);
    bench.chip.fault = 'absent';
    expect(bench.read(COMMON, 0x39)).toEqual([0xff]);
  });
});

describe('W5500 over SPI by many octets at once', () => {
  const head = (chip: W5500, address: number, control: number): void => {
    chip.select(true);
    for (const octet of [address >> 8, address & 255, control]) chip.exchange(octet);
  };

  it('does to a buffer what it does octet by octet, wherever it wraps', () => {
    const start = fc.integer({ min: 0, max: 0xffff });
    const octets = fc.uint8Array({ minLength: 1, maxLength: 3000 });
    fc.assert(
      fc.property(start, octets, fc.constantFrom(TX0, RX0), (address, data, block) => {
        const single = new Bench();
        const many = new Bench();
        single.write(block, address, ...data);
        head(many.chip, address, (block << 3) | 4);
        expect(many.chip.writeMany(data.subarray(1))).toBe(true);
        many.chip.exchange(data[0] ?? 0); // The frame goes on where the many ended.
        many.chip.select(false);
        const turned = [...data.subarray(1), data[0] ?? 0];
        single.write(block, address, ...turned);
        const expected = single.read(block, address, data.length);
        expect(many.read(block, address, data.length)).toEqual(expected);
        head(many.chip, address, block << 3);
        expect([...(many.chip.readMany(data.length) ?? [])]).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['registers', 0x39, COMMON << 3],
    ['a frame of fixed length', 0, (RX0 << 3) | 3],
    ['a frame of the other direction', 0, (RX0 << 3) | 4],
  ])('leaves %s to be read octet by octet', (_, address, control) => {
    const { chip } = new Bench();
    head(chip, address, control);
    expect(chip.readMany(2)).toBeUndefined();
  });

  it('neither gives nor takes anything while it does not answer', () => {
    const { chip } = new Bench();
    head(chip, 0, RX0 << 3);
    chip.fault = 'absent';
    expect(chip.readMany(2)).toBeUndefined();
    expect(chip.writeMany(Uint8Array.of(1))).toBe(false);
  });
});
