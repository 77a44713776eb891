/** Time, RFC 868: seconds since 1900 in 32 bits, the most significant first. They begin anew in 2036. */
import { type Service, type Setting, sayOnce, serveTcp, serveUdp } from '../service.ts';

export const PORT = 37;

/** From 1900-01-01 to 1970-01-01, as RFC 868 has it. */
const TO_1970 = 2_208_988_800;

export function encodeTime(epoch: number): Uint8Array {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, (Math.floor(epoch) + TO_1970) % 2 ** 32);
  return octets;
}

export const time = ({ sockets, epoch }: Setting): readonly Service[] => [
  serveTcp(sockets, PORT, (socket, wait) => sayOnce(socket, encodeTime(epoch()), wait)),
  serveUdp(sockets, PORT, () => encodeTime(epoch())),
];
