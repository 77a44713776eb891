import { type Rng, randomOctets } from '../base/random.ts';

/** A MAC address of one station, locally administered (IEEE 802 §8.2). */
export function stationAddress(rng: Rng): Uint8Array {
  const address = randomOctets(rng, 6);
  address[0] = ((address[0] ?? 0) & 0xfc) | 0x02;
  return address;
}
