/**
 * What flashing costs on the line: the octets that a client and a loader exchange, at the line's rate. Both wait for
 * each other, so that this is the time that a chip without delays takes; a clock would measure this machine.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import { ESPLoader, Transport } from 'esptool-js';
import { randomOctets, seededRng } from '../src/base/random.ts';
import { EspRom } from '../src/hardware/flash/esp-rom.ts';
import { pagesOf } from '../src/hardware/flash/image.ts';
import type { LoaderMachine } from '../src/hardware/flash/loader.ts';
import { Stk500 } from '../src/hardware/flash/stk500.ts';
import { monotonicNow } from '../src/node/clock.ts';
import { PACKAGE_ROOT } from '../src/node/package-root.ts';
import { openPty } from '../src/node/pty.ts';
import { EspRomTwin } from '../test/flash/esp-rom-twin.ts';
import { flash, type LoaderTwin } from '../test/flash/line-loader.ts';
import { OptibootTwin } from '../test/flash/optiboot-twin.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';
import { MeteredTwin } from './metered-twin.ts';
import { WebSerialTwin } from './web-serial-twin.ts';

const ATMEGA328P = Uint8Array.of(0x1e, 0x95, 0x0f);
const RATE = 115_200;
const FAST_RATE = 921_600;
const KIBIBYTE = 1024;

/** Our firmware, one image behind the other: as compressible as programs are. */
function programs(size: number): Uint8Array {
  const folder = join(PACKAGE_ROOT, 'firmware', 'images');
  const images = ['esp32c3.bin', 'w5500-evb-pico.bin', 'esp32.bin', 'w5500-evb-pico.bin'];
  const all = Buffer.concat(images.map((name) => readFileSync(join(folder, name))));
  if (all.length < size) throw new Error(`the images have ${all.length} octets`);
  return new Uint8Array(all.subarray(0, size));
}

function run(client: LoaderMachine, twin: LoaderTwin): MeteredTwin {
  const metered = new MeteredTwin(twin, RATE);
  if (!flash(client, metered).done) throw new Error('the twin was not flashed');
  return metered;
}

function byUs(image: Uint8Array, fastRate: number): number {
  const md5 = createHash('md5').update(image).digest('hex');
  const deflated = new Uint8Array(deflateSync(image, { level: 9 }));
  const parts = [{ address: 0, octets: image, md5, deflated }];
  return run(
    new EspRom({ chip: 5, parts, flashSize: 4 << 20, erase: false, fastRate }),
    new EspRomTwin(),
  ).lineTime_s;
}

/** It prints what it does, with nobody to tell it not to. */
class QuietTransport extends Transport {
  override trace(): void {}
}

async function byEsptool(image: Uint8Array, baudrate: number): Promise<number> {
  const twin = new EspRomTwin({ stub: true });
  const metered = new MeteredTwin(twin, RATE);
  const transport = new QuietTransport(new WebSerialTwin(metered), false);
  const terminal = { clean: () => {}, writeLine: () => {}, write: () => {} };
  const loader = new ESPLoader({ transport, baudrate, romBaudrate: RATE, terminal });
  await loader.main();
  await loader.writeFlash({
    fileArray: [{ data: image, address: 0 }],
    ...{ flashMode: 'keep', flashFreq: 'keep', flashSize: 'keep' },
    eraseAll: false,
    compress: true,
    calculateMD5Hash: (octets) => createHash('md5').update(octets).digest('hex'),
  });
  const { lineTime_s } = metered;
  await transport.disconnect();
  if (!image.every((octet, i) => twin.flash[i] === octet))
    throw new Error('esptool-js wrote another image');
  return lineTime_s;
}

async function byAvrdude(image: Uint8Array): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-bench-'));
  const pty = await openPty();
  try {
    const twin = new OptibootTwin({ resident: true });
    const metered = new MeteredTwin(twin, RATE);
    pty.onData((octets) => {
      metered.handleOctets(octets, monotonicNow());
      const answer = metered.pollOutput();
      if (answer !== undefined) pty.write(answer);
    });
    const file = join(folder, 'program.bin');
    writeFileSync(file, image);
    const port = ['-p', 'm328p', '-c', 'arduino', '-b', `${RATE}`, '-P', pty.path];
    await promisify(execFile)('avrdude', [...port, '-D', '-U', `flash:w:${file}:r`]);
    if (!image.every((octet, i) => twin.flash[i] === octet))
      throw new Error('avrdude wrote another image');
    return metered.lineTime_s;
  } finally {
    pty.close();
    rmSync(folder, { recursive: true });
  }
}

async function uno(size: number): Promise<Figure> {
  const image = randomOctets(seededRng(1), size);
  image.set([0x0c, 0x94]); // JMP
  const client = new Stk500({
    signature: ATMEGA328P,
    pages: pagesOf([{ address: 0, octets: image }], 128),
  });
  const ours = run(client, new OptibootTwin({ resident: true })).lineTime_s;
  const theirs = await byAvrdude(image).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const what = `${size / KIBIBYTE} KiB into an Uno and read back, STK500 at ${RATE} bit/s`;
  const peer = theirs === undefined ? {} : { peer: 'avrdude', peerRuns: [theirs] };
  return figure(what, 's', [ours], { target: '≤ 1 × avrdude', ...peer });
}

async function esp(image: Uint8Array, rate: number): Promise<Figure> {
  const what = `${image.length / KIBIBYTE} KiB of programs into an ESP32-C3, its MD5 compared, up to ${rate} bit/s`;
  const [ours, theirs] = [byUs(image, rate), await byEsptool(image, rate)];
  const against = { target: '≤ 1 × esptool', peer: 'esptool-js 0.7.0', peerRuns: [theirs] };
  return figure(what, 's', [ours], against);
}

export const benchmark: Benchmark = async (quick) => {
  const image = programs((quick ? 8 : 64) * KIBIBYTE);
  return [
    await uno((quick ? 2 : 16) * KIBIBYTE),
    await esp(image, RATE),
    await esp(image, FAST_RATE),
  ];
};
