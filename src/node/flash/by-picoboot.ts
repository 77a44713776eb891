/** Flashing an RP2040 by PICOBOOT: drives the client, one transfer after another. */
import type { VolumeBoard } from '../../hardware/flash/chips.ts';
import { pagesOf } from '../../hardware/flash/image.ts';
import type { LoaderFault } from '../../hardware/flash/loader.ts';
import { Picoboot, RESET } from '../../hardware/flash/picoboot.ts';
import { PICOBOOT_SECTOR } from '../../hardware/flash/picoboot-packet.ts';
import { loaderFailure } from './errors.ts';
import type { Flashing } from './flash-request.ts';
import type { UsbLink } from './flash-world.ts';

const DEAF: readonly string[] = ['loader-gone', 'loader-silent'];

/**
 * Resolves when the chip has shown each octet and was told to restart. The link is closed in any case.
 * @throws NetlabError `loader-silent`, `loader-lost`, `loader-refused`, `loader-gone`, `wrong-chip`, `verify-failed`
 */
export async function flashByPicoboot(
  flashing: Flashing,
  board: VolumeBoard,
  { path, link }: { readonly path: string; readonly link: UsbLink },
): Promise<void> {
  const { signal } = flashing;
  try {
    const fault = await drive(flashing, path, link);
    if (fault === undefined && !signal.aborted) return;
    // What is left of the loader takes files again.
    if (fault === undefined || !DEAF.includes(fault.code)) {
      for (const transfer of RESET) await link.transfer(transfer);
    }
    signal.throwIfAborted();
    if (fault !== undefined) throw loaderFailure(path, board, fault);
  } finally {
    await link.close();
  }
}

/** Until the client is done, has given up, or nobody wants it any more. */
async function drive(
  flashing: Flashing,
  at: string,
  link: UsbLink,
): Promise<LoaderFault | undefined> {
  const { image, signal } = flashing;
  const client = new Picoboot(pagesOf(image.parts, PICOBOOT_SECTOR));
  client.start();
  for (;;) {
    const fault = told(client, at, flashing);
    // There is none once it is done.
    const transfer = client.pollTransfer();
    if (fault !== undefined || signal.aborted || transfer === undefined) return fault;
    client.handleOutcome(await link.transfer(transfer));
  }
}

/** Why it gave up, if it has. */
function told(client: Picoboot, at: string, { tell }: Flashing): LoaderFault | undefined {
  for (let event = client.pollEvent(); event; event = client.pollEvent()) {
    if (event.kind === 'failed') return event.fault;
    if (event.kind === 'progress') tell(event);
    // It was entered before.
    if (event.kind === 'phase' && event.phase !== 'enter') tell({ ...event, at });
  }
  return undefined;
}
