/**
 * The spanning tree of one bridge: the rapid form (IEEE 802.1w, now IEEE 802.1D-2004 clause 17), which with its protocol
 * version forced to 0 is the one of 1990 (§17.4): same vectors, same roles, timers in place of the hand-shake.
 *
 *                 ┌ information ┐      ┌ role selection ┐      ┌ role transitions ┐      ┌ state ┐
 *   BPDU ─▶ receive ─▶ infoIs, portPriority ─▶ selectedRole ─▶ role, learn, forward ─▶ learning, forwarding
 *                                                    └───────── topology change ◀─────────┘
 *                                     transmit ◀── newInfo
 *
 *   a port's state      discarding ── learn ──▶ learning ── forward ──▶ forwarding
 *                           ▲─────────────────────┴─────────────────────────┘ role, sync, dispute
 *
 * Invariants
 * 1. After each call every machine has gone as far as it can: no transition is due but those of timers.
 * 2. At most one port is root, and none when this bridge is the root.
 * 3. A port learns or forwards only as root or designated port.
 * 4. No port sends more than `TX_HOLD_COUNT` BPDUs in a second.
 */
import { assert } from '../../../../base/errors.ts';
import { after, type Instant, seconds } from '../../../../base/time.ts';
import type { Bpdu } from './bpdu.ts';
import { stepInformation } from './information.ts';
import { MIGRATE_TIME, Port, type PortOptions, type PortState, type Role } from './port.ts';
import { type BridgeId, DEFAULT_TIMES, type Times } from './priority.ts';
import { type Root, selectRoles } from './roles.ts';
import { stepTopologyChange } from './topology-change.ts';
import { stepRole } from './transitions.ts';
import { nextBpdu } from './transmit.ts';

export type ProtocolVersion = 'stp' | 'rstp';

export interface SpanningTreeOptions {
  readonly bridge: BridgeId;
  readonly ports: readonly PortOptions[];
  readonly version?: ProtocolVersion;
  readonly times?: Times;
  readonly now: Instant;
}

export interface PortStatus {
  readonly number: number;
  readonly role: Role;
  readonly state: PortState;
}

export type SpanningTreeEvent =
  | {
      readonly kind: 'state';
      readonly port: number;
      readonly state: PortState;
      readonly role: Role;
    }
  /**
   * What was learned on this port is to be forgotten, with STP too: it would let it age within a forward delay
   * (§17.19.1), which forgets the same, later.
   */
  | { readonly kind: 'flush'; readonly port: number };

const TICK = seconds(1);
/** More turns than any real change takes: a loop among the machines is our bug, not a reason to hang. */
const TURNS_MAX = 1000;

export class SpanningTree {
  readonly #bridge: BridgeId;
  readonly #ports: readonly Port[];
  readonly #rstp: boolean;
  readonly #times: Times;
  readonly #events: SpanningTreeEvent[] = [];
  readonly #output: { port: number; bpdu: Bpdu }[] = [];
  #root: Root;
  #tick: Instant;

  constructor({
    bridge,
    ports,
    version = 'rstp',
    times = DEFAULT_TIMES,
    now,
  }: SpanningTreeOptions) {
    this.#bridge = bridge;
    this.#rstp = version === 'rstp';
    this.#times = times;
    this.#ports = ports.map((options) => new Port(options, this.#rstp));
    this.#tick = after(now, TICK);
    this.#root = selectRoles(this.#ports, bridge, times);
    this.#settle();
  }

  /** The root's identifier, as this bridge believes. */
  get root(): BridgeId {
    return this.#root.priority.root;
  }

  /** The number of the root port; undefined when this bridge is the root. */
  get rootPort(): number | undefined {
    return this.#root.port === 0 ? undefined : this.#root.port & 0xfff;
  }

  get rootCost(): number {
    return this.#root.priority.cost;
  }

  get ports(): readonly PortStatus[] {
    return this.#ports.map(({ number, role, state }) => ({ number, role, state }));
  }

  stateOf(port: number): PortState {
    return this.#port(port).state;
  }

  /** The link came up, or went down. */
  setEnabled(port: number, enabled: boolean): void {
    const it = this.#port(port);
    if (it.portEnabled === enabled) return;
    it.portEnabled = enabled;
    it.operEdge = it.adminEdge;
    it.edgeDelayWhile = MIGRATE_TIME;
    it.mdelayWhile = MIGRATE_TIME;
    it.sendRstp = this.#rstp;
    it.newInfo = true;
    it.txCount = 0;
    this.#settle();
  }

  handleBpdu(port: number, bpdu: Bpdu): void {
    const it = this.#port(port);
    if (!it.portEnabled) return;
    // A bridge is here, so the port is no edge (§17.25).
    it.operEdge = false;
    it.edgeDelayWhile = MIGRATE_TIME;
    if (bpdu.kind === 'rst' && !this.#rstp) return;
    if (bpdu.kind === 'rst') it.rcvdRstp = true;
    else it.rcvdStp = true;
    it.message = bpdu;
    this.#settle();
  }

  pollBpdu(): { readonly port: number; readonly bpdu: Bpdu } | undefined {
    return this.#output.shift();
  }

  pollEvent(): SpanningTreeEvent | undefined {
    return this.#events.shift();
  }

  pollTimeout(): Instant {
    return this.#tick;
  }

  handleTimeout(now: Instant): void {
    while (now >= this.#tick) {
      this.#tick = after(this.#tick, TICK);
      for (const port of this.#ports) port.tick();
      this.#settle();
    }
  }

  #port(number: number): Port {
    const port = this.#ports.find((candidate) => candidate.number === number);
    assert(port !== undefined, `the bridge has no port ${number}`);
    return port;
  }

  /** Runs all machines until none has a transition left (invariant 1). */
  #settle(): void {
    for (let turn = 0; this.#step(); turn++)
      assert(turn < TURNS_MAX, 'the spanning tree does not settle');
    for (const port of this.#ports) {
      for (let bpdu = nextBpdu(port); bpdu !== undefined; bpdu = nextBpdu(port)) {
        this.#output.push({ port: port.number, bpdu });
      }
    }
  }

  #step(): boolean {
    let changed = false;
    for (const port of this.#ports) {
      if (this.#migrate(port)) changed = true;
      if (stepInformation(port, this.#rstp)) changed = true;
    }
    if (this.#ports.some(({ reselect }) => reselect)) {
      this.#root = selectRoles(this.#ports, this.#bridge, this.#times);
      changed = true;
    }
    for (const port of this.#ports) {
      if (stepRole(port, this.#ports, this.#rstp)) changed = true;
      if (this.#apply(port)) changed = true;
      if (stepTopologyChange(port, this.#ports)) changed = true;
      this.#flush(port);
    }
    return changed;
  }

  /** Port protocol migration (§17.24) and bridge detection (§17.25). */
  #migrate(port: Port): boolean {
    const becomesEdge =
      port.portEnabled &&
      !port.operEdge &&
      port.adminEdge &&
      port.edgeDelayWhile === 0 &&
      port.proposing;
    if (becomesEdge) port.operEdge = true;
    if (port.mdelayWhile === 0 && port.sendRstp && port.rcvdStp) {
      port.sendRstp = false;
      port.mdelayWhile = MIGRATE_TIME;
    } else if (port.mdelayWhile === 0 && this.#rstp && !port.sendRstp && port.rcvdRstp) {
      port.sendRstp = true;
      port.mdelayWhile = MIGRATE_TIME;
    }
    port.rcvdRstp = false;
    port.rcvdStp = false;
    return becomesEdge;
  }

  /** The port state transition machine, §17.30. */
  #apply(port: Port): boolean {
    const { learn, forward, learning, forwarding } = port;
    if (learn === learning && forward === forwarding) return false;
    port.learning = learn;
    port.forwarding = learn && forward;
    this.#events.push({ kind: 'state', port: port.number, state: port.state, role: port.role });
    return true;
  }

  #flush(port: Port): void {
    if (!port.fdbFlush) return;
    port.fdbFlush = false;
    this.#events.push({ kind: 'flush', port: port.number });
  }
}
