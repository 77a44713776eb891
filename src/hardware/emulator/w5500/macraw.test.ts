import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bench, COMMON, frame, RX0, SOCKET0 } from './test-bench.ts';

describe('W5500 MACRAW (datasheet §4.2)', () => {
  it('sends a frame at once and reports SENDOK when the wire is free again', () => {
    const bench = new Bench().linked().macraw();
    const start = bench.clock.nanos;
    bench.send(frame(100));
    expect(bench.sent).toEqual([{ frame: frame(100), at: start }]);
    bench.clock.advance(start + (100 + 24) * 80 - 1);
    expect(bench.read(SOCKET0, 0x02)).toEqual([0]);
    bench.clock.advance(start + (100 + 24) * 80);
    expect(bench.read(SOCKET0, 0x02)).toEqual([0x10]);
    expect(bench.read(SOCKET0, 0x22, 2)).toEqual([0, 100]);
  });

  it.each([0, 1, 13, 1515, 2000])('sends nothing of %i octets and never says SENDOK', (length) => {
    const bench = new Bench().linked().macraw();
    bench.send(frame(length));
    bench.wait(1e7);
    expect(bench.sent).toEqual([]);
    expect(bench.read(SOCKET0, 0x02)).toEqual([0]);
  });

  it('holds a frame until there is a link', () => {
    const bench = new Bench().macraw();
    bench.send(frame(60));
    expect(bench.sent).toEqual([]);
    bench.linked();
    expect(bench.sent.map((s) => s.frame)).toEqual([frame(60)]);
  });

  it('writes the length, itself included, before a received frame, and interrupts', () => {
    const bench = new Bench().linked().macraw();
    bench.write(COMMON, 0x18, 1);
    bench.chip.receive(frame(64));
    expect(bench.read(SOCKET0, 0x26, 2)).toEqual([0, 66]);
    expect(bench.read(RX0, 0, 4)).toEqual([0, 66, 2, 0]);
    expect(bench.read(COMMON, 0x17)).toEqual([1]);
    expect(bench.pin.map(({ low }) => low)).toEqual([true]);
    bench.write(SOCKET0, 0x02, 0x04);
    expect(bench.pin.map(({ low }) => low)).toEqual([true, false]);
  });

  it('moves the read pointer at RECV only', () => {
    const bench = new Bench().linked().macraw();
    bench.chip.receive(frame(64));
    bench.write(SOCKET0, 0x28, 0, 66);
    expect(bench.read(SOCKET0, 0x26, 2)).toEqual([0, 66]);
    bench.command(0x40);
    expect(bench.read(SOCKET0, 0x26, 2)).toEqual([0, 0]);
  });

  it('drops a frame that does not fit whole', () => {
    const bench = new Bench().linked().macraw();
    bench.chip.receive(frame(1514));
    bench.chip.receive(frame(600));
    bench.chip.receive(frame(500));
    expect(bench.chip.dropped).toBe(1);
    expect(bench.read(SOCKET0, 0x26, 2)).toEqual([2018 >> 8, 2018 & 255]);
  });

  const own = [2, 0, 0, 0, 0, 1];
  const everyone = [255, 255, 255, 255, 255, 255];
  const group4 = [1, 0, 0x5e, 0, 0, 1];
  it.each([
    ['everything without MFEN', 0x04, [2, 0, 0, 0, 0, 9], true],
    ['its own with MFEN', 0x84, own, true],
    ["not another's with MFEN", 0x84, [2, 0, 0, 0, 0, 9], false],
    ['broadcast with MFEN', 0x84, everyone, true],
    ['not broadcast with MFEN and BCASTB', 0xc4, everyone, false],
    ['IPv4 multicast with MFEN', 0x84, group4, true],
    ['not IPv4 multicast with MFEN and MMB', 0xa4, group4, false],
    ['broadcast with BCASTB but no MFEN', 0x44, everyone, true],
  ])('takes %s', (_what, mode, destination, taken) => {
    const bench = new Bench().linked();
    bench.write(COMMON, 0x09, ...own);
    bench.macraw(mode);
    bench.chip.receive(frame(60, destination));
    expect(bench.read(SOCKET0, 0x27)).toEqual([taken ? 62 : 0]);
  });

  it('blocks IPv6 with MIP6B', () => {
    const bench = new Bench().linked().macraw(0x14);
    const ipv6 = frame(60);
    ipv6.set([0x86, 0xdd], 12);
    bench.chip.receive(ipv6);
    expect(bench.read(SOCKET0, 0x27)).toEqual([0]);
  });

  it('any run of frames comes out of the buffers as it went in, past every wrap', () => {
    const lengths = fc.array(fc.integer({ min: 14, max: 1514 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(lengths, (all) => {
        const bench = new Bench().linked().macraw();
        let at = 0;
        for (const length of all) {
          bench.send(frame(length));
          bench.wait(1e6);
          expect(bench.sent.at(-1)?.frame).toEqual(frame(length));
          bench.chip.receive(frame(length));
          expect(Uint8Array.from(bench.read(RX0, (at + 2) & 0xffff, length))).toEqual(
            frame(length),
          );
          at += length + 2;
          bench.write(SOCKET0, 0x28, (at >> 8) & 255, at & 255);
          bench.command(0x40);
        }
      }),
      { numRuns: 20 },
    );
  });
});
