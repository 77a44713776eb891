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
  if (fast && socket.connection === undefined && call.to !== undefined) {
    return sendFast(socket, call, call.to.port, now);
  }
  return write(socket, call);
}

/** An error of the connection goes before it. */
function refuseNull(socket: Stream, call: SendCall): PendingCall {
  const opens = call.flags.fastOpen && socket.connection === undefined;
  return immediate((opens ? undefined : refusal(socket)) ?? failure('EFAULT'));
}

function write(socket: Stream, call: SendCall): PendingCall {
  const once = call.flags.dontWait || socket.nonBlocking;
  let done = 0;
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
  hold(socket, call.flags.more, now);
  return connection.send(call.octets.subarray(from), now, call.flags.outOfBand);
}

/** MSG_MORE is a cork for as long as each call says it. */
function hold(socket: Stream, more: boolean, now: Instant): void {
  if (socket.more === more) return;
  socket.more = more;
  const cork = more || socket.options.tcp.cork === true;
  socket.connection?.setOptions({ cork }, now);
}

/**
 * RFC 7413: with a cookie the data goes along with the SYN. Without one the SYN asks for it, and the data
 * waits: with the application on Linux, which says so, in the send buffer on FreeBSD.
 */
function sendFast(socket: Stream, call: SendCall, port: number, now: Instant): PendingCall {
  const { line } = socket.host;
  const keeps = !socket.host.isLinux;
  const goes = keeps || (line.tcp.config.fastOpen.client && line.knowsCookie);
  const opening = socket.connect(port, goes ? call.octets : new Uint8Array(), now);
  const begun = opening.poll(now);
  const failed = begun !== undefined && begun.value < 0 && begun.errno !== 'EINPROGRESS';
  if (failed) return immediate(begun);
  if (goes) return immediate(result(call.octets.length));
  if (socket.nonBlocking) return immediate(begun ?? failure('EINPROGRESS'));
  const writing = write(socket, call);
  return pending((at) => {
    const opened = opening.poll(at);
    if (opened === undefined || opened.value < 0) return opened;
    return writing.poll(at);
  });
}
