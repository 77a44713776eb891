/** The port role selection machine, IEEE 802.1D-2004 §17.28: who is root, and what each port is for. */
import type { Port, Role } from './port.ts';
import {
  type BridgeId,
  compare,
  type PortId,
  type PriorityVector,
  sameTimes,
  type Times,
} from './priority.ts';

export interface Root {
  readonly priority: PriorityVector;
  readonly times: Times;
  /** 0: this bridge is the root. */
  readonly port: PortId;
}

/** updtRolesTree(), §17.21.25. */
export function selectRoles(ports: readonly Port[], own: BridgeId, times: Times): Root {
  for (const port of ports) port.reselect = false;
  const root = findRoot(ports, own, times);
  for (const port of ports) {
    port.designatedPriority = { ...root.priority, bridge: own, port: port.id };
    port.designatedTimes = { ...root.times, helloTime: times.helloTime };
    const { role, update } = roleOf(port, root, own);
    port.selectedRole = role;
    port.updtInfo = update;
  }
  // A port that must be selected anew meanwhile would be out of step (§17.21.16).
  for (const port of ports) port.selected = true;
  return root;
}

function findRoot(ports: readonly Port[], own: BridgeId, times: Times): Root {
  let best: Root = { priority: { root: own, cost: 0, bridge: own, port: 0 }, times, port: 0 };
  for (const port of ports) {
    const { portPriority, portTimes } = port;
    if (port.infoIs !== 'received' || portPriority.bridge === own) continue;
    const priority = { ...portPriority, cost: portPriority.cost + port.pathCost };
    const order = compare(priority, best.priority);
    if (order > 0 || (order === 0 && port.id >= best.port)) continue;
    best = {
      priority,
      times: { ...portTimes, messageAge: portTimes.messageAge + 1 },
      port: port.id,
    };
  }
  return best;
}

function roleOf(port: Port, root: Root, own: BridgeId): { role: Role; update: boolean } {
  const { infoIs, portPriority, designatedPriority } = port;
  if (infoIs === 'disabled') return { role: 'disabled', update: false };
  if (infoIs === 'aged') return { role: 'designated', update: true };
  const order = compare(designatedPriority, portPriority);
  if (infoIs === 'mine') {
    const same = order === 0 && sameTimes(port.portTimes, port.designatedTimes);
    return { role: 'designated', update: !same };
  }
  if (port.id === root.port) return { role: 'root', update: false };
  if (order < 0) return { role: 'designated', update: true };
  return { role: portPriority.bridge === own ? 'backup' : 'alternate', update: false };
}
