/** What the client and the server hand to UDP. */
import type { Ipv4Address } from '../../network/ipv4/address.ts';

export interface OutgoingDatagram {
  readonly payload: Uint8Array;
  /** 0.0.0.0 while there is no address to be had (RFC 2131 §4.1). */
  readonly source: Ipv4Address;
  readonly sourcePort: number;
  /** 255.255.255.255 when `broadcast`. */
  readonly destination: Ipv4Address;
  readonly destinationPort: number;
  /** To all on the link: no route and no ARP. */
  readonly broadcast: boolean;
  /**
   * Whom the frame goes to, when the destination has no address yet and so answers no ARP (RFC 2131 §4.1).
   * Where it is not there, `destination` is routed and resolved as ever.
   */
  readonly hardware?: Uint8Array;
}
