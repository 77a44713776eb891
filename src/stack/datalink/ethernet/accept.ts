/** Address recognition, IEEE 802.3-2018 §4.2.9 (RecognizeAddress). */
import { isBroadcast, isMulticast, sameAddress } from './address.ts';

/** What a station listens to. */
export interface Recognition {
  /** Its own address. */
  readonly address: Uint8Array;
  /** The multicast groups that it has joined; broadcast needs no joining. */
  readonly groups: readonly Uint8Array[];
  readonly promiscuous: boolean;
}

export function accepts(station: Recognition, destination: Uint8Array): boolean {
  if (station.promiscuous || isBroadcast(destination)) return true;
  if (!isMulticast(destination)) return sameAddress(destination, station.address);
  return station.groups.some((group) => sameAddress(destination, group));
}
