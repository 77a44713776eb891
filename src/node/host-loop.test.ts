import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newPacket, type Packet } from '../base/packet.ts';
import { type Instant, milliseconds, START } from '../base/time.ts';
import type { Driven } from '../stack/host/driven.ts';
import { BATCH } from './frame-device.ts';
import { type DrivenInterface, HostLoop, type HostLoopOptions } from './host-loop.ts';
import { connectedDevices, type MemoryDevice } from './memory-device.ts';

/** Does what it is told, and remembers. */
class ScriptedHost implements Driven {
  readonly frame = { interface: 0, packet: newPacket(0), start: 0, end: 0 };
  readonly received: { interface: number; number: number; at: Instant }[] = [];
  readonly rang: Instant[] = [];
  timeout: Instant | undefined;
  /** The numbers of frames to be sent. */
  toSend: number[] = [];
  /** How many frames each received frame is answered by. */
  answers = 0;
  polled = 0;

  handleFrame(index: number, packet: Packet, start: number, _: number, now: Instant): void {
    const number = packet.view.getUint16(start);
    this.received.push({ interface: index, number, at: now });
    for (let i = 0; i < this.answers; i++) this.toSend.push(number);
  }

  pollFrame(): boolean {
    this.polled += 1;
    const number = this.toSend.shift();
    if (number === undefined) return false;
    this.frame.packet = numbered(number);
    this.frame.end = this.frame.packet.octets.length;
    return true;
  }

  pollTimeout(): Instant | undefined {
    return this.timeout;
  }

  handleTimeout(now: Instant): void {
    this.rang.push(now);
    this.timeout = undefined;
  }
}

function numbered(number: number): Packet {
  const packet = newPacket(60);
  packet.view.setUint16(0, number);
  return packet;
}

let now: Instant;
let loop: HostLoop;
let host: ScriptedHost;
let near: MemoryDevice;
let far: MemoryDevice;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  now = START;
  host = new ScriptedHost();
  [near, far] = connectedDevices();
});

afterEach(() => {
  loop.stop();
  vi.useRealTimers();
});

async function start(
  impairments: DrivenInterface['impairments'] = {},
  options: HostLoopOptions = {},
): Promise<void> {
  loop = new HostLoop(host, [{ device: near, impairments }], { clock: () => now, ...options });
  loop.start();
  await settle();
}

/** What is to run at once runs, and what that wants run at once as well: more turns than any test here takes. */
async function settle(): Promise<void> {
  for (let i = 0; i < 25; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Time passes, of which only the timers know. */
async function pass(ms: number): Promise<void> {
  await settle();
  for (let i = 0; i < ms; i++) {
    now = (now + milliseconds(1)) as Instant;
    vi.advanceTimersByTime(1);
    await settle();
  }
}

const send = (...numbers: readonly number[]): void => {
  for (const number of numbers) far.send(numbered(number), 0, 60);
};

/** The numbers of the frames that came out of the host's device. */
function sent(): number[] {
  const numbers: number[] = [];
  while (far.pollFrame()) numbers.push(far.frame.packet.view.getUint16(far.frame.start));
  return numbers;
}

const numbers = (): number[] => host.received.map(({ number }) => number);

describe('a turn', () => {
  it('brings frames in and their answers out', async () => {
    host.answers = 2;
    await start();
    send(1, 2);
    await settle();
    expect(numbers()).toEqual([1, 2]);
    expect(sent()).toEqual([1, 1, 2, 2]);
  });

  it('brings in what came before the start', async () => {
    send(1);
    await start();
    expect(numbers()).toEqual([1]);
  });

  it('is bounded: a flood leaves the rest of the process its turns', async () => {
    send(...Array.from({ length: 1000 }, (_, i) => i));
    loop = new HostLoop(host, [{ device: near }], { clock: () => now });
    loop.start();
    const seen: number[] = [];
    const look = (): void => {
      seen.push(host.received.length);
      if (host.received.length < 1000) setImmediate(look);
    };
    setImmediate(look);
    await settle();
    expect(seen).toEqual(Array.from({ length: 16 }, (_, i) => Math.min(1000, (i + 1) * BATCH)));
  });

  it('takes no frame while the host has frames to send', async () => {
    host.toSend = Array.from({ length: 600 }, (_, i) => i);
    send(7);
    loop = new HostLoop(host, [{ device: near }], { clock: () => now });
    const left: number[] = [];
    const poll = near.pollFrame.bind(near);
    near.pollFrame = () => {
      left.push(host.toSend.length);
      return poll();
    };
    loop.start();
    await settle();
    expect(left.length).toBeGreaterThan(0);
    expect(left.every((count) => count === 0)).toBe(true);
    expect(sent()).toHaveLength(600);
  });

  it('comes once, however often it is asked for', async () => {
    await start();
    host.polled = 0;
    for (let i = 0; i < 100; i++) loop.wake();
    await settle();
    expect(host.polled).toBe(2); // Before the devices are read, and after.
  });

  it('shows the tap what the host got and sent', async () => {
    const seen: string[] = [];
    host.answers = 1;
    await start(
      {},
      {
        tap: (direction, index, { packet, start, end }, at) => {
          seen.push(
            `${direction} ${index} ${packet.view.getUint16(start)} (${end - start}) at ${at}`,
          );
        },
      },
    );
    await pass(3);
    send(5);
    await settle();
    expect(seen).toEqual(['inbound 0 5 (60) at 3000', 'outbound 0 5 (60) at 3000']);
  });
});

describe('a timer', () => {
  it('rings when its time has come, not before', async () => {
    host.timeout = 5000 as Instant;
    await start();
    await pass(4);
    expect(host.rang).toEqual([]);
    await pass(1);
    expect(host.rang).toEqual([5000]);
  });

  it('that is put forward rings at its new time', async () => {
    host.timeout = 500_000 as Instant;
    await start();
    host.timeout = 2000 as Instant;
    loop.wake();
    await pass(2);
    expect(host.rang).toEqual([2000]);
  });

  it('that is put off does not ring at its old time', async () => {
    host.timeout = 2000 as Instant;
    await start();
    host.timeout = 9000 as Instant;
    loop.wake();
    await pass(8);
    expect(host.rang).toEqual([]);
    await pass(1);
    expect(host.rang).toEqual([9000]);
  });

  it('of less than a millisecond rings with the next', async () => {
    host.timeout = 1 as Instant;
    await start();
    await pass(1);
    expect(host.rang).toEqual([1000]);
  });

  it('is armed even when nothing is waited for, so that the process lives', async () => {
    await start();
    expect(vi.getTimerCount()).toBe(1);
    loop.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('impairments', () => {
  it('lose frames on their way in, and the host’s own are not touched', async () => {
    host.toSend = [1];
    await start({ inbound: { seed: 1, loss: 1 } });
    send(2);
    await pass(10);
    expect(numbers()).toEqual([]);
    expect(sent()).toEqual([1]);
  });

  it('lose frames on their way out, and those that come are not touched', async () => {
    host.answers = 1;
    await start({ outbound: { seed: 1, loss: 1 } });
    send(2);
    await pass(10);
    expect(numbers()).toEqual([2]);
    expect(sent()).toEqual([]);
  });

  it('delay frames, each way by its own', async () => {
    host.answers = 1;
    await start({
      inbound: { seed: 1, delay: milliseconds(5) },
      outbound: { seed: 2, delay: milliseconds(3) },
    });
    send(2);
    await pass(4);
    expect(numbers()).toEqual([]);
    await pass(3);
    expect(numbers()).toEqual([2]);
    expect(sent()).toEqual([]);
    await pass(1);
    expect(sent()).toEqual([2]);
  });

  it('double frames', async () => {
    await start({ inbound: { seed: 1, duplication: 1 } });
    send(2);
    await settle();
    expect(numbers()).toEqual([2, 2]);
  });

  it('hold no frame that the device has already overwritten', async () => {
    await start({ inbound: { seed: 1, delay: milliseconds(5) } });
    const many = Array.from({ length: 1000 }, (_, i) => i);
    send(...many);
    await settle();
    send(...many);
    await pass(10);
    expect(numbers()).toEqual([...many, ...many]);
  });
});

describe('the end', () => {
  it('sends what the host still has to say, then unplugs', async () => {
    await start();
    host.toSend = [1, 2, 3];
    loop.stop();
    expect(sent()).toEqual([1, 2, 3]);
    expect(far.send(numbered(4), 0, 60)).toBe(false);
    loop.wake();
    await pass(5);
    expect(numbers()).toEqual([]);
  });

  it('of a device is told, with its number', () => {
    const told: unknown[] = [];
    let lose = (_: Error): void => {};
    const device = Object.assign(near, {
      onLost: (listener: (error: Error) => void) => {
        lose = listener;
      },
    });
    loop = new HostLoop(host, [{ device: far }, { device }], {
      clock: () => now,
      onLost: (index, error) => told.push(index, error.message),
    });
    lose(new Error('gone'));
    expect(told).toEqual([1, 'gone']);
  });
});

describe('devices in memory', () => {
  it('keep the frame polled last while the queue fills up', () => {
    [near, far] = connectedDevices(3);
    loop = new HostLoop(host, []);
    for (let n = 0; n < 10; n++) {
      send(n);
      expect(near.pollFrame()).toBe(true);
      send(100, 101, 102, 103);
      expect(near.frame.packet.view.getUint16(near.frame.start)).toBe(n);
      while (near.pollFrame());
    }
  });

  it('drop what finds the queue full, and count it', async () => {
    [near, far] = connectedDevices(2);
    send(1, 2, 3);
    expect(near.dropped).toBe(1);
    loop = new HostLoop(host, [{ device: near }], { clock: () => now });
    loop.start();
    await settle();
    expect(numbers()).toEqual([1, 2]);
  });
});
