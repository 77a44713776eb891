import { beforeEach, describe, expect, it } from 'vitest';
import { newPacket } from '../base/packet.ts';
import { START } from '../base/time.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';
import { BoardDevice, type FrameMac } from './board-device.ts';
import { BATCH, FRAME_START } from './frame-device.ts';

/** A board's MAC that does nothing by itself: the test brings frames, and takes those that were sent. */
class IdleMac implements FrameMac {
  readonly sent: Uint8Array[] = [];
  readonly unfinished: (() => void)[] = [];
  waiting: ((frame: ReceivedFrame | undefined) => void)[] = [];
  failure: Error | undefined;

  send(frame: Uint8Array): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.sent.push(frame);
    return new Promise((resolve) => this.unfinished.push(resolve));
  }

  receive(): Promise<ReceivedFrame | undefined> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** False when nobody waits for a frame. */
  async bring(octets: Uint8Array | undefined): Promise<boolean> {
    const waiter = this.waiting.shift();
    waiter?.(octets && { octets, at: START });
    await settled();
    return waiter !== undefined;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const FRAME = new Uint8Array(60).map((_, i) => i);

let mac: IdleMac;
let device: BoardDevice;
let told: number;
let lost: Error[];

beforeEach(() => {
  mac = new IdleMac();
  device = new BoardDevice(mac);
  told = 0;
  lost = [];
  device.onLost((error) => lost.push(error));
  device.onReadable(() => {
    told += 1;
  });
});

describe('a board as a device', () => {
  it('gives what the board received, its datagram on a lane', async () => {
    await mac.bring(FRAME);
    expect(told).toBe(1);
    expect(device.pollFrame()).toBe(true);
    const { packet, start, end } = device.frame;
    expect(start).toBe(FRAME_START);
    expect(packet.octets.subarray(start, end)).toEqual(FRAME);
    expect(device.pollFrame()).toBe(false);
  });

  it('goes on to wait when nothing came for a while', async () => {
    await mac.bring(undefined);
    expect(told).toBe(0);
    expect(await mac.bring(FRAME)).toBe(true);
    expect(told).toBe(1);
  });

  it('asks for no more than it has room for, and again when it has', async () => {
    for (let i = 0; i < BATCH; i++) expect(await mac.bring(FRAME)).toBe(true);
    expect(mac.waiting).toHaveLength(0);
    device.pollFrame();
    expect(mac.waiting).toHaveLength(1);
  });

  it('sends a copy', () => {
    const packet = newPacket(62);
    packet.octets.set(FRAME, 2);
    expect(device.send(packet, 2, 62)).toBe(true);
    packet.octets.fill(0);
    expect(mac.sent).toEqual([FRAME]);
  });

  it('drops and counts what the board is too slow for', async () => {
    const packet = newPacket(60);
    while (device.send(packet, 0, 60));
    expect(device.counters).toMatchObject({ sent: 0, full: 1 });
    mac.unfinished.shift()?.();
    await settled();
    expect(device.counters.sent).toBe(1);
    expect(device.send(packet, 0, 60)).toBe(true);
  });

  it.each([13, 1515])('refuses a frame of %i octets', (length) => {
    expect(device.send(newPacket(length), 0, length)).toBe(false);
    expect(device.counters.refused).toBe(1);
    expect(mac.sent).toEqual([]);
  });

  it('tells once that the board is gone, and asks nothing more of it', async () => {
    mac.failure = new Error('unplugged');
    device.send(newPacket(60), 0, 60);
    await mac.bring(undefined);
    expect(lost).toEqual([mac.failure]);
    expect(device.send(newPacket(60), 0, 60)).toBe(false);
    expect(mac.waiting).toHaveLength(0);
  });

  it('takes nothing after it was closed', async () => {
    device.close();
    await mac.bring(FRAME);
    expect(device.pollFrame()).toBe(false);
    expect(mac.waiting).toHaveLength(0);
    expect(lost).toEqual([]);
  });
});
