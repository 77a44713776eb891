/** What a client says: RFC 2131 §4.4.1, tables 4 and 5. */
import type { Duration } from '../../../base/time.ts';
import { type Ipv4Address, UNSPECIFIED } from '../../network/ipv4/address.ts';
import {
  DATAGRAM_OVERHEAD,
  encode,
  HARDWARE_ETHERNET,
  LENGTH_MIN_ACCEPTED,
  OP,
} from './message.ts';
import {
  MESSAGE_TYPE,
  type MessageType,
  OPTION,
  ofAddresses,
  ofText,
  ofUint8,
  ofUint16,
} from './options.ts';

const PARAMETERS = [
  OPTION.subnetMask,
  // RFC 3442: before the Router option.
  OPTION.classlessRoutes,
  OPTION.router,
  OPTION.domainNameServer,
  OPTION.domainName,
  OPTION.domainSearch,
  OPTION.interfaceMtu,
  OPTION.broadcastAddress,
];

export interface ClientConfiguration {
  /** Six octets. */
  readonly hardware: Uint8Array;
  /** Option 61, with its type octet; the hardware address tells clients apart without it. */
  readonly clientIdentifier?: Uint8Array;
  readonly hostName?: string;
  /** Can the host take datagrams to an address that it does not have yet? Else answers are broadcast. */
  readonly unicast?: boolean;
  /**
   * RFC 2131 §4.4.1 wants a wait of 1 … 10 s before the first message, lest machines that are switched on
   * together all speak at once. A lab's host is one, and so waits only if this says for how long at most.
   */
  readonly startDelay?: Duration;
  /** The longest message that is taken, 548 octets at least. */
  readonly messageLength?: number;
}

export interface ClientMessage {
  readonly type: MessageType;
  readonly xid: number;
  readonly secs: number;
  /** The address that is in use: `ciaddr`. */
  readonly own?: Ipv4Address;
  /** The requested address, option 50. */
  readonly wanted?: Ipv4Address;
  /** The server identifier. */
  readonly server?: Ipv4Address;
}

export function encodeClientMessage(
  configuration: ClientConfiguration,
  { type, xid, secs, own = UNSPECIFIED, wanted = UNSPECIFIED, server }: ClientMessage,
): Uint8Array {
  const { hardware, clientIdentifier, hostName, unicast = false } = configuration;
  const { messageLength = LENGTH_MIN_ACCEPTED } = configuration;
  const asks = type === MESSAGE_TYPE.discover || type === MESSAGE_TYPE.request;
  const options = new Map<number, Uint8Array>([[OPTION.messageType, ofUint8(type)]]);
  if (clientIdentifier !== undefined) options.set(OPTION.clientIdentifier, clientIdentifier);
  if (wanted !== UNSPECIFIED) options.set(OPTION.requestedAddress, ofAddresses(wanted));
  if (server !== undefined) options.set(OPTION.serverIdentifier, ofAddresses(server));
  if (asks) {
    options.set(OPTION.maximumMessageSize, ofUint16(messageLength + DATAGRAM_OVERHEAD));
    options.set(OPTION.parameterRequestList, Uint8Array.from(PARAMETERS));
    if (hostName !== undefined) options.set(OPTION.hostName, ofText(hostName));
  }
  return encode({
    op: OP.request,
    hardwareType: HARDWARE_ETHERNET,
    hops: 0,
    xid,
    secs,
    broadcast: asks && own === UNSPECIFIED && !unicast,
    ciaddr: own,
    yiaddr: UNSPECIFIED,
    siaddr: UNSPECIFIED,
    giaddr: UNSPECIFIED,
    chaddr: hardware,
    sname: new Uint8Array(),
    file: new Uint8Array(),
    options,
  });
}
