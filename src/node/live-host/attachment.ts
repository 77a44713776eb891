/** What a host is attached to the world by: a network card, and what goes with it when it is given up. */
import type { Ipv4Prefix } from '../../stack/network/ipv4/address.ts';
import type { Ipv6Prefix } from '../../stack/network/ipv6/address.ts';
import type { FrameDevice } from '../frame-device.ts';

export interface Attachment {
  /** As people know it: a TAP device's name, a port. */
  readonly name: string;
  readonly device: FrameDevice;
  /** The host's own address there. */
  readonly hardware: Uint8Array;
  /** Never throws: what is given up may be broken. */
  close(): Promise<void>;
}

export type Prefix = Ipv4Prefix | Ipv6Prefix;
