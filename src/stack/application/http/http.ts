/** A page for a browser or curl, by HTTP/1.0 (RFC 1945): one request a connection. */
import { concat } from '../../../base/octets.ts';
import { seconds } from '../../../base/time.ts';
import type { TcpSocket } from '../../host/sockets/tcp-socket.ts';
import type { Wait } from '../../host/sockets/wait.ts';
import { type Service, type Setting, sayOnce, serveTcp } from '../service.ts';
import { decodeRequest, endOfHead, HEAD_MAX, type Request } from './request.ts';
import { respond } from './response.ts';

export const PORT = 80;

/** From one piece of a request to the next. */
const PATIENCE = seconds(10);

export const http = ({ sockets, page }: Setting): readonly Service[] => [
  serveTcp(sockets, PORT, async (socket, wait) => {
    const request = await readRequest(socket, wait);
    await sayOnce(socket, respond(request, page()), wait);
  }),
];

async function readRequest(socket: TcpSocket, wait: Wait): Promise<Request | undefined> {
  let head = new Uint8Array(0);
  while (head.length < HEAD_MAX) {
    const more = await socket.read(HEAD_MAX - head.length, { ...wait, timeout: PATIENCE });
    if (more === undefined) return undefined;
    head = concat([head, more]) as Uint8Array<ArrayBuffer>;
    const end = endOfHead(head);
    if (end < 0) continue;
    const request = decodeRequest(head.subarray(0, end));
    return request.ok ? request.value : undefined;
  }
  return undefined;
}
