/** The host at the other end of an emulated or mocked board's cable, with all services: somebody to talk to. */

import { seededRng } from '../../base/random.ts';
import { epochNow } from '../../node/clock.ts';
import type { Attachment } from '../../node/live-host/attachment.ts';
import { LiveHost } from '../../node/live-host/live-host.ts';
import { SERVICE_NAMES, startServices } from '../../stack/application/services.ts';
import { contains, type IpPrefix, isIpv4 } from '../../stack/network/ip/address.ts';
import { everywhere } from './everywhere.ts';
import type { HostRequest } from './host-flags.ts';

/** Undefined where nobody was asked for, or the other end of the cable is not ours. */
export function startNeighbour(
  attachment: Attachment | undefined,
  { neighbour, addresses, seed, mtu }: HostRequest,
): LiveHost | undefined {
  if (attachment === undefined || neighbour === undefined) return undefined;
  const live = new LiveHost([attachment], { seed: seed + 1, forwarding: false, mtu });
  live.host.addAddress(0, neighbour, live.sockets.now());
  // Its way to all else is the host, which may be a router.
  const router = addresses.find(({ prefix }) => shareLink(prefix, neighbour))?.prefix.address;
  if (router !== undefined) {
    live.host.addRoute(everywhere(router), { gateway: router, interface: 0 });
  }
  startServices(SERVICE_NAMES, {
    sockets: live.sockets,
    epoch: () => epochNow() / 1e6,
    rng: seededRng(seed + 2),
    page: () => ({ title: 'netlab neighbour', lines: [] }),
  });
  live.start();
  return live;
}

const shareLink = (a: IpPrefix, b: IpPrefix): boolean =>
  isIpv4(a.address) === isIpv4(b.address) && contains(a, b.address);
