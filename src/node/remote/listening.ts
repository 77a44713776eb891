/** A server that listens, and why one does not. */
import type { AddressInfo, Server } from 'node:net';
import { EXIT, NetlabError } from '../../base/errors.ts';

/**
 * Resolves with where it is found.
 * @param port 0: the system's choice
 * @throws NetlabError `cannot-listen`
 */
export const listening = (
  server: Server,
  host: string,
  port: number,
): Promise<{ readonly host: string; readonly port: number }> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const address = `${host}:${port}`;
      const details = { address, reason: cause.code ?? cause.message };
      const message = `cannot listen at ${address}`;
      reject(new NetlabError('cannot-listen', EXIT.noBoard, message, details, cause));
    });
    server.listen(port, host, () => {
      const at = server.address() as AddressInfo;
      resolve({ host: at.address, port: at.port });
    });
  });
