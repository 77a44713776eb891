/** The numbers behind the names in scripts, where Linux and FreeBSD differ and a script shows a number. */
import type { Profile } from '../stack/transport/tcp/config.ts';

type Table = Readonly<Record<string, number>>;

/** The same on both. */
const COMMON: Table = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  MSG_OOB: 0x1,
  MSG_PEEK: 0x2,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  POLLIN: 0x001,
  POLLPRI: 0x002,
  POLLOUT: 0x004,
  POLLERR: 0x008,
  POLLHUP: 0x010,
  POLLNVAL: 0x020,
  POLLRDNORM: 0x040,
  EPOLLIN: 0x001,
  EPOLLPRI: 0x002,
  EPOLLOUT: 0x004,
  EPOLLERR: 0x008,
  EPOLLHUP: 0x010,
  EPOLLRDHUP: 0x2000,
  EPOLLONESHOT: 0x4000_0000,
  EPOLLET: 0x8000_0000,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_DEL: 2,
  EPOLL_CTL_MOD: 3,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  IPPROTO_IP: 0,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPTOS_LOWDELAY: 0x10,
  IPTOS_THROUGHPUT: 0x08,
  IPTOS_DSCP_CS0: 0x00,
  IPTOS_DSCP_CS1: 0x20,
  IPTOS_DSCP_CS2: 0x40,
  IPTOS_DSCP_CS3: 0x60,
  IPTOS_DSCP_CS4: 0x80,
  IPTOS_DSCP_CS5: 0xa0,
  IPTOS_DSCP_CS6: 0xc0,
  IPTOS_DSCP_CS7: 0xe0,
  IPTOS_DSCP_EF: 0xb8,
  IP_PMTUDISC_DONT: 0,
  IP_PMTUDISC_WANT: 1,
  IP_PMTUDISC_DO: 2,
  IP_PMTUDISC_PROBE: 3,
};

const LINUX: Table = {
  O_NONBLOCK: 0x800,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x8_0000,
  MSG_DONTROUTE: 0x4,
  MSG_CTRUNC: 0x8,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_EOR: 0x80,
  MSG_WAITALL: 0x100,
  MSG_CONFIRM: 0x800,
  MSG_ERRQUEUE: 0x2000,
  MSG_NOSIGNAL: 0x4000,
  MSG_MORE: 0x8000,
  MSG_ZEROCOPY: 0x400_0000,
  MSG_FASTOPEN: 0x2000_0000,
  POLLRDHUP: 0x2000,
};

const FREEBSD: Table = {
  O_NONBLOCK: 0x4,
  SOCK_NONBLOCK: 0x2000_0000,
  SOCK_CLOEXEC: 0x1000_0000,
  MSG_DONTROUTE: 0x4,
  MSG_EOR: 0x8,
  MSG_TRUNC: 0x10,
  MSG_CTRUNC: 0x20,
  MSG_WAITALL: 0x40,
  MSG_DONTWAIT: 0x80,
  MSG_EOF: 0x100,
  MSG_NOSIGNAL: 0x2_0000,
  POLLRDHUP: 0x4000,
};

const LINUX_ERRNO: Table = {
  EPERM: 1,
  ENOENT: 2,
  EBADF: 9,
  EAGAIN: 11,
  EACCES: 13,
  EFAULT: 14,
  EEXIST: 17,
  EINVAL: 22,
  EPIPE: 32,
  ENOTSOCK: 88,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  EISCONN: 106,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
};

const FREEBSD_ERRNO: Table = {
  EPERM: 1,
  ENOENT: 2,
  EBADF: 9,
  EACCES: 13,
  EFAULT: 14,
  EEXIST: 17,
  EINVAL: 22,
  EPIPE: 32,
  EAGAIN: 35,
  EINPROGRESS: 36,
  EALREADY: 37,
  ENOTSOCK: 38,
  EDESTADDRREQ: 39,
  EMSGSIZE: 40,
  ENOPROTOOPT: 42,
  EPROTONOSUPPORT: 43,
  EOPNOTSUPP: 45,
  EAFNOSUPPORT: 47,
  EADDRINUSE: 48,
  EADDRNOTAVAIL: 49,
  ENETUNREACH: 51,
  ECONNABORTED: 53,
  ECONNRESET: 54,
  EISCONN: 56,
  ENOTCONN: 57,
  ETIMEDOUT: 60,
  ECONNREFUSED: 61,
  EHOSTUNREACH: 65,
};

/** Linux's states of a connection, which `tcpi_state` has. */
const LINUX_STATES: Table = {
  TCP_ESTABLISHED: 1,
  TCP_SYN_SENT: 2,
  TCP_SYN_RECV: 3,
  TCP_FIN_WAIT1: 4,
  TCP_FIN_WAIT2: 5,
  TCP_TIME_WAIT: 6,
  TCP_CLOSE: 7,
  TCP_CLOSE_WAIT: 8,
  TCP_LAST_ACK: 9,
  TCP_LISTEN: 10,
  TCP_CLOSING: 11,
};

/** FreeBSD's, whose names a script does not know. */
const FREEBSD_STATES: Table = {
  TCPS_CLOSED: 0,
  TCPS_LISTEN: 1,
  TCPS_SYN_SENT: 2,
  TCPS_SYN_RECEIVED: 3,
  TCPS_ESTABLISHED: 4,
  TCPS_CLOSE_WAIT: 5,
  TCPS_FIN_WAIT_1: 6,
  TCPS_CLOSING: 7,
  TCPS_LAST_ACK: 8,
  TCPS_FIN_WAIT_2: 9,
  TCPS_TIME_WAIT: 10,
};

const CODE: Table = {
  TCP_CA_Open: 0,
  TCP_CA_Disorder: 1,
  TCP_CA_CWR: 2,
  TCP_CA_Recovery: 3,
  TCP_CA_Loss: 4,
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
  TCPI_OPT_ECN_SEEN: 16,
  TCPI_OPT_SYN_DATA: 32,
};

const find = (table: Table, name: string): number | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const isFreebsd = (profile: Profile): boolean => profile === 'freebsd';

/** Of a name in a system call; undefined: unknown there. */
export const constant = (name: string, profile: Profile): number | undefined =>
  find(COMMON, name) ??
  find(isFreebsd(profile) ? FREEBSD : LINUX, name) ??
  errnoNumber(name, profile);

/** Of a name between `%{` and `}%`. */
export const codeConstant = (name: string, profile: Profile): number | undefined =>
  find(CODE, name) ?? find(isFreebsd(profile) ? FREEBSD_STATES : LINUX_STATES, name);

export function errnoNumber(name: string, profile: Profile): number | undefined {
  return find(isFreebsd(profile) ? FREEBSD_ERRNO : LINUX_ERRNO, canonicalErrno(name));
}

/** Two names of one number. */
export const canonicalErrno = (name: string): string => (name === 'EWOULDBLOCK' ? 'EAGAIN' : name);
