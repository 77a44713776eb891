/** getsockopt and setsockopt of a stream: which name is which option of the stack. */
import { type Duration, type Instant, milliseconds, seconds } from '../../base/time.ts';
import type { ListenOptions } from '../../stack/transport/tcp/config.ts';
import type { CallResult, OptionValue, SocketCall } from '../subject.ts';
import { failure, result } from './descriptor.ts';
import type { Options, Stream } from './stream.ts';

export const noOptions = (): Options => ({
  tcp: {},
  linger: { onoff: 0, linger: 0 },
  kept: new Map(),
});

interface Accessor {
  read(options: ListenOptions, socket: Stream, now: Instant): OptionValue;
  /** Undefined: the value is not one that the option can have. */
  write(value: number, socket: Stream): Partial<ListenOptions> | undefined;
}

const toSeconds = (d: Duration): number => Math.round(d / 1e6);
const SEGMENT_MIN = 88;
const SEGMENT_MAX = 32_767;
const WITH_TIMESTAMPS = 1;
const TIMESTAMPS_LENGTH = 12;

const flag = (
  read: (options: ListenOptions) => boolean,
  write: (on: boolean) => Partial<ListenOptions>,
): Accessor => ({ read: (o) => (read(o) ? 1 : 0), write: (n) => write(n !== 0) });

const inSeconds = (
  read: (options: ListenOptions) => Duration,
  write: (d: Duration) => Partial<ListenOptions>,
): Accessor => ({
  read: (o) => toSeconds(read(o)),
  write: (n) => (n < 1 || n > SEGMENT_MAX ? undefined : write(seconds(n))),
});

const cork = flag(
  (o) => o.cork,
  (on) => ({ cork: on }),
);

/** One line has one peer: it is that of all sockets. */
const timeToLive: Accessor = {
  read: (_options, { host }) => host.line.timeToLive,
  write: (n, { host }) => {
    if (n < 1 || n > 255) return undefined;
    host.line.timeToLive = n;
    return {};
  },
};

const ACCESSORS: Readonly<Record<string, Accessor>> = {
  'SOL_SOCKET SO_KEEPALIVE': flag(
    (o) => o.keepAlive,
    (on) => ({ keepAlive: on }),
  ),
  // Linux takes twice what is asked for, to have room for what it keeps beside the octets.
  'SOL_SOCKET SO_SNDBUF': {
    read: (o) => o.sendBuffer,
    write: (n, { host }) => ({ sendBuffer: host.isLinux ? 2 * n : n }),
  },
  'SOL_SOCKET SO_RCVBUF': {
    read: (o, { host }) => (host.isLinux ? 2 * o.receiveBuffer : o.receiveBuffer),
    write: (n) => ({ receiveBuffer: n }),
  },
  // On Linux it draws a cork too.
  'IPPROTO_TCP TCP_NODELAY': {
    read: (o) => (o.noDelay ? 1 : 0),
    write: (n, { host }) =>
      n !== 0 && host.isLinux ? { noDelay: true, cork: false } : { noDelay: n !== 0 },
  },
  'IPPROTO_TCP TCP_CORK': cork,
  'IPPROTO_TCP TCP_NOPUSH': cork,
  'IPPROTO_TCP TCP_QUICKACK': flag(
    (o) => o.quickAck,
    (on) => ({ quickAck: on }),
  ),
  'IPPROTO_TCP TCP_MAXSEG': {
    read: (o, { connection, host }, now) => {
      if (connection === undefined || connection.state === 'CLOSED') return o.segmentMax || 536;
      const { tcpi_snd_mss: mss, tcpi_options: agreed } = connection.info(now);
      // FreeBSD's is without options.
      return host.isLinux || (agreed & WITH_TIMESTAMPS) === 0 ? mss : mss + TIMESTAMPS_LENGTH;
    },
    write: (n) => (n < SEGMENT_MIN || n > SEGMENT_MAX ? undefined : { segmentMax: n }),
  },
  'IPPROTO_TCP TCP_KEEPIDLE': inSeconds(
    (o) => o.keepAliveIdle,
    (d) => ({ keepAliveIdle: d }),
  ),
  'IPPROTO_TCP TCP_KEEPINTVL': inSeconds(
    (o) => o.keepAliveInterval,
    (d) => ({ keepAliveInterval: d }),
  ),
  'IPPROTO_TCP TCP_KEEPCNT': {
    read: (o) => o.keepAliveProbes,
    write: (n) => (n < 1 || n > 127 ? undefined : { keepAliveProbes: n }),
  },
  'IPPROTO_TCP TCP_USER_TIMEOUT': {
    read: (o) => Math.round(o.userTimeout / 1000),
    write: (n) => ({ userTimeout: milliseconds(n) }),
  },
  // Of a listener, how many may wait so; any number lets data come with a SYN.
  'IPPROTO_TCP TCP_FASTOPEN': flag(
    (o) => o.fastOpen,
    (on) => ({ fastOpen: on }),
  ),
  'IPPROTO_IP IP_TTL': timeToLive,
  'IPPROTO_IPV6 IPV6_UNICAST_HOPS': timeToLive,
  'IPPROTO_IP IP_TOS': {
    read: (o) => o.trafficClass,
    write: (n) => ({ trafficClass: n & 0xfc }),
  },
  'IPPROTO_IPV6 IPV6_TCLASS': {
    read: (o) => o.trafficClass,
    write: (n) => ({ trafficClass: n & 0xfc }),
  },
};

/** Taken and given back: what they are about is not there, or always so. */
const KEPT: readonly string[] = [
  'SOL_SOCKET SO_REUSEADDR',
  'SOL_SOCKET SO_REUSEPORT',
  'SOL_SOCKET SO_OOBINLINE',
  'SOL_SOCKET SO_PRIORITY',
  'SOL_SOCKET SO_MARK',
  'SOL_SOCKET SO_NOSIGPIPE',
  'SOL_SOCKET SO_ZEROCOPY',
  'IPPROTO_IP IP_MTU_DISCOVER',
  'IPPROTO_IP IP_RECVERR',
  'IPPROTO_IP IP_FREEBIND',
  'IPPROTO_IPV6 IPV6_V6ONLY',
  'IPPROTO_IPV6 IPV6_MTU_DISCOVER',
  'IPPROTO_IPV6 IPV6_RECVERR',
  'IPPROTO_TCP TCP_NOTSENT_LOWAT',
  'IPPROTO_TCP TCP_INQ',
  'IPPROTO_TCP TCP_FASTOPEN_CONNECT',
];

export function readOption(socket: Stream, level: string, name: string, now: Instant): CallResult {
  const key = `${level} ${name}`;
  const option = currentValue(socket, key, now);
  return option === undefined ? failure('ENOPROTOOPT') : { value: 0, option };
}

function currentValue(socket: Stream, key: string, now: Instant): OptionValue | undefined {
  const accessor = Object.hasOwn(ACCESSORS, key) ? ACCESSORS[key] : undefined;
  if (accessor !== undefined) return accessor.read(effective(socket), socket, now);
  switch (key) {
    case 'SOL_SOCKET SO_ERROR':
      return socket.takeError() ?? 0;
    case 'SOL_SOCKET SO_LINGER':
      return socket.options.linger;
    case 'SOL_SOCKET SO_ACCEPTCONN':
      return socket.listener === undefined ? 0 : 1;
    case 'SOL_SOCKET SO_TYPE':
      return 1;
    case 'IPPROTO_TCP TCP_CONGESTION':
      return effective(socket).congestion;
    case 'IPPROTO_IP IP_MTU':
    case 'IPPROTO_IPV6 IPV6_MTU':
      return socket.host.line.path.mtu;
    default:
      return KEPT.includes(key) ? (socket.options.kept.get(key) ?? 0) : undefined;
  }
}

/** The connection's, or what one would have. */
function effective(socket: Stream): ListenOptions {
  const { connection, host, options } = socket;
  const defaults = host.defaults();
  return { ...defaults, ...options.tcp, ...(connection === undefined ? {} : connection.options) };
}

export function writeOption(
  socket: Stream,
  call: Extract<SocketCall, { name: 'set-option' }>,
  now: Instant,
): CallResult {
  const { value } = call;
  const key = `${call.level} ${call.option}`;
  if (key === 'SOL_SOCKET SO_LINGER' && typeof value === 'object' && 'onoff' in value) {
    socket.options.linger = value;
    return result(0);
  }
  if (key === 'IPPROTO_TCP TCP_CONGESTION' && typeof value === 'string') {
    if (value !== 'cubic' && value !== 'reno') return failure('ENOENT');
    return change(socket, { congestion: value }, now);
  }
  if (KEPT.includes(key)) {
    socket.options.kept = new Map([...socket.options.kept, [key, value]]);
    return result(0);
  }
  const accessor = Object.hasOwn(ACCESSORS, key) ? ACCESSORS[key] : undefined;
  if (accessor === undefined) return failure('ENOPROTOOPT');
  const changed = typeof value === 'number' ? accessor.write(value, socket) : undefined;
  return changed === undefined ? failure('EINVAL') : change(socket, changed, now);
}

function change(socket: Stream, changed: Partial<ListenOptions>, now: Instant): CallResult {
  socket.options.tcp = { ...socket.options.tcp, ...changed };
  socket.connection?.setOptions(changed, now);
  socket.listener?.setOptions(changed);
  return result(0);
}
