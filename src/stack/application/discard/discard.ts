/** Discard, RFC 863: what comes is thrown away. */
import { type Service, type Setting, serveTcp, serveUdp } from '../service.ts';

export const PORT = 9;

export const discard = ({ sockets }: Setting): readonly Service[] => [
  serveTcp(sockets, PORT, async (socket, wait) => {
    while ((await socket.read(undefined, wait)) !== undefined);
    await socket.end(wait);
  }),
  serveUdp(sockets, PORT, () => undefined),
];
