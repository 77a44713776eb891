import { seededRng } from '../../base/random.ts';
import { stationAddress } from '../station-address.ts';
import { openTap } from '../tap/tap-device.ts';
import type { Attachment, Prefix } from './attachment.ts';

export interface TapChoice {
  readonly name: string;
  readonly mtu: number;
  /** Of the kernel's side. */
  readonly kernel: readonly Prefix[];
  /** Of the host's hardware address: two hosts on one segment have two. */
  readonly seed: number;
}

/** @throws UsageError `tap-name`; NetlabError `tap-unsupported`, `tap-permission`, `tap-busy`, `tap-failed` */
export async function attachTap({ name, mtu, kernel, seed }: TapChoice): Promise<Attachment> {
  const device = await openTap({ name, mtu, addresses: kernel });
  return {
    name: device.name,
    device,
    hardware: stationAddress(seededRng(seed)),
    close: async () => device.close(),
  };
}
