/** Daytime, RFC 867: the date and time for people, on one line. */
import { fromAscii } from '../../../base/octets.ts';
import { type Service, type Setting, sayOnce, serveTcp, serveUdp } from '../service.ts';
import { formatDaytime } from './calendar.ts';

export const PORT = 13;

export function daytime({ sockets, epoch }: Setting): readonly Service[] {
  const line = (): Uint8Array => fromAscii(`${formatDaytime(epoch())}\r\n`);
  return [
    serveTcp(sockets, PORT, (socket, wait) => sayOnce(socket, line(), wait)),
    serveUdp(sockets, PORT, line),
  ];
}
