/**
 * A board's port for as long as a run or a host needs it: opened, and opened anew when the board was reset or
 * unplugged. It is the board that is found again, by its USB identity, whatever its port is called by then.
 */
import { NetlabError } from '../../base/errors.ts';
import { after, type Duration, type Instant, milliseconds, seconds } from '../../base/time.ts';
import type { Transport } from '../../hardware/board/transport.ts';
import { monotonicNow } from '../clock.ts';
import { listPorts, type PortDescription } from '../discovery.ts';
import { openLine } from '../open-line.ts';
import { type Lease, takeLease } from './leases.ts';
import { locate } from './locate.ts';

/** This machine, or a test's. */
export interface PortWorld {
  now(): Instant;
  sleep(time: Duration): Promise<void>;
  ports(): Promise<readonly PortDescription[]>;
  openLine(port: string): Promise<Transport>;
}

/** A board that was reset leaves the USB and comes back to it; a person needs longer to push a plug back in. */
const RETURN = seconds(6);
const LOOK = milliseconds(200);

const MACHINE: PortWorld = {
  now: monotonicNow,
  sleep: (time) => new Promise((resolve) => setTimeout(resolve, time / 1000)),
  ports: listPorts,
  openLine,
};

/** What another try may find mended: the port is not there yet, or its permissions are not. */
const PASSING = [
  'board-absent',
  'no-such-port',
  'no-permission',
  'port-busy',
  'port-failed',
  'port-lost',
  'connection-failed',
  'not-rfc2217',
];

export class BoardPort {
  /** What a person called it. */
  readonly name: string;
  readonly #world: PortWorld;
  #where: string | undefined;
  #identity: PortDescription | undefined;
  /** Between two openings too, no other process gets the board. */
  #lease: Lease | undefined;

  constructor(name: string, world: PortWorld = MACHINE) {
    this.name = name;
    this.#world = world;
  }

  /**
   * The first time it is opened or refused; later times it is waited for, for some seconds.
   * @throws NetlabError of open-line.ts
   */
  async open(): Promise<Transport> {
    if (this.#where === undefined) return this.#first();
    const deadline = after(this.#world.now(), RETURN);
    for (;;) {
      try {
        return await this.#again(this.#where);
      } catch (error) {
        const passing = error instanceof NetlabError && PASSING.includes(error.code);
        if (!passing || this.#world.now() > deadline) throw error;
        await this.#world.sleep(LOOK);
      }
    }
  }

  /** Another process may have the board from now on. */
  release(): void {
    this.#lease?.release();
    this.#lease = undefined;
  }

  async #first(): Promise<Transport> {
    const where = await locate(this.name);
    await this.#hold(where);
    try {
      const transport = await this.#world.openLine(where);
      this.#where = where;
      this.#identity = where.includes('://') ? undefined : await this.#describe(where);
      return transport;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  async #again(before: string): Promise<Transport> {
    const now = await this.#place(before);
    if (now !== before) {
      this.release();
      await this.#hold(now);
      this.#where = now;
    }
    return this.#world.openLine(now);
  }

  /** Its serial number is the board's; its socket is the next best; its path may be another's by now. */
  async #place(before: string): Promise<string> {
    const { serialNumber, location } = this.#identity ?? {};
    if (serialNumber === undefined && location === undefined) return before;
    const ports = await this.#world.ports();
    const found =
      serialNumber === undefined
        ? ports.find((port) => port.location === location)
        : ports.find((port) => port.serialNumber === serialNumber);
    return found?.path ?? before;
  }

  async #hold(where: string): Promise<void> {
    this.#lease = await takeLease(where, this.name);
  }

  async #describe(where: string): Promise<PortDescription | undefined> {
    return (await this.#world.ports()).find(({ path }) => path === where);
  }
}
