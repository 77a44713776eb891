/** The port transmit machine, IEEE 802.1D-2004 §17.26: which BPDU goes out, when, and not too often. */
import type { Bpdu, BpduRole, Flags } from './bpdu.ts';
import type { Port, Role } from './port.ts';

/** Table 17-1: BPDUs a second, in the long run. */
const TX_HOLD_COUNT = 6;

const BPDU_ROLE: Record<Role, BpduRole> = {
  disabled: 'unknown',
  root: 'root',
  designated: 'designated',
  alternate: 'alternate-or-backup',
  backup: 'alternate-or-backup',
};

/** The next BPDU of this port, if one is due. */
export function nextBpdu(port: Port): Bpdu | undefined {
  if (!port.portEnabled || !port.selected || port.updtInfo) return undefined;
  if (port.helloWhen === 0) {
    port.newInfo ||= port.role === 'designated' || (port.role === 'root' && port.tcWhile !== 0);
    port.helloWhen = port.designatedTimes.helloTime;
  }
  if (!port.newInfo || port.txCount >= TX_HOLD_COUNT) return undefined;
  const bpdu = port.sendRstp ? rst(port) : stp(port);
  if (bpdu === undefined) return undefined;
  port.newInfo = false;
  port.txCount += 1;
  if (bpdu.kind !== 'tcn') port.tcAck = false;
  return bpdu;
}

function stp(port: Port): Bpdu | undefined {
  if (port.role === 'root') return { kind: 'tcn' };
  if (port.role !== 'designated') return undefined;
  return { kind: 'configuration', flags: flagsOf(port), ...told(port) };
}

const rst = (port: Port): Bpdu => ({ kind: 'rst', flags: flagsOf(port), ...told(port) });

const told = (port: Port) => ({ priority: port.designatedPriority, times: port.designatedTimes });

/** txRstp() and txConfig(), §17.21.19 and §17.21.21. */
const flagsOf = (port: Port): Flags => ({
  topologyChange: port.tcWhile !== 0,
  topologyChangeAck: port.tcAck,
  proposal: port.role === 'designated' && port.proposing,
  agreement: port.role === 'designated' ? port.synced : port.agree,
  learning: port.learning,
  forwarding: port.forwarding,
  role: BPDU_ROLE[port.role],
});
