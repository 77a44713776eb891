/** What the name of a port means: a device of this machine, or where on the network it is. */
import { UsageError } from '../base/errors.ts';

export interface NetworkPort {
  /** `rfc2217`: Telnet with the COM-PORT-OPTION. `tcp`: the octets alone. */
  readonly kind: 'rfc2217' | 'tcp';
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

export type PortName =
  | { readonly kind: 'device'; readonly path: string }
  | { readonly kind: 'labgrid'; readonly place: string }
  | NetworkPort;

/**
 * What a URL without a port means. RFC 2217 has no port of its own: 2217 is what netlab shares at, and 4000
 * is what `netlab emulate --tcp` has in its examples.
 */
export const DEFAULT_PORT = { rfc2217: 2217, tcp: 4000 } as const;

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i;
const AUTHORITY = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^\s:/?#@[\]]+))(?::(\d{1,5}))?\/?$/i;
const PLACE = /^[\w.+-]+\/?$/;

/** @throws UsageError `bad-address` */
export function parsePortName(name: string): PortName {
  const [, scheme = '', rest = ''] = SCHEME.exec(name) ?? [];
  switch (scheme.toLowerCase()) {
    case '':
      return { kind: 'device', path: name };
    case 'rfc2217':
    case 'tcp':
      return networkPort(scheme.toLowerCase() as NetworkPort['kind'], rest);
    case 'labgrid':
      if (!PLACE.test(rest)) throw badAddress(name);
      return { kind: 'labgrid', place: rest.replace(/\/$/, '') };
    default:
      throw badAddress(name);
  }
}

function networkPort(kind: NetworkPort['kind'], authority: string): NetworkPort {
  const found = AUTHORITY.exec(authority);
  const host = found?.[1] ?? found?.[2];
  const port = found?.[3] === undefined ? DEFAULT_PORT[kind] : Number(found[3]);
  if (host === undefined || port < 1 || port > 0xffff) throw badAddress(authority);
  return { kind, host, port };
}

/** `rfc2217://[2001:db8::1]:2217` */
export const formatPortName = ({ kind, host, port }: NetworkPort): string =>
  `${kind}://${host.includes(':') ? `[${host}]` : host}:${port}`;

const badAddress = (address: string): UsageError =>
  new UsageError('bad-address', `${address} is no address of a port`, { address });
