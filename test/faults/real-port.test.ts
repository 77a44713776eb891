/** The same on ports of this machine's, in real time: a pseudo-terminal, and a board at the end of a TCP connection. */
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Instant } from '../../src/base/time.ts';
import { Twin } from '../../src/hardware/twin/twin.ts';
import { monotonicNow } from '../../src/node/clock.ts';
import { openOctets } from '../../src/node/open-line.ts';
import { ptyBoard, testPty } from '../cli/pty-board.ts';
import { outcomesOf, runOn } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'netlab-real-port-'));
beforeAll(() => void vi.stubEnv('NETLAB_STATE', folder));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const ONLY = ['round-trip', 'volley'];
const MIDDLE = 10;

/** Runs a twin with a loopback plug on a connection, as long as its network lives. */
function serve(socket: Socket, isDead: () => boolean): void {
  const twin = new Twin();
  twin.setCable(true, monotonicNow());
  let timer: NodeJS.Timeout | undefined;
  const exchange = (now: Instant): void => {
    if ((twin.pollTimeout() ?? Infinity) <= now) twin.handleTimeout(now);
    for (let f = twin.pollFrame(); f; f = twin.pollFrame()) twin.receiveFrame(f, now);
    for (let o = twin.pollOutput(now); o; o = twin.pollOutput(now)) socket.write(o);
  };
  const work = (): void => {
    clearTimeout(timer);
    if (isDead() || socket.destroyed) return;
    const now = monotonicNow();
    exchange(now);
    const due = twin.pollTimeout();
    if (due !== undefined) timer = setTimeout(work, Math.max(1, (due - now) / 1000));
  };
  socket.on('error', () => {});
  socket.on('data', (octets) => {
    if (isDead()) return;
    twin.handleOctets(octets, monotonicNow());
    work();
  });
  if (isDead()) socket.pause();
}

/** A board at a TCP port, whose network can die without a word. */
async function tcpBoard() {
  let dead = false;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    serve(socket, () => dead);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    path: `tcp://127.0.0.1:${port}`,
    /** Nothing is read, said or closed any more: neither here nor on connections to come. */
    die: () => {
      dead = true;
      for (const socket of sockets) socket.pause();
    },
    live: () => {
      dead = false;
    },
  };
}

describe('a board at the end of a TCP connection', { timeout: 60_000 }, () => {
  it('whose machine vanishes without a word ends in BOARD, and the next run works', async () => {
    const board = await tcpBoard();
    const { verdict, packets } = await runOn(board, {
      only: ONLY,
      onStep: (step) => {
        if (step === MIDDLE) board.die();
      },
    });
    expect(outcomesOf(verdict)).toEqual(['round-trip BOARD board-lost', 'volley SKIPPED']);
    expect(verdict.exitCode).toBe(6);
    expect(packets).toBeGreaterThan(0);
    board.live();
    expect((await runOn(board, { only: ONLY })).verdict.verdict).toBe('PASS');
  });

  it('that takes nothing any more is closed all the same', async () => {
    const board = await tcpBoard();
    const line = await openOctets(board.path);
    board.die();
    line.stream.write(new Uint8Array(64 << 20));
    await line.close();
    expect(line.stream.destroyed).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')(
  'a board at a serial port',
  { timeout: 60_000 },
  () => {
    it('that is unplugged and plugged in again is opened again, and the run goes on', async () => {
      const path = join(folder, 'ttyACM0');
      const first = await ptyBoard();
      const second = await ptyBoard();
      symlinkSync(first.path, path);
      const { verdict } = await runOn(
        { path },
        {
          only: ONLY,
          onStep: (step) => {
            if (step !== MIDDLE) return;
            unlinkSync(path);
            first.vanish();
            setTimeout(() => symlinkSync(second.path, path), 300);
          },
        },
      );
      expect(verdict.exitCode).toBe(0);
      // A busy machine may notice the board's silence before the port's absence.
      expect(outcomesOf(verdict)).toEqual([
        expect.stringMatching(/^round-trip FLAKY (port|board)-lost$/),
        'volley PASS',
      ]);
    });

    it('at another rate is no board, and says what came', async () => {
      const pty = await testPty();
      const twin = new Twin();
      twin.start(monotonicNow());
      pty.onData(() => {
        const now = monotonicNow();
        // What a UART hears of a sender that is far too fast.
        for (let o = twin.pollOutput(now); o; o = twin.pollOutput(now)) {
          pty.write(o.map((octet, i) => (octet << (i % 5)) | 0x80));
        }
        twin.start(now);
      });
      await expect(runOn(pty, { only: ONLY })).rejects.toMatchObject({
        code: 'board-foreign',
        exitCode: 4,
      });
    });
  },
);
