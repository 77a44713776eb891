/** Writing to a stream: as much as fits, or all of it if the call may wait. */
import type { Instant } from '../../base/time.ts';
import type { CallResult, PendingCall, SocketCall } from '../subject.ts';
import { failure, immediate, pending, result } from './descriptor.ts';
import type { Stream } from './stream.ts';

type SendCall = Extract<SocketCall, { name: 'send' }>;

export function send(socket: Stream, call: SendCall, now: Instant): PendingCall {
  // Linux has a flag for it, FreeBSD an option of the socket.
  if (call.isNull === true && call.octets.length > 0) return refuseNull(socket, call);
  const fast = call.flags.fastOpen || socket.options.tcp.fastOpen === true;
  const port = socket.deferred ?? (fast ? call.to?.port : undefined);
  if (socket.connection === undefined && port !== undefined) {
    return sendFast(socket, call, port, now);
  }
  return write(socket, call);
}

/** An error of the connection goes before it. */
function refuseNull(socket: Stream, call: SendCall): PendingCall {
  const fast = call.flags.fastOpen || socket.deferred !== undefined;
  const opens = fast && socket.connection === undefined;
  return immediate((opens ? undefined : refusal(socket)) ?? failure('EFAULT'));
}

function write(socket: Stream, call: SendCall, from = 0): PendingCall {
  const once = call.flags.dontWait || socket.nonBlocking;
  let done = from;
  return pending((now) => {
    const refused = refusal(socket);
    if (refused !== undefined) return done > 0 ? result(done) : refused;
    if (!socket.isOpening) done += append(socket, call, done, now);
    if (done === call.octets.length) return result(done);
    if (!once) return undefined;
    return done > 0 ? result(done) : failure('EAGAIN');
  });
}

function refusal(socket: Stream): CallResult | undefined {
  const error = socket.takeError();
  if (error !== undefined) return failure(error);
  if (socket.connection === undefined) {
    return failure(socket.host.isLinux ? 'EPIPE' : 'ENOTCONN');
  }
  return socket.writeShut || socket.isClosed ? failure('EPIPE') : undefined;
}

function append(socket: Stream, call: SendCall, from: number, now: Instant): number {
  const { connection } = socket;
  if (connection === undefined || from === call.octets.length) return 0;
  const { outOfBand, more } = call.flags;
  return connection.send(call.octets.subarray(from), now, outOfBand, more);
}

/**
 * RFC 7413: with a cookie the data goes along with the SYN. Without one the SYN asks for it, and the data
 * waits: with the application on Linux, which says so, in the send buffer on FreeBSD. So does what does not
 * fit into the SYN.
 */
function sendFast(socket: Stream, call: SendCall, port: number, now: Instant): PendingCall {
  const { line } = socket.host;
  const keeps = !socket.host.isLinux;
  const room = line.tcp.config.fastOpen.client && line.knowsCookie ? line.fastOpenRoom : 0;
  const first = keeps ? call.octets : call.octets.subarray(0, room);
  const opening = socket.connect(port, first, now);
  const begun = opening.poll(now);
  const failed = begun !== undefined && begun.value < 0 && begun.errno !== 'EINPROGRESS';
  if (failed) return immediate(begun);
  if (first.length > 0 && (socket.nonBlocking || first.length === call.octets.length)) {
    return immediate(result(first.length));
  }
  if (socket.nonBlocking) return immediate(begun ?? failure('EINPROGRESS'));
  const writing = write(socket, call, first.length);
  return pending((at) => {
    const opened = opening.poll(at);
    if (opened === undefined || opened.value < 0) return opened;
    return writing.poll(at);
  });
}
