/**
 * A mutant of the solution: of a length the low octet alone is written, which is all that the short frames need.
 * Caught by: volley
 */

/** DIX Ethernet 2.0 and RFC 894: the third field says what the payload is. */
export interface EthernetIIFrame {
  destination: Uint8Array;
  source: Uint8Array;
  /** 0x0600 … 0xFFFF. */
  etherType: number;
  payload: Uint8Array;
}

/** IEEE 802.3 with an IEEE 802.2 header: the third field says how long the data is. */
export interface LlcFrame {
  destination: Uint8Array;
  source: Uint8Array;
  /** Destination and source service access points, one octet each. */
  dsap: number;
  ssap: number;
  /** One octet in U format (its two low bits are 1), two in I and S format. */
  control: Uint8Array;
  payload: Uint8Array;
}

/** LLC's header with the SNAP extension: an OUI, three octets, and a protocol number of its owner's. */
export interface SnapFrame {
  destination: Uint8Array;
  source: Uint8Array;
  oui: Uint8Array;
  /** 0 … 0xFFFF; an EtherType when the OUI is 00-00-00 (RFC 1042). */
  protocolId: number;
  payload: Uint8Array;
}

export type Frame =
  | ({ form: 'ethernet-ii' } & EthernetIIFrame)
  | ({ form: 'llc' } & LlcFrame)
  | ({ form: 'snap' } & SnapFrame);

/** What a network card listens to. */
export interface Station {
  address: Uint8Array;
  /** The group addresses that it has joined. */
  groups: Uint8Array[];
  promiscuous: boolean;
}

const ADDRESS_LENGTH = 6;
/** Two addresses and the type or length field. */
const HEADER_LENGTH = 14;
/** minFrameSize is 64 octets (IEEE 802.3 §4.4.2), of which the card's FCS is 4. */
const SHORTEST_FRAME = 60;
/** maxBasicDataSize (IEEE 802.3 §3.2.7). */
const MOST_DATA = 1500;
/** IEEE 802.3 §3.2.6: from here on the field is a type, up to 1500 a length, between them nothing. */
const FIRST_TYPE = 0x0600;
/** The service access point that announces SNAP (IEEE 802 clause 9). */
const SNAP_SAP = 0xaa;
/** Unnumbered information: a datagram of LLC's (IEEE 802.2 §5.4). */
const UI = 0x03;

/** Reads `00:00:5e:00:53:01` or `00-00-5E-00-53-01`, in either case. Undefined for any other text. */
export function parseAddress(text: string): Uint8Array | undefined {
  const pair = '[0-9a-f]{2}';
  const colons = new RegExp(`^${pair}(:${pair}){5}$`, 'i');
  const hyphens = new RegExp(`^${pair}(-${pair}){5}$`, 'i');
  if (!colons.test(text) && !hyphens.test(text)) return undefined;
  return Uint8Array.from(text.split(/[:-]/), (digits) => Number.parseInt(digits, 16));
}

/** Six pairs of lower-case digits with colons between them: `00:00:5e:00:53:01`. */
export function formatAddress(address: Uint8Array): string {
  return Array.from(address, (octet) => octet.toString(16).padStart(2, '0')).join(':');
}

/** The I/G bit, the first on the wire: is this the address of a group? (IEEE 802.3 §3.2.3) */
export function isGroupAddress(address: Uint8Array): boolean {
  return ((address[0] ?? 0) & 0x01) !== 0;
}

/** The U/L bit, the second on the wire: was this address given out locally? (IEEE 802.3 §3.2.3) */
export function isLocalAddress(address: Uint8Array): boolean {
  return ((address[0] ?? 0) & 0x02) !== 0;
}

/** Undefined when the payload is too long, the type is a length, or an address is not six octets. */
export function encodeEthernetII(frame: EthernetIIFrame): Uint8Array | undefined {
  const { destination, source, etherType, payload } = frame;
  if (etherType < FIRST_TYPE || etherType > 0xffff) return undefined;
  return assemble(destination, source, etherType, payload);
}

/** The length field counts LLC's header and the payload, never the padding. Undefined as above. */
export function encodeLlc(frame: LlcFrame): Uint8Array | undefined {
  const { destination, source, dsap, ssap, control, payload } = frame;
  const data = join(Uint8Array.of(dsap, ssap, ...control), payload);
  return assemble(destination, source, data.length, data);
}

/** A SNAP frame is an LLC frame whose payload begins with five octets of its own. Undefined as above. */
export function encodeSnap(frame: SnapFrame): Uint8Array | undefined {
  const { destination, source, oui, protocolId, payload } = frame;
  if (oui.length !== 3 || protocolId > 0xffff) return undefined;
  return encodeLlc({
    destination,
    source,
    dsap: SNAP_SAP,
    ssap: SNAP_SAP,
    control: Uint8Array.of(UI),
    payload: join(oui, Uint8Array.of(protocolId >> 8, protocolId & 0xff), payload),
  });
}

/** The frame in `octets`, or undefined when there is none. */
export function decode(octets: Uint8Array): Frame | undefined {
  if (octets.length < HEADER_LENGTH) return undefined;
  const destination = octets.slice(0, 6);
  const source = octets.slice(6, 12);
  const typeOrLength = readUint16(octets, 12);
  const data = octets.slice(HEADER_LENGTH);
  if (typeOrLength >= FIRST_TYPE) {
    return { form: 'ethernet-ii', destination, source, etherType: typeOrLength, payload: data };
  }
  if (typeOrLength > MOST_DATA || typeOrLength > data.length) return undefined;
  return decodeLlc(destination, source, data.slice(0, typeOrLength));
}

/** Would this station take the frame in `octets` off the wire? */
export function accepts(station: Station, octets: Uint8Array): boolean {
  if (octets.length < HEADER_LENGTH) return false;
  if (station.promiscuous) return true;
  const destination = octets.slice(0, 6);
  if (!isGroupAddress(destination)) return same(destination, station.address);
  const broadcast = destination.every((octet) => octet === 0xff);
  return broadcast || station.groups.some((group) => same(destination, group));
}

function assemble(
  destination: Uint8Array,
  source: Uint8Array,
  typeOrLength: number,
  data: Uint8Array,
): Uint8Array | undefined {
  if (destination.length !== ADDRESS_LENGTH || source.length !== ADDRESS_LENGTH) return undefined;
  if (data.length > MOST_DATA) return undefined;
  // A new array is all zeros, so what the data leave free at the end is padding already.
  const octets = new Uint8Array(Math.max(HEADER_LENGTH + data.length, SHORTEST_FRAME));
  octets.set(destination, 0);
  octets.set(source, 6);
  octets[12] = typeOrLength < FIRST_TYPE ? 0 : typeOrLength >> 8;
  octets[13] = typeOrLength & 0xff;
  octets.set(data, HEADER_LENGTH);
  return octets;
}

/** `data` is what the length field counted: the padding is gone already. */
function decodeLlc(
  destination: Uint8Array,
  source: Uint8Array,
  data: Uint8Array,
): Frame | undefined {
  const [dsap, ssap, first] = data;
  if (dsap === undefined || ssap === undefined || first === undefined) return undefined;
  const headerLength = (first & 0x03) === 0x03 ? 3 : 4;
  if (data.length < headerLength) return undefined;
  const control = data.slice(2, headerLength);
  const payload = data.slice(headerLength);
  if (dsap !== SNAP_SAP || ssap !== SNAP_SAP || first !== UI) {
    return { form: 'llc', destination, source, dsap, ssap, control, payload };
  }
  if (payload.length < 5) return undefined;
  const oui = payload.slice(0, 3);
  const protocolId = readUint16(payload, 3);
  return { form: 'snap', destination, source, oui, protocolId, payload: payload.slice(5) };
}

/** Two octets at `offset`, the more significant first, as everywhere in these headers. */
function readUint16(octets: Uint8Array, offset: number): number {
  return ((octets[offset] ?? 0) << 8) | (octets[offset + 1] ?? 0);
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
