/** What a person is to hear of leases although nothing failed. Whoever talks to people listens. */
import type { NetlabError } from '../../base/errors.ts';
import type { Claim } from './lease-claim.ts';

export type LeaseNotice =
  /** The board was another's, whose process is gone or has given no sign of life. */
  | {
      readonly kind: 'taken-over';
      readonly port: string;
      readonly why: 'gone' | 'expired';
      readonly from: Claim;
    }
  /** No lease can be kept: other processes do not learn that the board is in use. */
  | { readonly kind: 'unkept'; readonly error: NetlabError };

let listener: (notice: LeaseNotice) => void = () => {};
let told = false;

export function onLeaseNotice(listen: (notice: LeaseNotice) => void): void {
  listener = listen;
}

export function tellOfLease(notice: LeaseNotice): void {
  // What holds for every board is told of the first.
  if (notice.kind === 'unkept') {
    if (told) return;
    told = true;
  }
  listener(notice);
}
