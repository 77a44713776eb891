/** Wireshark's own programs find a board as a capture interface, and capture at it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { seededRng } from '../../src/base/random.ts';
import { Board } from '../../src/hardware/board/board.ts';
import { emulate } from '../../src/node/emulation.ts';
import { loadImage } from '../../src/node/images.ts';
import { openLine } from '../../src/node/open-line.ts';
import { netlab, ownFolder } from '../cli/netlab.ts';

const run = promisify(execFile);

it('a board is an interface of tshark’s', { timeout: 170_000 }, async () => {
  const emulation = await emulate({
    image: loadImage('w5500-evb-pico'),
    boards: 2,
    wire: 'cable',
    place: { host: '127.0.0.1', tcp: 0 },
    seed: 1,
  });
  onTestFinished(() => emulation.close());
  const [port = '', other = ''] = emulation.ports;
  const HOME = ownFolder();
  const { PATH = '' } = process.env;
  const env = { PATH, HOME, LC_ALL: 'C' };
  expect((await netlab(['extcap', '--install', '--port', port], { env })).code).toBe(0);

  const name = `netlab-${port.replace(/[^\w.-]+/g, '_')}`;
  const listed = await run('tshark', ['-D'], { env, timeout: 60_000 });
  expect(listed.stdout).toContain(`${name} (netlab: board (${port}))`);

  const peer = await Board.open(await openLine(other), { rng: seededRng(1) });
  await peer.mac.open(peer.address, 0);
  const frame = new Uint8Array(60).fill(0xff);
  frame.set(peer.address, 6);
  frame.set([0x88, 0xb5], 12);
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    void peer.send(frame).catch(() => {});
  }, 100);
  onTestFinished(async () => {
    clearInterval(timer);
    await peer.close().catch(() => {});
  });
  const fields = ['-T', 'fields', '-e', 'eth.src', '-e', 'eth.type', '-e', 'frame.len'];
  const captured = await run('tshark', ['-n', '-i', name, '-c', '3', ...fields], {
    env,
    timeout: 100_000,
  });
  const source = [...peer.address].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
  const line = `${source}\t0x88b5\t60`;
  expect(captured.stdout.trim().split('\n')).toEqual([line, line, line]);
  expect(sent).toBeGreaterThanOrEqual(3);
});
