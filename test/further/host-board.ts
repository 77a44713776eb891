/** The firmware as a process of this PC, behind a PTY, its cable a UDP socket on 127.0.0.1. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Duration } from '../../src/base/time.ts';
import { openSerial } from '../../src/node/serial-transport.ts';
import type { ContractSubject, Peer } from '../contract/subject.ts';

const PROGRAM = fileURLToPath(new URL('../../firmware/build/netlab-board', import.meta.url));

export interface HostBoard {
  /** The PTY's path. */
  readonly path: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export async function startHostBoard(...options: string[]): Promise<HostBoard> {
  const process = spawn(PROGRAM, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: process.stdout });
  const [path] = (await Promise.race([
    once(lines, 'line'),
    once(process, 'error').then(([error]) => Promise.reject(error as Error)),
  ])) as [string];
  return {
    path,
    process,
    stop: async () => {
      if (process.exitCode !== null || process.signalCode !== null) return;
      const gone = once(process, 'exit');
      process.kill('SIGTERM');
      await gone;
    },
  };
}

async function udpSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** A port that nobody has: the board binds it itself. */
export async function freePort(): Promise<number> {
  const socket = await udpSocket();
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** One datagram a frame. */
function peerOn(socket: Socket, boardPort: number): Peer {
  const inbox: Uint8Array[] = [];
  let wake = (): void => {};
  socket.on('message', (frame) => {
    inbox.push(frame);
    wake();
  });
  return {
    send: (frame) =>
      new Promise((resolve, reject) => {
        socket.send(frame, boardPort, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      }),
    receive: (timeout: Duration) =>
      new Promise((resolve) => {
        const settle = (): void => {
          clearTimeout(timer);
          wake = () => {};
          resolve(inbox.shift());
        };
        const timer = setTimeout(settle, timeout / 1000);
        wake = settle;
        if (inbox.length > 0) settle();
      }),
  };
}

export async function hostBoardSubject(): Promise<ContractSubject> {
  const socket = await udpSocket();
  const boardPort = await freePort();
  const board = await startHostBoard('--wire', `udp:${boardPort}:${socket.address().port}`);
  const transport = await openSerial(board.path);
  let isPlugged = true;
  return {
    transport,
    peer: peerOn(socket, boardPort),
    reset: async () => {
      board.process.kill('SIGUSR1');
    },
    setCable: async (plugged) => {
      if (plugged !== isPlugged) board.process.kill('SIGUSR2');
      isPlugged = plugged;
    },
    close: async () => {
      await transport.close();
      await board.stop();
      socket.close();
    },
  };
}
