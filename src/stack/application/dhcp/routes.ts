/**
 * Classless static routes, RFC 3442: for each the length of its prefix, as many octets of it as are not
 * zero by that length, and the router; a router 0.0.0.0 means that the network is on the link.
 */
import type { DecodeError } from '../../../base/errors.ts';
import { concat, view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { address, type Ipv4Address, type Ipv4Prefix, network } from '../../network/ipv4/address.ts';
import { ofUint32 } from './options.ts';

export interface Route {
  readonly destination: Ipv4Prefix;
  readonly router: Ipv4Address;
}

export function decodeRoutes(octets: Uint8Array): Result<readonly Route[], DecodeError> {
  const routes: Route[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = octets[at] as number;
    if (length > 32) {
      return fail({ code: 'bad-field', protocol: 'dhcp', field: 'route length', value: length });
    }
    const significant = (length + 7) >>> 3;
    const need = at + 1 + significant + 4;
    if (need > octets.length) {
      return fail({ code: 'truncated', protocol: 'dhcp', need, have: octets.length });
    }
    const padded = new Uint8Array(4);
    padded.set(octets.subarray(at + 1, at + 1 + significant));
    // RFC 3442: bits behind the prefix are to be made zero.
    const destination = network({ address: address(view(padded).getUint32(0)), length });
    const router = address(view(octets).getUint32(need - 4));
    routes.push({ destination: { address: destination, length }, router });
    at = need;
  }
  return ok(routes);
}

export const encodeRoutes = (routes: readonly Route[]): Uint8Array =>
  concat(
    routes.flatMap(({ destination, router }) => [
      Uint8Array.of(destination.length),
      ofUint32(network(destination)).subarray(0, (destination.length + 7) >>> 3),
      ofUint32(router),
    ]),
  );
