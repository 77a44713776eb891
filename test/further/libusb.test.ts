/**
 * netlab's way to USB devices. Debian's libusb-1.0 where no RP2040 is plugged in; and a library of the same calls with
 * one on its bus, which shows what passes between JavaScript and C, not how a real bus behaves.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seconds } from '../../src/base/time.ts';
import { flashBoard } from '../../src/hardware/flash/chips.ts';
import { flashByPicoboot } from '../../src/node/flash/by-picoboot.ts';
import type { FlashEvent } from '../../src/node/flash/flash-request.ts';
import { usbLoaders } from '../../src/node/flash/libusb.ts';
import { loadLibUsb } from '../../src/node/flash/libusb-calls.ts';
import { machineWorld } from '../../src/node/flash/machine-world.ts';
import { type FailureDocument, netlab } from '../cli/netlab.ts';

/** @param macros `NAME=VALUE` */
function twin(...macros: string[]): () => ReturnType<typeof loadLibUsb> {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-libusb-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'libusb-1.0.so.0');
  const source = join(import.meta.dirname, 'libusb-twin.c');
  const flags = ['-shared', '-fPIC', '-Wall', '-Werror', ...macros.map((macro) => `-D${macro}`)];
  execFileSync('gcc', [...flags, '-o', path, source]);
  return () => loadLibUsb([path]);
}

describe('Debian’s libusb-1.0', () => {
  it('is loaded, started and asked, and shows no RP2040 where there is none', async () => {
    expect(await usbLoaders()).toEqual([]);
    expect(await usbLoaders()).toEqual([]);
  });

  it('of which the command says that nothing is plugged in', async () => {
    const { code, stdout } = await netlab(['flash', '--via', 'picoboot', '--json']);
    expect((JSON.parse(stdout) as FailureDocument).error).toMatchObject({ code: 'flash-no-board' });
    expect(code).toBe(4);
  });
});

describe('a library with an RP2040 on its bus', () => {
  it('is written, read back and restarted by its calls', async () => {
    const load = twin();
    const [loader, ...more] = await usbLoaders(load);
    expect([loader?.path, more]).toEqual(['usb:3-200', []]);
    const board = flashBoard('w5500-evb-pico');
    if (loader === undefined || board?.loader !== 'uf2') throw new Error('none to flash');
    // Octets of no regularity, so that none is taken for another.
    const digests = Array.from({ length: 640 }, (_, i) => {
      return createHash('sha256').update(String(i)).digest();
    });
    const octets = Uint8Array.from(Buffer.concat(digests));
    const parts = [{ address: 0x1000_0000, octets }];
    const image = { name: '', sha256: '', parts, erase: false, firmware: undefined };
    const events: FlashEvent[] = [];
    const target = { board, image, port: undefined, volume: undefined, device: loader.path };
    const request = { attended: false, via: undefined, world: machineWorld };
    const { signal } = new AbortController();
    const tell = (event: FlashEvent): void => void events.push(event);
    const link = await loader.open();
    await flashByPicoboot({ ...target, ...request, signal, tell }, board, { path: '', link });
    const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
    expect(phases).toEqual(['write', 'verify', 'restart']);
    // It left the bus.
    expect(await usbLoaders(load)).toEqual([]);
  });

  it('tells a stall, and what was asked for does not come', async () => {
    const [loader] = await usbLoaders(twin());
    const link = await loader?.open();
    const patience = seconds(1);
    const command = Uint8Array.of(1, 2, 3);
    expect(await link?.transfer({ kind: 'out', octets: command, patience })).toEqual({
      kind: 'stall',
    });
    expect(
      await link?.transfer({ kind: 'control-in', request: 0x42, length: 16, patience }),
    ).toEqual({ kind: 'ok', octets: new Uint8Array(16) });
    await link?.close();
  });

  it.each([
    ['OPEN_CODE=-3', 'usb-no-permission'],
    ['OPEN_CODE=-6', 'usb-busy'],
    ['CLAIM_CODE=-6', 'usb-busy'],
    ['OPEN_CODE=-4', 'usb-failed'],
  ])('that says %s is told as %s', async (macro, code) => {
    const [loader] = await usbLoaders(twin(macro));
    await expect(loader?.open()).rejects.toMatchObject({ code, exitCode: 4 });
  });
});
