/** What a server tells a client: RFC 2131 §4.3.1, table 3. */
import { type Duration, seconds } from '../../../base/time.ts';
import { address, type Ipv4Address, mask } from '../../network/ipv4/address.ts';
import { INFINITE } from './lease.ts';
import type { Message } from './message.ts';
import {
  MESSAGE_TYPE,
  type MessageType,
  OPTION,
  ofAddresses,
  ofUint8,
  ofUint32,
} from './options.ts';
import type { Pool } from './pool.ts';

/** What an OFFER or an ACK gives; an ACK to an INFORM gives nothing. */
export interface Grant {
  readonly address: Ipv4Address;
  readonly leaseTime: Duration;
}

/** What the server says of itself, whatever a pool has been given. */
const OWN: ReadonlySet<number> = new Set([
  OPTION.requestedAddress,
  OPTION.leaseTime,
  OPTION.overload,
  OPTION.messageType,
  OPTION.serverIdentifier,
  OPTION.renewalTime,
  OPTION.rebindingTime,
  OPTION.clientIdentifier,
  OPTION.relayAgentInformation,
]);

/** The ones that the client cannot do without come first: those that find no room are left out. */
export function optionsFor(
  type: MessageType,
  request: Message,
  server: Ipv4Address,
  pool: Pool,
  { leaseTime }: Partial<Grant>,
): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>([
    [OPTION.messageType, ofUint8(type)],
    [OPTION.serverIdentifier, ofAddresses(server)],
  ]);
  const echo = (code: number): void => {
    const value = request.options.get(code);
    if (value !== undefined) options.set(code, value);
  };
  // RFC 6842 §3: in each reply, so that clients behind one hardware address are told apart.
  echo(OPTION.clientIdentifier);
  if (leaseTime !== undefined) {
    const life = Math.min(Math.floor(leaseTime / seconds(1)), INFINITE);
    options.set(OPTION.leaseTime, ofUint32(life));
    if (life < INFINITE) {
      options.set(OPTION.renewalTime, ofUint32(Math.floor(life / 2)));
      options.set(OPTION.rebindingTime, ofUint32(Math.floor((life * 7) / 8)));
    }
  }
  if (type !== MESSAGE_TYPE.nak)
    for (const [code, value] of parameters(request, pool)) options.set(code, value);
  // RFC 3046 §2.2: as it came, and last.
  echo(OPTION.relayAgentInformation);
  return options;
}

/** In the order in which the client asks for them (RFC 2132 §9.8); all, if it does not say. */
function parameters(request: Message, pool: Pool): readonly [number, Uint8Array][] {
  const own = new Map<number, Uint8Array>([
    [OPTION.subnetMask, ofAddresses(address(mask(pool.network.length)))],
    ...pool.options,
  ]);
  const wanted = request.options.get(OPTION.parameterRequestList) ?? own.keys();
  return Array.from(new Set(wanted)).flatMap((code): [number, Uint8Array][] => {
    const value = OWN.has(code) ? undefined : own.get(code);
    return value === undefined ? [] : [[code, value]];
  });
}
