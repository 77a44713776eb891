/** What the membership machine needs to know to be IGMP's. */
import type { Ipv4Address } from '../ipv4/address.ts';
import { isReported } from './address.ts';

/** What is left for records behind all headers in the 1500 octets of Ethernet. */
const ROOM = 1500 - 24 - 8;
const RECORD_LENGTH = 8;
const SOURCE_LENGTH = 4;

export const IGMP = {
  key: (address: Ipv4Address): number => address,
  isReported,
  recordsMax: Math.floor(ROOM / RECORD_LENGTH),
  sourcesMax: Math.floor((ROOM - RECORD_LENGTH) / SOURCE_LENGTH),
} as const;
