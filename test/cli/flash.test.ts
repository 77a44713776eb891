/** `netlab flash` as its users run it: a folder for the RP2040's disk, pseudo-terminals for serial ports. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fromHex } from '../../src/base/octets.ts';
import { en } from '../../src/cli/messages/en.ts';
import { ko } from '../../src/cli/messages/ko.ts';
import { encodeUf2, FAMILY } from '../../src/hardware/flash/uf2.ts';
import { loadImage } from '../../src/node/images.ts';
import { espImage } from '../flash/esp-image.ts';
import { ptyEsp } from '../flash/pty-esp.ts';
import { ptyOptiboot } from '../flash/pty-optiboot.ts';
import { VolumeFolder } from '../flash/volume-folder.ts';
import { type FailureDocument, netlab, ownFolder, startNetlab } from './netlab.ts';
import { ptyBoard, testPty } from './pty-board.ts';

const IMAGE = loadImage('w5500-evb-pico');

/** A Pico at a PTY: what it says of itself when its firmware runs. */
const pico = (firmware = IMAGE.version, hash = IMAGE.sourceHash.slice(0, 16)) => {
  const sourceHash = fromHex(hash);
  return ptyBoard({ identity: { board: 'w5500-evb-pico', firmware, sourceHash } });
};

const failureOf = (stdout: string): FailureDocument['error'] =>
  (JSON.parse(stdout) as FailureDocument).error;

describe.skipIf(process.platform === 'win32')('netlab flash of a Pico', () => {
  const atPort = (port: string, ...more: string[]): string[] => [
    ...['flash', '--board', 'w5500-evb-pico', '--port', port],
    ...more,
  ];

  it('touches it, copies to the volume that appears, and greets', async () => {
    const [board, volume] = [await pico(), new VolumeFolder(ownFolder())];
    const running = startNetlab(atPort(board.path), { env: { NETLAB_VOLUMES: volume.parent } });
    await running.shows(/^Bring .* into its loader$/m);
    volume.appear();
    const { code, stdout } = await running.ended;
    const octets = Math.ceil(IMAGE.octets.length / 256) * 256;
    expect(stdout).toContain(`${octets} of ${octets} octets`);
    expect(stdout).toContain(`runs firmware ${IMAGE.version}.\n  It told the digest`);
    expect(code).toBe(0);
    expect(IMAGE.octets.every((octet, i) => volume.rom.flash[i] === octet)).toBe(true);
  });

  it('goes on where an interruption left it, and prints one JSON document', async () => {
    const [board, volume] = [await pico(), new VolumeFolder(ownFolder())];
    // The board waits in its loader, so that its port is there only afterwards.
    const port = join(ownFolder(), 'ttyACM0');
    volume.onRestart = () => symlinkSync(board.path, port);
    volume.appear();
    const { code, stdout } = await netlab(atPort(port, '--json'), {
      env: { NETLAB_VOLUMES: volume.parent },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      board: 'w5500-evb-pico',
      port,
      loader: 'uf2',
      verified: 'digest',
      firmware: IMAGE.version,
    });
    expect(code).toBe(0);
  });

  it('tells which button to hold, and goes on when the volume is there', async () => {
    const volume = new VolumeFolder(ownFolder());
    const file = join(ownFolder(), 'own.uf2');
    const parts = [{ address: 0x1000_0000, octets: IMAGE.octets }];
    writeFileSync(file, encodeUf2(parts, FAMILY.RP2040));
    const running = startNetlab(['flash', '--image', file], {
      env: { NETLAB_VOLUMES: volume.parent },
    });
    const shown = await running.shows(/hold its BOOTSEL button/);
    expect(shown).toContain('volume RPI-RP2');
    volume.appear();
    const { code, stdout } = await running.ended;
    expect(stdout).toContain('does not speak netlab');
    expect(stdout).toContain('took every block and restarted');
    expect(code).toBe(0);
  });

  it('finds out that another firmware runs than was flashed: exit 5', async () => {
    const [board, volume] = [await pico('0.9.0'), new VolumeFolder(ownFolder())];
    const running = startNetlab(atPort(board.path), { env: { NETLAB_VOLUMES: volume.parent } });
    await running.shows(/^Bring /m);
    volume.appear();
    const { code, stderr } = await running.ended;
    expect(stderr).toMatch(/is not what was flashed\.\n.*0\.9\.0/);
    expect(code).toBe(5);
  });

  it('ends with 130 at Ctrl-C while it waits for the button', async () => {
    const running = startNetlab(['flash', '--board', 'w5500-evb-pico'], {
      env: { NETLAB_VOLUMES: ownFolder() },
    });
    await running.shows(/BOOTSEL/);
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, stderr: '' });
  });

  it('with nothing plugged in, for a program: exit 4', async () => {
    const { code, stdout } = await netlab(['flash', '--json']);
    expect(failureOf(stdout)).toMatchObject({ code: 'flash-no-board', exitCode: 4 });
    expect(code).toBe(4);
  });
});

describe.skipIf(process.platform === 'win32')('netlab flash of an Uno', () => {
  /** RJMP to itself, then what is to be told apart. */
  const program = Uint8Array.from({ length: 900 }, (_, i) => [0xff, 0xcf][i] ?? (i * 7) & 0xff);

  function onUno(port: string, octets: Uint8Array = program, ...more: string[]): string[] {
    const file = join(ownFolder(), 'program.bin');
    writeFileSync(file, octets);
    return ['flash', '--board', 'uno', '--port', port, '--image', file, ...more];
  }

  it('writes, reads back, and says that what runs there is not ours', async () => {
    const { path, twin } = await ptyOptiboot();
    const { code, stdout } = await netlab(onUno(path));
    expect(stdout).toMatch(/^Write to .*\n {2}1024 of 1024 octets\nRead back from /m);
    expect(stdout).toContain('Every octet was read back');
    expect(code).toBe(0);
    expect(program.every((octet, i) => twin.flash[i] === octet)).toBe(true);
  });

  it('says so as JSON', async () => {
    const { path } = await ptyOptiboot();
    const { code, stdout } = await netlab(onUno(path, program, '--json'));
    expect(JSON.parse(stdout)).toMatchObject({
      board: 'uno',
      loader: 'stk500',
      verified: 'read-back',
      firmware: null,
      image: { octets: 900 },
    });
    expect(code).toBe(0);
  });

  it.each<[string, string, number, Parameters<typeof ptyOptiboot>[0]]>([
    ['nobody answers', 'loader-silent', 4, { fault: () => 'hang' }],
    ['the chip is another', 'wrong-chip', 5, { signature: Uint8Array.of(0x1e, 0x93, 0x0b) }],
    ['the flash is worn', 'verify-failed', 5, { wornAt: 3 }],
  ])('when %s: %s, exit %i', async (_, error, exitCode, options) => {
    const { path } = await ptyOptiboot(options);
    const odd = program.map((octet, i) => (i === 3 ? 0xff : octet));
    const { code, stdout } = await netlab(onUno(path, odd, '--json'));
    expect(failureOf(stdout)).toMatchObject({ code: error, exitCode });
    expect(code).toBe(exitCode);
  });

  it('a board that is unplugged in the middle: an error of the port, and the next flash mends', async () => {
    const { path } = await ptyOptiboot({ fault: (n) => (n === 9 ? 'unplug' : undefined) });
    const { code, stdout } = await netlab(onUno(path, program, '--json'));
    expect(['port-lost', 'loader-lost']).toContain(failureOf(stdout).code);
    expect([5, 6]).toContain(code);
    const again = await ptyOptiboot();
    expect((await netlab(onUno(again.path, program, '--json'))).code).toBe(0);
  });

  it('ends with 130 at Ctrl-C, and the next flash mends', async () => {
    let interrupt = (): void => {};
    const { path, twin } = await ptyOptiboot({
      fault: (n) => {
        if (n >= 9) interrupt();
        return undefined;
      },
    });
    const running = startNetlab(onUno(path));
    // What an earlier test left on its way to a terminal of the same name is no command of this one.
    running.shows(/./).then(
      () => {
        interrupt = () => void running.child.kill('SIGINT');
      },
      () => {},
    );
    expect((await running.ended).code).toBe(130);
    interrupt = () => {};
    expect((await netlab(onUno(path))).code).toBe(0);
    expect(program.every((octet, i) => twin.flash[i] === octet)).toBe(true);
  });

  it('an image for another chip is refused before the port is opened', async () => {
    const { path, twin } = await ptyOptiboot();
    const { code, stderr } = await netlab(onUno(path, IMAGE.octets));
    expect(stderr).toContain('is not for the chip of this board, ATmega328P');
    expect(code).toBe(5);
    expect(twin.commands).toEqual([]);
  });

  it('speaks Korean', async () => {
    const { path } = await ptyOptiboot();
    const { code, stderr } = await netlab(onUno(path, IMAGE.octets, '--lang', 'ko'));
    expect(stderr).toContain('이 보드의 칩(ATmega328P)에 맞지 않습니다.');
    expect(code).toBe(5);
  });

  it('a port that another program has open: exit 4, and which', async () => {
    const { path } = await testPty();
    const holder = new SerialPort({ path, baudRate: 9600, autoOpen: false });
    await new Promise<void>((resolve) => holder.open(() => resolve()));
    onTestFinished(() => new Promise<void>((resolve) => holder.close(() => resolve())));
    const { code, stdout } = await netlab(onUno(path, program, '--json'));
    expect(failureOf(stdout)).toMatchObject({ code: 'port-busy', exitCode: 4 });
    expect(code).toBe(4);
  });

  it('has an image of its own, for which only the board is wanting', async () => {
    const { code, stderr } = await netlab(['flash', '--board', 'uno', '--port', '/dev/ttyACM42']);
    expect(stderr).toContain('/dev/ttyACM42');
    expect(code).toBe(4);
  });
});

it.skipIf(process.platform === 'win32')(
  'netlab flash of an ESP32-C3: the chip tells its MD5',
  async () => {
    const { path, twin } = await ptyEsp();
    const file = join(ownFolder(), 'image.bin');
    const image = espImage(5);
    writeFileSync(file, image);
    const args = ['flash', '--board', 'esp32c3', '--port', path, '--image', file];
    const { code, stdout } = await netlab(args);
    expect(stdout).toContain('The chip told the MD5 of what it holds.');
    expect(code).toBe(0);
    expect(image.every((octet, i) => twin.flash[i] === octet)).toBe(true);
  },
);

describe('the codes that are made at run time', () => {
  it.each([
    ...['image-truncated', 'image-wrong-chip', 'image-malformed', 'image-too-large'],
    ...['loader-silent', 'loader-lost', 'wrong-chip', 'verify-failed', 'digest-differs'],
    ...['volume-read-only', 'volume-full', 'volume-gone'],
  ])('%s has its sentences in both languages', (code) => {
    for (const part of ['what', 'why', 'next']) {
      expect(en).toHaveProperty([`error.${code}.${part}`]);
      expect(ko).toHaveProperty([`error.${code}.${part}`]);
    }
  });
});
