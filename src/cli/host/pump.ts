/** Between a connection and the standard streams: what comes here goes there, no faster than it is taken. */
import type { Readable, Writable } from 'node:stream';
import { EXIT, type ExitCode, NetlabError } from '../../base/errors.ts';
import type { TcpSocket } from '../../stack/host/sockets/tcp-socket.ts';
import type { Wait } from '../../stack/host/sockets/wait.ts';

/** Octets, counted as they go. */
export interface Traffic {
  sent: number;
  received: number;
}

/** All that `input` says, to the peer; then the end of it. */
export async function pumpIn(
  input: Readable,
  socket: TcpSocket,
  wait: Wait,
  traffic: Traffic,
): Promise<void> {
  for await (const chunk of input as AsyncIterable<Buffer>) {
    await socket.write(chunk, wait);
    traffic.sent += chunk.length;
  }
  await socket.end(wait);
}

/** All that the peer says, to `output`. What is sent meanwhile counts as a sign of life. */
export async function pumpOut(
  socket: TcpSocket,
  output: Writable,
  wait: Wait,
  traffic: Traffic,
): Promise<void> {
  for (;;) {
    const { sent } = traffic;
    try {
      const chunk = await socket.read(undefined, wait);
      if (chunk === undefined) return;
      traffic.received += chunk.length;
      await put(output, chunk);
    } catch (error) {
      const silent = error instanceof NetlabError && error.code === 'timed-out';
      if (!silent || traffic.sent === sent) throw error;
    }
  }
}

/** Rejects when nothing is sent for the time that `wait` gives, or when that is called off. */
export function idle(traffic: Traffic, { timeout, cancellation }: Wait): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (code: string, exit: ExitCode): void => {
      clearInterval(timer);
      reject(new NetlabError(code, exit, 'nothing is sent any more'));
    };
    let { sent } = traffic;
    const look = (): void => {
      if (traffic.sent === sent) stop('timed-out', EXIT.timeout);
      sent = traffic.sent;
    };
    const timer = timeout === undefined ? undefined : setInterval(look, timeout / 1000);
    // Who is done with it is not kept waiting by it.
    timer?.unref();
    cancellation?.add(() => stop('cancelled', EXIT.interrupted));
  });
}

/** When `output` has room for more. */
export function put(output: Writable, octets: Uint8Array): Promise<void> {
  if (output.write(octets)) return Promise.resolve();
  return new Promise((resolve) => output.once('drain', resolve));
}
