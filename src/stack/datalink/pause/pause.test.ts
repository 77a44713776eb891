import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { type Instant, START } from '../../../base/time.ts';
import { decode, encode } from './frame.ts';
import { PausedTransmitter } from './transmitter.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const SOURCE = hex('020000000001');

describe('PAUSE', () => {
  it('has the octets of IEEE 802.3 figure 31B-1', () => {
    const octets = toHex(encode({ source: SOURCE, quanta: 0xffff }));
    expect(octets).toBe(
      `0180c2000001 020000000001 8808 0001 ffff`.replaceAll(' ', '') + '00'.repeat(42),
    );
  });

  it.each([
    ['another type', '0180c2000001 020000000001 0800 0001 0000', 'type'],
    ['another opcode', '0180c2000001 020000000001 8808 0002 0000', 'opcode'],
    ['another station', '020000000009 020000000001 8808 0001 0000', 'destination'],
  ])('refuses %s', (_name, octets, field) => {
    expect(decode(hex(octets), SOURCE)).toMatchObject({
      ok: false,
      error: { code: 'bad-field', field },
    });
  });

  it('gives back what it was given, and never throws', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.uint8Array({ maxLength: 30 }), (quanta, octets) => {
        const pause = { source: SOURCE, quanta };
        expect(decode(encode(pause))).toEqual({ ok: true, value: pause });
        expect(typeof decode(octets).ok).toBe('boolean');
      }),
    );
  });

  it('stops the transmitter for its time, and 0 sets it free', () => {
    const transmitter = new PausedTransmitter(0.1);
    transmitter.handlePause(100, START);
    // 100 quanta of 512 bits at 10 Mbit/s.
    expect(transmitter.pollTimeout()).toBe(5120);
    expect(transmitter.maySend(5119 as Instant)).toBe(false);
    expect(transmitter.maySend(5120 as Instant)).toBe(true);
    transmitter.handlePause(100, START);
    transmitter.handlePause(0, START);
    expect(transmitter.maySend(START)).toBe(true);
    expect(transmitter.pollTimeout()).toBeUndefined();
  });

  it('begins anew with each PAUSE', () => {
    const transmitter = new PausedTransmitter(0.1);
    transmitter.handlePause(100, START);
    transmitter.handlePause(100, 1000 as Instant);
    transmitter.handleTimeout(5120 as Instant);
    expect(transmitter.maySend(5120 as Instant)).toBe(false);
    transmitter.handleTimeout(6120 as Instant);
    expect(transmitter.pollTimeout()).toBeUndefined();
  });
});
