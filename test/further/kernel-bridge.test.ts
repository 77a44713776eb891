/**
 * Our switches and the Linux bridge in one ring: they agree who is root, and which port blocks. The kernel speaks the
 * spanning tree of IEEE 802.1D-1998. Wants root and iproute2.
 */
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newPacket } from '../../src/base/packet.ts';
import { after, type Instant, milliseconds, START, seconds } from '../../src/base/time.ts';
import {
  formatBridgeId,
  type Times,
} from '../../src/stack/datalink/bridge/spanning-tree/priority.ts';
import type { ProtocolVersion } from '../../src/stack/datalink/bridge/spanning-tree/spanning-tree.ts';
import { Switch } from '../../src/stack/host/switch/switch.ts';
import { COST, KERNEL, LinuxBridge } from './linux-bridge.ts';

/** The shortest that the standard allows (IEEE 802.1D-2004 §17.14), so that the test need not wait for long. */
const TIMES: Times = { messageAge: 0, maxAge: 6, helloTime: 1, forwardDelay: 4 };
const SETTLED_MS = 25_000;
const LOOK_MS = 500;
const OURS = Uint8Array.of(2, 0, 0, 0, 2, 0);
let linux: LinuxBridge;

beforeEach(() => {
  linux = new LinuxBridge();
});

afterEach(() => linux.close());

const ours = (
  version: ProtocolVersion,
  priority: number,
  address: Uint8Array,
  now: Instant,
): Switch =>
  new Switch({
    address,
    version,
    priority,
    times: TIMES,
    ports: [{ cost: COST }, { cost: COST }],
    now,
  });

type Status = ReturnType<typeof statusOf>;

/** Joins a switch's ports to the kernel's, in real time, until all is as `wanted` or too much time has passed. */
async function run(it: Switch, wanted: Status): Promise<Status> {
  const begun = performance.now();
  const packet = newPacket(2048);
  const now = (): Instant => after(START, milliseconds(performance.now() - begun));
  const step = (): void => {
    linux.taps.forEach((tap, i) => {
      while (tap.pollFrame()) {
        const { packet: from, start, end } = tap.frame;
        it.handleFrame(i + 1, from.octets.slice(start, end), now());
      }
    });
    it.handleTimeout(now());
    for (let out = it.pollFrame(); out !== undefined; out = it.pollFrame()) {
      packet.octets.set(out.frame);
      linux.taps[out.port - 1]?.send(packet, 0, out.frame.length);
    }
  };
  const stepping = setInterval(step, 20);
  try {
    let status = statusOf(it);
    while (!isDeepStrictEqual(status, wanted) && performance.now() - begun < SETTLED_MS) {
      await setTimeout(LOOK_MS);
      status = statusOf(it);
    }
    return status;
  } finally {
    clearInterval(stepping);
  }
}

const statusOf = (it: Switch) => ({
  root: formatBridgeId(it.tree?.root ?? 0n),
  kernelRoot: linux.root,
  ports: (it.tree?.ports ?? []).map(({ state }) => state),
  kernelPorts: linux.states,
});

/** What two of our own switches make of the same ring, in virtual time. */
function predict(version: ProtocolVersion, kernelPriority: number, ourPriority: number) {
  const kernel = ours('stp', kernelPriority, KERNEL, START);
  const other = ours(version, ourPriority, OURS, START);
  const pass = (from: Switch, to: Switch, now: Instant): boolean => {
    const out = from.pollFrame();
    if (out !== undefined) to.handleFrame(out.port, out.frame, now);
    return out !== undefined;
  };
  for (const it of [kernel, other]) for (const port of [1, 2]) it.setEnabled(port, true);
  for (let second = 0; second <= 60; second++) {
    const now = after(START, seconds(second));
    for (const it of [kernel, other]) it.handleTimeout(now);
    while (pass(kernel, other, now) || pass(other, kernel, now));
  }
  const states = (it: Switch) => (it.tree?.ports ?? []).map(({ state }) => state);
  const root = formatBridgeId(other.tree?.root ?? 0n);
  return { root, kernelRoot: root, ports: states(other), kernelPorts: states(kernel) };
}

describe('the Linux bridge and ours in a ring of two links', () => {
  it.each<[string, ProtocolVersion, number, number]>([
    ['the kernel is root, we speak STP', 'stp', 0x1000, 0x8000],
    ['we are root, and speak STP', 'stp', 0x8000, 0x1000],
    ['the kernel is root, we speak RSTP', 'rstp', 0x1000, 0x8000],
    ['we are root, and speak RSTP', 'rstp', 0x8000, 0x1000],
  ])(
    '%s: the same root, the same states',
    async (_name, version, kernelPriority, ourPriority) => {
      await linux.open(kernelPriority, TIMES);
      const it = ours(version, ourPriority, OURS, START);
      for (const port of [1, 2]) it.setEnabled(port, true);
      const wanted = predict(version, kernelPriority, ourPriority);
      expect(
        [...wanted.ports, ...wanted.kernelPorts].filter((state) => state !== 'forwarding'),
      ).toEqual(['discarding']);
      expect(await run(it, wanted)).toEqual(wanted);
    },
    40_000,
  );
});
