/** Brings an RP2040 into its mask ROM, and finds there the USB interface that may be opened, else the disk. */
import { NetlabError } from '../../base/errors.ts';
import { after, type Duration, type Instant, milliseconds, seconds } from '../../base/time.ts';
import type { VolumeBoard } from '../../hardware/flash/chips.ts';
import {
  noLoaderDevice,
  noLoaderVolume,
  volumeUnmounted,
  whichBoard,
  wrongVolume,
} from './errors.ts';
import type { Flashing, Via } from './flash-request.ts';
import type { FlashWorld, LoaderVolume, UsbLink, UsbLoader } from './flash-world.ts';

/** Restart, enumeration as a disk, and a desktop that mounts it. */
const TOUCHED = seconds(10);
/** For a person to find the button and the cable. */
const PRESSED = seconds(60);
/** A disk that a desktop will mount is mounted by then. */
const MOUNTING = seconds(4);
const LOOK = milliseconds(200);

export type EnteredLoader =
  | { readonly by: 'picoboot'; readonly path: string; readonly link: UsbLink }
  | { readonly by: 'volume'; readonly volume: LoaderVolume };

/** What waits in a loader. */
export interface Waiting {
  readonly devices: readonly UsbLoader[];
  readonly volumes: readonly LoaderVolume[];
}

/**
 * By the way that is wanted. Without a wish a machine that has no way to USB devices has none of them.
 * @throws NetlabError `usb-unavailable`, when USB alone is wanted
 */
export async function waitingIn(world: FlashWorld, via: Via | undefined): Promise<Waiting> {
  const volumes = via === 'picoboot' ? [] : await world.volumes();
  if (via === 'volume') return { volumes, devices: [] };
  try {
    return { volumes, devices: await world.usbLoaders() };
  } catch (error) {
    if (via === 'picoboot' || !(error instanceof NetlabError)) throw error;
    return { volumes, devices: [] };
  }
}

/** @throws NetlabError `loader-no-volume`, `loader-no-device`, `volume-unmounted`, `wrong-chip`, `usb-…`, and of the port */
export const enterLoader = (flashing: Flashing, board: VolumeBoard): Promise<EnteredLoader> =>
  new Entry(flashing, board).enter();

class Entry {
  private readonly flashing: Flashing;
  private readonly board: VolumeBoard;
  /** Were there before, for other boards. */
  private readonly known = new Set<string>();
  /** Why the last device was not opened. */
  private refusal: NetlabError | undefined;
  private unmountedSince: Instant | undefined;

  constructor(flashing: Flashing, board: VolumeBoard) {
    this.flashing = flashing;
    this.board = board;
  }

  async enter(): Promise<EnteredLoader> {
    const { world, tell, port, volume, device, via, attended } = this.flashing;
    const before = await waitingIn(world, via);
    tell({ kind: 'phase', phase: 'enter', at: port ?? device ?? volume ?? this.board.board });
    const ours = [device, volume];
    for (const { path } of [...before.devices, ...before.volumes]) {
      if (!ours.includes(path)) this.known.add(path);
    }
    const there = volume !== undefined || device !== undefined || (await this.touch(before));
    if (there || port !== undefined) {
      const entered = await this.appears(TOUCHED);
      if (entered !== undefined) return entered;
    }
    if (attended && this.refusal === undefined) {
      const { button, board, boardId: label } = this.board;
      tell({ kind: 'button', board, button, label });
      const entered = await this.appears(PRESSED);
      if (entered !== undefined) return entered;
    }
    throw this.refusal ?? (via === 'picoboot' ? noLoaderDevice : noLoaderVolume)(this.board);
  }

  /** True: its port is not there, while one board waits in its loader. It was interrupted before, and is that one. */
  private async touch({ devices, volumes }: Waiting): Promise<boolean> {
    const { world, port } = this.flashing;
    if (port === undefined) return false;
    try {
      await world.touch(port);
      return false;
    } catch (error) {
      const disks = volumes.filter(({ info }) => info.boardId === this.board.boardId);
      const absent = error instanceof NetlabError && error.code === 'no-such-port';
      if (!absent || (disks.length === 0 && devices.length === 0)) throw error;
      const most = devices.length > disks.length ? devices : disks;
      if (most.length > 1) throw whichBoard(most.map(({ path }) => path));
      for (const { path } of [...devices, ...disks]) this.known.delete(path);
      return true;
    }
  }

  /** The board, when one that was not there before comes in time. */
  private async appears(patience: Duration): Promise<EnteredLoader | undefined> {
    const { world, signal, via } = this.flashing;
    const deadline = after(world.now(), patience);
    this.unmountedSince = undefined;
    while (world.now() < deadline) {
      signal.throwIfAborted();
      const { devices, volumes } = await waitingIn(world, via);
      const entered = (await this.opened(devices)) ?? this.mounted(volumes);
      if (entered !== undefined) return entered;
      if (via !== 'picoboot') await this.checkUnmounted();
      await world.sleep(LOOK);
    }
    return undefined;
  }

  /** A system may give a new device its permissions a moment later: until then it is tried again. */
  private async opened(devices: readonly UsbLoader[]): Promise<EnteredLoader | undefined> {
    for (const device of devices.filter(({ path }) => !this.known.has(path))) {
      try {
        return { by: 'picoboot', path: device.path, link: await device.open() };
      } catch (error) {
        if (!(error instanceof NetlabError)) throw error;
        this.refusal = error;
      }
    }
    return undefined;
  }

  private mounted(volumes: readonly LoaderVolume[]): EnteredLoader | undefined {
    const { boardId, chip } = this.board;
    const fresh = volumes.filter(({ path }) => !this.known.has(path));
    const volume = fresh.find(({ info }) => info.boardId === boardId);
    if (volume !== undefined) return { by: 'volume', volume };
    const [other] = fresh;
    if (other !== undefined) throw wrongVolume(chip, other.info.model, other.path);
    return undefined;
  }

  private async checkUnmounted(): Promise<void> {
    const { world } = this.flashing;
    const { boardId } = this.board;
    const remedy = await world.unmounted(boardId);
    this.unmountedSince = remedy === undefined ? undefined : (this.unmountedSince ?? world.now());
    if (remedy === undefined || this.unmountedSince === undefined) return;
    if (world.now() >= after(this.unmountedSince, MOUNTING)) throw volumeUnmounted(boardId, remedy);
  }
}
