/**
 * The port role transitions machine, IEEE 802.1D-2004 §17.29: when a port may learn and forward. Each function makes one
 * transition, if one is due, and says whether it did.
 */
import type { Port } from './port.ts';

export function stepRole(port: Port, ports: readonly Port[], rstp: boolean): boolean {
  if (!port.selected || port.updtInfo) return false;
  if (port.role !== port.selectedRole) return enter(port);
  switch (port.role) {
    case 'root':
      return stepRoot(port, ports, rstp);
    case 'designated':
      return stepDesignated(port);
    default:
      return stepBlocked(port, ports);
  }
}

function enter(port: Port): boolean {
  port.role = port.selectedRole;
  if (port.role === 'root') port.rrWhile = port.designatedTimes.forwardDelay;
  else if (port.role !== 'designated') {
    port.learn = false;
    port.forward = false;
  }
  return true;
}

const allSynced = (ports: readonly Port[]): boolean =>
  ports.every((p) => p.selected && p.role === p.selectedRole && (p.synced || p.role === 'root'));

/** Takes a proposal: the other ports must be in step first (figure 17-21). */
function propose(port: Port, ports: readonly Port[]): boolean {
  if (port.proposed && !port.agree) {
    for (const other of ports) other.sync = true;
    port.proposed = false;
    return true;
  }
  if ((allSynced(ports) && !port.agree) || (port.proposed && port.agree)) {
    port.proposed = false;
    port.sync = false;
    port.agree = true;
    port.newInfo = true;
    return true;
  }
  return false;
}

function stepRoot(port: Port, ports: readonly Port[], rstp: boolean): boolean {
  if (propose(port, ports)) return true;
  if (!port.forward && !port.reRoot) {
    for (const other of ports) other.reRoot = true;
    return true;
  }
  if (port.reRoot && port.forward) {
    port.reRoot = false;
    return true;
  }
  const reRooted = ports.every((other) => other === port || other.rrWhile === 0);
  const mayGoOn = port.fdWhile === 0 || (reRooted && port.rbWhile === 0 && rstp);
  if (mayGoOn && advance(port)) return true;
  const { forwardDelay } = port.designatedTimes;
  if (port.rrWhile === forwardDelay) return false;
  port.rrWhile = forwardDelay;
  return false;
}

/** Discarding to learning, learning to forwarding. */
function advance(port: Port): boolean {
  if (!port.learn) {
    port.learn = true;
    port.fdWhile = port.forwardDelay;
    return true;
  }
  if (port.forward) return false;
  port.forward = true;
  port.fdWhile = 0;
  return true;
}

function stepDesignated(port: Port): boolean {
  if (!port.forward && !port.agreed && !port.proposing && !port.operEdge) {
    port.proposing = true;
    port.newInfo = true;
    return true;
  }
  if (mustSync(port)) {
    port.rrWhile = 0;
    port.synced = true;
    port.sync = false;
    return true;
  }
  if (port.rrWhile === 0 && port.reRoot) {
    port.reRoot = false;
    return true;
  }
  return mustDiscard(port) ? discard(port) : mayAdvance(port) && advanceDesignated(port);
}

const mustSync = ({ learning, forwarding, synced, agreed, operEdge, sync }: Port): boolean =>
  (!learning && !forwarding && !synced) || ((agreed || operEdge) && !synced) || (sync && synced);

const mustDiscard = ({
  sync,
  synced,
  reRoot,
  rrWhile,
  disputed,
  operEdge,
  learn,
  forward,
}: Port): boolean =>
  ((sync && !synced) || (reRoot && rrWhile !== 0) || disputed) && !operEdge && (learn || forward);

function discard(port: Port): boolean {
  port.learn = false;
  port.forward = false;
  port.disputed = false;
  port.fdWhile = port.forwardDelay;
  return true;
}

const mayAdvance = ({ fdWhile, agreed, operEdge, rrWhile, reRoot, sync }: Port): boolean =>
  (fdWhile === 0 || agreed || operEdge) && (rrWhile === 0 || !reRoot) && !sync;

function advanceDesignated(port: Port): boolean {
  if (!advance(port)) return false;
  if (port.forward) port.agreed = port.sendRstp;
  return true;
}

/** Disabled, alternate and backup ports: they discard, and are in step by that (figures 17-20 and 17-23). */
function stepBlocked(port: Port, ports: readonly Port[]): boolean {
  if (port.learning || port.forwarding) return false;
  const { maxAge, helloTime } = port.designatedTimes;
  const isDisabled = port.role === 'disabled';
  if (!isDisabled && propose(port, ports)) return true;
  const wait = isDisabled ? maxAge : port.forwardDelay;
  if (port.role === 'backup') port.rbWhile = 2 * helloTime;
  const changed = port.sync || port.reRoot || !port.synced;
  port.fdWhile = wait;
  port.synced = true;
  port.rrWhile = 0;
  port.sync = false;
  port.reRoot = false;
  return changed;
}
