/** The project's own stack as a subject: its TCP on a thin line of IP, with the calls of a Unix in front. */
import type { Instant } from '../base/time.ts';
import {
  defaultListenOptions,
  type ListenOptions,
  PROFILES,
  type Profile,
  type TcpConfig,
} from '../stack/transport/tcp/config.ts';
import type * as udp from '../stack/transport/udp/header.ts';
import { type DatagramHost, DatagramSocket } from './stack/datagram-socket.ts';
import { type Descriptor, failure, immediate, pending, result } from './stack/descriptor.ts';
import { IpLine, type UdpReceiver } from './stack/ip-line.ts';
import { beginPoll, Epoll } from './stack/polling.ts';
import { noOptions } from './stack/socket-options.ts';
import type { StreamHost } from './stack/stream.ts';
import { StreamSocket } from './stack/stream-socket.ts';
import type { CallResult, PendingCall, SocketCall, Subject, SubjectConfig } from './subject.ts';

/** 0, 1 and 2 are open from the start. */
const FIRST_DESCRIPTOR = 3;
const FIRST_EPHEMERAL_PORT = 49_152;

const O_RDWR = 2;
const O_NONBLOCK = { linux: 0x800, freebsd: 0x4 } as const;

export const createStackSubject = (config: SubjectConfig): Subject => new StackSubject(config);

class StackSubject implements Subject, StreamHost, DatagramHost, UdpReceiver {
  #line: IpLine;
  readonly #config: SubjectConfig;
  readonly profile: Profile;
  /** Shared with the stack: what a script sets while it runs is set here. */
  readonly #tcp: { -readonly [K in keyof TcpConfig]: TcpConfig[K] };
  readonly #descriptors = new Map<number, Descriptor>();
  #nextPort = FIRST_EPHEMERAL_PORT;

  constructor(config: SubjectConfig) {
    this.profile = config.profile;
    this.#tcp = { ...PROFILES[config.profile], ...config.tcp };
    this.#config = config;
    this.#line = this.#newLine();
  }

  get line(): IpLine {
    return this.#line;
  }

  #newLine(): IpLine {
    const line = new IpLine(this.#config, this.#tcp);
    line.receiver = this;
    return line;
  }

  /** What the stack reads once is read anew as long as there is no socket. */
  reconfigure(tcp: Partial<TcpConfig>): void {
    Object.assign(this.#tcp, tcp);
    if (this.#descriptors.size === 0) this.#line = this.#newLine();
  }

  get isLinux(): boolean {
    return this.profile === 'linux';
  }

  defaults(): ListenOptions {
    return defaultListenOptions(this.#tcp);
  }

  begin(call: SocketCall, now: Instant): PendingCall {
    switch (call.name) {
      case 'socket': {
        const { type, nonBlocking } = call;
        const made =
          type === 'stream'
            ? new StreamSocket(this, noOptions(), nonBlocking)
            : new DatagramSocket(this, nonBlocking);
        return immediate(result(this.open(made)));
      }
      case 'epoll-create':
        return immediate(result(this.open(new Epoll((fd) => this.#descriptors.get(fd)))));
      case 'poll':
        return beginPoll(call, (fd) => this.#descriptors.get(fd), now);
      case 'epoll-control':
      case 'epoll-wait':
        return this.#descriptors.get(call.epoll)?.begin(call, now) ?? immediate(failure('EBADF'));
      default:
        return this.#beginOn(call, now);
    }
  }

  #beginOn(call: Extract<SocketCall, { fd: number }>, now: Instant): PendingCall {
    const descriptor = this.#descriptors.get(call.fd);
    if (descriptor === undefined) return immediate(failure('EBADF'));
    if (call.name === 'get-flags') return immediate(result(this.#flagsOf(descriptor)));
    if (call.name === 'set-flags') {
      descriptor.nonBlocking = call.nonBlocking;
      return immediate(result(0));
    }
    if (call.name === 'close') this.#descriptors.delete(call.fd);
    const begun = descriptor.begin(call, now);
    // What a call changes shows to those that wait for edges.
    return pending((at) => this.#observed(begun.poll(at), at), begun.pollTimeout());
  }

  #observed(outcome: CallResult | undefined, now: Instant): CallResult | undefined {
    if (outcome !== undefined) this.#observe(now);
    return outcome;
  }

  #flagsOf({ nonBlocking }: Descriptor): number {
    if (!nonBlocking) return O_RDWR;
    return O_RDWR | (this.profile === 'freebsd' ? O_NONBLOCK.freebsd : O_NONBLOCK.linux);
  }

  open(descriptor: Descriptor): number {
    let fd = FIRST_DESCRIPTOR;
    while (this.#descriptors.has(fd)) fd++;
    this.#descriptors.set(fd, descriptor);
    return fd;
  }

  forget(descriptor: Descriptor): void {
    for (const [fd, other] of this.#descriptors) {
      if (other === descriptor) this.#descriptors.delete(fd);
    }
  }

  choosePort(): number {
    return this.#nextPort++;
  }

  portsOf(fd: number): { local: number; remote: number } {
    return this.#descriptors.get(fd)?.ports() ?? { local: 0, remote: 0 };
  }

  info(fd: number, now: Instant): Readonly<Record<string, number>> | undefined {
    const descriptor = this.#descriptors.get(fd);
    if (!(descriptor instanceof StreamSocket)) return undefined;
    const info = descriptor.connection?.info(now);
    return info === undefined ? undefined : { ...info };
  }

  fastOpenCookie(now: Instant): Uint8Array {
    const { tcp, words } = this.#line;
    return tcp.fastOpenCookie(words, now);
  }

  inject(datagram: Uint8Array, now: Instant): void {
    this.#line.handleDatagram(datagram, now);
    this.#observe(now);
  }

  pollDatagram(now: Instant): Uint8Array | undefined {
    return this.#line.pollDatagram(now);
  }

  pollTimeout(): Instant | undefined {
    return this.#line.tcp.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    this.#line.tcp.handleTimeout(now);
    this.#observe(now);
  }

  #observe(now: Instant): void {
    for (const descriptor of this.#descriptors.values()) {
      if (descriptor instanceof Epoll) descriptor.observe(now);
    }
  }

  handleDatagram({ destinationPort, sourcePort, payload }: udp.Datagram): void {
    for (const descriptor of this.#descriptors.values()) {
      if (descriptor instanceof DatagramSocket && descriptor.ports().local === destinationPort) {
        descriptor.enqueue(payload, sourcePort);
      }
    }
  }

  handleUnreachable(localPort: number, remotePort: number): void {
    for (const descriptor of this.#descriptors.values()) {
      if (descriptor instanceof DatagramSocket && descriptor.ports().local === localPort) {
        descriptor.handleUnreachable(remotePort);
      }
    }
  }
}
