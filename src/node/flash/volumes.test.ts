import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loaderVolumes } from './volumes.ts';

const INFO = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';
const NONE = { platform: 'linux', extra: undefined, mounts: '/nowhere' } as const;

/** A folder of folders, each a volume with this text as its INFO_UF2.TXT, or with none. */
function volumes(texts: Readonly<Record<string, string | undefined>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-volumes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(folder, name));
    if (text !== undefined) writeFileSync(join(folder, name, 'INFO_UF2.TXT'), text);
  }
  return folder;
}

function mountsOf(...lines: string[]): string {
  const file = join(volumes({}), 'mounts');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

describe.skipIf(process.platform === 'win32')('the volumes of loaders', () => {
  it('are those with an INFO_UF2.TXT', async () => {
    const extra = volumes({ 'RPI-RP2': INFO, USB: undefined, odd: 'hello' });
    const found = await loaderVolumes({ ...NONE, extra });
    expect(found.map(({ path, info }) => ({ path, info }))).toEqual([
      { path: join(extra, 'RPI-RP2'), info: { model: 'Raspberry Pi RP2', boardId: 'RPI-RP2' } },
    ]);
  });

  it('are found wherever Linux has mounted a FAT disk, odd names and all', async () => {
    const folder = volumes({ 'RPI RP2': INFO, other: INFO });
    const mounts = mountsOf(
      `/dev/sda1 ${folder}/other ext4 rw 0 0`,
      `/dev/sdb1 ${folder}/RPI\\040RP2 vfat rw,nosuid 0 0`,
      'proc /proc proc rw 0 0',
    );
    const found = await loaderVolumes({ ...NONE, mounts });
    expect(found.map(({ path }) => path)).toEqual([join(folder, 'RPI RP2')]);
  });

  it('are none where nothing can be looked at', async () => {
    expect(await loaderVolumes({ ...NONE, extra: '/nowhere:/either' })).toEqual([]);
    const mounts = mountsOf('/dev/sdb1 /nowhere/RPI-RP2 vfat rw 0 0');
    expect(await loaderVolumes({ ...NONE, mounts })).toEqual([]);
  });

  it('take a file, and say when it is on the medium', async () => {
    const extra = volumes({ 'RPI-RP2': INFO });
    const [volume] = await loaderVolumes({ ...NONE, extra });
    const file = await volume?.create('NETLAB.UF2');
    await file?.write(Uint8Array.of(1, 2, 3));
    await file?.write(Uint8Array.of(4));
    await file?.sync();
    await file?.close();
    expect([...readFileSync(join(extra, 'RPI-RP2', 'NETLAB.UF2'))]).toEqual([1, 2, 3, 4]);
  });

  it('that are gone refuse with the system’s code', async () => {
    const extra = volumes({ 'RPI-RP2': INFO });
    const [volume] = await loaderVolumes({ ...NONE, extra });
    rmSync(join(extra, 'RPI-RP2'), { recursive: true });
    await expect(volume?.create('NETLAB.UF2')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
