/** Echo, RFC 862: what comes goes back. */
import type { TcpSocket } from '../../host/sockets/tcp-socket.ts';
import type { Wait } from '../../host/sockets/wait.ts';
import { type Service, type Setting, serveTcp, serveUdp } from '../service.ts';

export const PORT = 7;

export const echo = ({ sockets }: Setting): readonly Service[] => [
  serveTcp(sockets, PORT, echoStream),
  serveUdp(sockets, PORT, ({ octets }) => octets),
];

async function echoStream(socket: TcpSocket, wait: Wait): Promise<void> {
  for (;;) {
    const octets = await socket.read(undefined, wait);
    if (octets === undefined) break;
    // A peer that does not read what comes back is not read either.
    await socket.write(octets, wait);
  }
  await socket.end(wait);
}
