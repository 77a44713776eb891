import { connect, type Socket } from 'node:net';
import { EXIT, NetlabError } from '../base/errors.ts';
import type { Transport } from '../hardware/board/transport.ts';
import { StreamTransport } from './stream-transport.ts';

const CONNECT_TIMEOUT_MS = 3000;

/**
 * Connects to a board behind a TCP port.
 * @param address `host:port`; an IPv6 host in brackets
 * @throws NetlabError `connection-failed`
 */
export async function openTcp(address: string): Promise<Transport> {
  const socket = await connected(address);
  return new StreamTransport({
    name: `tcp://${address}`,
    stream: socket,
    rate: 0,
    setRate: async () => {},
    drain: () => flushed(socket),
    reset: async () => false,
    close: () => ended(socket),
  });
}

function connected(address: string): Promise<Socket> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  const port = Number(address.slice(at + 1));
  return new Promise((resolve, reject) => {
    const refuse = (reason: string, cause?: Error): void => {
      socket.destroy();
      reject(
        new NetlabError(
          'connection-failed',
          EXIT.noBoard,
          `cannot connect to ${address}: ${reason}`,
          { address, reason },
          cause,
        ),
      );
    };
    const socket = connect({ host, port, noDelay: true });
    const timer = setTimeout(() => refuse('no answer'), CONNECT_TIMEOUT_MS);
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      refuse(error.code ?? error.message, error);
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

const flushed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    // Writes keep their order, so an empty one is done when all before it are.
    socket.write(new Uint8Array(0), () => resolve());
  });

const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    socket.once('close', () => resolve());
    socket.end();
    socket.destroySoon();
  });
