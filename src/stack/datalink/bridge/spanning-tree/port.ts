/**
 * The variables of one port, with the names of IEEE 802.1D-2004 §17.17 and §17.19, and the states of its machines. Times
 * are whole seconds that the port timers machine counts down (§17.22).
 */
import type { Bpdu } from './bpdu.ts';
import { DEFAULT_TIMES, type PortId, type PriorityVector, type Times } from './priority.ts';

export type Role = 'disabled' | 'root' | 'designated' | 'alternate' | 'backup';
export type PortState = 'discarding' | 'learning' | 'forwarding';

export interface PortOptions {
  readonly id: PortId;
  readonly pathCost: number;
  /** adminEdge: stations alone are here; it forwards at once until a BPDU comes. */
  readonly adminEdge?: boolean;
  /** operPointToPointMAC: one other bridge at most, so proposals can be agreed to. */
  readonly pointToPoint?: boolean;
}

export const MIGRATE_TIME = 3;
const NOTHING: PriorityVector = { root: 0n, cost: 0, bridge: 0n, port: 0 };

export class Port {
  readonly id: PortId;
  readonly number: number;
  readonly pathCost: number;
  readonly adminEdge: boolean;
  readonly pointToPoint: boolean;

  portEnabled = false;
  role: Role = 'disabled';
  selectedRole: Role = 'disabled';

  // Information: whose it is, and what it says.
  infoIs: 'disabled' | 'aged' | 'mine' | 'received' = 'disabled';
  portPriority: PriorityVector = NOTHING;
  portTimes: Times = DEFAULT_TIMES;
  designatedPriority: PriorityVector = NOTHING;
  designatedTimes: Times = DEFAULT_TIMES;
  /** The BPDU that came and was not taken yet. */
  message: Bpdu | undefined;
  reselect = true;
  selected = false;
  updtInfo = false;

  // The hand-shake of 802.1w.
  proposing = false;
  proposed = false;
  agree = false;
  agreed = false;
  sync = true;
  synced = false;
  reRoot = true;
  disputed = false;
  operEdge: boolean;

  // States, asked for and in force.
  learn = false;
  forward = false;
  learning = false;
  forwarding = false;

  // Topology change.
  topologyChange: 'inactive' | 'learning' | 'active' = 'inactive';
  rcvdTc = false;
  rcvdTcn = false;
  rcvdTcAck = false;
  tcProp = false;
  tcAck = false;
  fdbFlush = false;

  // Transmission, and which form of BPDU the neighbour understands.
  newInfo = false;
  sendRstp: boolean;
  rcvdRstp = false;
  rcvdStp = false;
  txCount = 0;

  // Timers, in seconds.
  edgeDelayWhile = MIGRATE_TIME;
  fdWhile = 0;
  helloWhen = 0;
  mdelayWhile = MIGRATE_TIME;
  rbWhile = 0;
  rcvdInfoWhile = 0;
  rrWhile = 0;
  tcWhile = 0;

  constructor(options: PortOptions, rstp: boolean) {
    this.id = options.id;
    this.number = options.id & 0xfff;
    this.pathCost = options.pathCost;
    this.adminEdge = options.adminEdge ?? false;
    this.pointToPoint = options.pointToPoint ?? true;
    this.operEdge = this.adminEdge;
    this.sendRstp = rstp;
  }

  get state(): PortState {
    if (this.forwarding) return 'forwarding';
    return this.learning ? 'learning' : 'discarding';
  }

  /** §17.22: each timer loses a second. */
  tick(): void {
    const less = (time: number): number => Math.max(0, time - 1);
    this.edgeDelayWhile = less(this.edgeDelayWhile);
    this.fdWhile = less(this.fdWhile);
    this.helloWhen = less(this.helloWhen);
    this.mdelayWhile = less(this.mdelayWhile);
    this.rbWhile = less(this.rbWhile);
    this.rcvdInfoWhile = less(this.rcvdInfoWhile);
    this.rrWhile = less(this.rrWhile);
    this.tcWhile = less(this.tcWhile);
    this.txCount = less(this.txCount);
  }

  /** forwardDelay of §17.20.6: with neighbours that speak RSTP a hello time will do. */
  get forwardDelay(): number {
    return this.sendRstp ? this.designatedTimes.helloTime : this.designatedTimes.forwardDelay;
  }
}
