/** The topology change machine, IEEE 802.1D-2004 §17.31: who must forget what was learned. */
import type { Port } from './port.ts';

const isActiveRole = ({ role }: Port): boolean => role === 'root' || role === 'designated';

/** newTcWhile(), §17.21.7. */
function startTimer(port: Port): void {
  if (port.tcWhile !== 0) return;
  const { maxAge, forwardDelay, helloTime } = port.portTimes;
  port.tcWhile = port.sendRstp ? helloTime + 1 : maxAge + forwardDelay;
  if (port.sendRstp) port.newInfo = true;
}

function propagate(port: Port, ports: readonly Port[]): void {
  for (const other of ports) if (other !== port) other.tcProp = true;
}

export function stepTopologyChange(port: Port, ports: readonly Port[]): boolean {
  switch (port.topologyChange) {
    case 'inactive':
      if (!port.learn || port.fdbFlush) return false;
      port.topologyChange = 'learning';
      return true;
    case 'learning':
      return stepLearning(port, ports);
    case 'active':
      return stepActive(port, ports);
  }
}

function stepLearning(port: Port, ports: readonly Port[]): boolean {
  const told = port.rcvdTc || port.rcvdTcn || port.rcvdTcAck || port.tcProp;
  if (told) {
    port.rcvdTc = false;
    port.rcvdTcn = false;
    port.rcvdTcAck = false;
    port.tcProp = false;
    return true;
  }
  if (isActiveRole(port) && port.forward && !port.operEdge) {
    port.topologyChange = 'active';
    startTimer(port);
    propagate(port, ports);
    port.newInfo = true;
    return true;
  }
  if (isActiveRole(port) || port.learn || port.learning) return false;
  port.topologyChange = 'inactive';
  port.fdbFlush = true;
  port.tcWhile = 0;
  port.tcAck = false;
  return true;
}

function stepActive(port: Port, ports: readonly Port[]): boolean {
  if (!isActiveRole(port) || port.operEdge) {
    port.topologyChange = 'learning';
    return true;
  }
  if (port.rcvdTcn || port.rcvdTc) {
    if (port.rcvdTcn) startTimer(port);
    if (port.role === 'designated') port.tcAck = true;
    port.rcvdTcn = false;
    port.rcvdTc = false;
    propagate(port, ports);
    return true;
  }
  if (port.tcProp) {
    port.tcProp = false;
    port.fdbFlush = true;
    startTimer(port);
    return true;
  }
  if (!port.rcvdTcAck) return false;
  port.tcWhile = 0;
  port.rcvdTcAck = false;
  return true;
}
