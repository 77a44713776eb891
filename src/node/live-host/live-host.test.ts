import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seconds } from '../../base/time.ts';
import { parse, parsePrefix } from '../../stack/network/ip/address.ts';
import type { FrameDevice } from '../frame-device.ts';
import { connectedDevices, type MemoryDevice } from '../memory-device.ts';
import type { Attachment } from './attachment.ts';
import { LiveHost, type LiveHostOptions } from './live-host.ts';

const known = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('a constant of this test cannot be read');
  return value;
};
const OTHER = known(parse('192.0.2.2'));

let closed: string[];
const hosts: LiveHost[] = [];

/** A device that can be lost. */
class Breakable implements FrameDevice {
  readonly #device: MemoryDevice;
  break: (error: Error) => void = () => {};

  constructor(device: MemoryDevice) {
    this.#device = device;
  }

  get frame() {
    return this.#device.frame;
  }

  pollFrame = (): boolean => this.#device.pollFrame();
  send: FrameDevice['send'] = (packet, start, end) => this.#device.send(packet, start, end);
  onReadable = (listener: () => void): void => this.#device.onReadable(listener);
  close = (): void => this.#device.close();

  onLost(listener: (error: Error) => void): void {
    this.break = listener;
  }
}

function attachment(device: FrameDevice, n: number): Attachment {
  const name = `eth${n}`;
  const close = async (): Promise<void> => {
    closed.push(name);
  };
  return { name, device, hardware: Uint8Array.of(2, 0, 0, 0, 0, n), close };
}

function start(device: FrameDevice, n: number, over: Partial<LiveHostOptions> = {}): LiveHost {
  const options = { seed: n, forwarding: false, mtu: 1500, ...over };
  const live = new LiveHost([attachment(device, n)], options);
  live.host.addAddress(0, known(parsePrefix(`192.0.2.${n}/24`)), live.sockets.now());
  live.start();
  hosts.push(live);
  return live;
}

beforeEach(() => {
  closed = [];
});

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((live) => live.close()));
});

describe('a live host', () => {
  it('speaks with another, and gives up what it was attached by', async () => {
    const [one, two] = connectedDevices();
    const live = start(one, 1);
    start(two, 2);
    const reply = await live.sockets.ping(OTHER, { timeout: seconds(5) });
    expect(reply.sequence).toBe(1);
    await live.close();
    expect(closed).toEqual(['eth1']);
  });

  it('hears nothing over a line that loses everything', async () => {
    const [one, two] = connectedDevices();
    const live = start(one, 1, { impairments: { loss: 1 } });
    const other = start(two, 2);
    const asked = live.sockets.ping(OTHER, { timeout: seconds(0.05) });
    await expect(asked).rejects.toMatchObject({ code: 'timed-out' });
    expect(other.host.interfaces[0]?.counters.inFrames).toBe(0);
  });

  it('tells of addresses to who listens, until they do no more', async () => {
    const [one] = connectedDevices();
    const live = start(one, 1);
    const heard: string[] = [];
    const stop = live.onEvent((event) => heard.push(event.kind));
    await new Promise(setImmediate);
    live.host.addAddress(0, known(parsePrefix('192.0.2.3/24')), live.sockets.now());
    live.sockets.dispatch();
    stop();
    live.host.addAddress(0, known(parsePrefix('192.0.2.4/24')), live.sockets.now());
    live.sockets.dispatch();
    expect(heard).toEqual(['address', 'address']);
  });

  it('says so when what it is attached by is lost', async () => {
    const [one] = connectedDevices();
    const device = new Breakable(one);
    const live = start(device, 1);
    device.break(new Error('unplugged'));
    await expect(live.lost).rejects.toThrow('unplugged');
  });

  it('does not begin where its capture cannot be kept', () => {
    const [one] = connectedDevices();
    const capture = { path: '/no/such/folder/a.pcapng', application: 'netlab test' };
    expect(() => start(one, 1, { capture })).toThrow(
      expect.objectContaining({ code: 'file-missing' }),
    );
  });
});
