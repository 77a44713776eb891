import { beforeEach, describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { VirtualClock } from '../clock.ts';
import { UartLine } from '../uart-line.ts';
import { Mcu } from './mcu.ts';
import { Uart } from './uart.ts';

/** clk_peri / 16: with a divider of 1 an octet takes 1280 ns. */
const RATE = 7_812_500;
const OCTET = 1280;
const DR = 0x00;
const FR = 0x18;
const RIS = 0x3c;
const EMPTY = 1 << 4;
const RX = 1 << 4;
const RX_TIMEOUT = 1 << 6;
const OVERRUN = 1 << 11;

describe('UART0 with its FIFOs on and a divider of 1', () => {
  let clock: VirtualClock;
  let uart: Uart;
  let mcu: Mcu;
  let heard: [number, number[]][];
  const pending = () => (mcu.core.pendingInterrupts >>> 20) & 1;
  const read = () => uart.readUint32(DR);
  const count = (n: number) => Uint8Array.from({ length: n }, (_, i) => i + 1);

  beforeEach(() => {
    clock = new VirtualClock();
    heard = [];
    mcu = new Mcu({
      clock,
      image: new Uint8Array(2),
      cause: 'power',
      rng: seededRng(1),
      onFault: () => undefined,
    });
    const line = new UartLine(RATE, (octets) => heard.push([clock.nanos, [...octets]]));
    uart = new Uart(mcu, clock, line);
    for (const [offset, value] of [
      [0x24, 1], // UARTIBRD
      [0x2c, 0x70], // UARTLCR_H: 8N1, FIFOs
      [0x34, 2 << 3], // UARTIFLS: half full
      [0x38, RX | RX_TIMEOUT],
      [0x30, 0x301],
    ] as const) {
      uart.writeUint32(offset, value);
    }
  });

  it('receives an octet when its stop bit is over, not before', () => {
    uart.write(Uint8Array.of(0x5a));
    clock.advance(OCTET - 1);
    expect(uart.readUint32(FR) & EMPTY).toBe(EMPTY);
    expect(uart.queued).toBe(1);
    clock.advance(OCTET);
    expect(uart.queued).toBe(0);
    expect(uart.readUint32(FR) & EMPTY).toBe(0);
    expect(read()).toBe(0x5a);
  });

  it('interrupts at the sixteenth octet, and no more once less is left', () => {
    uart.write(count(20));
    clock.advance(16 * OCTET - 1);
    expect(pending()).toBe(0);
    clock.advance(16 * OCTET);
    expect([pending(), uart.readUint32(RIS) & RX]).toEqual([1, RX]);
    expect(read()).toBe(1);
    expect(pending()).toBe(0);
  });

  it('interrupts 32 bits after the last octet when fewer came', () => {
    uart.write(count(3));
    const due = 3 * OCTET + 3.2 * OCTET;
    clock.advance(due - 1);
    expect(pending()).toBe(0);
    clock.advance(due);
    expect([pending(), uart.readUint32(RIS) & RX_TIMEOUT]).toEqual([1, RX_TIMEOUT]);
    expect([read(), read(), read()]).toEqual([1, 2, 3]);
    expect(pending()).toBe(0);
  });

  it('keeps 32 octets that nobody reads, drops the rest, and says so once', () => {
    uart.write(count(40));
    clock.advance(40 * OCTET);
    const read33 = Array.from({ length: 33 }, read);
    expect(read33.map((value) => value & 0xff)).toEqual([...count(32), 0]);
    expect(read33.map((value) => value & OVERRUN).filter((flag) => flag !== 0)).toHaveLength(1);
  });

  it('hears nothing while it is disabled', () => {
    uart.writeUint32(0x30, 0);
    uart.write(count(3));
    clock.advance(5 * OCTET);
    uart.writeUint32(0x30, 0x301);
    clock.advance(20 * OCTET);
    expect(uart.readUint32(FR) & EMPTY).toBe(EMPTY);
  });

  it('sends octets one after the other, the host hearing them once they are whole', () => {
    uart.writeUint32(DR, 7);
    uart.writeUint32(DR, 8);
    clock.advance(10 * OCTET);
    expect(heard.flatMap(([, octets]) => octets)).toEqual([7, 8]);
    expect(heard.at(-1)?.[0]).toBe(2 * OCTET);
  });

  it('sends from a DMA channel, which is done when its last octet fits into the FIFO', () => {
    const channel = mcu.channels[2];
    if (channel === undefined) throw new Error('there are twelve');
    channel.transferAlarm = clock.createAlarm(() => {
      if (!uart.burst(channel)) channel.transfer();
    });
    uart.writeUint32(0x48, 2); // UARTDMACR: TXDMAE
    mcu.sram.set(count(100));
    mcu.writeUint32(0x50000080, 0x20000000);
    mcu.writeUint32(0x50000084, 0x40034000);
    mcu.writeUint32(0x50000088, 100);
    mcu.peripherals[0x40034] = uart;
    mcu.writeUint32(0x5000008c, (20 << 15) | (2 << 11) | (1 << 4) | 1);
    clock.advance(67 * OCTET - 1);
    expect(channel.active).not.toBe(0);
    clock.advance(67 * OCTET);
    expect(channel.active).toBe(0);
    clock.advance(100 * OCTET);
    expect(heard.flatMap(([, octets]) => octets)).toEqual([...count(100)]);
    expect(heard.at(-1)?.[0]).toBe(100 * OCTET);
  });

  describe('received by a DMA channel, in a ring of 64 octets', () => {
    const RING = 0x20000040;
    const WRITE_ADDR = 0x500000c4;
    const LEFT = 0x500000c8;
    const AGAIN = 0x500000dc;
    const dma = () => (mcu.core.pendingInterrupts >>> 11) & 1;
    const ring = () => [...mcu.sram.subarray(RING - 0x20000000, RING - 0x20000000 + 64)];

    /** @param transfers that the channel does before it stops. */
    const start = (transfers: number): void => {
      const channel = mcu.channels[3];
      if (channel === undefined) throw new Error('there are twelve');
      channel.transferAlarm = clock.createAlarm(() => {
        if (!uart.burst(channel)) channel.transfer();
      });
      mcu.peripherals[0x40034] = uart;
      mcu.writeUint32(0x500000c0, 0x40034000);
      mcu.writeUint32(WRITE_ADDR, RING);
      mcu.writeUint32(LEFT, transfers);
      mcu.writeUint32(0x50000404, 1 << 3); // INTE0
      const increments = (1 << 10) | (6 << 6) | (1 << 5); // The ring is the writer's, 2^6 octets.
      mcu.writeUint32(0x500000cc, (21 << 15) | (3 << 11) | increments | 1);
      uart.writeUint32(0x48, 1); // UARTDMACR: RXDMAE
    };

    it('has what came by now whenever somebody asks the channel', () => {
      start(1000);
      uart.write(count(50));
      clock.advance(10.5 * OCTET);
      expect([mcu.readUint32(WRITE_ADDR), mcu.readUint32(LEFT)]).toEqual([RING + 10, 990]);
      expect(ring().slice(0, 12)).toEqual([...count(10), 0, 0]);
      expect([pending(), uart.readUint32(FR) & EMPTY]).toEqual([0, EMPTY]);
    });

    it('has all when the line falls silent, whoever asks or not, and goes round', () => {
      start(1000);
      uart.write(count(70));
      clock.advance(70 * OCTET);
      expect(ring()).toEqual([65, 66, 67, 68, 69, 70, ...count(64).subarray(6)]);
      expect(mcu.readUint32(WRITE_ADDR)).toBe(RING + 6);
    });

    it('stops at its count, says so at that octet, and what comes then waits in the FIFO', () => {
      start(20);
      uart.write(count(30));
      clock.advance(20 * OCTET - 1);
      expect(dma()).toBe(0);
      clock.advance(20 * OCTET);
      expect([dma(), mcu.readUint32(LEFT)]).toEqual([1, 0]);
      clock.advance(30 * OCTET);
      expect(mcu.readUint32(WRITE_ADDR)).toBe(RING + 20);
      mcu.writeUint32(AGAIN, 20);
      clock.advance(30 * OCTET + 1);
      expect(ring().slice(0, 31)).toEqual([...count(30), 0]);
      expect(mcu.readUint32(LEFT)).toBe(10);
    });

    it('loses what no longer fits into the FIFO, and says so', () => {
      start(20);
      uart.write(count(60));
      clock.advance(60 * OCTET);
      expect(uart.readUint32(RIS) & (1 << 10)).toBe(1 << 10);
      mcu.writeUint32(AGAIN, 100);
      clock.advance(60 * OCTET + 1);
      expect(mcu.readUint32(LEFT)).toBe(100 - 32);
    });

    it('takes what waited in the FIFO when it is let to the UART', () => {
      start(1000);
      uart.writeUint32(0x48, 0);
      uart.write(count(5));
      clock.advance(5 * OCTET);
      expect(mcu.readUint32(WRITE_ADDR)).toBe(RING);
      uart.writeUint32(0x48, 1);
      clock.advance(5 * OCTET + 1);
      expect(ring().slice(0, 6)).toEqual([...count(5), 0]);
    });
  });

  it('hears noise from a host at another rate, and the host from it', () => {
    uart.setHostRate(RATE / 8);
    uart.write(Uint8Array.of(0xff));
    clock.advance(40 * OCTET);
    expect(read() & 0xff).toBe(0x80); // The start bit is eight bits long.
    uart.writeUint32(DR, 0x55);
    clock.advance(80 * OCTET);
    expect(heard.flatMap(([, octets]) => octets)).not.toEqual([0x55]);
  });

  it('lets the host hear what was whole when the chip is reset', () => {
    for (const octet of count(8)) uart.writeUint32(DR, octet);
    clock.advance(3.5 * OCTET);
    uart.cut();
    expect(heard.flatMap(([, octets]) => octets)).toEqual([1, 2, 3]);
  });
});
