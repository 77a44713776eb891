/** RFC 2217 with ends that others wrote: Debian's ser2net as the server, pyserial as the client. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { seededRng } from '../../src/base/random.ts';
import { seconds } from '../../src/base/time.ts';
import { Board } from '../../src/hardware/board/board.ts';
import { emulate } from '../../src/node/emulation.ts';
import { loadImage } from '../../src/node/images.ts';
import { openLine, openOctets } from '../../src/node/open-line.ts';
import { openPty } from '../../src/node/pty.ts';
import { sharePort } from '../../src/node/remote/share.ts';
import type { Line } from '../../src/node/stream-transport.ts';

const DEADLINES = { open: seconds(20), request: seconds(20), silence: seconds(20) };

/** The state of leases is no other program's. */
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-state-'));
  Object.assign(process.env, { XDG_STATE_HOME: folder });
  return () => rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** ser2net before a device, as its man page sets RFC 2217 up. */
async function ser2net(device: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-ser2net-'));
  const port = await freePort();
  const file = join(folder, 'ser2net.yaml');
  writeFileSync(
    file,
    [
      'connection: &board',
      `  accepter: telnet(rfc2217),tcp,127.0.0.1,${port}`,
      `  connector: serialdev,${device},9600n81,local`,
      '',
    ].join('\n'),
  );
  const child = spawn('ser2net', ['-n', '-d', '-c', file], { stdio: 'ignore' });
  onTestFinished(async () => {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });
  const name = `rfc2217://127.0.0.1:${port}`;
  await (await patientlyOpened(name)).close();
  return name;
}

/** ser2net takes a while to listen, and to close its device behind who has left. */
async function patientlyOpened(name: string): Promise<Line> {
  for (let tries = 0; ; tries++) {
    try {
      return await openOctets(name);
    } catch (error) {
      if (tries === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function emulatedBoard(): Promise<string> {
  const emulation = await emulate({
    image: loadImage('w5500-evb-pico'),
    boards: 1,
    wire: 'loopback',
    place: 'pty',
    seed: 1,
  });
  onTestFinished(() => emulation.close());
  return emulation.ports[0] as string;
}

const speedOf = (device: string): number =>
  Number(execFileSync('stty', ['-F', device, 'speed'], { encoding: 'utf8' }));

describe('ser2net before an emulated board', () => {
  it('carries a session: echoes of every octet, frames, and the line rate', async () => {
    const device = await emulatedBoard();
    const name = await ser2net(device);
    const board = await Board.open(await openLine(name), {
      rng: seededRng(1),
      deadlines: DEADLINES,
    });
    expect(board.identity.board).toBe('w5500-evb-pico');
    expect(speedOf(device)).toBe(115_200);
    const all = Uint8Array.from({ length: board.echoMax }, (_, i) => (i % 3 === 0 ? 0xff : i));
    expect(await board.echo(all)).toEqual(all);
    expect(await board.setLineRate(921_600)).toBe(true);
    expect(speedOf(device)).toBe(921_600);
    expect(await board.echo(all)).toEqual(all);
    await board.mac.open(board.address, 0);
    const frame = new Uint8Array(1514).fill(0xff);
    await board.send(frame);
    expect((await board.receive(seconds(20)))?.octets).toEqual(frame);
    await board.close();
  });

  it('says that a PTY has no DTR, and goes on', async () => {
    const line = await patientlyOpened(await ser2net(await emulatedBoard()));
    expect(await line.reset()).toBe(false);
    await line.setRate(57_600);
    await line.purge();
    await line.close();
  });

  it('has one user: the second is told so', async () => {
    const name = await ser2net(await emulatedBoard());
    const port = name.replace('127.0.0.1', 'localhost');
    const first = await patientlyOpened(name);
    await expect(openOctets(port)).rejects.toMatchObject({ code: 'not-rfc2217' });
    await first.close();
  });
});

const SCRIPT = `
import serial, sys
port = serial.serial_for_url(sys.argv[1], baudrate=9600, timeout=20)
port.baudrate = 57600
port.dtr = False
port.rts = True
port.send_break(0.05)
octets = bytes(range(256)) * 4
port.write(octets)
back = port.read(len(octets))
print('same' if back == octets else back.hex())
port.reset_input_buffer()
port.close()
`;

describe('pyserial at a shared port', () => {
  it('sets it and gets every octet back', async () => {
    const pty = await openPty();
    onTestFinished(() => pty.close());
    pty.onData((octets) => pty.write(Uint8Array.from(octets)));
    const told: string[] = [];
    const share = await sharePort({
      open: async () => {
        const line = await openOctets(pty.path, 9600);
        return {
          ...line,
          setSignals: async (dtr, rts, brk = false) => {
            told.push(`${Number(dtr)}${Number(rts)}${Number(brk)}`);
            return true;
          },
        };
      },
      host: '127.0.0.1',
      port: 0,
      signature: 'netlab test',
    });
    onTestFinished(() => share.close());
    const args = ['-c', SCRIPT, share.name];
    const { stdout } = await promisify(execFile)('/usr/bin/python3', args, { timeout: 50_000 });
    expect(stdout.trim()).toBe('same');
    expect(speedOf(pty.path)).toBe(57_600);
    // DTR off, RTS on, and a BREAK of its own.
    expect(told).toContain('010');
    expect(told).toContain('011');
    expect(told.at(-1)).toBe('010');
  });
});
