/**
 * A mutant of the solution: writes no flags.
 * Caught by: bpdu-encode
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

/** The table with `entry` in it. */
export function learn(table: Entry[], entry: Entry): Entry[] {
  const { address, vlan, heard } = entry;
  if (Number.parseInt(address.slice(0, 2), 16) & 1) return table;
  const isOther = (one: Entry) => one.address !== address || one.vlan !== vlan;
  const others = table.filter((one) => isOther(one) && heard - one.heard < AGEING_TIME);
  return others.length < TABLE_MAX ? [...others, entry] : others;
}

/** The port behind which `address` is; undefined when nobody knows. */
export function lookUp(table: Entry[], address: string, vlan: number, now: number) {
  const entry = table.find((one) => one.address === address && one.vlan === vlan);
  return entry !== undefined && now - entry.heard < AGEING_TIME ? entry.port : undefined;
}

/** What becomes of a frame that came in at port `from`. */
export function relay(
  table: Entry[],
  ports: (Vlans & { state: State })[],
  from: number,
  frame: Uint8Array,
  now: number,
): { table: Entry[]; send: Sending[] } {
  const port = ports[from - 1];
  if (port === undefined || !learns(port.state) || frame.length < 14 || isReserved(frame)) {
    return { table, send: [] };
  }
  const inside = ingress(port, frame);
  if (inside === undefined) return { table, send: [] };
  const { vlan } = inside;
  const known = learn(table, { address: hex(frame.slice(6, 12)), vlan, port: from, heard: now });
  if (port.state !== 'forwarding') return { table: known, send: [] };
  const to = lookUp(known, hex(frame.slice(0, 6)), vlan, now);
  const send: Sending[] = [];
  for (const [i, out] of ports.entries()) {
    const number = i + 1;
    if (number === from || out.state !== 'forwarding') continue;
    if (to !== undefined && to !== number) continue;
    const outgoing = egress(out, inside);
    if (outgoing !== undefined) send.push({ port: number, frame: outgoing });
  }
  return { table: known, send };
}

/** The VLAN of a frame that comes in, and the frame without its tag; undefined when it may not come in. */
export function ingress(port: Vlans, frame: Uint8Array): Inside | undefined {
  if (frame.length < 14) return undefined;
  if (readUint16(frame, 12) !== 0x8100) return { vlan: port.vlan, priority: 0, frame };
  if (frame.length < 18) return undefined;
  const control = readUint16(frame, 14);
  const vlan = control & 0xfff || port.vlan;
  if (vlan !== port.vlan && !port.tagged.includes(vlan)) return undefined;
  const untagged = Uint8Array.of(...frame.slice(0, 12), ...frame.slice(16));
  return { vlan, priority: control >> 12, frame: untagged };
}

/** The frame as it leaves; undefined when the port is not in its VLAN. */
export function egress(port: Vlans, inside: Inside): Uint8Array | undefined {
  const { vlan, priority, frame } = inside;
  if (vlan === port.vlan) return padded(frame);
  if (!port.tagged.includes(vlan)) return undefined;
  const control = (priority << 12) | vlan;
  const tag = [0x81, 0x00, control >> 8, control & 0xff];
  return padded(Uint8Array.of(...frame.slice(0, 12), ...tag, ...frame.slice(12)));
}

/** The configuration BPDU in a frame; undefined when there is none, or when it is too old. */
export function decodeBpdu(frame: Uint8Array): Bpdu | undefined {
  const length = readUint16(frame, 12);
  if (frame.length < 52 || length < 38 || length > frame.length - 14) return undefined;
  if (hex(frame.slice(0, 6)) !== '0180c2000000' || hex(frame.slice(14, 17)) !== '424203') {
    return undefined;
  }
  const body = frame.slice(17, 52);
  if (readUint16(body, 0) !== 0 || body[3] !== 0) return undefined;
  const messageAge = readUint16(body, 27) / 256;
  const maxAge = readUint16(body, 29) / 256;
  if (messageAge >= maxAge) return undefined;
  return {
    flags: body[4] ?? 0,
    root: hex(body.slice(5, 13)),
    cost: readUint16(body, 13) * 0x10000 + readUint16(body, 15),
    bridge: hex(body.slice(17, 25)),
    port: readUint16(body, 25),
    messageAge,
    maxAge,
    helloTime: readUint16(body, 31) / 256,
    forwardDelay: readUint16(body, 33) / 256,
  };
}

/** The BPDU in a frame that is ready to send. */
export function encodeBpdu(bpdu: Bpdu, source: Uint8Array): Uint8Array {
  const { root, cost, bridge, port, messageAge, maxAge, helloTime, forwardDelay } = bpdu;
  const header = `0180c2000000${hex(source)}0026424203`;
  const vector = `${root}${digits(cost, 8)}${bridge}${digits(port, 4)}`;
  const times = [messageAge, maxAge, helloTime, forwardDelay].map((t) => digits(t * 256, 4));
  const text = `${header}0000000000${vector}${times.join('')}`;
  return padded(Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
}

/** Less than 0: `a` is the better. */
export function compare(a: Vector, b: Vector): number {
  if (a.root !== b.root) return a.root < b.root ? -1 : 1;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.bridge !== b.bridge) return a.bridge < b.bridge ? -1 : 1;
  return a.port - b.port;
}

/** Who is root, and what each port is for (§8.6.8). Without a root port the bridge itself is the root. */
export function elect(id: string, ports: Candidate[]) {
  let best: Vector = { root: id, cost: 0, bridge: id, port: 0 };
  let rootPort: number | undefined;
  for (const [i, { up, cost, heard }] of ports.entries()) {
    if (!up || heard === undefined || heard.bridge === id) continue;
    const way = { ...heard, cost: heard.cost + cost };
    if (compare(way, best) >= 0) continue;
    best = way;
    rootPort = i + 1;
  }
  const { root, cost } = best;
  const roles = ports.map(({ up, heard }, i): Role => {
    if (!up) return 'disabled';
    if (i + 1 === rootPort) return 'root';
    const own = { root, cost, bridge: id, port: portId(i + 1) };
    return heard === undefined || compare(own, heard) <= 0 ? 'designated' : 'blocked';
  });
  return { root, cost, rootPort, roles };
}

/** A bridge whose ports are all down. */
export function begin(options: Options): Bridge {
  const id = digits(options.priority, 4) + hex(options.address);
  const down = { role: 'disabled', state: 'disabled', since: 0, heard: undefined } as const;
  const ports = options.ports.map((port) => ({ ...port, ...down }));
  return { options, id, table: [], ports, root: id, cost: 0, rootPort: undefined, nextHello: 0 };
}

/** The bridge at `now`: first time passes, then the events happen in their order. */
export function step(bridge: Bridge, events: Event[], now: number) {
  const send: Sending[] = [];
  passTime(bridge, now);
  for (const event of events) {
    const port = bridge.ports[event.port - 1];
    if (port === undefined) continue;
    if (event.kind === 'link') {
      port.heard = undefined;
      port.state = event.up ? 'blocking' : 'disabled';
      decide(bridge, now);
    } else if (port.state !== 'disabled') {
      send.push(...receive(bridge, port, event, now));
    }
  }
  if (bridge.rootPort === undefined && now >= bridge.nextHello) {
    bridge.nextHello = now + bridge.options.helloTime;
    announceAll(bridge, now, send);
  }
  return { bridge, send };
}

/** What was heard too long ago is forgotten; who waited long enough goes on. */
function passTime(bridge: Bridge, now: number): void {
  for (const port of bridge.ports) {
    if (port.heard !== undefined && ageOf(port.heard, now) >= port.heard.maxAge) {
      port.heard = undefined;
      decide(bridge, now);
    }
  }
  const { forwardDelay } = timesOf(bridge);
  for (const port of bridge.ports) {
    if (now - port.since < forwardDelay) continue;
    if (port.state === 'learning') port.state = 'forwarding';
    else if (port.state === 'listening') port.state = 'learning';
    else continue;
    port.since = now;
  }
}

function receive(bridge: Bridge, port: Port, { port: from, frame }: Sending, now: number) {
  const send: Sending[] = [];
  const bpdu = bridge.options.spanningTree ? decodeBpdu(frame) : undefined;
  if (bpdu === undefined) {
    const relayed = relay(bridge.table, bridge.ports, from, frame, now);
    bridge.table = relayed.table;
    return relayed.send;
  }
  const accepted = port.heard === undefined || compare(bpdu, port.heard) <= 0;
  if (accepted) {
    port.heard = { ...bpdu, at: now };
    decide(bridge, now);
  }
  if (accepted && from === bridge.rootPort) announceAll(bridge, now, send);
  // Who knows less than we do is told.
  const knowsLess = compare(vectorOf(bridge, from), bpdu) < 0;
  if (port.role === 'designated' && knowsLess) announce(bridge, from, now, send);
  return send;
}

/** Gives every port the role that follows from what was heard. */
function decide(bridge: Bridge, now: number): void {
  const wasRoot = bridge.rootPort === undefined;
  const candidates = bridge.ports.map((port) => ({ ...port, up: port.state !== 'disabled' }));
  const { root, cost, rootPort, roles } = elect(bridge.id, candidates);
  Object.assign(bridge, { root, cost, rootPort });
  if (rootPort === undefined && !wasRoot) bridge.nextHello = now;
  for (const [i, port] of bridge.ports.entries()) {
    port.role = roles[i] ?? 'disabled';
    if (port.role === 'designated') port.heard = undefined;
    if (port.role === 'blocked') port.state = 'blocking';
    else if (port.state === 'blocking') {
      port.state = bridge.options.spanningTree ? 'listening' : 'forwarding';
      port.since = now;
    }
  }
  bridge.table = bridge.table.filter(({ port }) =>
    learns(bridge.ports[port - 1]?.state ?? 'disabled'),
  );
}

function announceAll(bridge: Bridge, now: number, send: Sending[]): void {
  for (const [i, { role }] of bridge.ports.entries()) {
    if (role === 'designated') announce(bridge, i + 1, now, send);
  }
}

function announce(bridge: Bridge, port: number, now: number, send: Sending[]): void {
  const { options, rootPort = 0 } = bridge;
  if (!options.spanningTree) return;
  const heard = bridge.ports[rootPort - 1]?.heard;
  const { maxAge, helloTime, forwardDelay } = timesOf(bridge);
  const messageAge = heard === undefined ? 0 : ageOf(heard, now) + 1;
  if (messageAge >= maxAge) return;
  const times = { messageAge, maxAge, helloTime, forwardDelay };
  const bpdu = { ...vectorOf(bridge, port), ...times, flags: 0 };
  send.push({ port, frame: encodeBpdu(bpdu, options.address) });
}

/** The root's times are everybody's. */
function timesOf({ ports, rootPort = 0, options }: Bridge) {
  return ports[rootPort - 1]?.heard ?? options;
}

/** How old the information is by now. */
function ageOf(heard: Bpdu & { at: number }, now: number): number {
  return heard.messageAge + now - heard.at;
}

function vectorOf({ root, cost, id }: Bridge, port: number): Vector {
  return { root, cost, bridge: id, port: portId(port) };
}

/** Port priority 0x80, and the number. */
function portId(number: number): number {
  return 0x8000 + number;
}

function learns(state: State): boolean {
  return state === 'learning' || state === 'forwarding';
}

/** 01-80-C2-00-00-00 … 0F are for bridges, and end there (§7.12.6). */
function isReserved(frame: Uint8Array): boolean {
  return hex(frame.slice(0, 6)).startsWith('0180c200000');
}

function padded(frame: Uint8Array): Uint8Array {
  if (frame.length >= 60) return frame;
  const octets = new Uint8Array(60);
  octets.set(frame);
  return octets;
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => digits(octet, 2)).join('');
}

function digits(value: number, length: number): string {
  return Math.round(value).toString(16).padStart(length, '0');
}

function readUint16(octets: Uint8Array, offset: number): number {
  return ((octets[offset] ?? 0) << 8) | (octets[offset + 1] ?? 0);
}
