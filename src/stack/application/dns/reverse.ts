/** The names under which PTR records map addresses to names: RFC 1035 §3.5, RFC 3596 §2.5. */
import { address, type Ipv4Address } from '../../network/ipv4/address.ts';
import { ADDRESS_LENGTH, type Ipv6Address } from '../../network/ipv6/address.ts';
import { canonical, fromLabels, labelsOf, type Name } from './name.ts';

const ZONE_IPV4 = ['in-addr', 'arpa'];
const ZONE_IPV6 = ['ip6', 'arpa'];

/** `2.2.0.192.in-addr.arpa` for 192.0.2.2. */
export const reverseIpv4 = (a: Ipv4Address): Name =>
  fromLabels([...[a, a >>> 8, a >>> 16, a >>> 24].map((n) => String(n & 0xff)), ...ZONE_IPV4]);

/** 32 hexadecimal digits, the last of the address first, then `ip6.arpa`. */
export function reverseIpv6(a: Ipv6Address): Name {
  const digits = Array.from(a, (octet) => [octet >>> 4, octet & 0xf]).flat();
  return fromLabels([...digits.reverse().map((digit) => digit.toString(16)), ...ZONE_IPV6]);
}

const endsWith = (labels: readonly string[], zone: readonly string[]): boolean =>
  zone.every((label, i) => labels.at(i - zone.length) === label);

/** The address that a whole reverse name stands for; undefined for any other name. */
export function reversedIpv4(name: Name): Ipv4Address | undefined {
  const labels = labelsOf(canonical(name));
  if (labels.length !== 6 || !endsWith(labels, ZONE_IPV4)) return undefined;
  let value = 0;
  for (const label of labels.slice(0, 4).reverse()) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(label) || Number(label) > 0xff) return undefined;
    value = value * 0x100 + Number(label);
  }
  return address(value);
}

export function reversedIpv6(name: Name): Ipv6Address | undefined {
  const labels = labelsOf(canonical(name));
  if (labels.length !== 2 * ADDRESS_LENGTH + 2 || !endsWith(labels, ZONE_IPV6)) return undefined;
  const digits = labels.slice(0, -2).reverse();
  if (!digits.every((digit) => /^[0-9a-f]$/.test(digit))) return undefined;
  return Uint8Array.from({ length: ADDRESS_LENGTH }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2).join(''), 16),
  );
}
