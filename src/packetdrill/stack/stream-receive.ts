/** Reading from a stream. */
import type { CallResult, PendingCall, ReceiveFlags, SocketCall } from '../subject.ts';
import { failure, pending } from './descriptor.ts';
import type { Stream } from './stream.ts';

type ReceiveCall = Extract<SocketCall, { name: 'receive' }>;

const END: CallResult = { value: 0, octets: new Uint8Array() };

export function receive(socket: Stream, call: ReceiveCall): PendingCall {
  const { max, flags } = call;
  const once = flags.dontWait || socket.nonBlocking;
  const isNull = call.isNull === true;
  return pending(() => attempt(socket, max, flags, once, isNull));
}

function attempt(
  socket: Stream,
  max: number,
  flags: ReceiveFlags,
  once: boolean,
  isNull: boolean,
): CallResult | undefined {
  const { connection } = socket;
  if (connection === undefined) return failure('ENOTCONN');
  // RFC 6093 §3.4: urgent octets stay in the stream, so that there is nothing beside it.
  if (flags.outOfBand) return failure('EINVAL');
  const { readable } = connection;
  const ended = connection.atEnd || socket.readShut || connection.state === 'CLOSED';
  const enough = readable > 0 && (!flags.waitAll || once || readable >= max || ended);
  if (enough && isNull) return failure('EFAULT');
  if (enough || max === 0) return take(socket, Math.min(max, readable), flags);
  const error = socket.takeError();
  if (error !== undefined) return failure(error);
  if (ended) return END;
  return once ? failure('EAGAIN') : undefined;
}

function take(socket: Stream, length: number, flags: ReceiveFlags): CallResult {
  const { connection } = socket;
  if (connection === undefined) return END;
  if (flags.peek) return { value: length, octets: connection.peek(length).slice() };
  const octets = connection.receive(length);
  socket.taken(octets.length);
  const unread = connection.readable > 0 || !connection.atEnd ? connection.readable : 1;
  const rest = socket.options.kept.get('IPPROTO_TCP TCP_INQ') === 1 ? { unread } : {};
  const taken = { value: octets.length, ...rest };
  return flags.truncate ? taken : { ...taken, octets };
}
