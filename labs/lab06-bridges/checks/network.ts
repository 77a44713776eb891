/**
 * A network of bridges in virtual time: cables between their ports, and a station at each port without one. Whose code
 * a bridge runs is its machine's affair: the learner's, or the project's own stack.
 */
import { equal } from '../../../src/base/octets.ts';
import type { Learner } from '../../../src/lab/lab.ts';
import { addressText, type Sending, sendingsOf } from './frames.ts';

export interface Times {
  readonly maxAge: number;
  readonly helloTime: number;
  readonly forwardDelay: number;
}

/** IEEE 802.1D-1998 table 8-3: the values recommended, and the least that go together. */
export const USUAL: Times = { maxAge: 20, helloTime: 2, forwardDelay: 15 };
export const QUICK: Times = { maxAge: 6, helloTime: 1, forwardDelay: 4 };

export interface BridgeSetup {
  readonly address: Uint8Array;
  readonly priority: number;
  /** Path costs, one a port. */
  readonly costs: readonly number[];
}

export interface End {
  /** From 0. */
  readonly bridge: number;
  /** From 1. */
  readonly port: number;
}

export interface Cable {
  readonly ends: readonly [End, End];
}

export type Event =
  | { readonly kind: 'link'; readonly port: number; readonly up: boolean }
  | { readonly kind: 'frame'; readonly port: number; readonly frame: Uint8Array };

export interface Status {
  readonly root: string;
  /** Of the way there. */
  readonly cost: number;
  /** One a port. */
  readonly states: readonly string[];
}

export interface Machine {
  /** Undefined: the answer is nothing that a bridge could send. */
  step(events: readonly Event[], now: number): Promise<readonly Sending[] | undefined>;
  status(): Status;
}

export const optionsOf = ({ address, priority, costs }: BridgeSetup, times: Times) => ({
  address,
  priority,
  ports: costs.map((cost) => ({ cost, vlan: 1, tagged: [] })),
  spanningTree: true,
  ...times,
});

export const idOf = ({ priority, address }: BridgeSetup): string =>
  priority.toString(16).padStart(4, '0') + addressText(address);

/** The learner's bridge: its state is kept here, and handed over with each call. */
export async function learnersMachine(learner: Learner, options: object): Promise<Machine> {
  let bridge = await learner.call('begin', options);
  return {
    async step(events, now) {
      const answer: unknown = await learner.call('step', bridge, events, now);
      bridge = Object(answer).bridge;
      return sendingsOf(answer);
    },
    status() {
      const { root, cost, ports }: { root?: unknown; cost?: unknown; ports?: unknown } =
        Object(bridge);
      const list: readonly unknown[] = Array.isArray(ports) ? ports : [];
      return {
        root: String(root),
        cost: Number(cost),
        states: list.map((port) => String(Object(port).state)),
      };
    },
  };
}

/** Frames in one instant that no honest network of this size comes to. */
const STORM = 1000;

export class Network {
  now = 0;
  /** What went wrong beyond repair. */
  fault: 'storm' | 'answer' | undefined;
  /** Frames that came out at ports without a cable. */
  readonly heard: { readonly end: End; readonly frame: Uint8Array }[] = [];
  readonly cut = new Set<Cable>();
  readonly #machines: readonly Machine[];
  readonly #cables: readonly Cable[];

  constructor(machines: readonly Machine[], cables: readonly Cable[]) {
    this.#machines = machines;
    this.#cables = cables;
  }

  get status(): readonly Status[] {
    return this.#machines.map((machine) => machine.status());
  }

  /** All ports come up. */
  async plugIn(counts: readonly number[]): Promise<void> {
    const events = counts.map((count) =>
      Array.from({ length: count }, (_, i): Event => ({ kind: 'link', port: i + 1, up: true })),
    );
    await this.#happen(events);
  }

  async pull(cable: Cable): Promise<void> {
    this.cut.add(cable);
    const events: Event[][] = this.#machines.map(() => []);
    for (const { bridge, port } of cable.ends) {
      events[bridge]?.push({ kind: 'link', port, up: false });
    }
    await this.#happen(events);
  }

  /** A station sends a frame into a port. */
  async send({ bridge, port }: End, frame: Uint8Array): Promise<void> {
    const events: Event[][] = this.#machines.map(() => []);
    events[bridge]?.push({ kind: 'frame', port, frame });
    await this.#happen(events);
  }

  /** Lets time pass, a second at a time. */
  async run(seconds: number): Promise<void> {
    for (let second = 0; second < seconds && this.fault === undefined; second++) {
      this.now += 1;
      await this.#happen(this.#machines.map(() => []));
    }
  }

  /** At how many of the stations outside of `except` the frame was heard, and how often by all of them. */
  countOf(frame: Uint8Array): { readonly ports: number; readonly copies: number } {
    const found = this.heard.filter((one) => equal(one.frame, frame));
    const places = new Set(found.map(({ end }) => `${end.bridge}.${end.port}`));
    return { ports: places.size, copies: found.length };
  }

  /** Every bridge is told, then all that follows from it, until the instant is over. */
  async #happen(first: readonly (readonly Event[])[]): Promise<void> {
    let frames = 0;
    let events: readonly (readonly Event[] | undefined)[] = first;
    while (this.fault === undefined && events.some((mine) => mine !== undefined)) {
      const next: (Event[] | undefined)[] = this.#machines.map(() => undefined);
      for (const [bridge, mine] of events.entries()) {
        if (mine !== undefined) frames += await this.#tell(bridge, mine, next);
      }
      if (frames > STORM) this.fault = 'storm';
      events = next;
    }
  }

  /** How many frames it sends. */
  async #tell(bridge: number, events: readonly Event[], next: (Event[] | undefined)[]) {
    const sent = await this.#machines[bridge]?.step(events, this.now);
    if (sent === undefined) this.fault = 'answer';
    for (const { port, frame } of sent ?? []) this.#carry({ bridge, port }, frame, next);
    return sent?.length ?? 0;
  }

  #carry(from: End, frame: Uint8Array, next: (Event[] | undefined)[]): void {
    for (const cable of this.#cables) {
      const [a, b] = cable.ends;
      const to = isAt(a, from) ? b : isAt(b, from) ? a : undefined;
      if (to === undefined) continue;
      if (!this.cut.has(cable)) {
        next[to.bridge] ??= [];
        next[to.bridge]?.push({ kind: 'frame', port: to.port, frame });
      }
      return;
    }
    this.heard.push({ end: from, frame });
  }
}

const isAt = (a: End, b: End): boolean => a.bridge === b.bridge && a.port === b.port;
