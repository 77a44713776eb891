/** The solution of lab06 and the Linux bridge in one ring agree who is root, and which port blocks. */
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begin, type Event, type Sending, step } from '../../labs/lab06-bridges/solution/bridge.ts';
import { newPacket } from '../../src/base/packet.ts';
import { COST, LinuxBridge } from './linux-bridge.ts';

/** The shortest that the standard allows (IEEE 802.1D-1998 table 8-3), so that the test need not wait for long. */
const TIMES = { maxAge: 6, helloTime: 1, forwardDelay: 4 };
const SETTLED_MS = 25_000;
const STEP_MS = 100;
const ADDRESS = Uint8Array.of(2, 0, 0, 0, 2, 0);

let linux: LinuxBridge;

beforeEach(() => {
  linux = new LinuxBridge();
});

afterEach(() => linux.close());

const solutions = (priority: number) =>
  begin({
    address: ADDRESS,
    priority,
    ports: [1, 2].map(() => ({ vlan: 1, tagged: [], cost: COST })),
    spanningTree: true,
    ...TIMES,
  });

/** All frames that wait at the kernel's ports. */
function arrivals(): Event[] {
  const events: Event[] = [];
  for (const [i, tap] of linux.taps.entries()) {
    while (tap.pollFrame()) {
      const { packet, start, end } = tap.frame;
      events.push({ kind: 'frame', port: i + 1, frame: packet.octets.slice(start, end) });
    }
  }
  return events;
}

function transmit(send: readonly Sending[]): void {
  const packet = newPacket(2048);
  for (const { port, frame } of send) {
    packet.octets.set(frame);
    linux.taps[port - 1]?.send(packet, 0, frame.length);
  }
}

describe('the solution of lab06 and the Linux bridge in a ring of two links', () => {
  it.each([
    {
      name: 'the kernel is root',
      kernel: 0x1000,
      root: '1000.020000000100',
      ours: ['root forwarding', 'blocked blocking'],
      kernels: ['forwarding', 'forwarding'],
    },
    {
      name: 'the solution is root',
      kernel: 0x9000,
      root: '8000.020000000200',
      ours: ['designated forwarding', 'designated forwarding'],
      kernels: ['forwarding', 'discarding'],
    },
  ])(
    '$name: the same root, and one port blocks',
    async ({ kernel, root, ours, kernels }) => {
      await linux.open(kernel, { messageAge: 0, ...TIMES });
      const begun = performance.now();
      const now = () => (performance.now() - begun) / 1000;
      let bridge = solutions(0x8000);
      let events: Event[] = [1, 2].map((port) => ({ kind: 'link', port, up: true }));
      const status = () => ({
        root: `${bridge.root.slice(0, 4)}.${bridge.root.slice(4)}`,
        kernelRoot: linux.root,
        ours: bridge.ports.map(({ role, state }) => `${role} ${state}`),
        kernels: linux.states,
      });
      const wanted = { root, kernelRoot: root, ours, kernels };
      const settled = () => JSON.stringify(status()) === JSON.stringify(wanted);
      for (let i = 0; performance.now() - begun < SETTLED_MS; i++) {
        const answer = step(bridge, events, now());
        bridge = answer.bridge;
        transmit(answer.send);
        if (i % 5 === 0 && settled()) break;
        await setTimeout(STEP_MS);
        events = arrivals();
      }
      expect(status()).toEqual(wanted);
    },
    40_000,
  );
});
