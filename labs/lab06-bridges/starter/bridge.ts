/**
 * Lab 06: a bridge. This file is yours.
 *
 * Times are in seconds. Ports are numbered from 1. Addresses are twelve hexadecimal digits, bridge identifiers sixteen,
 * in lower case, so that the lesser text is the lesser number. Sections are those of IEEE 802.1D-1998.
 *
 * One rule runs through the module: what cannot be is `undefined`. Nothing here throws, since what comes from a wire can
 * be anything.
 *
 * Replace each `yourTurn(…)` by code of your own. Add functions of your own as you like; keep the names and the types
 * that stand here, since the checks call them. Import nothing.
 */

/** An entry of the filtering database: where an address was last heard. */
export interface Entry {
  address: string;
  vlan: number;
  port: number;
  /** When. */
  heard: number;
}

/** How long an entry is believed (IEEE 802.1D-1998 §7.9.2, table 7-4). */
export const AGEING_TIME = 300;
/** So many entries at most: a flood of forged addresses fills no memory. */
export const TABLE_MAX = 1024;

/** Which VLANs a port is in. An access port has one and no `tagged`; a trunk has several. */
export interface Vlans {
  /** That of frames without a tag. */
  vlan: number;
  /** Those of frames with one. */
  tagged: number[];
}

/** A frame inside of the bridge: its VLAN beside it, and no tag in it. */
export interface Inside {
  vlan: number;
  /** The upper four bits of the tag's second half, PCP and DEI; 0 without a tag. */
  priority: number;
  frame: Uint8Array;
}

/** §8.4. */
export type State = 'disabled' | 'blocking' | 'listening' | 'learning' | 'forwarding';

export interface Sending {
  port: number;
  frame: Uint8Array;
}

/** What bridges compare, the most significant first (§8.6.2.2). */
export interface Vector {
  /** The identifier of the root: 4 digits of priority and 12 of address. */
  root: string;
  /** The path cost to it. */
  cost: number;
  /** Who says so, and through which of its ports: 0x8000 and the number. */
  bridge: string;
  port: number;
}

/** A configuration BPDU (§9.3.1). */
export interface Bpdu extends Vector {
  messageAge: number;
  maxAge: number;
  helloTime: number;
  forwardDelay: number;
  /** 0x01: the topology changes; 0x80: that was heard. */
  flags: number;
}

export type Role = 'disabled' | 'root' | 'designated' | 'blocked';

export interface Candidate {
  up: boolean;
  /** The path cost of the port. */
  cost: number;
  /** The best vector that was heard there. */
  heard?: Vector | undefined;
}

export interface Election {
  root: string;
  cost: number;
  /** Undefined: the bridge itself is the root. */
  rootPort: number | undefined;
  /** One a port. */
  roles: Role[];
}

export interface Options {
  address: Uint8Array;
  priority: number;
  ports: (Vlans & { cost: number })[];
  /** Without, each port that is up forwards. */
  spanningTree: boolean;
  maxAge: number;
  helloTime: number;
  forwardDelay: number;
}

export type Event =
  | { kind: 'link'; port: number; up: boolean }
  | { kind: 'frame'; port: number; frame: Uint8Array };

export interface Port extends Vlans {
  cost: number;
  role: Role;
  state: State;
  /** When the state began. */
  since: number;
  /** The best BPDU that is still believed, and when it came. */
  heard: (Bpdu & { at: number }) | undefined;
}

export interface Bridge {
  options: Options;
  id: string;
  table: Entry[];
  ports: Port[];
  root: string;
  cost: number;
  rootPort: number | undefined;
  nextHello: number;
}

/**
 * The table with `entry` in it.
 *
 * An address is in the table once for each VLAN: what is heard now replaces what was known. A group address (the lowest
 * bit of its first octet is 1) is never learned. Entries that are `AGEING_TIME` old or older at `entry.heard` may go. When
 * `TABLE_MAX` others are still alive, a new one is not learned.
 */
export function learn(table: Entry[], entry: Entry): Entry[] {
  return yourTurn(table, entry);
}

/**
 * The port behind which `address` is in `vlan`; undefined when nobody knows, or when it was last heard `AGEING_TIME` ago
 * or longer.
 */
export function lookUp(
  table: Entry[],
  address: string,
  vlan: number,
  now: number,
): number | undefined {
  return yourTurn(undefined, table, address, vlan, now);
}

/**
 * What becomes of a frame that came in at port `from`: the table afterwards, and what to send, by port.
 *
 * A port that is blocking, listening or disabled takes nothing in and lets nothing out; a learning one learns alone. To a
 * known address the frame goes out at its port, and nowhere when it came from there; to any other it goes out at every
 * other port that forwards. Frames to 01-80-C2-00-00-00 … 0F, and of fewer than 14 octets, are neither learned from nor
 * sent on. The VLAN is what `ingress` says, and what leaves is what `egress` gives.
 */
export function relay(
  table: Entry[],
  ports: (Vlans & { state: State })[],
  from: number,
  frame: Uint8Array,
  now: number,
): { table: Entry[]; send: Sending[] } {
  return yourTurn({ table, send: [] }, ports, from, frame, now);
}

/**
 * The VLAN of a frame that comes in, and the frame without its tag (IEEE 802.1Q §9.6).
 *
 * A tag is 81 00 at octet 12, then 16 bits: priority (4), VLAN (12). VLAN 0 says nothing of a VLAN: the port's own is
 * meant. Undefined when the port is not in that VLAN, when there are fewer than 14 octets, or with a tag fewer than 18.
 */
export function ingress(port: Vlans, frame: Uint8Array): Inside | undefined {
  return yourTurn(undefined, port, frame);
}

/**
 * The frame as it leaves: without a tag in the port's own VLAN, with one in those of `tagged`, padded with zeros to 60
 * octets. Undefined when the port is not in its VLAN.
 */
export function egress(port: Vlans, inside: Inside): Uint8Array | undefined {
  return yourTurn(undefined, port, inside);
}

/**
 * The configuration BPDU in a frame to 01-80-C2-00-00-00 with LLC 42 42 03 (§9.3.1).
 *
 * Undefined when there is none: a frame of fewer than 52 octets, a length field below 38 or above what came, another
 * protocol or type than 0, a message age that is not below its maximum.
 */
export function decodeBpdu(frame: Uint8Array): Bpdu | undefined {
  return yourTurn(undefined, frame);
}

/** The BPDU in a frame that is ready to send: 60 octets, no FCS. `source` is an address of six octets. */
export function encodeBpdu(bpdu: Bpdu, source: Uint8Array): Uint8Array {
  return yourTurn(new Uint8Array(0), bpdu, source);
}

/** Less than 0 when `a` is the better, more than 0 when `b` is, else 0: root, then cost, then bridge, then port. */
export function compare(a: Vector, b: Vector): number {
  return yourTurn(Number.NaN, a, b);
}

/**
 * Who is root, and what each port is for (§8.6.8), from what was heard on each.
 *
 * The way to the root over a port costs what was heard and the port's own cost. A vector whose `bridge` is `id` came from
 * ourselves, and leads nowhere. The lesser port wins where all else is equal. A port that is up and not the root port is
 * designated when what the bridge itself would say there, { root, cost, id, 0x8000 + port }, is no worse than what was
 * heard there, and blocked otherwise.
 */
export function elect(id: string, ports: Candidate[]): Election {
  return yourTurn({ root: id, cost: 0, rootPort: undefined, roles: [] }, ports);
}

/** A bridge whose ports are all down. `Bridge` may have more fields than those that the checks read. */
export function begin(options: Options): Bridge {
  return yourTurn({
    options,
    id: '',
    table: [],
    ports: [],
    root: '',
    cost: 0,
    rootPort: undefined,
    nextHello: 0,
  });
}

/**
 * The bridge at `now`, and what it sends. Called once a second at least.
 *
 * 1. Time passes. A BPDU whose age (its message age and the time since it came) has reached its maxAge is forgotten. A
 *    port that was listening, or learning, for forwardDelay goes on. A bridge with a root port goes by its root's times.
 * 2. The events, in their order. A link that comes up, or goes down, knows nothing. Without `spanningTree` a port that is up
 *    forwards, and BPDUs are frames like others. With it, a BPDU that is better than what is kept for its port, or equal,
 *    is kept, and roles are elected anew: a blocked port blocks at once, and a root or designated port that blocked begins to
 *    listen. A designated port keeps no BPDU. What is kept at the root port is passed on at once at each designated port,
 *    with its age by now and 1. What is worse than our own word at a designated port is answered there.
 * 3. A bridge without a root port says hello at each designated port: at once when it has just lost one, and every
 *    helloTime.
 *
 * The table forgets what was heard at ports that no longer learn.
 */
export function step(
  bridge: Bridge,
  events: Event[],
  now: number,
): { bridge: Bridge; send: Sending[] } {
  return yourTurn({ bridge, send: [] }, events, now);
}

/** Stands where your code will, and answers `placeholder`. Delete it when nothing calls it any more. */
function yourTurn<T>(placeholder: T, ..._arguments: unknown[]): T {
  return placeholder;
}
