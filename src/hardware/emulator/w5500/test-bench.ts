/** A W5500 on a bench: the tests see it as a host does, octet by octet over SPI. */
import { VirtualClock } from '../clock.ts';
import { W5500 } from './chip.ts';

export const COMMON = 0;
export const SOCKET0 = 1;
export const TX0 = 2;
export const RX0 = 3;

export class Bench {
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

export const frame = (
  length: number,
  destination: readonly number[] = [2, 0, 0, 0, 0, 9],
): Uint8Array => Uint8Array.from({ length }, (_, i) => destination[i] ?? (i * 7) & 255);
