/** Loaders that speak on the line, flashed through RFC 2217: octets, rates, and the resets by DTR and RTS. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { monotonicNow } from '../../src/node/clock.ts';
import { flash } from '../../src/node/flash/flash.ts';
import { machineWorld } from '../../src/node/flash/machine-world.ts';
import { sharePort } from '../../src/node/remote/share.ts';
import type { Line } from '../../src/node/stream-transport.ts';
import { espImage } from './esp-image.ts';
import { EspRomTwin } from './esp-rom-twin.ts';
import type { LoaderTwin } from './line-loader.ts';
import { OptibootTwin } from './optiboot-twin.ts';

/** A twin as a port with modem lines, in real time. */
function portOf(twin: LoaderTwin, first: number): Line {
  let alarm: NodeJS.Timeout | undefined;
  const work = (): void => {
    clearTimeout(alarm);
    twin.handleTimeout(monotonicNow());
    const octets = twin.pollOutput();
    if (octets !== undefined) stream.push(octets);
    const due = twin.pollTimeout();
    if (due !== undefined) alarm = setTimeout(work, Math.max(1, (due - monotonicNow()) / 1000));
  };
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      twin.handleOctets(chunk, monotonicNow());
      work();
      done();
    },
  });
  return {
    name: 'twin',
    stream,
    rate: first,
    setRate: async (rate) => twin.handleRate?.(rate),
    drain: async () => {},
    setSignals: async (dtr, rts) => {
      twin.handleSignals(dtr, rts, monotonicNow());
      work();
      return true;
    },
    purge: async () => {},
    reset: async () => false,
    close: async () => {
      clearTimeout(alarm);
      stream.destroy();
    },
  };
}

async function shared(twin: LoaderTwin): Promise<string> {
  const share = await sharePort({
    open: async () => portOf(twin, 115_200),
    host: '127.0.0.1',
    port: 0,
    signature: 'twin',
  });
  onTestFinished(() => share.close());
  return share.name;
}

function imageFile(octets: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-flash-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'image.bin');
  writeFileSync(path, octets);
  return path;
}

const request = (board: string, port: string, image: string) =>
  flash(
    { board, port, image, erase: false, attended: false, via: undefined },
    machineWorld,
    new AbortController().signal,
    () => {},
  );

/** `rjmp .+2`, then anything: where an AVR starts. */
const SKETCH = Uint8Array.from({ length: 700 }, (_, i) =>
  i === 0 ? 0x01 : i === 1 ? 0xc0 : i & 0xff,
);

it('an Uno: reset by DTR, written, read back', { timeout: 60_000 }, async () => {
  const twin = new OptibootTwin();
  const flashed = await request('uno', await shared(twin), imageFile(SKETCH));
  expect(flashed.verified).toBe('read-back');
  expect(twin.flash.subarray(0, SKETCH.length)).toEqual(SKETCH);
  expect(twin.resets).toBeGreaterThanOrEqual(1);
});

it('an ESP32-C3: its loader by DTR and RTS, at a higher rate', { timeout: 60_000 }, async () => {
  const twin = new EspRomTwin({ chip: 5 });
  const image = espImage(5);
  const flashed = await request('esp32c3', await shared(twin), imageFile(image));
  expect(flashed.verified).toBe('md5');
  expect(twin.flash.subarray(0, image.length)).toEqual(image);
});
