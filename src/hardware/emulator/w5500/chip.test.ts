import { describe, expect, it } from 'vitest';
import { Bench, COMMON, frame, SOCKET0, TX0 } from './test-bench.ts';

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
