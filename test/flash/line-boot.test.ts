/** `netlab flash` of boards whose loader is on their serial line: the chip then boots what it was given. */
import { expect, it } from 'vitest';
import { equal } from '../../src/base/octets.ts';
import { flash } from '../../src/node/flash/flash.ts';
import { loadImage } from '../../src/node/images.ts';
import { EspRomTwin } from './esp-rom-twin.ts';
import { LineWorld, PORT } from './line-world.ts';
import { OptibootTwin } from './optiboot-twin.ts';

const REQUEST = {
  board: undefined,
  port: undefined,
  image: undefined,
  erase: false,
  attended: false,
  via: undefined,
};

it('an ESP32-C3 boots what its ROM wrote, and says so', async () => {
  const image = loadImage('esp32c3');
  const twin = new EspRomTwin();
  const world = new LineWorld('esp32c3', twin);
  const signal = new AbortController().signal;
  const done = await flash(REQUEST, world, signal, () => {});
  expect(done).toMatchObject({
    board: 'esp32c3',
    port: PORT,
    loader: 'esp',
    verified: 'md5',
    firmware: image.version,
    serial: world.emulated?.identity?.serialNumber.replaceAll(':', ''),
  });
  expect(equal(twin.flash.subarray(0, image.octets.length), image.octets)).toBe(true);
});

it('an Uno boots what optiboot wrote, and says so', async () => {
  const image = loadImage('uno');
  const twin = new OptibootTwin();
  const world = new LineWorld('uno', twin);
  const done = await flash(REQUEST, world, new AbortController().signal, () => {});
  expect(done).toMatchObject({
    board: 'uno',
    port: PORT,
    loader: 'stk500',
    verified: 'read-back',
    firmware: image.version,
    image: { octets: image.octets.length },
  });
  expect(equal(twin.flash.subarray(0, image.octets.length), image.octets)).toBe(true);
  expect({ left: twin.left, fault: world.emulated?.fault }).toEqual({
    left: true,
    fault: undefined,
  });
});

it('and an ESP32-C3 whose flash is empty when it restarts boots nothing, and is silent', async () => {
  const twin = new EspRomTwin();
  const { handleSignals } = twin;
  // What the ROM wrote is lost when the chip restarts.
  twin.handleSignals = (dtr, rts) => {
    handleSignals.call(twin, dtr, rts);
    if (twin.running) twin.flash.fill(0xff);
  };
  const world = new LineWorld('esp32c3', twin);
  const signal = new AbortController().signal;
  await expect(flash(REQUEST, world, signal, () => {})).rejects.toMatchObject({
    code: 'board-silent',
  });
});
