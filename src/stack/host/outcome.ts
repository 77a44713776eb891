/** What one who sends says of his datagram, and hears of it. */

export type Outcome =
  /** It left, or waits for its turn or its neighbour. */
  | 'sent'
  | 'no-route'
  /** For any datagram, or for one that must not be cut. */
  | 'too-big'
  /** Too much waits already. */
  | 'full';

export interface SendOptions {
  /** TTL or hop limit; undefined: the path's. */
  readonly timeToLive: number | undefined;
  readonly trafficClass: number;
  readonly dontFragment: boolean;
}
