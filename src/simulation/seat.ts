/** What takes part in a simulation: nodes in their seats, and the wires between them. */
import { assert, InvariantError } from '../base/errors.ts';
import type { Instant } from '../base/time.ts';
import type { Agenda } from './agenda.ts';
import type { FramePool } from './frame.ts';
import type { Link } from './link.ts';
import type { Node } from './node.ts';
import type { Wire } from './wire.ts';

/** What the agenda wakes. */
export interface Actor {
  wake(now: Instant): void;
  /** An application may have to do with what happened. */
  readonly attended: boolean;
}

/** One end of a link: an interface of a node. */
export interface End {
  readonly seat: Seat;
  readonly interface: number;
}

interface Socket {
  readonly link: Link;
  readonly port: 0 | 1;
  readonly actor: WireActor;
}

/** A node's place in a simulation. */
export class Seat implements Actor {
  readonly name: string;
  readonly node: Node;
  /** Called after whatever happened to the node, and before its frames are taken: an application. */
  attend: ((now: Instant) => void) | undefined = undefined;
  readonly #agenda: Agenda;
  readonly #number: number;
  readonly #burstMax: number;
  readonly #sockets: (Socket | undefined)[] = [];

  /** @param burstMax of frames that the node may have to send at one instant. */
  constructor(name: string, node: Node, agenda: Agenda, burstMax: number) {
    this.name = name;
    this.node = node;
    this.#agenda = agenda;
    this.#number = agenda.add();
    this.#burstMax = burstMax;
  }

  get attended(): boolean {
    return this.attend !== undefined;
  }

  plug(interfaceIndex: number, socket: Socket): void {
    assert(
      this.#sockets[interfaceIndex] === undefined,
      `interface ${interfaceIndex} of ${this.name} has a link already`,
    );
    this.#sockets[interfaceIndex] = socket;
  }

  wake(now: Instant): void {
    this.node.handleTimeout(now);
    this.settle(now);
  }

  /** Takes from the node all that it has to send, after its attendant had a look. */
  settle(now: Instant): void {
    const { node } = this;
    this.attend?.(now);
    for (let frames = 0; node.pollFrame(now); frames++) {
      if (frames >= this.#burstMax) throw new InvariantError(`${this.name} never stops sending`);
      const { interface: index, packet, start, end } = node.frame;
      const socket = this.#sockets[index];
      if (socket === undefined) continue;
      socket.link.send(socket.port, packet, start, end, now);
      socket.actor.plan();
    }
    const due = node.pollTimeout();
    this.#agenda.set(this.#number, due !== undefined && due < now ? now : due);
  }
}

/** A wire, and the interface that it ends in. */
export class WireActor implements Actor {
  readonly #wire: Wire;
  readonly #seat: Seat;
  readonly #interface: number;
  readonly #agenda: Agenda;
  readonly #pool: FramePool;
  readonly #number: number;

  constructor(wire: Wire, { seat, interface: index }: End, agenda: Agenda, pool: FramePool) {
    this.#wire = wire;
    this.#seat = seat;
    this.#interface = index;
    this.#agenda = agenda;
    this.#pool = pool;
    this.#number = agenda.add();
  }

  get attended(): boolean {
    return this.#seat.attended;
  }

  wake(now: Instant): void {
    this.#wire.handleTimeout(now);
    for (let f = this.#wire.pollFrame(now); f !== undefined; f = this.#wire.pollFrame(now)) {
      this.#seat.node.handleFrame(this.#interface, f.packet, f.start, f.end, now);
      this.#pool.give(f);
      this.#seat.settle(now);
    }
    this.plan();
  }

  plan(): void {
    this.#agenda.set(this.#number, this.#wire.pollTimeout());
  }
}
