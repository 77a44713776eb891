/** The port information machine, IEEE 802.1D-2004 §17.27: what a port knows of its segment, and whose word that is. */
import type { Bpdu } from './bpdu.ts';
import type { Port } from './port.ts';
import { compare, type PriorityVector, sameTimes } from './priority.ts';

type Received =
  | 'superior-designated'
  | 'repeated-designated'
  | 'inferior-designated'
  | 'not-designated'
  | 'other';

type Told = Exclude<Bpdu, { kind: 'tcn' }>;

const BRIDGE_ADDRESS = 0xffff_ffff_ffffn;
const PORT_NUMBER = 0xfff;

/** From the same bridge and port, whatever priorities they have been given since (§17.21.8). */
const sameSource = (a: PriorityVector, b: PriorityVector): boolean =>
  (a.bridge & BRIDGE_ADDRESS) === (b.bridge & BRIDGE_ADDRESS) &&
  (a.port & PORT_NUMBER) === (b.port & PORT_NUMBER);

/** rcvInfo(), §17.21.8. */
function classify(port: Port, told: Told): Received {
  const order = compare(told.priority, port.portPriority);
  const { role } = told.flags;
  if (role === 'designated') {
    const same = order === 0 && sameTimes(told.times, port.portTimes);
    if (order < 0 || (sameSource(told.priority, port.portPriority) && !same))
      return 'superior-designated';
    if (same && port.infoIs === 'received') return 'repeated-designated';
    return order > 0 ? 'inferior-designated' : 'other';
  }
  return role !== 'unknown' && order >= 0 ? 'not-designated' : 'other';
}

/** One transition, if one is due; true when something changed. */
export function stepInformation(port: Port, rstp: boolean): boolean {
  if (!port.portEnabled) return disable(port);
  if (port.infoIs === 'disabled') {
    age(port);
    return true;
  }
  if (port.selected && port.updtInfo) {
    update(port);
    return true;
  }
  if (port.infoIs === 'aged' || port.updtInfo) return false;
  if (port.message !== undefined) {
    receive(port, port.message, rstp);
    port.message = undefined;
    return true;
  }
  if (port.infoIs !== 'received' || port.rcvdInfoWhile !== 0) return false;
  age(port);
  return true;
}

function disable(port: Port): boolean {
  port.message = undefined;
  if (port.infoIs === 'disabled') return false;
  port.proposing = false;
  port.proposed = false;
  port.agree = false;
  port.agreed = false;
  port.rcvdInfoWhile = 0;
  port.infoIs = 'disabled';
  reselect(port);
  return true;
}

function age(port: Port): void {
  port.infoIs = 'aged';
  reselect(port);
}

function reselect(port: Port): void {
  port.reselect = true;
  port.selected = false;
}

function update(port: Port): void {
  port.proposing = false;
  port.proposed = false;
  port.agreed &&= compare(port.designatedPriority, port.portPriority) <= 0;
  port.synced &&= port.agreed;
  port.portPriority = port.designatedPriority;
  port.portTimes = port.designatedTimes;
  port.updtInfo = false;
  port.infoIs = 'mine';
  port.newInfo = true;
}

function receive(port: Port, message: Bpdu, rstp: boolean): void {
  if (message.kind === 'tcn') {
    port.rcvdTcn = true;
    return;
  }
  switch (classify(port, message)) {
    case 'superior-designated':
      takeOver(port, message);
      break;
    case 'repeated-designated':
      hearAgain(port, message);
      break;
    case 'inferior-designated':
      // It learns or forwards, so it has not heard us: a link that carries one way (§17.21.10).
      if (message.kind === 'rst' && message.flags.learning) {
        port.disputed = true;
        port.agreed = false;
      }
      break;
    case 'not-designated':
      recordAgreement(port, message, rstp);
      noteChange(port, message);
      break;
    case 'other':
  }
}

function takeOver(port: Port, message: Told): void {
  port.agreed = false;
  port.proposing = false;
  port.agree &&= port.infoIs === 'received' && compare(message.priority, port.portPriority) <= 0;
  port.portPriority = message.priority;
  port.portTimes = { ...message.times, helloTime: Math.max(1, message.times.helloTime) };
  port.infoIs = 'received';
  hearAgain(port, message);
  reselect(port);
}

function hearAgain(port: Port, message: Told): void {
  if (message.flags.proposal) port.proposed = true;
  noteChange(port, message);
  const { messageAge, maxAge, helloTime } = port.portTimes;
  port.rcvdInfoWhile = messageAge + 1 <= maxAge ? 3 * helloTime : 0;
}

function recordAgreement(port: Port, message: Told, rstp: boolean): void {
  port.agreed = rstp && port.pointToPoint && message.flags.agreement;
  if (port.agreed) port.proposing = false;
}

/** setTcFlags(), §17.21.17. */
function noteChange(port: Port, { flags }: Told): void {
  if (flags.topologyChange) port.rcvdTc = true;
  if (flags.topologyChangeAck) port.rcvdTcAck = true;
}
