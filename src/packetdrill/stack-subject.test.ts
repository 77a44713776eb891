import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Profile } from '../stack/transport/tcp/config.ts';
import { formatOutcome } from './run/outcome.ts';
import { runScriptText } from './run-script.ts';

/** Runs events on the project's own stack; each line is a call or a packet at +0 unless it has a time. */
function run(lines: string, profile: Profile = 'linux'): string {
  const text = lines
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .map((line, i) => (/^[\d+*]/.test(line) ? line : `${i === 0 ? '0' : '+0'} ${line}`))
    .join('\n');
  return formatOutcome(runScriptText(text, 'a.pkt', { profile, strict: true }));
}

const SOCKET = 'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3';
const CONNECTED = `
  ${SOCKET}
  bind(3, ..., ...) = 0
  listen(3, 1) = 0
  < S 0:0(0) win 65535 <mss 1000>
  > S. 0:0(0) ack 1 <mss 1460>
  < . 1:1(0) ack 1 win 65535
  accept(3, ..., ...) = 4`;

describe('the errors of a Unix', () => {
  it.each([
    ['a descriptor that is not open', 'read(7, ..., 1) = -1 EBADF (x)'],
    ['accept without listen', `${SOCKET}\naccept(3, ..., ...) = -1 EINVAL (x)`],
    ['read without a connection', `${SOCKET}\nread(3, ..., 1) = -1 ENOTCONN (x)`],
    ['write without a connection', `${SOCKET}\nwrite(3, ..., 1) = -1 EPIPE (x)`],
    ['shutdown without a connection', `${SOCKET}\nshutdown(3, SHUT_WR) = -1 ENOTCONN (x)`],
    [
      'an option that is not known',
      `${SOCKET}\nsetsockopt(3, IPPROTO_TCP, TCP_X, [1], 4) = -1 ENOPROTOOPT (x)`,
    ],
    [
      'a value that cannot be',
      `${SOCKET}\nsetsockopt(3, IPPROTO_TCP, TCP_KEEPCNT, [0], 4) = -1 EINVAL (x)`,
    ],
    ['two binds', `${SOCKET}\nbind(3, ..., ...) = 0\nbind(3, ..., ...) = -1 EINVAL (x)`],
    [
      'two listeners on one port',
      `${SOCKET}\nbind(3, ..., ...) = 0\nlisten(3, 1) = 0
       socket(..., SOCK_STREAM, IPPROTO_TCP) = 4\nbind(4, ..., ...) = 0
       listen(4, 1) = -1 EADDRINUSE (x)`,
    ],
    ['connect on a listener', `${SOCKET}\nlisten(3, 1) = 0\nconnect(3, ..., ...) = -1 EISCONN (x)`],
    ['urgent data apart from the stream', `${CONNECTED}\nrecv(4, ..., 1, MSG_OOB) = -1 EINVAL (x)`],
    [
      'write after shutdown',
      `${CONNECTED}\nshutdown(4, SHUT_WR) = 0\n> F. 1:1(0) ack 1\nwrite(4, ..., 1) = -1 EPIPE (x)`,
    ],
    ['read after shutdown', `${CONNECTED}\nshutdown(4, SHUT_RD) = 0\nread(4, ..., 1) = 0`],
    [
      'a datagram to nobody',
      'socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\nwrite(3, ..., 1) = -1 EDESTADDRREQ (x)',
    ],
    [
      'listen on a datagram socket',
      'socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\nlisten(3, 1) = -1 EOPNOTSUPP (x)',
    ],
    [
      'a descriptor that was closed',
      `${CONNECTED}\nclose(4) = 0\n> F. 1:1(0) ack 1\nread(4, ..., 1) = -1 EBADF (x)`,
    ],
  ])('%s', (_, lines) => {
    expect(run(lines)).toBe('a.pkt: pass');
  });

  it('are those of the system', () => {
    expect(run(`${SOCKET}\nwrite(3, ..., 1) = -1 ENOTCONN (x)`, 'freebsd')).toBe('a.pkt: pass');
  });

  it('of a connection is told once', () => {
    const lines = `${CONNECTED}\n< R 1:1(0) win 0
      getsockopt(4, SOL_SOCKET, SO_ERROR, [ECONNRESET], [4]) = 0
      getsockopt(4, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
      read(4, ..., 1) = 0`;
    expect(run(lines)).toBe('a.pkt: pass');
  });
});

describe('options are given back as they were set', () => {
  it.each([
    ['SOL_SOCKET, SO_REUSEADDR', '[1]', '[1]'],
    ['SOL_SOCKET, SO_KEEPALIVE', '[5]', '[1]'],
    ['SOL_SOCKET, SO_SNDBUF', '[10000]', '[20000]'],
    ['SOL_SOCKET, SO_RCVBUF', '[10000]', '[20000]'],
    ['SOL_SOCKET, SO_LINGER', '{onoff=1, linger=5}', '{onoff=1, linger=5}'],
    ['IPPROTO_TCP, TCP_NODELAY', '[1]', '[1]'],
    ['SOL_TCP, TCP_KEEPIDLE', '[30]', '[30]'],
    ['SOL_TCP, TCP_USER_TIMEOUT', '[1500]', '[1500]'],
    ['SOL_TCP, TCP_CONGESTION', '"reno"', '"reno"'],
    ['IPPROTO_IP, IP_TOS', '[0x28]', '[0x28]'],
    ['SOL_TCP, TCP_NOTSENT_LOWAT', '[0xffffffff]', '[0xffffffff]'],
  ])('%s', (name, set, get) => {
    const lines = `${SOCKET}\nsetsockopt(3, ${name}, ${set}, 4) = 0\ngetsockopt(3, ${name}, ${get}, [4]) = 0`;
    expect(run(lines)).toBe('a.pkt: pass');
  });
});

describe('waiting', () => {
  it('poll returns when there is something, or when its time is over', () => {
    expect(
      run(`${CONNECTED}
        poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}, {fd=3, events=POLLIN, revents=0}], 2, 0) = 1
        poll([{fd=4, events=POLLIN, revents=0}], 1, 50) = 0
        +.1...0.2 poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 1000) = 1
        +.1 < P. 1:11(10) ack 1 win 65535
        > . 1:1(0) ack 11
        poll([{fd=9, events=POLLIN, revents=POLLNVAL}], 1, 0) = 1
        < F. 11:11(0) ack 1 win 65535
        +0~+.5 > . 1:1(0) ack 12
        poll([{fd=4, events=POLLIN|POLLRDHUP, revents=POLLIN|POLLRDHUP}], 1, 0) = 1`),
    ).toBe('a.pkt: pass');
  });

  it('epoll tells level, edge and once', () => {
    expect(
      run(`${CONNECTED}
        epoll_create(1) = 5
        epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, fd=4}) = 0
        epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4}) = -1 EEXIST (x)
        epoll_wait(5, {events=0, ptr=0}, 1, 0) = 0
        < P. 1:11(10) ack 1 win 65535
        > . 1:1(0) ack 11
        epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1
        epoll_wait(5, {events=0, ptr=0}, 1, 0) = 0
        < P. 11:21(10) ack 1 win 65535
        > . 1:1(0) ack 21
        epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1
        epoll_wait(5, {events=0, ptr=0}, 1, 0) = 0
        epoll_ctl(5, EPOLL_CTL_MOD, 4, {events=EPOLLIN, fd=4}) = 0
        epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1
        epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1
        epoll_ctl(5, EPOLL_CTL_MOD, 4, {events=EPOLLIN|EPOLLONESHOT, fd=4}) = 0
        epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1
        epoll_wait(5, {events=0, ptr=0}, 1, 0) = 0
        epoll_ctl(5, EPOLL_CTL_DEL, 4, {events=0, fd=4}) = 0
        epoll_ctl(5, EPOLL_CTL_DEL, 4, {events=0, fd=4}) = -1 ENOENT (x)`),
    ).toBe('a.pkt: pass');
  });

  it('close with a linger time waits for the acknowledgment of the FIN', () => {
    expect(
      run(`${CONNECTED}
        setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, 8) = 0
        0...0.1 close(4) = 0
        > F. 1:1(0) ack 1
        +.1 < . 1:1(0) ack 2 win 65535`),
    ).toBe('a.pkt: pass');
  });
});

describe('a text that is no script', () => {
  it('has an outcome like a script that cannot be run', () => {
    expect(runScriptText('0 nonsense', 'b.pkt')).toMatchObject({
      file: 'b.pkt',
      verdict: 'error',
      kind: 'script',
      line: 1,
      steps: [],
    });
  });
});

describe('any events in any order', () => {
  const lines = [
    'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
    'socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 4',
    'bind(3, ..., ...) = 0',
    'listen(3, 1) = 0',
    'connect(4, ..., ...) = -1 EINPROGRESS (x)',
    'accept(3, ..., ...) = 4',
    'write(4, ..., 5000) = 5000',
    'recv(4, ..., 5000, MSG_DONTWAIT) = 1',
    'shutdown(4, SHUT_WR) = 0',
    'close(4) = 0',
    'close(3) = 0',
    'setsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0',
    'poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 10) = 1',
    '< S 0:0(0) win 1000 <mss 1000,sackOK,TS val 1 ecr 0,nop,wscale 3>',
    '< S. 0:0(0) ack 1 win 1000 <mss 500>',
    '< . 1:1(0) ack 1 win 1000',
    '< . 1:1(0) ack 1 win 0',
    '< P. 1:1001(1000) ack 1 win 1000',
    '< . 2001:3001(1000) ack 501 win 1000',
    '< F. 1:1(0) ack 2 win 1000',
    '< R 1:1(0) win 0',
    '< R. 0:0(0) ack 1 win 0',
    '< PU. 1:11(10) ack 1 win 100 urg 500',
    '< . 1:1(0) ack 1 win 1000 <nop,nop,sack 501:1001 2001:3001>',
    '< icmp unreachable frag_needed mtu 600 [1:501(500)]',
    '< icmp unreachable port_unreachable [0:0(0)]',
    '* > S. 0:0(0) ack 1 <...>',
    '* > . 1:1(0) ack 1 <...>',
    '%{ assert tcpi_state == 1 }%',
  ];
  const times = fc.constantFrom('+0', '+.1', '+3', '+500');

  it('have an outcome', () => {
    const one = fc.tuple(times, fc.constantFrom(...lines));
    const text = fc
      .array(one, { minLength: 1, maxLength: 25 })
      .map((all) => all.map(([t, l]) => (l.startsWith('*') ? l : `${t} ${l}`)).join('\n'))
      // Failures would end nearly every script at its second line.
      .map((events) => `--non_fatal=packet,syscall\n0 \`true\`\n${events}`);
    const profile = fc.constantFrom<Profile>('linux', 'freebsd', 'rfc');
    fc.assert(
      fc.property(text, profile, (script, as) => {
        const { verdict } = runScriptText(script, 'a.pkt', { profile: as });
        expect(['pass', 'fail', 'error']).toContain(verdict);
      }),
      { numRuns: 300 },
    );
  });
});
