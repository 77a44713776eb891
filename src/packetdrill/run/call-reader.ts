/** What a system call of the script asks of the subject. */
import { type Duration, milliseconds } from '../../base/time.ts';
import { type IpAddress, isUnspecified } from '../../stack/network/ip/address.ts';
import type { Profile } from '../../stack/transport/tcp/config.ts';
import type { CallAction, Expression } from '../language/ast.ts';
import type { ScriptConfig } from '../script-config.ts';
import { Misfit } from '../script-error.ts';
import type { Descriptor, ReceiveFlags, SendFlags, SocketCall } from '../subject.ts';
import { readOptionValue } from './socket-option.ts';
import {
  type Buffer,
  bufferOf,
  controlOf,
  fieldOf,
  numberOf,
  optionalNumber,
  socketAddressOf,
  vectorOf,
  wordOf,
  wordsOf,
} from './values.ts';

export interface CallContext {
  readonly profile: Profile;
  readonly config: ScriptConfig;
  /** The live descriptor of one of the script's. */
  fdOf(script: number): number;
  /** What to write where the script gives no octets. */
  fill(fd: number, length: number): Uint8Array;
}

type Reader = (call: CallAction, context: CallContext) => SocketCall;

/** @throws Misfit when the call or one of its arguments is not known */
export function readCall(call: CallAction, context: CallContext): SocketCall {
  const read = Object.hasOwn(READERS, call.name) ? READERS[call.name] : undefined;
  if (read === undefined)
    throw new Misfit(call.line, `the system call ${call.name} is not supported`);
  return read(call, context);
}

export function parameter(call: CallAction, index: number): Expression {
  const found = call.parameters[index];
  if (found === undefined) {
    throw new Misfit(call.line, `${call.name} needs more than ${index} arguments`);
  }
  return found;
}

const number = (call: CallAction, index: number, { profile }: CallContext): number =>
  numberOf(parameter(call, index), profile);

const descriptor = (call: CallAction, index: number, context: CallContext): number =>
  context.fdOf(number(call, index, context));

function readSocket(call: CallAction, { config }: CallContext): SocketCall {
  const domain = parameter(call, 0);
  const types = wordsOf(parameter(call, 1));
  const isStream = types.includes('SOCK_STREAM');
  if (!isStream && !types.includes('SOCK_DGRAM')) {
    throw new Misfit(call.line, 'only sockets of SOCK_STREAM and SOCK_DGRAM are supported');
  }
  const nonBlocking = types.includes('SOCK_NONBLOCK');
  const version =
    domain.kind === 'any' ? config.version : wordsOf(domain).includes('AF_INET6') ? 6 : 4;
  return { name: 'socket', type: isStream ? 'stream' : 'datagram', version, nonBlocking };
}

/**
 * `...` is the script's own address and port. Another address stands for it too, as in the original, whose
 * addresses on the wire are not the script's; a port is taken as it is.
 */
function readBind(call: CallAction, context: CallContext): SocketCall {
  const { config, profile } = context;
  const given = socketAddressOf(parameter(call, 1), profile);
  const fd = descriptor(call, 0, context);
  if (given === 'unspec') throw new Misfit(call.line, 'bind needs an address');
  if (given === 'any') return { name: 'bind', fd, address: config.local, port: config.bindPort };
  const isAny = given.address !== undefined && isUnspecified(given.address);
  return {
    name: 'bind',
    fd,
    address: isAny && given.address !== undefined ? given.address : config.local,
    port: given.port,
  };
}

function readConnect(call: CallAction, context: CallContext): SocketCall {
  const fd = descriptor(call, 0, context);
  const to = peerOf(parameter(call, 1), context);
  return to === undefined ? { name: 'disconnect', fd } : { name: 'connect', fd, ...to };
}

/** Undefined: AF_UNSPEC. */
function peerOf(
  e: Expression,
  { config, profile }: CallContext,
): { address: IpAddress; port: number } | undefined {
  const given = socketAddressOf(e, profile);
  if (given === 'unspec') return undefined;
  const port = given === 'any' ? config.connectPort : given.port;
  return { address: config.remote, port };
}

const readListen: Reader = (call, context) => ({
  name: 'listen',
  fd: descriptor(call, 0, context),
  backlog: number(call, 1, context),
});

const readAccept: Reader = (call, context) => ({
  name: 'accept',
  fd: descriptor(call, 0, context),
  nonBlocking: call.name === 'accept4' && wordsOf(parameter(call, 3)).includes('SOCK_NONBLOCK'),
});

function gather(buffers: readonly Buffer[], fd: number, context: CallContext): Uint8Array {
  const length = buffers.reduce((total, b) => total + b.length, 0);
  const octets = context.fill(fd, length);
  let at = 0;
  for (const buffer of buffers) {
    if (buffer.octets !== undefined) octets.set(buffer.octets, at);
    at += buffer.length;
  }
  return octets;
}

const NO_SEND_FLAGS: SendFlags = {
  outOfBand: false,
  more: false,
  dontWait: false,
  fastOpen: false,
};

/** Flags that change nothing here: no signal is ever raised, no route asked for. */
const SEND_IGNORED = ['MSG_NOSIGNAL', 'MSG_DONTROUTE', 'MSG_CONFIRM', 'MSG_ZEROCOPY'];

function sendFlags(e: Expression): SendFlags {
  const names = wordsOf(e);
  const known = ['MSG_OOB', 'MSG_MORE', 'MSG_DONTWAIT', 'MSG_FASTOPEN', ...SEND_IGNORED];
  refuseOthers(names, known, e);
  return {
    outOfBand: names.includes('MSG_OOB'),
    more: names.includes('MSG_MORE'),
    dontWait: names.includes('MSG_DONTWAIT'),
    fastOpen: names.includes('MSG_FASTOPEN'),
  };
}

const NO_RECEIVE_FLAGS: ReceiveFlags = {
  peek: false,
  dontWait: false,
  waitAll: false,
  outOfBand: false,
  truncate: false,
};

function receiveFlags(e: Expression): ReceiveFlags {
  const names = wordsOf(e);
  refuseOthers(names, ['MSG_PEEK', 'MSG_DONTWAIT', 'MSG_WAITALL', 'MSG_OOB', 'MSG_TRUNC'], e);
  return {
    peek: names.includes('MSG_PEEK'),
    dontWait: names.includes('MSG_DONTWAIT'),
    waitAll: names.includes('MSG_WAITALL'),
    outOfBand: names.includes('MSG_OOB'),
    truncate: names.includes('MSG_TRUNC'),
  };
}

function refuseOthers(names: readonly string[], known: readonly string[], e: Expression): void {
  const other = names.find((name) => !known.includes(name));
  if (other !== undefined) throw new Misfit(e.line, `the flag ${other} is not supported here`);
}

/** write(fd, buffer, n), send(…, flags), sendto(…, flags, address, length) */
const readSend: Reader = (call, context) => {
  const fd = descriptor(call, 0, context);
  const buffer = bufferOf(parameter(call, 1), number(call, 2, context));
  const flags = call.name === 'write' ? NO_SEND_FLAGS : sendFlags(parameter(call, 3));
  const to = call.name === 'sendto' ? peerOf(parameter(call, 4), context) : undefined;
  const { isNull } = buffer;
  return { name: 'send', fd, octets: gather([buffer], fd, context), flags, to, isNull };
};

const readWritev: Reader = (call, context) => {
  const fd = descriptor(call, 0, context);
  const buffers = vectorOf(parameter(call, 1), context.profile);
  const octets = gather(buffers, fd, context);
  return { name: 'send', fd, octets, flags: NO_SEND_FLAGS, to: undefined };
};

/** The message's own address is the peer's when the call opens fast, and not used otherwise. */
const readSendmsg: Reader = (call, context) => {
  const fd = descriptor(call, 0, context);
  const message = parameter(call, 1);
  const flags = sendFlags(parameter(call, 2));
  refuseControl(message, []);
  const buffers = vectorOf(messageVector(message), context.profile);
  const { remote: address, connectPort: port } = context.config;
  const to = flags.fastOpen ? { address, port } : undefined;
  return { name: 'send', fd, octets: gather(buffers, fd, context), flags, to };
};

function refuseControl(message: Expression, known: readonly string[]): void {
  for (const item of controlOf(message)) {
    const type = wordOf(item.type, 'the type of a control message');
    if (!known.includes(type)) {
      throw new Misfit(item.type.line, `the control message ${type} is not supported`);
    }
  }
}

function messageVector(message: Expression): Expression {
  const vector = fieldOf(message, 'msg_iov');
  if (vector === undefined) throw new Misfit(message.line, 'expected a message: {msg_name(…)=…}');
  return vector;
}

const readReceive: Reader = (call, context) => ({
  name: 'receive',
  fd: descriptor(call, 0, context),
  ...readInto(parameter(call, 1), number(call, 2, context)),
  flags: call.name === 'read' ? NO_RECEIVE_FLAGS : receiveFlags(parameter(call, 3)),
});

/** What is to be read is given too, to be compared with, if it is not `...`. */
const readInto = (e: Expression, max: number): { max: number; isNull: boolean } => ({
  max,
  isNull: e.kind === 'word' && e.name === 'NULL',
});

const total = (buffers: readonly Buffer[]): number => buffers.reduce((sum, b) => sum + b.length, 0);

const readReadv: Reader = (call, context) => ({
  name: 'receive',
  fd: descriptor(call, 0, context),
  max: total(vectorOf(parameter(call, 1), context.profile)),
  flags: NO_RECEIVE_FLAGS,
});

const readRecvmsg: Reader = (call, context) => {
  const message = parameter(call, 1);
  refuseControl(message, ['TCP_CM_INQ']);
  return {
    name: 'receive',
    fd: descriptor(call, 0, context),
    max: total(vectorOf(messageVector(message), context.profile)),
    flags: receiveFlags(parameter(call, 2)),
  };
};

const readClose: Reader = (call, context) => ({ name: 'close', fd: descriptor(call, 0, context) });

const readShutdown: Reader = (call, context) => {
  const how = (['read', 'write', 'both'] as const)[number(call, 1, context)];
  if (how === undefined)
    throw new Misfit(call.line, 'shutdown needs SHUT_RD, SHUT_WR or SHUT_RDWR');
  return { name: 'shutdown', fd: descriptor(call, 0, context), how };
};

/** Two names of one level. */
const LEVELS: Readonly<Record<string, string>> = {
  SOL_TCP: 'IPPROTO_TCP',
  SOL_IP: 'IPPROTO_IP',
  SOL_IPV6: 'IPPROTO_IPV6',
  SOL_UDP: 'IPPROTO_UDP',
};

function optionName(call: CallAction): { level: string; option: string } {
  const level = wordOf(parameter(call, 1), 'a level: SOL_SOCKET, IPPROTO_TCP');
  const option = wordOf(parameter(call, 2), "an option's name");
  return { level: LEVELS[level] ?? level, option };
}

const readGetOption: Reader = (call, context) => ({
  name: 'get-option',
  fd: descriptor(call, 0, context),
  ...optionName(call),
});

const readSetOption: Reader = (call, context) => ({
  name: 'set-option',
  fd: descriptor(call, 0, context),
  ...optionName(call),
  value: readOptionValue(parameter(call, 3), context.profile),
});

const readFcntl: Reader = (call, context) => {
  const fd = descriptor(call, 0, context);
  const command = wordOf(parameter(call, 1), 'F_GETFL or F_SETFL');
  if (command === 'F_GETFL') return { name: 'get-flags', fd };
  if (command !== 'F_SETFL') throw new Misfit(call.line, `fcntl ${command} is not supported`);
  const nonBlocking = wordsOf(parameter(call, 2)).includes('O_NONBLOCK');
  return { name: 'set-flags', fd, nonBlocking };
};

const IOCTLS: Readonly<Record<string, 'input' | 'output' | 'unsent'>> = {
  SIOCINQ: 'input',
  FIONREAD: 'input',
  SIOCOUTQ: 'output',
  TIOCOUTQ: 'output',
  FIONWRITE: 'output',
  SIOCOUTQNSD: 'unsent',
};

const readIoctl: Reader = (call, context) => {
  const fd = descriptor(call, 0, context);
  const name = wordOf(parameter(call, 1), "a request's name");
  if (name === 'FIONBIO') {
    return { name: 'set-flags', fd, nonBlocking: number(call, 2, context) !== 0 };
  }
  const request = Object.hasOwn(IOCTLS, name) ? IOCTLS[name] : undefined;
  if (request === undefined) throw new Misfit(call.line, `ioctl ${name} is not supported`);
  return { name: 'ioctl', fd, request };
};

/** Milliseconds; negative is without end. */
function timeout(call: CallAction, index: number, context: CallContext): Duration | undefined {
  const n = number(call, index, context);
  return n < 0 ? undefined : milliseconds(n);
}

/** `{fd = 4, events = POLLIN}`; the subject's descriptors have no others' bits. */
function descriptorOf(e: Expression, context: CallContext): Descriptor {
  const fd = fieldOf(e, 'fd');
  const events = fieldOf(e, 'events');
  if (fd === undefined || events === undefined) {
    throw new Misfit(e.line, 'expected a descriptor: {fd = 4, events = POLLIN}');
  }
  return {
    fd: context.fdOf(numberOf(fd, context.profile)),
    events: optionalNumber(events, context.profile) ?? 0,
  };
}

const readPoll: Reader = (call, context) => {
  const list = parameter(call, 0);
  if (list.kind !== 'list') throw new Misfit(list.line, 'poll needs a list of descriptors');
  const descriptors = list.items.map((item) => descriptorOf(item, context));
  return { name: 'poll', descriptors, timeout: timeout(call, 2, context) };
};

const OPERATIONS = {
  EPOLL_CTL_ADD: 'add',
  EPOLL_CTL_MOD: 'modify',
  EPOLL_CTL_DEL: 'delete',
} as const;

const readEpollControl: Reader = (call, context) => {
  const name = wordOf(parameter(call, 1), 'an operation of epoll_ctl');
  if (!(name in OPERATIONS)) throw new Misfit(call.line, `epoll_ctl ${name} is not known`);
  const event = call.parameters[3];
  const events = event === undefined ? undefined : fieldOf(event, 'events');
  return {
    name: 'epoll-control',
    epoll: descriptor(call, 0, context),
    operation: OPERATIONS[name as keyof typeof OPERATIONS],
    fd: descriptor(call, 2, context),
    events: events === undefined ? 0 : numberOf(events, context.profile),
  };
};

const readEpollWait: Reader = (call, context) => ({
  name: 'epoll-wait',
  epoll: descriptor(call, 0, context),
  max: number(call, 2, context),
  timeout: timeout(call, 3, context),
});

const READERS: Readonly<Record<string, Reader>> = {
  socket: readSocket,
  bind: readBind,
  connect: readConnect,
  listen: readListen,
  accept: readAccept,
  accept4: readAccept,
  write: readSend,
  send: readSend,
  sendto: readSend,
  writev: readWritev,
  sendmsg: readSendmsg,
  read: readReceive,
  recv: readReceive,
  recvfrom: readReceive,
  readv: readReadv,
  recvmsg: readRecvmsg,
  close: readClose,
  shutdown: readShutdown,
  getsockopt: readGetOption,
  setsockopt: readSetOption,
  fcntl: readFcntl,
  ioctl: readIoctl,
  poll: readPoll,
  epoll_create: () => ({ name: 'epoll-create' }),
  epoll_create1: () => ({ name: 'epoll-create' }),
  epoll_ctl: readEpollControl,
  epoll_wait: readEpollWait,
};
