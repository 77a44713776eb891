/**
 * What the services of a host have in common: how they begin and end, and their bounds. Whoever talks may
 * vanish, be silent, or never stop: none of that is an error of the service's, and none of it lasts.
 *
 * Invariants:
 *   (1) A service holds at most `CONNECTIONS_MAX` connections; others wait with the listener, which has
 *       bounds of its own.
 *   (2) Each wait for a peer ends: when something comes, after `IDLE`, or when the service is closed.
 *   (3) `ended` rejects for a bug of ours and nothing else.
 */
import { NetlabError, UsageError } from '../../base/errors.ts';
import type { Rng } from '../../base/random.ts';
import { type Duration, seconds } from '../../base/time.ts';
import type { Sockets } from '../host/sockets/sockets.ts';
import type { TcpServer } from '../host/sockets/tcp-server.ts';
import type { TcpSocket } from '../host/sockets/tcp-socket.ts';
import type { UdpPort } from '../host/sockets/udp-port.ts';
import { Cancellation, Pending, type Wait } from '../host/sockets/wait.ts';
import type { UdpDatagram } from '../host/udp-socket.ts';
import { isMulticast } from '../network/ip/address.ts';
import { LIMITED_BROADCAST } from '../network/ipv4/address.ts';

/** What a service is given of the world. */
export interface Setting {
  readonly sockets: Sockets;
  /** Seconds since 1970-01-01T00:00:00Z, by the clock on the wall. */
  readonly epoch: () => number;
  readonly rng: Rng;
  /** What the page of the HTTP service shows: its title, and lines of text. */
  readonly page: () => { readonly title: string; readonly lines: readonly string[] };
}

export interface Service {
  /** When nobody is served any more. */
  readonly ended: Promise<void>;
  /** No more of it: connections are reset. */
  close(): void;
}

/** One connection, from its first octet to its last. What it awaits of the socket has `wait`. */
export type Talk = (socket: TcpSocket, wait: Wait) => Promise<void>;

const CONNECTIONS_MAX = 256;
/** Who says nothing for so long has gone home. */
const IDLE = seconds(300);
/** How long one who has been answered may take to end. */
const DRAIN = seconds(5);

/** @throws UsageError address-in-use */
export function serveTcp(sockets: Sockets, port: number, talk: Talk): Service {
  const server = sockets.listen(port);
  const cancellation = new Cancellation();
  return {
    ended: acceptAll(server, talk, cancellation),
    close() {
      cancellation.cancel();
      server.close();
    },
  };
}

async function acceptAll(server: TcpServer, talk: Talk, cancellation: Cancellation): Promise<void> {
  const wait = { timeout: IDLE, cancellation };
  const talks = new Set<Promise<void>>();
  let fault: { readonly error: unknown } | undefined;
  while (fault === undefined && !cancellation.cancelled) {
    if (talks.size >= CONNECTIONS_MAX) {
      await Promise.race(talks);
      continue;
    }
    const socket = await unlessEnded(server.accept({ cancellation }));
    if (socket === undefined) break;
    const one: Promise<void> = converse(socket, talk, wait)
      .catch((error: unknown) => {
        fault = { error };
        server.close();
      })
      .finally(() => talks.delete(one));
    talks.add(one);
  }
  await Promise.all(talks);
  if (fault !== undefined) throw fault.error;
}

async function converse(socket: TcpSocket, talk: Talk, wait: Wait): Promise<void> {
  try {
    await talk(socket, wait);
    socket.close();
  } catch (error) {
    socket.abort();
    if (!isWorldly(error)) throw error;
  }
}

/** @throws UsageError address-in-use */
export function serveUdp(
  sockets: Sockets,
  port: number,
  answer: (datagram: UdpDatagram) => Uint8Array | undefined,
): Service {
  const own = sockets.udp({ port });
  const cancellation = new Cancellation();
  return {
    ended: answerAll(own, answer, cancellation),
    close() {
      cancellation.cancel();
      own.close();
    },
  };
}

async function answerAll(
  own: UdpPort,
  answer: (datagram: UdpDatagram) => Uint8Array | undefined,
  cancellation: Cancellation,
): Promise<void> {
  while (!cancellation.cancelled) {
    const datagram = await unlessEnded(own.receive({ cancellation }));
    if (datagram === undefined) return;
    const octets = mayAnswer(datagram) ? answer(datagram) : undefined;
    if (octets !== undefined) sendBack(own, octets, datagram);
  }
}

function sendBack(own: UdpPort, octets: Uint8Array, { source, sourcePort }: UdpDatagram): void {
  try {
    own.send(octets, source, sourcePort);
  } catch (error) {
    // One to whom no way leads back gets no answer.
    if (!isWorldly(error)) throw error;
  }
}

/** The ports of echo, discard, daytime, quote, chargen, time: what they say is an answer, and wants none. */
const ANSWERING = [7, 9, 13, 17, 19, 37];

/**
 * Two services that answer each other would never stop (CERT CA-1996-01), and one that answers a group
 * would be answered by all of it.
 */
function mayAnswer({ sourcePort, destination }: UdpDatagram): boolean {
  if (sourcePort === 0 || ANSWERING.includes(sourcePort)) return false;
  return !isMulticast(destination) && destination !== LIMITED_BROADCAST;
}

/** Reads until the peer has said all, so that what is on its way from it is not answered by a reset. */
export async function drain(socket: TcpSocket, wait: Wait): Promise<void> {
  while ((await socket.read(undefined, { ...wait, timeout: DRAIN })) !== undefined);
}

/** Says `octets` and no more. */
export async function sayOnce(socket: TcpSocket, octets: Uint8Array, wait: Wait): Promise<void> {
  await socket.write(octets, wait);
  await socket.end(wait);
  await drain(socket, wait);
}

/** Lets `duration` pass. @throws NetlabError cancelled */
export async function pause(sockets: Sockets, duration: Duration, wait: Wait): Promise<void> {
  const pending = new Pending<void>(
    sockets.deadlines,
    { ...wait, timeout: duration },
    sockets.now(),
  );
  try {
    await pending.promise;
  } catch (error) {
    if (!(error instanceof NetlabError) || error.code !== 'timed-out') throw error;
  }
}

/** What the world does to a connection; a misuse is ours, and so is all else. */
const isWorldly = (error: unknown): boolean =>
  error instanceof NetlabError && !(error instanceof UsageError);

/** Undefined when what was waited for will never come. */
async function unlessEnded<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isWorldly(error)) return undefined;
    throw error;
  }
}
