/** A folder that behaves as the RP2040's disk: what is written into it goes to the ROM's twin, sector by sector. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { RP2_INFO, Uf2RomTwin } from './uf2-rom-twin.ts';

const LOOK_MS = 10;

export class VolumeFolder {
  readonly rom = new Uf2RomTwin();
  /** What NETLAB_VOLUMES names. */
  readonly parent: string;
  /** The chip restarts: all blocks have come. */
  onRestart: () => void = () => {};
  private readonly path: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(parent: string) {
    this.parent = parent;
    this.path = join(parent, 'RPI-RP2');
    onTestFinished(() => this.remove());
  }

  /** The board is in its loader. */
  appear(info = RP2_INFO): void {
    mkdirSync(this.path, { recursive: true });
    writeFileSync(join(this.path, 'INFO_UF2.TXT'), info);
    this.timer ??= setInterval(() => this.look(), LOOK_MS);
  }

  remove(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    rmSync(this.path, { recursive: true, force: true });
  }

  private look(): void {
    if (!existsSync(this.path)) return;
    for (const name of readdirSync(this.path)) {
      if (!name.endsWith('.UF2')) continue;
      const file = readFileSync(join(this.path, name));
      for (let at = 0; at + 512 <= file.length; at += 512) {
        this.rom.handleSector(Uint8Array.from(file.subarray(at, at + 512)));
      }
    }
    if (!this.rom.restarted) return;
    this.remove();
    this.onRestart();
  }
}
