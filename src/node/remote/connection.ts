/** A TCP connection to what shares a port, and why there is none. */
import { connect, type Socket } from 'node:net';
import { EXIT, NetlabError } from '../../base/errors.ts';
import { formatPortName, type NetworkPort } from '../port-name.ts';

const CONNECT_TIMEOUT_MS = 3000;
/** A peer that was switched off says nothing: the system asks it when nothing has come for so long. */
const KEEPALIVE_MS = 10_000;

const NO_SUCH_HOST = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'];

/** @throws NetlabError `connection-failed`, `no-such-host` */
export function connected(at: NetworkPort): Promise<Socket> {
  const { host, port } = at;
  return new Promise((resolve, reject) => {
    const refuse = (reason: string, cause?: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(failure(at, reason, cause));
    };
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_MS,
    });
    const timer = setTimeout(() => refuse('no answer'), CONNECT_TIMEOUT_MS);
    const fail = (error: NodeJS.ErrnoException): void => refuse(error.code ?? error.message, error);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function failure(at: NetworkPort, reason: string, cause?: Error): NetlabError {
  const { host } = at;
  const address = formatPortName(at);
  if (NO_SUCH_HOST.includes(reason)) {
    const details = { host, address };
    return new NetlabError(
      'no-such-host',
      EXIT.noBoard,
      `there is no host ${host}`,
      details,
      cause,
    );
  }
  const message = `cannot connect to ${address}: ${reason}`;
  return new NetlabError('connection-failed', EXIT.noBoard, message, { address, reason }, cause);
}

export const flushed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    // Writes keep their order, so an empty one is done when all before it are.
    socket.write(new Uint8Array(0), () => resolve());
  });

/** How long a peer that takes nothing any more may hold up the end. */
const FAREWELL_MS = 500;

export const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.destroySoon();
  });
