/**
 * Debian's avrdude, an independent STK500v1 programmer, and netlab's write the same file to the same twin of
 * optiboot, and leave the same flash: so the twin is what a loader is, and our client what a programmer is.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { randomOctets, seededRng } from '../../src/base/random.ts';
import { netlab, ownFolder } from '../cli/netlab.ts';
import { type PtyOptiboot, ptyOptiboot } from '../flash/pty-optiboot.ts';

/** Asynchronous: the twin lives in this process. */
const run = promisify(execFile);

const avrdude = ({ path }: PtyOptiboot, ...operation: string[]) =>
  run('avrdude', ['-p', 'm328p', '-c', 'arduino', '-b', '115200', '-P', path, '-D', ...operation]);

/** JMP, and octets without a pattern. */
function program(size: number): string {
  const octets = randomOctets(seededRng(size), size);
  octets.set([0x0c, 0x94]);
  const file = join(ownFolder(), 'program.bin');
  writeFileSync(file, octets);
  return file;
}

const flashOf = (file: string, { path }: PtyOptiboot) =>
  netlab(['flash', '--board', 'uno', '--port', path, '--image', file, '--json']);

describe('avrdude and netlab flash', () => {
  // A part of a page, whole pages, all that there is room for.
  it.each([2, 1000, 1024, 32_256])('leave the same flash of %i octets', async (size) => {
    const file = program(size);
    const [theirs, ours] = [await ptyOptiboot(), await ptyOptiboot()];
    // Without a chip erase avrdude reads what a page in part its own has, and writes it again: we write ones.
    for (const { twin } of [theirs, ours]) twin.flash.fill(0xff);
    await avrdude(theirs, '-U', `flash:w:${file}:r`);
    const { code, stdout } = await flashOf(file, ours);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(Buffer.compare(ours.twin.flash, theirs.twin.flash)).toBe(0);
  });

  it('avrdude verifies what netlab wrote', async () => {
    const file = program(3000);
    const board = await ptyOptiboot();
    expect((await flashOf(file, board)).code).toBe(0);
    // netlab has asked the program for its version, and so the loader, which is there still.
    board.reset();
    const { stderr } = await avrdude(board, '-U', `flash:v:${file}:r`);
    expect(stderr).toMatch(/3000 bytes of flash verified/);
  });

  it('both find a worn cell', async () => {
    const file = program(1000);
    const wornAt = [...randomOctets(seededRng(1000), 1000)].findIndex(
      (octet, i) => i > 2 && octet & 1,
    );
    const [theirs, ours] = [await ptyOptiboot({ wornAt }), await ptyOptiboot({ wornAt })];
    await expect(avrdude(theirs, '-U', `flash:w:${file}:r`)).rejects.toMatchObject({ code: 1 });
    expect((await flashOf(file, ours)).code).toBe(5);
  });
});
