/** What a simulation drives: a host, a router, a switch, whatever takes frames and gives frames. */
import type { Instant } from '../base/time.ts';
import type { Driven } from '../stack/host/driven.ts';

export interface Node extends Driven {
  /** The link of an interface came or went. */
  setLink?(interfaceIndex: number, up: boolean, now: Instant): void;
}
