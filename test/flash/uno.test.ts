/** `netlab flash --board uno` with the image that came with netlab: what the chip then boots, and says. */
import { describe, expect, it } from 'vitest';
import { flash } from '../../src/node/flash/flash.ts';
import { loadImage } from '../../src/node/images.ts';
import { UnoWorld } from './uno-world.ts';

const IMAGE = loadImage('uno');

describe('an Arduino Uno', { timeout: 60_000 }, () => {
  it('is flashed by its loader, boots what was flashed, and says so', async () => {
    const world = new UnoWorld();
    const request = { board: 'uno', port: undefined, image: undefined, erase: false };
    const { signal } = new AbortController();
    const done = await flash(
      { ...request, attended: false, via: undefined },
      world,
      signal,
      () => {},
    );
    expect(done).toMatchObject({
      board: 'uno',
      loader: 'stk500',
      verified: 'read-back',
      firmware: IMAGE.version,
      image: { octets: IMAGE.octets.length },
    });
    expect(IMAGE.octets.every((octet, i) => world.twin.flash[i] === octet)).toBe(true);
    expect({ left: world.twin.left, fault: world.emulated?.fault }).toEqual({
      left: true,
      fault: undefined,
    });
  });
});
