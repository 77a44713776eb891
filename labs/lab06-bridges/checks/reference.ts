/** The project's own bridge as a machine, which its tests hold against the Linux bridge. */
import { after, START, seconds } from '../../../src/base/time.ts';
import { Switch } from '../../../src/stack/host/switch/switch.ts';
import type { Sending } from './frames.ts';
import type { BridgeSetup, Machine, Times } from './network.ts';

const at = (now: number) => after(START, seconds(now));

export function stackMachine({ address, priority, costs }: BridgeSetup, times: Times): Machine {
  const it = new Switch({
    address,
    priority,
    ports: costs.map((cost) => ({ cost })),
    version: 'stp',
    times: { messageAge: 0, ...times },
    now: START,
  });
  return {
    async step(events, now) {
      it.handleTimeout(at(now));
      for (const event of events) {
        if (event.kind === 'link') it.setEnabled(event.port, event.up);
        else it.handleFrame(event.port, event.frame, at(now));
      }
      return sent(it);
    },
    status: () => ({
      root: (it.tree?.root ?? 0n).toString(16).padStart(16, '0'),
      cost: it.tree?.rootCost ?? 0,
      states: (it.tree?.ports ?? []).map(({ state }) => state),
    }),
  };
}

/** A bridge without a spanning tree, all ports up. */
export function stackRelay(ports: readonly { readonly vlan: number; readonly tagged: number[] }[]) {
  const it = new Switch({
    address: Uint8Array.of(2, 0, 0, 0, 0, 1),
    ports: ports.map(({ vlan, tagged }) => ({ pvid: vlan, tagged })),
    version: 'none',
    now: START,
  });
  for (let port = 1; port <= ports.length; port++) it.setEnabled(port, true);
  return (port: number, frame: Uint8Array, now: number): Sending[] => {
    it.handleFrame(port, frame, at(now));
    return sent(it);
  };
}

function sent(it: Switch): Sending[] {
  const all: Sending[] = [];
  for (let out = it.pollFrame(); out !== undefined; out = it.pollFrame()) all.push(out);
  return all;
}
