/**
 * Lab 03: Ethernet frames. This file is yours.
 *
 * "Frame" here means what a network card takes and gives: destination address to the last octet of data or
 * padding. The preamble before it and the FCS behind it are the card's own work.
 *
 * One rule runs through the module: what cannot be is `undefined`. Nothing here throws, since what comes
 * from a wire can be anything.
 *
 * Replace each `yourTurn(…)` by code of your own. Add functions of your own as you like; keep the names
 * and the types that stand here, since the checks call them. Import nothing.
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

/**
 * Reads an address as people write it.
 *
 *     parseAddress('00:00:5e:00:53:01')   →  00 00 5e 00 53 01
 *     parseAddress('00-00-5E-00-53-01')   →  the same
 *     parseAddress('0:0:5e:0:53:1')       →  undefined: two digits an octet
 *
 * Six pairs of hexadecimal digits in either case, all separated by colons or all by hyphens. Undefined for
 * any other text.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  return yourTurn(undefined, text);
}

/** Six pairs of lower-case digits with colons between them: `00:00:5e:00:53:01`. */
export function formatAddress(address: Uint8Array): string {
  return yourTurn('', address);
}

/** The I/G bit, the first on the wire: is this the address of a group? (IEEE 802.3 §3.2.3) */
export function isGroupAddress(address: Uint8Array): boolean {
  return yourTurn(false, address);
}

/** The U/L bit, the second on the wire: was this address given out locally? (IEEE 802.3 §3.2.3) */
export function isLocalAddress(address: Uint8Array): boolean {
  return yourTurn(false, address);
}

/**
 * An Ethernet II frame, ready to send: 60 octets at least, zeros behind a payload that is shorter than 46.
 * Undefined when there is no such frame: more than 1500 octets of payload, a type below 0x0600 or above
 * 0xFFFF, an address that is not six octets.
 */
export function encodeEthernetII(frame: EthernetIIFrame): Uint8Array | undefined {
  return yourTurn(undefined, frame);
}

/**
 * An 802.3 frame with an LLC header, ready to send. The length field counts LLC's header and the payload,
 * never the padding, and is 1500 at most. Undefined when there is no such frame: more than that, an address
 * that is not six octets.
 */
export function encodeLlc(frame: LlcFrame): Uint8Array | undefined {
  return yourTurn(undefined, frame);
}

/**
 * An 802.3 frame with LLC and SNAP: DSAP and SSAP 0xAA, control 0x03, then OUI, protocol number, payload.
 * Undefined when there is no such frame: more than 1492 octets of payload, an OUI that is not three octets, a
 * number above 0xFFFF, an address that is not six octets.
 */
export function encodeSnap(frame: SnapFrame): Uint8Array | undefined {
  return yourTurn(undefined, frame);
}

/**
 * The frame in `octets`, with its form and its fields.
 *
 * In 802.3 the payload ends where the length field says; in Ethernet II it keeps its padding. Undefined
 * when there is no frame: fewer than 14 octets; a third field from 0x05DD to 0x05FF; a length greater than
 * the data that came; data too short for the LLC header (3 octets, 4 in I and S format) or for SNAP's.
 */
export function decode(octets: Uint8Array): Frame | undefined {
  return yourTurn(undefined, octets);
}

/**
 * Would this station take the frame in `octets` off the wire? Yes, when the destination is its own address,
 * broadcast, or a group that it has joined; promiscuous, it takes every frame. Fewer than 14 octets are no
 * frame, and nobody takes them.
 */
export function accepts(station: Station, octets: Uint8Array): boolean {
  return yourTurn(false, station, octets);
}

/** Stands where your code will, and answers `placeholder`. Delete it when nothing calls it any more. */
function yourTurn<T>(placeholder: T, ..._arguments: unknown[]): T {
  return placeholder;
}
