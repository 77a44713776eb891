/** Character generator, RFC 864: characters for as long as somebody takes them, at a bounded rate. */
import { below } from '../../../base/random.ts';
import { after, type Instant, milliseconds, START } from '../../../base/time.ts';
import type { Sockets } from '../../host/sockets/sockets.ts';
import type { TcpSocket } from '../../host/sockets/tcp-socket.ts';
import { Cancellation, type Wait } from '../../host/sockets/wait.ts';
import { pause, type Service, type Setting, serveTcp, serveUdp } from '../service.ts';
import { LINE_LENGTH, patternLines } from './pattern.ts';

export const PORT = 19;

/** A connection gets about 260 kB a second: a lab is to see it flow, not the link to be full of it. */
const LINES_AT_ONCE = 35;
const INTERVAL = milliseconds(10);
/** RFC 864: of random length, 0 … 512. */
const DATAGRAM_MAX = 512;
/** A question of no octet has an answer of 512: no more of these than do no harm to a forged sender. */
const DATAGRAM_INTERVAL = milliseconds(10);

export function chargen({ sockets, rng }: Setting): readonly Service[] {
  let next: Instant = START;
  let line = 0;
  return [
    serveTcp(sockets, PORT, (socket, wait) => generate(sockets, socket, wait)),
    serveUdp(sockets, PORT, () => {
      const now = sockets.now();
      if (now < next) return undefined;
      next = after(now, DATAGRAM_INTERVAL);
      const length = below(rng, DATAGRAM_MAX + 1);
      const lines = Math.ceil(length / LINE_LENGTH);
      line += lines;
      return patternLines(line, lines).subarray(0, length);
    }),
  ];
}

/** Until the peer ends the connection: what it says meanwhile is thrown away. */
async function generate(sockets: Sockets, socket: TcpSocket, wait: Wait): Promise<void> {
  const over = new Cancellation();
  const listening = untilEnd(socket, wait).finally(() => over.cancel());
  try {
    for (let line = 0; !over.cancelled; line += LINES_AT_ONCE) {
      await socket.write(patternLines(line, LINES_AT_ONCE), wait);
      await pause(sockets, INTERVAL, wait);
    }
  } finally {
    await listening;
  }
}

/** Who only listens is not idle: it is the writing that waits for it. */
async function untilEnd(socket: TcpSocket, { cancellation }: Wait): Promise<void> {
  const wait = cancellation === undefined ? {} : { cancellation };
  while ((await socket.read(undefined, wait)) !== undefined);
}
