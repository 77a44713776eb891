/** A subject for the interpreter's own tests: it does what a test says, and knows nothing of TCP. */
import { after, type Instant, microseconds } from '../../base/time.ts';
import { NO_FLAGS } from '../language/packet.ts';
import type { CallResult, PendingCall, SocketCall, Subject, SubjectConfig } from '../subject.ts';
import { type Datagram, decodeDatagram, encodeDatagram } from '../wire/datagram.ts';
import type { Segment } from '../wire/segment.ts';

/** What a puppet does when a segment comes: so much later it sends these. */
export interface Answer {
  readonly delay: number;
  readonly segment: Partial<Segment>;
  readonly trafficClass?: number;
}

export interface Strings {
  /** For each segment that comes, in their order. */
  readonly answers?: readonly (readonly Answer[])[];
  /** For each call that is not one of the usual; undefined: it blocks. */
  readonly results?: Readonly<Partial<Record<SocketCall['name'], CallResult | 'blocks'>>>;
  /** So long a call that blocks takes. */
  readonly takes?: number;
}

export const ISN = 5000;

/** A stack that knows nothing of TCP and does what the test says: what is judged here is the interpreter. */
export class Puppet implements Subject {
  readonly #config: SubjectConfig;
  readonly #strings: Strings;
  #segments = 0;
  #nextFd = 10;
  #peerPort = 0;
  #due: { at: Instant; octets: Uint8Array }[] = [];
  #ready: Uint8Array[] = [];

  constructor(config: SubjectConfig, strings: Strings) {
    this.#config = config;
    this.#strings = strings;
  }

  reconfigure(): void {}

  begin(call: SocketCall, now: Instant): PendingCall {
    const given = this.#strings.results?.[call.name];
    const end = after(now, microseconds(this.#strings.takes ?? 0));
    const usual = (): CallResult => ({ value: this.#usual(call) });
    if (given === 'blocks') return { poll: () => undefined, pollTimeout: () => undefined };
    return {
      poll: (at) => (at >= end ? (given ?? usual()) : undefined),
      pollTimeout: () => end,
    };
  }

  #usual(call: SocketCall): number {
    if (call.name === 'socket' || call.name === 'accept') return this.#nextFd++;
    return call.name === 'send' ? call.octets.length : 0;
  }

  inject(datagram: Uint8Array, now: Instant): void {
    const decoded = decodeDatagram(datagram);
    if (!decoded.ok || decoded.value.transport.protocol !== 'tcp') throw new Error('no segment');
    const came = decoded.value.transport;
    this.#peerPort = came.sourcePort;
    for (const { delay, segment, trafficClass } of this.#strings.answers?.[this.#segments] ?? []) {
      const octets = encodeDatagram(this.#datagram(came, segment, trafficClass ?? 0));
      this.#due.push({ at: after(now, microseconds(delay)), octets });
    }
    this.#segments += 1;
    this.handleTimeout(now);
  }

  #datagram(came: Segment, segment: Partial<Segment>, trafficClass: number): Datagram {
    return {
      source: this.#config.local,
      destination: this.#config.remote,
      trafficClass,
      timeToLive: 64,
      flowLabel: 0,
      transport: {
        protocol: 'tcp',
        sourcePort: came.destinationPort,
        destinationPort: came.sourcePort,
        sequence: ISN + 1,
        acknowledgment: came.sequence + came.payload.length,
        flags: { ...NO_FLAGS, ack: true },
        reserved: 0,
        window: 1000,
        urgent: 0,
        options: [],
        payload: new Uint8Array(),
        ...segment,
      },
    };
  }

  pollDatagram(): Uint8Array | undefined {
    return this.#ready.shift();
  }

  pollTimeout(): Instant | undefined {
    return this.#due.reduce<Instant | undefined>(
      (first, { at }) => (first === undefined || at < first ? at : first),
      undefined,
    );
  }

  handleTimeout(now: Instant): void {
    this.#ready.push(...this.#due.filter(({ at }) => at <= now).map(({ octets }) => octets));
    this.#due = this.#due.filter(({ at }) => at > now);
  }

  portsOf(fd: number): { local: number; remote: number } {
    return { local: 8080, remote: fd >= 11 ? this.#peerPort : 0 };
  }

  info(): Readonly<Record<string, number>> {
    return { tcpi_snd_cwnd: 10, tcpi_state: 1 };
  }
}
