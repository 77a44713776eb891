import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { W5500 } from './chip.ts';

const COMMON = 0;
const SOCKET0 = 1;
const TX0 = 2;
const RX0 = 3;

/** A W5500 on a bench: the tests see it as a host does, octet by octet over SPI. */
class Bench {
  readonly clock = new VirtualClock();
  readonly sent: { frame: Uint8Array; at: number }[] = [];
  readonly pin: { low: boolean; at: number }[] = [];
  readonly chip = new W5500({
    clock: this.clock,
    negotiation: 1000,
    onTransmit: (frame) => this.sent.push({ frame, at: this.clock.nanos }),
    onInterrupt: (low) => this.pin.push({ low, at: this.clock.nanos }),
  });

  spi(octets: readonly number[]): number[] {
    this.chip.select(true);
    const answer = octets.map((octet) => this.chip.exchange(octet));
    this.chip.select(false);
    return answer;
  }

  read(block: number, address: number, length = 1): number[] {
    const data = Array.from({ length }, () => 0);
    return this.spi([address >> 8, address & 255, block << 3, ...data]).slice(3);
  }

  write(block: number, address: number, ...data: number[]): void {
    this.spi([address >> 8, address & 255, (block << 3) | 4, ...data]);
  }

  wait(nanos: number): void {
    this.clock.advance(this.clock.nanos + nanos);
  }

  command(code: number, block = SOCKET0): void {
    this.write(block, 0x01, code);
    this.wait(1000);
  }

  linked(): this {
    this.chip.cable(true);
    this.wait(1000);
    return this;
  }

  macraw(mode = 0x04): this {
    this.write(SOCKET0, 0x00, mode);
    this.command(0x01);
    return this;
  }

  send(frame: Uint8Array): void {
    const pointer = this.read(SOCKET0, 0x24, 2);
    const at = ((pointer[0] ?? 0) << 8) | (pointer[1] ?? 0);
    this.write(TX0, at, ...frame);
    const next = at + frame.length;
    this.write(SOCKET0, 0x24, (next >> 8) & 255, next & 255);
    this.command(0x20);
  }
}

const frame = (length: number, destination: readonly number[] = [2, 0, 0, 0, 0, 9]): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => destination[i] ?? (i * 7) & 255);

describe('W5500 registers after reset (datasheet §4.1, §4.2)', () => {
  it.each([
    ['VERSIONR reads 4', COMMON, 0x39, [0x04]],
    ['RTR is 2000 units of 100 µs', COMMON, 0x19, [0x07, 0xd0]],
    ['RCR is 8', COMMON, 0x1b, [0x08]],
    ['PTIMER is 0x28', COMMON, 0x1c, [0x28]],
    ['PMRU is 0xffff', COMMON, 0x26, [0xff, 0xff]],
    ['PHYCFGR is 0b10111 and no link', COMMON, 0x2e, [0xb8]],
    ['IMR, SIR and SIMR are 0', COMMON, 0x16, [0, 0, 0]],
    ['Sn_SR is SOCK_CLOSED', SOCKET0, 0x03, [0]],
    ['Sn_DHAR is all ones', SOCKET0, 0x06, [255, 255, 255, 255, 255, 255]],
    ['Sn_TTL is 128', SOCKET0, 0x16, [0x80]],
    ['both buffers have 2 KiB', SOCKET0, 0x1e, [2, 2]],
    ['Sn_TX_FSR is 2048', SOCKET0, 0x20, [0x08, 0x00]],
    ['Sn_IMR is 0xff', SOCKET0, 0x2c, [0xff]],
    ['Sn_FRAG is 0x4000', SOCKET0, 0x2d, [0x40, 0x00]],
    ['socket 7 is as socket 0', 29, 0x1e, [2, 2]],
  ])('%s', (_what, block, address, value) => {
    expect(new Bench().read(block, address, value.length)).toEqual(value);
  });

  it.each([
    ['VERSIONR', COMMON, 0x39],
    ['SIR', COMMON, 0x17],
    ['UIPR', COMMON, 0x28],
    ['Sn_SR', SOCKET0, 0x03],
    ['Sn_TX_FSR', SOCKET0, 0x20],
    ['Sn_TX_RD', SOCKET0, 0x22],
    ['Sn_RX_RSR', SOCKET0, 0x26],
    ['Sn_RX_WR', SOCKET0, 0x2a],
  ])('%s cannot be written', (_name, block, address) => {
    const bench = new Bench();
    const before = bench.read(block, address);
    bench.write(block, address, 0x5a);
    expect(bench.read(block, address)).toEqual(before);
  });

  it('MR.RST resets the registers and leaves the PHY alone (§4.1 MR)', () => {
    const bench = new Bench().linked();
    bench.write(COMMON, 0x09, 1, 2, 3);
    bench.write(COMMON, 0x00, 0x80);
    expect(bench.read(COMMON, 0x09, 3)).toEqual([0, 0, 0]);
    expect(bench.read(COMMON, 0x2e)).toEqual([0xbf]);
  });

  it('answers nothing in reset and for a millisecond after it (§5.5.1)', () => {
    const bench = new Bench();
    bench.chip.resetPin(true);
    expect(bench.read(COMMON, 0x39)).toEqual([0xff]);
    bench.chip.resetPin(false);
    bench.wait(999_000);
    expect(bench.read(COMMON, 0x39)).toEqual([0xff]);
    bench.wait(1000);
    expect(bench.read(COMMON, 0x39)).toEqual([4]);
  });
});

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

describe('W5500 sockets (datasheet §4.2)', () => {
  it.each([
    ['TCP', 0x01, 0x13],
    ['UDP', 0x02, 0x22],
    ['IPRAW', 0x03, 0x32],
    ['MACRAW', 0x04, 0x42],
    ['closed', 0x00, 0x00],
  ])('OPEN in mode %s gives its status', (_name, mode, status) => {
    expect(new Bench().macraw(mode).read(SOCKET0, 0x03)).toEqual([status]);
  });

  it('opens MACRAW on socket 0 alone', () => {
    const bench = new Bench();
    bench.write(5, 0x00, 0x04);
    bench.command(0x01, 5);
    expect(bench.read(5, 0x03)).toEqual([0]);
  });

  it('clears Sn_CR once it took the command, and never when it is wedged', () => {
    const bench = new Bench();
    bench.write(SOCKET0, 0x01, 0x10);
    expect(bench.read(SOCKET0, 0x01)).toEqual([0x10]);
    bench.wait(1000);
    expect(bench.read(SOCKET0, 0x01)).toEqual([0]);
    bench.chip.fault = 'wedged';
    bench.command(0x01);
    bench.wait(1e9);
    expect(bench.read(SOCKET0, 0x01)).toEqual([0x01]);
  });

  it('a connection that nobody answers times out after (RCR + 1) · RTR', () => {
    const bench = new Bench().macraw(0x01);
    bench.command(0x04);
    expect(bench.read(SOCKET0, 0x03)).toEqual([0x15]);
    bench.wait(9 * 2000 * 100_000 - 10_000);
    expect(bench.read(SOCKET0, 0x03)).toEqual([0x15]);
    bench.wait(10_000);
    expect(bench.read(SOCKET0, 0x02)).toEqual([0x08]);
    expect(bench.read(SOCKET0, 0x03)).toEqual([0]);
  });

  it('deals the 16 KiB out as Sn_TXBUF_SIZE says, and wraps within a block (§3.3)', () => {
    const bench = new Bench();
    bench.write(SOCKET0, 0x1f, 1);
    expect(bench.read(SOCKET0, 0x20, 2)).toEqual([0x04, 0x00]);
    bench.write(TX0, 1023, 0xaa, 0xbb);
    expect(bench.read(TX0, 0, 1)).toEqual([0xbb]);
    bench.write(6, 0, 0x77); // Socket 1's block begins where socket 0's ends.
    expect(bench.read(TX0, 0, 1)).toEqual([0xbb]);
  });
});

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

describe('W5500 INTn and PHY (datasheet §4.1)', () => {
  it('does not fall again before the interrupt assert wait time is over (INTLEVEL)', () => {
    const bench = new Bench().linked().macraw();
    bench.write(COMMON, 0x13, 0x0e, 0xa5); // (3749 + 1) · 4 / 150 MHz = 100 µs
    bench.write(COMMON, 0x18, 1);
    bench.chip.receive(frame(60));
    bench.write(SOCKET0, 0x02, 0x04);
    const risen = bench.clock.nanos;
    bench.chip.receive(frame(60));
    bench.wait(200_000);
    expect(bench.pin.at(-1)).toEqual({ low: true, at: risen + 100_000 });
  });

  it('loses the link with the cable and finds it again after negotiating', () => {
    const bench = new Bench().linked();
    expect(bench.read(COMMON, 0x2e)).toEqual([0xbf]);
    bench.chip.cable(false);
    expect(bench.read(COMMON, 0x2e)).toEqual([0xb8]);
    bench.chip.cable(true);
    bench.wait(999);
    expect(bench.read(COMMON, 0x2e)).toEqual([0xb8]);
    bench.wait(1);
    expect(bench.read(COMMON, 0x2e)).toEqual([0xbf]);
  });

  it.each([
    ['10BT half duplex', 0, 0xc1],
    ['10BT full duplex', 1, 0xcd],
    ['100BT half duplex', 2, 0xd3],
    ['100BT full duplex', 3, 0xdf],
    ['100BT half duplex, negotiated', 4, 0xe3],
    ['power down', 6, 0xf0],
    ['all capable', 7, 0xff],
  ])('OPMDC %s shows in speed, duplex and link', (_what, mode, expected) => {
    const bench = new Bench().linked();
    bench.write(COMMON, 0x2e, 0x40 | (mode << 3));
    bench.write(COMMON, 0x2e, 0xc0 | (mode << 3));
    bench.wait(1000);
    expect(bench.read(COMMON, 0x2e)).toEqual([expected]);
  });
});
