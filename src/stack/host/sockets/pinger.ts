/** Echo on promises: one question, its answer or what ICMP says instead. */
import { EXIT, NetlabError } from '../../../base/errors.ts';
import { type Duration, type Instant, seconds, since } from '../../../base/time.ts';
import { format, type IpAddress } from '../../network/ip/address.ts';
import type { EchoSocket } from '../echo-socket.ts';
import type { IcmpReport } from '../icmp-report.ts';
import type { Settling, SocketOwner } from './owner.ts';
import { throwUnlessSent } from './udp-port.ts';
import { Pending, type Wait } from './wait.ts';

export interface PingOptions extends Wait {
  /** Octets of data in the echo; 56 unless told otherwise, as ping has always sent. */
  readonly length?: number;
  readonly ttl?: number;
  readonly dontFragment?: boolean;
}

export interface PingReply {
  readonly source: IpAddress;
  readonly roundTrip: Duration;
  readonly ttl: number;
  readonly sequence: number;
}

const LENGTH = 56;
const TIMEOUT = seconds(5);

interface Question {
  readonly sentAt: Instant;
  readonly pending: Pending<PingReply>;
}

export class Pinger implements Settling {
  readonly #owner: SocketOwner;
  readonly #socket: EchoSocket;
  readonly #questions = new Map<number, Question>();
  #sequence = 0;

  constructor(owner: SocketOwner, socket: EchoSocket) {
    this.#owner = owner;
    this.#socket = socket;
    socket.context = this;
  }

  /** @throws NetlabError no-route, too-big, timed-out, cancelled, unreachable */
  async ping(options: PingOptions = {}): Promise<PingReply> {
    const { length = LENGTH, timeout = TIMEOUT, ...others } = options;
    const now = this.#owner.now();
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const sequence = this.#sequence;
    const octets = Uint8Array.from({ length }, (_, i) => i);
    throwUnlessSent(this.#socket.send(sequence, octets, now, others));
    const pending = new Pending<PingReply>(this.#owner.deadlines, { ...others, timeout }, now);
    this.#questions.set(sequence, { sentAt: now, pending });
    this.#owner.wake();
    try {
      return await pending.promise;
    } finally {
      this.#questions.delete(sequence);
    }
  }

  close(): void {
    this.#socket.close();
    const error = new NetlabError('closed', EXIT.interrupted, 'the echo was closed');
    for (const { pending } of this.#questions.values()) pending.reject(error);
  }

  settle(): void {
    const now = this.#owner.now();
    for (let reply = this.#socket.receive(); reply; reply = this.#socket.receive()) {
      const { sequence, source, ttl } = reply;
      const question = this.#questions.get(sequence);
      if (question === undefined) continue;
      const roundTrip = since(now, question.sentAt);
      question.pending.resolve({ source, roundTrip, ttl, sequence });
    }
    for (let report = this.#socket.nextError(); report; report = this.#socket.nextError()) {
      this.#questions.get(report.sequence)?.pending.reject(unreachable(report));
    }
  }
}

function unreachable({ kind, from, mtu }: IcmpReport): NetlabError {
  const details = { kind, from: format(from), mtu };
  const message = `${details.from} says: ${kind}`;
  return new NetlabError('unreachable', EXIT.boardFault, message, details);
}
