import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundledBoards, loadImage } from './images.ts';

const OCTETS = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
const ENTRY = {
  board: 'toy',
  file: 'toy.bin',
  format: 'bin',
  version: '1.2.3',
  size: OCTETS.length,
  sha256: createHash('sha256').update(OCTETS).digest('hex'),
  sourceHash: 'ab'.repeat(32),
};

function images(manifest: unknown, octets: Uint8Array | undefined = OCTETS): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-images-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  writeFileSync(join(folder, 'manifest.json'), text);
  if (octets.length > 0) writeFileSync(join(folder, 'toy.bin'), octets);
  return folder;
}

const altered = (): Uint8Array => OCTETS.map((octet, i) => (i === 200 ? octet ^ 1 : octet));

describe('a firmware image', () => {
  it('is what the manifest says', () => {
    const image = loadImage('toy', images({ images: [ENTRY] }));
    expect(image).toMatchObject({ board: 'toy', version: '1.2.3' });
    expect(Uint8Array.from(image.octets)).toEqual(OCTETS);
  });

  it.each([
    ['is altered', { images: [ENTRY] }, altered(), 'image-altered'],
    ['is truncated', { images: [ENTRY] }, OCTETS.subarray(0, 299), 'image-altered'],
    ['is missing', { images: [ENTRY] }, new Uint8Array(0), 'image-missing'],
    ['has a manifest that is no JSON', '{"images": [', OCTETS, 'manifest-damaged'],
    ['has a manifest without a list', { images: 1 }, OCTETS, 'manifest-damaged'],
    [
      'has an entry without a hash',
      { images: [{ ...ENTRY, sha256: 1 }] },
      OCTETS,
      'manifest-damaged',
    ],
    ['lies elsewhere', { images: [{ ...ENTRY, file: '../toy.bin' }] }, OCTETS, 'manifest-damaged'],
  ])('that %s is refused with exit 5', (_, manifest, octets, code) => {
    expect(() => loadImage('toy', images(manifest, octets))).toThrow(
      expect.objectContaining({ code, exitCode: 5 }),
    );
  });

  it('of no known board is a misuse', () => {
    expect(() => loadImage('z80', images({ images: [ENTRY] }))).toThrow(
      expect.objectContaining({
        code: 'unknown-board',
        exitCode: 2,
        details: { board: 'z80', boards: 'toy' },
      }),
    );
  });

  it('of each board that is offered is whole', () => {
    expect(bundledBoards()).toContain('w5500-evb-pico');
    for (const board of bundledBoards()) expect(loadImage(board).octets.length).toBeGreaterThan(0);
  });

  it('that cannot be listed is not offered', () => {
    expect(bundledBoards(images('{'))).toEqual([]);
  });
});
