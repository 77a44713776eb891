/**
 * Where the interface identifiers of our addresses come from: the hardware address (RFC 2464 §4), or a
 * keyed function that gives one address a prefix, stable and opaque (RFC 7217).
 */
import { concat } from '../../../base/octets.ts';
import { type Ipv6Address, interfaceIdentifier } from '../ipv6/address.ts';

/**
 * The identifier for `prefix`, eight octets, on the `attempt`th try, 0 being the first and each later one
 * made because the address before it was taken; undefined when there is nothing else to try.
 */
export type IdentifierSource = (prefix: Ipv6Address, attempt: number) => Uint8Array | undefined;

/** One address a prefix: if it is taken there is no other (RFC 4862 §5.4.5). */
export function fromHardware(hardware: Uint8Array): IdentifierSource {
  const identifier = interfaceIdentifier(hardware);
  return (_prefix, attempt) => (attempt === 0 ? identifier : undefined);
}

/**
 * A pseudorandom function whose key only this host knows, of eight octets of output or more; RFC 7217 §5
 * suggests a hash of message and key. It is the caller's so that no cryptography is needed here.
 */
export type KeyedFunction = (message: Uint8Array) => Uint8Array;

/** RFC 7217 §7. */
const IDGEN_RETRIES = 3;
const IDENTIFIER_LENGTH = 8;
/** One in 10^17 identifiers is reserved: a function that gives more in a row gives nothing else. */
const COUNTER_MAX = 16;

/**
 * RFC 7217 §5. `networkInterface` names the interface for good (its name, or its hardware address), and
 * `network` the network, as an SSID does; it may be empty.
 */
export function stableOpaque(
  keyedFunction: KeyedFunction,
  networkInterface: Uint8Array,
  network: Uint8Array,
): IdentifierSource {
  const identifier = (prefix: Ipv6Address, dadCounter: number): Uint8Array => {
    // The lengths keep two interfaces and networks apart whose names run into each other.
    const lengths = Uint8Array.of(networkInterface.length, network.length, dadCounter);
    const message = concat([lengths, prefix.subarray(0, 8), networkInterface, network]);
    return keyedFunction(message).slice(-IDENTIFIER_LENGTH);
  };
  return (prefix, attempt) => {
    if (attempt > IDGEN_RETRIES) return undefined;
    // Step 4: one that is reserved counts as one that is taken.
    let left = attempt;
    for (let dadCounter = 0; dadCounter < COUNTER_MAX; dadCounter++) {
      const candidate = identifier(prefix, dadCounter);
      if (isReserved(candidate)) continue;
      if (left === 0) return candidate;
      left -= 1;
    }
    return undefined;
  };
}

/** RFC 5453 §3: the anycast address of all routers of a subnet, and those of RFC 2526. */
export function isReserved(identifier: Uint8Array): boolean {
  if (identifier.every((octet) => octet === 0)) return true;
  const [first, ...middle] = identifier.subarray(0, 7);
  const last = identifier[7] as number;
  return first === 0xfd && last >= 0x80 && middle.every((octet) => octet === 0xff);
}
