/**
 * A conversation between the stack and the peer that the script plays, with what is needed to tell the
 * script's numbers from those on the wire. As tcpdump prints them, sequence numbers of a SYN are absolute
 * and all others count from the initial one of their direction.
 *
 * Invariants
 *  1. `toLive` and `toScript` of one direction undo each other, for one value of `syn`.
 *  2. The peer's initial number is the script's own; the stack's is learnt from its first SYN.
 */
export interface InitialNumber {
  readonly script: number;
  readonly live: number;
}

export class Direction {
  initial: InitialNumber | undefined;

  toLive(sequence: number, syn: boolean): number {
    return (sequence + this.#offset(syn)) >>> 0;
  }

  toScript(sequence: number, syn: boolean): number {
    return (sequence - this.#offset(syn)) >>> 0;
  }

  #offset(syn: boolean): number {
    if (this.initial === undefined) return 0;
    return syn ? this.initial.live - this.initial.script : this.initial.live;
  }
}

export class Flow {
  readonly protocol: 'tcp' | 'udp';
  readonly localPort: number;
  readonly remotePort: number;
  /** The live descriptor, once the application has one. */
  fd: number | undefined;
  /** The application closed it. */
  closed = false;
  /** Numbers of the stack, and of the peer. */
  readonly local = new Direction();
  readonly remote = new Direction();
  /** Timestamp values of the stack: the script's to those on the wire. */
  readonly timestamps = new Map<number, number>();
  firstTimestamp: { readonly script: number; readonly live: number } | undefined;
  /** All that the application wrote, in order. */
  written = new Uint8Array();
  /** How much the application has read of what the peer sent. */
  read = 0;
  /** The peer sent urgent data: one octet of them is not in what is read. */
  urgent = false;

  constructor(protocol: 'tcp' | 'udp', localPort: number, remotePort: number) {
    this.protocol = protocol;
    this.localPort = localPort;
    this.remotePort = remotePort;
  }

  /** What the script calls a timestamp value of the stack. */
  scriptTimestamp(live: number): number {
    const first = this.firstTimestamp;
    return first === undefined ? live : (first.script + live - first.live) >>> 0;
  }

  /** The value on the wire of a timestamp that the script has the stack send; undefined: it never did. */
  liveTimestamp(script: number, scaled: boolean): number | undefined {
    const exact = this.timestamps.get(script);
    const first = this.firstTimestamp;
    if (exact !== undefined || !scaled || first === undefined) return exact;
    return (first.live + script - first.script) >>> 0;
  }
}

/** Ports of the peer are given out from here on. */
const REMOTE_PORT_FIRST = 40_000;

/** All conversations of a script, and the one that packets without ports belong to. */
export class Flows {
  readonly #flows: Flow[] = [];
  #current: Flow | undefined;
  #listening = false;
  #nextRemotePort = REMOTE_PORT_FIRST;

  get current(): Flow | undefined {
    return this.#current;
  }

  /** The next segment from the peer opens a conversation. */
  listen(): void {
    this.#listening = true;
    this.#current = undefined;
  }

  get opens(): boolean {
    return this.#listening || this.#current === undefined;
  }

  find(protocol: 'tcp' | 'udp', localPort: number, remotePort: number): Flow | undefined {
    return this.#flows.find(
      (f) => f.protocol === protocol && f.localPort === localPort && f.remotePort === remotePort,
    );
  }

  /** The conversation over these ports, made when there is none, becomes the current one. */
  select(protocol: 'tcp' | 'udp', localPort: number, remotePort: number): Flow {
    let flow = this.find(protocol, localPort, remotePort);
    if (flow === undefined) {
      flow = new Flow(protocol, localPort, remotePort);
      this.#flows.push(flow);
    }
    this.#current = flow;
    this.#listening = false;
    return flow;
  }

  openFromPeer(protocol: 'tcp' | 'udp', localPort: number): Flow {
    return this.select(protocol, localPort, this.#nextRemotePort++);
  }
}
