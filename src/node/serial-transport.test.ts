/** serialport's native binding on pseudo-terminals: the path that a real port takes. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { after, milliseconds, seconds, since } from '../base/time.ts';
import { openPty, type Pty } from './pty.ts';
import { openSerial } from './serial-transport.ts';

async function pty(): Promise<Pty> {
  const made = await openPty();
  onTestFinished(() => made.close());
  return made;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'netlab-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** Root may open whatever it likes: till the test ends the process is somebody who may not. */
function beNobody(): void {
  if (process.geteuid?.() !== 0) return;
  process.seteuid?.(65534);
  onTestFinished(() => process.seteuid?.(0));
}

describe.skipIf(process.platform === 'win32')('a serial port', () => {
  it('carries frames both ways, every octet as it is', async () => {
    const far = await pty();
    far.onData((octets) => far.write(octets));
    const transport = await openSerial(far.path);
    const all = Uint8Array.from({ length: 255 }, (_, i) => i + 1);
    transport.write(Uint8Array.of(...all, 0));
    await transport.drain();
    expect(await transport.read(after(transport.now(), seconds(5)))).toEqual([Buffer.from(all)]);
    await transport.setLineRate(921_600);
    expect(transport.lineRate()).toBe(921_600);
    await transport.close();
  });

  it('is noticed within a second when it vanishes', async () => {
    const far = await pty();
    const transport = await openSerial(far.path);
    const began = transport.now();
    const reading = transport.read(after(began, seconds(5)));
    far.close();
    await expect(reading).rejects.toMatchObject({ code: 'port-lost', exitCode: 6 });
    expect(since(transport.now(), began)).toBeLessThan(seconds(1));
    await transport.close();
  });

  it('is free again once it is closed', async () => {
    const far = await pty();
    for (let i = 0; i < 3; i++) await (await openSerial(far.path)).close();
  });

  it('that is in use says by whom', async () => {
    const far = await pty();
    const transport = await openSerial(far.path);
    const refused = openSerial(far.path);
    await expect(refused).rejects.toMatchObject({ code: 'port-busy', exitCode: 4 });
    if (process.platform === 'linux') {
      await expect(refused).rejects.toMatchObject({
        details: { holder: expect.stringContaining(`(${process.pid})`) },
      });
    }
    await transport.close();
  });

  it('that does not exist is named with those that do', async () => {
    await expect(openSerial(join(folder(), 'ttyACM9'))).rejects.toMatchObject({
      code: 'no-such-port',
      exitCode: 4,
    });
  });

  it('that points nowhere does not exist', async () => {
    const link = join(folder(), 'ttyACM9');
    symlinkSync('/nowhere/ttyACM9', link);
    await expect(openSerial(link)).rejects.toMatchObject({ code: 'no-such-port' });
  });

  it('that is a plain file is no port', async () => {
    const file = join(folder(), 'notes.txt');
    writeFileSync(file, 'not a port');
    await expect(openSerial(file)).rejects.toMatchObject({ code: 'port-failed', exitCode: 4 });
  });

  it('that one may not open says what to do', async () => {
    const path = folder();
    const file = join(path, 'ttyACM9');
    writeFileSync(file, '');
    chmodSync(file, 0);
    chmodSync(path, 0o755);
    beNobody();
    await expect(openSerial(file)).rejects.toMatchObject({
      code: 'no-permission',
      exitCode: 4,
      details: { remedy: expect.stringContaining('sudo') },
    });
  });

  it('waits no longer than it is told', async () => {
    const transport = await openSerial((await pty()).path);
    expect(await transport.read(after(transport.now(), milliseconds(1)))).toEqual([]);
    await transport.close();
  });
});
