/** What the membership machine needs to know to be MLD's. */
import type { Ipv6Address } from '../ipv6/address.ts';
import { key } from '../nd/address.ts';
import { isReported } from './address.ts';

/** What is left for records behind all headers in the 1280 octets of every link. */
const ROOM = 1280 - 40 - 8 - 8;
const RECORD_LENGTH = 20;
const SOURCE_LENGTH = 16;

export const MLD = {
  key: (address: Ipv6Address): string => key(address),
  isReported,
  recordsMax: Math.floor(ROOM / RECORD_LENGTH),
  sourcesMax: Math.floor((ROOM - RECORD_LENGTH) / SOURCE_LENGTH),
} as const;
