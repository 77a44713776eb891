import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newPacket } from '../../../base/packet.ts';
import { SendBuffer } from './send-buffer.ts';

let next = 0;
/** Octets that tell where they belong. */
const octets = (length: number): Uint8Array => Uint8Array.from({ length }, () => next++ % 251);

function read(buffer: SendBuffer, offset: number, length: number): number[] {
  const packet = newPacket(length + 4);
  buffer.copyTo(packet, 2, offset, length);
  expect([packet.octets[0], packet.octets[length + 2]]).toEqual([0, 0]);
  return [...packet.octets.subarray(2, 2 + length)];
}

/** The same as an array. */
class AppendCommand implements fc.Command<number[], SendBuffer> {
  readonly length: number;
  readonly limit: number;

  constructor(length: number, limit: number) {
    this.length = length;
    this.limit = limit;
  }

  check(): boolean {
    return true;
  }

  run(model: number[], buffer: SendBuffer): void {
    const data = octets(this.length);
    const taken = Math.max(0, Math.min(data.length, this.limit - model.length));
    expect(buffer.append(data, this.limit)).toBe(taken);
    model.push(...data.subarray(0, taken));
    expect(buffer.length).toBe(model.length);
  }

  toString(): string {
    return `append(${this.length}, ${this.limit})`;
  }
}

class ConsumeCommand implements fc.Command<number[], SendBuffer> {
  readonly share: number;

  constructor(share: number) {
    this.share = share;
  }

  check(): boolean {
    return true;
  }

  run(model: number[], buffer: SendBuffer): void {
    const length = Math.floor(model.length * this.share);
    buffer.consume(length);
    model.splice(0, length);
    expect(buffer.length).toBe(model.length);
  }

  toString(): string {
    return `consume(${this.share})`;
  }
}

class ReadCommand implements fc.Command<number[], SendBuffer> {
  readonly from: number;
  readonly most: number;

  constructor(from: number, most: number) {
    this.from = from;
    this.most = most;
  }

  check(): boolean {
    return true;
  }

  run(model: number[], buffer: SendBuffer): void {
    const offset = Math.floor(model.length * this.from);
    const length = Math.min(this.most, model.length - offset);
    expect(read(buffer, offset, length)).toEqual(model.slice(offset, offset + length));
  }

  toString(): string {
    return `read(${this.from}, ${this.most})`;
  }
}

/** A number from 0 to 1; a double of fast-check's would be near 0 nearly always. */
const share = fc.nat(100).map((n) => n / 100);
const commands = fc.commands(
  [
    fc
      .tuple(fc.nat(3000), fc.constantFrom(1000, 2500, 7000))
      .map(([length, limit]) => new AppendCommand(length, limit)),
    share.map((s) => new ConsumeCommand(s)),
    fc.tuple(share, fc.nat(3000)).map(([s, most]) => new ReadCommand(s, most)),
  ],
  { maxCommands: 30, size: 'max' },
);

describe('the send buffer', () => {
  it('is a queue of octets, wherever its ring turns', () => {
    fc.assert(
      fc.property(commands, (cmds) => {
        fc.modelRun(() => ({ model: [], real: new SendBuffer() }), cmds);
      }),
      { numRuns: 60 },
    );
  });

  it('takes no more than the limit', () => {
    const buffer = new SendBuffer();
    expect(buffer.append(octets(100), 60)).toBe(60);
    expect(buffer.append(octets(100), 60)).toBe(0);
    expect(buffer.append(octets(100), 50)).toBe(0);
    expect(buffer.length).toBe(60);
  });

  it('copies what it takes: the writer may use its octets again', () => {
    const buffer = new SendBuffer();
    const data = Uint8Array.of(1, 2, 3);
    buffer.append(data, 10);
    data.fill(0);
    expect(read(buffer, 0, 3)).toEqual([1, 2, 3]);
  });
});
