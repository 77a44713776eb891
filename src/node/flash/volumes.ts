/** The volumes of this machine behind which a UF2 loader is: those with an INFO_UF2.TXT. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { decodeInfo } from '../../hardware/flash/uf2.ts';
import type { LoaderVolume, VolumeFile } from './flash-world.ts';

const INFO = 'INFO_UF2.TXT';
/** Of disks that are not a system's own. */
const FIRST_LETTER = 'D'.charCodeAt(0);
const LAST_LETTER = 'Z'.charCodeAt(0);

export interface Places {
  readonly platform: NodeJS.Platform;
  /** Further folders whose folders are looked at, as `NETLAB_VOLUMES` names them. */
  readonly extra: string | undefined;
  readonly mounts: string;
}

const HERE = (): Places => ({
  platform: process.platform,
  // biome-ignore lint/complexity/useLiteralKeys: noPropertyAccessFromIndexSignature
  extra: process.env['NETLAB_VOLUMES'],
  mounts: '/proc/mounts',
});

/** Never throws: a volume that cannot be read, or goes away meanwhile, is none. */
export async function loaderVolumes(places: Places = HERE()): Promise<readonly LoaderVolume[]> {
  const folders = new Set([...(await mountPoints(places)), ...(await extraFolders(places))]);
  const volumes = await Promise.all([...folders].map(volumeAt));
  return volumes.filter((volume) => volume !== undefined);
}

async function volumeAt(path: string): Promise<LoaderVolume | undefined> {
  try {
    const info = decodeInfo(await readFile(join(path, INFO), 'latin1'));
    return info && { path, info, create: (name) => createFile(join(path, name)) };
  } catch {
    return undefined;
  }
}

async function createFile(path: string): Promise<VolumeFile> {
  const file = await open(path, 'w');
  return {
    write: async (octets) => {
      for (let at = 0; at < octets.length; ) {
        at += (await file.write(octets, at)).bytesWritten;
      }
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

function mountPoints({ platform, mounts }: Places): Promise<readonly string[]> | readonly string[] {
  if (platform === 'win32') {
    return Array.from({ length: LAST_LETTER - FIRST_LETTER + 1 }, (_, i) => {
      return `${String.fromCharCode(FIRST_LETTER + i)}:\\`;
    });
  }
  return platform === 'darwin' ? foldersIn('/Volumes') : fatMounts(mounts);
}

/** /media, /run/media, or wherever the system put it: the loader's disk is always FAT. */
function fatMounts(mounts: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(mounts, 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type = '']) => type === 'vfat' || type === 'msdos')
    .map(([, path = '']) => unescaped(path));
}

/** proc(5): space, tab, line feed and backslash are written in octal. */
const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

const extraFolders = async ({ extra = '' }: Places): Promise<readonly string[]> =>
  (await Promise.all(extra.split(delimiter).filter(Boolean).map(foldersIn))).flat();

async function foldersIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** The command that mounts a volume that is plugged in and mounted nowhere: servers have nobody who does. */
export async function mountCommand(label: string): Promise<string | undefined> {
  const device = `/dev/disk/by-label/${label}`;
  if (process.platform !== 'linux' || !existsSync(device)) return undefined;
  try {
    const mounted = readFileSync('/proc/mounts', 'utf8').includes(`${realpathSync(device)} `);
    return mounted ? undefined : `udisksctl mount -b ${device}`;
  } catch {
    return undefined;
  }
}
