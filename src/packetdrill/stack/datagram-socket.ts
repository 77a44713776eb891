/** A socket of SOCK_DGRAM: UDP on the line, with room for a few datagrams. */
import type { Instant } from '../../base/time.ts';
import type { CallResult, OptionValue, PendingCall, SocketCall } from '../subject.ts';
import { type Descriptor, failure, immediate, pending, READY, result } from './descriptor.ts';
import type { IpLine } from './ip-line.ts';

/** Datagrams that wait to be read. */
const QUEUE_MAX = 64;
const PAYLOAD_MAX = 65_507;

export interface DatagramHost {
  readonly line: IpLine;
  choosePort(): number;
  forget(socket: DatagramSocket): void;
}

export class DatagramSocket implements Descriptor {
  readonly kind = 'datagram';
  nonBlocking: boolean;
  arrivals = 0;
  readonly #host: DatagramHost;
  readonly #queue: { octets: Uint8Array; port: number }[] = [];
  readonly #kept = new Map<string, OptionValue>();
  #local = 0;
  #remote = 0;
  #refused = false;

  constructor(host: DatagramHost, nonBlocking: boolean) {
    this.#host = host;
    this.nonBlocking = nonBlocking;
  }

  ports(): { local: number; remote: number } {
    return { local: this.#local, remote: this.#remote };
  }

  readiness(): number {
    const error = this.#refused ? READY.error : 0;
    return READY.out | error | (this.#queue.length > 0 ? READY.in : 0);
  }

  enqueue(octets: Uint8Array, port: number): void {
    if (this.#remote !== 0 && this.#remote !== port) return;
    if (this.#queue.length >= QUEUE_MAX) return;
    this.arrivals += 1;
    this.#queue.push({ octets: octets.slice(), port });
  }

  /** Only a connected socket hears of it (RFC 1122 §4.1.3.3). */
  handleUnreachable(remotePort: number): void {
    if (this.#remote === remotePort) this.#refused = true;
  }

  begin(call: SocketCall, _now: Instant): PendingCall {
    switch (call.name) {
      case 'bind':
        this.#local = call.port === 0 ? this.#host.choosePort() : call.port;
        return immediate(result(0));
      case 'connect':
        this.#bindAny();
        this.#remote = call.port;
        return immediate(result(0));
      case 'disconnect':
        this.#remote = 0;
        return immediate(result(0));
      case 'send':
        return immediate(this.#send(call.octets, call.to?.port ?? this.#remote));
      case 'receive':
        return this.#receive(call);
      case 'close':
        this.#host.forget(this);
        return immediate(result(0));
      default:
        return immediate(this.#control(call));
    }
  }

  #control(call: SocketCall): CallResult {
    switch (call.name) {
      case 'set-option':
        this.#kept.set(`${call.level} ${call.option}`, call.value);
        return result(0);
      case 'get-option': {
        const key = `${call.level} ${call.option}`;
        const option = key === 'SOL_SOCKET SO_ERROR' ? this.#takeError() : this.#kept.get(key);
        return option === undefined ? failure('ENOPROTOOPT') : { value: 0, option };
      }
      case 'ioctl':
        return { value: 0, option: this.#queue[0]?.octets.length ?? 0 };
      default:
        return failure('EOPNOTSUPP');
    }
  }

  #takeError(): OptionValue {
    const refused = this.#refused;
    this.#refused = false;
    return refused ? 'ECONNREFUSED' : 0;
  }

  #bindAny(): void {
    if (this.#local === 0) this.#local = this.#host.choosePort();
  }

  #send(octets: Uint8Array, port: number): CallResult {
    if (this.#takeError() !== 0) return failure('ECONNREFUSED');
    if (port === 0) return failure('EDESTADDRREQ');
    if (octets.length > PAYLOAD_MAX) return failure('EMSGSIZE');
    this.#bindAny();
    this.#host.line.sendUdp(this.#local, port, octets);
    return result(octets.length);
  }

  #receive(call: Extract<SocketCall, { name: 'receive' }>): PendingCall {
    const once = call.flags.dontWait || this.nonBlocking;
    return pending(() => {
      if (this.#takeError() !== 0) return failure('ECONNREFUSED');
      const [first] = this.#queue;
      if (first === undefined) return once ? failure('EAGAIN') : undefined;
      if (!call.flags.peek) this.#queue.shift();
      const octets = first.octets.subarray(0, call.max);
      return { value: octets.length, octets };
    });
  }
}
