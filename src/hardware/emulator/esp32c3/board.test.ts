/** The chip under the firmware: starts, resets and faults, in virtual time. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import type { Fault } from '../machine.ts';
import { Esp32C3Board } from './board.ts';

const IMAGE = new Uint8Array(
  readFileSync(new URL('../../../../firmware/images/esp32c3.bin', import.meta.url)),
);
const MS = 1e6;
const BOOT = 8; // The kind in a frame's first octet, control-protocol.md §2.

function bench(image: Uint8Array = IMAGE) {
  const usb: number[][] = [];
  const faults: Fault[] = [];
  const board = new Esp32C3Board({
    image,
    interpreted: false,
    start: 0,
    rng: seededRng(1),
    negotiation: 300 * MS,
    onOutput: (octets) => usb.push([...octets]),
    onUart: () => undefined,
    onTransmit: () => undefined,
    onFault: (fault) => faults.push(fault),
  });
  /** Whether a BOOT came: its header is behind the 0x00 and COBS' first code. */
  const booted = (): boolean => usb.splice(0).some((octets) => ((octets[2] ?? 0) & 15) === BOOT);
  return { board, faults, booted };
}

/** The image with its code from the entry on replaced, the checksum right again. */
function withCode(...words: readonly number[]): Uint8Array {
  const image = IMAGE.slice();
  const code = new Uint8Array(Uint32Array.from(words).buffer);
  const sumAt = image.length - 33;
  for (const [i, octet] of code.entries()) {
    image[sumAt] = (image[sumAt] ?? 0) ^ (image[32 + i] ?? 0) ^ octet;
    image[32 + i] = octet;
  }
  return image;
}

describe('the emulated ESP32-C3', () => {
  it('says BOOT soon after power, and then sleeps', () => {
    const { board, booted, faults } = bench();
    board.run(40 * MS);
    expect(booted()).toBe(true);
    expect(faults).toEqual([]);
    expect(board.nextDue).toBeGreaterThan(board.nanos);
  });

  it('feeds its watchdog: a quiet minute passes without a reset', () => {
    const { board } = bench();
    board.run(60_000 * MS);
    expect(board.resets).toBe(0);
  });

  it('stays silent without an image, and says why', () => {
    const { board, booted, faults } = bench(new Uint8Array(100).fill(0xff));
    board.run(1000 * MS);
    expect(booted()).toBe(false);
    expect(faults).toMatchObject([{ kind: 'image', what: 'no 0xE9 at its start' }]);
  });

  it('starts an image whose digest is another, and says so', () => {
    const image = IMAGE.slice();
    image[image.length - 1] = (image[image.length - 1] ?? 0) ^ 1;
    const { board, booted, faults } = bench(image);
    board.run(40 * MS);
    expect(booted()).toBe(true);
    expect(faults).toMatchObject([{ kind: 'image', what: 'its SHA-256 is another' }]);
  });

  it('tells of an exception, with its place', () => {
    const { board, faults } = bench(withCode(0xffff_ffff));
    board.run(20 * MS + 100);
    expect(faults.find(({ kind }) => kind === 'exception')).toMatchObject({ pc: 0x40380000 });
  });

  it('RTS alone resets it; with DTR before, into the loader', () => {
    const { board, booted } = bench();
    board.run(40 * MS);
    expect(booted()).toBe(true);
    board.setLineState(false, true);
    board.setLineState(true, true);
    board.run(80 * MS);
    expect([board.resets, booted()]).toEqual([1, true]);
    board.setLineState(true, false);
    board.setLineState(false, true);
    board.setLineState(true, true);
    board.run(1000 * MS);
    expect([board.resets, booted()]).toEqual([2, false]);
  });

  it('how its time is cut into runs changes nothing', () => {
    const [whole, cut] = [bench(), bench()];
    whole.board.run(100 * MS);
    for (let at = 0; at < 100 * MS; at += 3_333_333) cut.board.run(at);
    cut.board.run(100 * MS);
    expect(cut.board.nanos).toBe(whole.board.nanos);
    expect(cut.board.nextDue).toBe(whole.board.nextDue);
  });
});
