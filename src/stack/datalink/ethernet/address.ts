/** MAC addresses (EUI-48), IEEE 802-2014 §8: six octets, the first bit on the wire being I/G. */
import { equal, fromHex, toHex } from '../../../base/octets.ts';

export const ADDRESS_LENGTH = 6;

/** Every station (§8.2.2). Not to be written to. */
export const BROADCAST: Uint8Array = new Uint8Array(ADDRESS_LENGTH).fill(0xff);

const GROUP = 0x01; // I/G, the first bit on the wire, is the least significant of the first octet.
const LOCAL = 0x02; // U/L

/**
 * Reads `02-00-5E-10-00-01` or `02:00:5e:10:00:01`, in either case; undefined when `text` is anything
 * else, the separators mixed included.
 */
export function parse(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{2}([-:])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i.test(text)) return undefined;
  return fromHex(text.replaceAll(/[-:]/g, ''));
}

/** The canonical form, IEEE 802-2014 §8.1: `02-00-5E-10-00-01`. */
export const format = (address: Uint8Array): string => toHex(address, '-').toUpperCase();

/** As Unix tools write it: `02:00:5e:10:00:01`. */
export const formatColons = (address: Uint8Array): string => toHex(address, ':');

/** A group address; broadcast is one too. */
export const isMulticast = (address: Uint8Array): boolean => ((address[0] ?? 0) & GROUP) !== 0;

export const isBroadcast = (address: Uint8Array): boolean => equal(address, BROADCAST);

/** Locally administered: nobody's OUI. */
export const isLocal = (address: Uint8Array): boolean => ((address[0] ?? 0) & LOCAL) !== 0;

export const sameAddress = (a: Uint8Array, b: Uint8Array): boolean => equal(a, b);
