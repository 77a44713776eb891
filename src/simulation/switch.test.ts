import { describe, expect, it } from 'vitest';
import { newPacket } from '../base/packet.ts';
import { type Instant, START, seconds } from '../base/time.ts';
import { Switch } from './switch.ts';

const [A, B, C] = [1, 2, 3];
const BROADCAST = 0xff;

/** Sends a frame from one station to another into a port; the ports at which it comes out. */
function pass(
  bridge: Switch,
  port: number,
  from: number,
  to: number,
  now: Instant = START,
): number[] {
  const packet = newPacket(64);
  packet.octets.set(to === BROADCAST ? new Array(6).fill(0xff) : [2, 0, 0, 0, 0, to], 3);
  packet.octets.set([2, 0, 0, 0, 0, from], 9);
  packet.octets.fill(from * 16 + to, 15);
  bridge.handleFrame(port, packet, 3, 63, now);
  const sent = packet.octets.slice(3, 63);
  packet.octets.fill(0);
  const ports: number[] = [];
  while (bridge.pollFrame()) {
    const { frame } = bridge;
    expect(frame.packet.octets.subarray(frame.start, frame.end)).toEqual(sent);
    ports.push(frame.interface);
  }
  return ports;
}

describe('switch', () => {
  it('floods what is for a station not heard, and sends what is for one that was heard to its port', () => {
    const bridge = new Switch(4);
    expect(pass(bridge, 0, A, B)).toEqual([1, 2, 3]);
    expect(pass(bridge, 2, B, A)).toEqual([0]);
    expect(pass(bridge, 0, A, B)).toEqual([2]);
    expect(pass(bridge, 3, C, B)).toEqual([2]);
    expect(pass(bridge, 2, B, BROADCAST)).toEqual([0, 1, 3]);
    expect(bridge.counters).toEqual({ forwarded: 3, flooded: 2, filtered: 0, refused: 0 });
  });

  it('follows a station that moves, and keeps back what is for the port that it came from', () => {
    const bridge = new Switch(3);
    pass(bridge, 0, A, BROADCAST);
    pass(bridge, 1, A, BROADCAST);
    expect(pass(bridge, 2, B, A)).toEqual([1]);
    expect(pass(bridge, 1, C, A)).toEqual([]);
    expect(bridge.counters.filtered).toBe(1);
  });

  it('forgets a station after 300 s of silence, or when its port loses its link', () => {
    const bridge = new Switch(3);
    pass(bridge, 0, A, BROADCAST);
    const last = (seconds(300) - 1) as Instant;
    expect(pass(bridge, 1, B, A, last)).toEqual([0]);
    expect(pass(bridge, 1, B, A, (last + 1) as Instant)).toEqual([0, 2]);
    bridge.setLink(1, false);
    expect(pass(bridge, 0, A, B, (last + 2) as Instant)).toEqual([1, 2]);
  });

  it('learns no group as a source, and refuses what is shorter than two addresses', () => {
    const bridge = new Switch(2);
    const packet = newPacket(60);
    packet.octets.fill(0xff, 0, 12);
    bridge.handleFrame(0, packet, 0, 60, START);
    while (bridge.pollFrame());
    bridge.handleFrame(0, packet, 0, 11, START);
    expect(bridge.pollFrame()).toBe(false);
    expect(bridge.counters).toMatchObject({ flooded: 1, refused: 1 });
  });

  it('passes on nothing that is for bridges alone', () => {
    const bridge = new Switch(2);
    const packet = newPacket(60);
    packet.octets.set([0x01, 0x80, 0xc2, 0, 0, 0x0e, 2, 0, 0, 0, 0, A]);
    bridge.handleFrame(0, packet, 0, 60, START);
    expect(bridge.pollFrame()).toBe(false);
    packet.octets[5] = 0x10;
    bridge.handleFrame(0, packet, 0, 60, START);
    expect(bridge.pollFrame()).toBe(true);
  });

  it('remembers 4096 stations and floods for more, until old ones are forgotten', () => {
    const bridge = new Switch(3);
    const packet = newPacket(60);
    const from = (n: number, now: Instant): void => {
      packet.octets.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 1, n >> 8, n & 255]);
      bridge.handleFrame(0, packet, 0, 60, now);
      while (bridge.pollFrame());
    };
    const to = (n: number, now: Instant): number => {
      packet.octets.set([2, 0, 0, 1, n >> 8, n & 255, 2, 0, 0, 0, 0, B]);
      bridge.handleFrame(1, packet, 0, 60, now);
      let ports = 0;
      while (bridge.pollFrame()) ports += 1;
      return ports;
    };
    for (let n = 0; n < 4097; n++) from(n, START);
    expect([to(4095, START), to(4096, START)]).toEqual([1, 2]);
    const later = seconds(301) as number as Instant;
    from(4096, later);
    expect([to(4095, later), to(4096, later)]).toEqual([2, 1]);
  });
});
