import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checksum,
  complement,
  copy,
  copyAndSum,
  exchange,
  fold,
  SUM_VALID,
  sum,
  update,
} from './checksum.ts';
import { fromHex } from './octets.ts';
import { asPacket, newLastingPacket, newPacket, releasePacket } from './packet.ts';

const hex = (text: string) => asPacket(fromHex(text) ?? new Uint8Array());

/** RFC 1071 §1 word by word: add, and bring each carry round at once. */
function model(octets: Uint8Array, initial = 0): number {
  let total = initial;
  for (let i = 0; i < octets.length; i += 2) {
    total += (octets[i] ?? 0) * 256 + (octets[i + 1] ?? 0);
    while (total > 0xffff) total = (total % 0x10000) + Math.floor(total / 0x10000);
  }
  return total;
}

const word = fc.integer({ min: 0, max: 0xffff });
/** Lengths that reach the unrolled lanes, and octets that carry often. */
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fc.constantFrom(0, 0xff), { maxLength: 200 }).map((all) => Uint8Array.from(all)),
);

describe('Internet checksum (RFC 1071)', () => {
  it('sums the example of RFC 1071 §3', () => {
    expect(sum(hex('00 01 f2 03 f4 f5 f6 f7'), 0, 8)).toBe(0xddf2);
    expect(checksum(hex('00 01 f2 03 f4 f5 f6 f7'), 0, 8)).toBe(0x220d);
  });

  it('gives the header of RFC 1624 §4, whose words sum to 0xCD7A and 0x5555, its checksum', () => {
    expect(complement(fold(0xcd7a + 0x5555))).toBe(0xdd2f);
    expect(fold(0xcd7a + 0x5555 + 0xdd2f)).toBe(SUM_VALID);
  });

  it('copies and sums in the kernel as elsewhere, every length and no octet more', () => {
    const from = newLastingPacket(2048);
    const to = newLastingPacket(2048);
    fc.assert(
      fc.property(
        fc.oneof(octets, fc.uint8Array({ maxLength: 1600, size: 'max' })),
        fc.nat(31),
        fc.nat(31),
        word,
        (data, start, at, first) => {
          from.octets.set(data, start);
          to.octets.fill(0xa5);
          const end = start + data.length;
          expect(copyAndSum(from, start, end, to, at, first)).toBe(model(data, first));
          const expected = new Uint8Array(2048).fill(0xa5);
          expected.set(data, at);
          expect(to.octets).toEqual(expected);
          to.octets.fill(0xa5);
          copy(from, start, end, to, at);
          expect(to.octets).toEqual(expected);
        },
      ),
    );
  });

  it('gives memory of the kernel to who comes next', () => {
    const packet = newLastingPacket(5000);
    releasePacket(packet);
    expect(newLastingPacket(4500).address).toBe(packet.address);
    // Where there is none left, packets are as others.
    const all = Array.from({ length: 300 }, () => newLastingPacket(65_536));
    expect(all.at(-1)?.address).toBe(-1);
    for (const one of all) releasePacket(one);
    expect(newLastingPacket(65_536).address).toBeGreaterThanOrEqual(0);
  });

  it('is the same in the kernel, for every length and at every place', () => {
    const packet = newLastingPacket(2048);
    expect(packet.address).toBeGreaterThanOrEqual(0);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ minLength: 128, maxLength: 1600 }),
          // All ones carry most.
          fc.integer({ min: 128, max: 1600 }).map((length) => new Uint8Array(length).fill(0xff)),
        ),
        fc.nat(31),
        word,
        (data, at, first) => {
          packet.octets.fill(0xa5);
          packet.octets.set(data, at);
          expect(sum(packet, at, at + data.length, first)).toBe(model(data, first));
        },
      ),
    );
  });

  it('is the slow sum, wherever the octets lie in memory and in the packet', () => {
    fc.assert(
      fc.property(
        octets,
        fc.nat(7),
        fc.nat(7),
        fc.nat(7),
        word,
        (data, shift, head, tail, first) => {
          const memory = new Uint8Array(shift + head + data.length + tail).fill(0xa5);
          memory.set(data, shift + head);
          const packet = asPacket(memory.subarray(shift));
          expect(sum(packet, head, head + data.length, first)).toBe(model(data, first));
        },
      ),
    );
  });

  it('loses no carry in the longest datagram of ones', () => {
    const longest = asPacket(new Uint8Array(0xffff).fill(0xff));
    expect(sum(longest, 0, 0xffff, 0xffff)).toBe(model(longest.octets, 0xffff));
  });

  it('is the same in pieces, the second turned when the first is odd (§2(B))', () => {
    fc.assert(
      fc.property(octets, fc.nat(200), (data, cut) => {
        const at = Math.min(cut, data.length);
        const packet = asPacket(data);
        const first = sum(packet, 0, at);
        const second = sum(packet, at, data.length);
        const joined = fold(first + (at % 2 === 0 ? second : exchange(second)));
        expect(joined).toBe(model(data));
      }),
    );
  });

  it('finds every single octet that was changed', () => {
    fc.assert(
      fc.property(octets, fc.nat(), fc.integer({ min: 1, max: 0xff }), (data, where, change) => {
        fc.pre(data.length > 0);
        const at = where % data.length;
        const before = sum(asPacket(data), 0, data.length);
        data[at] = (data[at] as number) ^ change;
        expect(sum(asPacket(data), 0, data.length)).not.toBe(before);
      }),
    );
  });

  it('copies what it sums, and nothing else', () => {
    fc.assert(
      fc.property(octets, fc.nat(5), fc.nat(5), word, (data, from, to, first) => {
        const source = newPacket(from + data.length);
        source.octets.set(data, from);
        const target = newPacket(to + data.length + 3);
        const end = from + data.length;
        expect(copyAndSum(source, from, end, target, to, first)).toBe(model(data, first));
        expect([...target.octets]).toEqual([...new Uint8Array(to), ...data, 0, 0, 0]);
      }),
    );
  });
});

describe('incremental update (RFC 1624)', () => {
  it('gives +0 in the example of §4, where RFC 1141 gave −0', () => {
    expect(update(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });

  it('is the checksum of the changed octets, computed afresh', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 20 }),
        fc.nat(19),
        word,
        (words, i, to) => {
          // RFC 1624 §3 holds for words that are not all zero, as no IPv4 header is.
          const at = i % words.length;
          const changed = words.with(at, to);
          fc.pre(words.some((w) => w !== 0) && changed.some((w) => w !== 0));
          const of = (all: number[]) => complement(all.reduce((total, w) => fold(total + w), 0));
          expect(update(of(words), words[at] as number, to)).toBe(of(changed));
        },
      ),
    );
  });
});
