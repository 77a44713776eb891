/**
 * Drives a host that does no I/O itself in real time: frames between it and its devices, and its timers.
 *
 *   device ──▶ impairments ──▶ tap ──▶ host ──▶ tap ──▶ impairments ──▶ device
 *
 * A turn is: timers that are due, frames in, frames out. Between two turns the rest of the process has its own.
 *
 * Invariants:
 *   (1) No frame is taken from a device while the host has frames to send: its queues are bounded, and what is
 *       not taken waits in the device's.
 *   (2) A turn handles at most `BATCH` frames in from each device and `OUTPUT_MAX` out after each of them.
 *   (3) One timer is armed at most, never later than the earliest that the host waits for.
 *   (4) From `start` to `stop` something is armed or on its way to run: the process stays alive.
 */
import { assert } from '../base/errors.ts';
import { after, earliest, type Instant, seconds, since } from '../base/time.ts';
import type { ImpairmentSettings } from '../medium/fate.ts';
import type { Driven } from '../stack/host/driven.ts';
import { monotonicNow } from './clock.ts';
import { BATCH, type FrameDevice, type FrameSpan } from './frame-device.ts';
import { ImpairedPath } from './impaired-path.ts';

export interface DrivenInterface {
  readonly device: FrameDevice;
  /** Between the device and the host. */
  readonly impairments?: {
    readonly inbound?: ImpairmentSettings;
    readonly outbound?: ImpairmentSettings;
  };
}

/** Sees each frame that the host receives and sends, at the host's side of the impairments. Keeps no octet. */
export type FrameTap = (
  direction: 'inbound' | 'outbound',
  interfaceIndex: number,
  frame: FrameSpan,
  now: Instant,
) => void;

export interface HostLoopOptions {
  readonly tap?: FrameTap;
  /** The device is gone; the loop goes on with the others. */
  readonly onLost?: (interfaceIndex: number, error: Error) => void;
  readonly clock?: () => Instant;
}

/** So many frames take a millisecond or so to write: no longer should others wait. */
const OUTPUT_MAX = 256;
/** More than a host's queues hold: one that has still not done never would be. */
const LAST_TURNS = 64;
/** No signal tells that an interface was deleted: so long it may take until that is seen. */
const IDLE = seconds(1);

interface Port {
  readonly device: FrameDevice;
  readonly inbound: ImpairedPath | undefined;
  readonly outbound: ImpairedPath | undefined;
}

const pathOf = (settings: ImpairmentSettings | undefined): ImpairedPath | undefined =>
  settings === undefined ? undefined : new ImpairedPath(settings);

export class HostLoop {
  readonly #host: Driven;
  readonly #ports: readonly Port[];
  readonly #paths: readonly ImpairedPath[];
  readonly #tap: FrameTap | undefined;
  readonly #clock: () => Instant;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #turn: NodeJS.Immediate | undefined;
  #alarm: NodeJS.Timeout | undefined;
  #alarmAt: Instant | undefined;

  /** @throws UsageError `impairment-range` */
  constructor(host: Driven, interfaces: readonly DrivenInterface[], options: HostLoopOptions = {}) {
    this.#host = host;
    this.#tap = options.tap;
    this.#clock = options.clock ?? monotonicNow;
    this.#ports = interfaces.map(({ device, impairments }) => ({
      device,
      inbound: pathOf(impairments?.inbound),
      outbound: pathOf(impairments?.outbound),
    }));
    this.#paths = this.#ports
      .flatMap(({ inbound, outbound }) => [inbound, outbound])
      .filter((path) => path !== undefined);
    for (const [index, { device }] of interfaces.entries()) {
      device.onReadable(() => this.wake());
      device.onLost((error) => options.onLost?.(index, error));
    }
  }

  start(): void {
    assert(this.#state === 'new', 'a loop is started once');
    this.#state = 'running';
    this.wake();
  }

  /** There is something to do: a frame came, or the application gave the host a command. Cheap when repeated. */
  wake(): void {
    if (this.#state !== 'running' || this.#turn !== undefined) return;
    this.#turn = setImmediate(() => this.#run());
  }

  /** Sends what the host still has to say, then closes the devices. Frames that are held back are lost. */
  stop(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    clearImmediate(this.#turn);
    clearTimeout(this.#alarm);
    for (let i = 0; i < LAST_TURNS && !this.#output(); i++);
    for (const { device } of this.#ports) device.close();
  }

  #run(): void {
    this.#turn = undefined;
    const more = this.#work();
    if (this.#state !== 'running') return;
    if (more) this.wake();
    else this.#sleep();
  }

  /** True when there is more to do at once. */
  #work(): boolean {
    this.#timers(this.#clock());
    if (!this.#output()) return true;
    let more = false;
    for (let i = 0; i < this.#ports.length; i++) {
      if (this.#input(i, this.#ports[i] as Port)) more = true;
      if (!this.#output()) return true;
    }
    return more;
  }

  #timers(now: Instant): void {
    const due = this.#host.pollTimeout();
    if (due !== undefined && due <= now) this.#host.handleTimeout(now);
    for (const path of this.#paths) path.handleTimeout(now);
  }

  /** True when the device may have more. */
  #input(index: number, { device, inbound }: Port): boolean {
    const now = this.#clock();
    let count = 0;
    while (count < BATCH && device.pollFrame()) {
      count += 1;
      const { packet, start, end } = device.frame;
      if (inbound === undefined) this.#receive(index, device.frame, now);
      else inbound.send(packet, start, end, now);
    }
    while (inbound?.pollFrame()) this.#receive(index, inbound.frame, now);
    return count === BATCH;
  }

  #receive(index: number, frame: FrameSpan, now: Instant): void {
    this.#tap?.('inbound', index, frame, now);
    this.#host.handleFrame(index, frame.packet, frame.start, frame.end, now);
  }

  /** False when the host may have more to send. */
  #output(): boolean {
    const now = this.#clock();
    const { frame } = this.#host;
    let count = 0;
    while (count < OUTPUT_MAX && this.#host.pollFrame(now)) {
      count += 1;
      const port = this.#ports[frame.interface];
      assert(port !== undefined, `the host has no interface ${frame.interface}`);
      this.#tap?.('outbound', frame.interface, frame, now);
      if (port.outbound === undefined) port.device.send(frame.packet, frame.start, frame.end);
      else port.outbound.send(frame.packet, frame.start, frame.end, now);
    }
    for (const { device, outbound } of this.#ports) {
      while (outbound?.pollFrame()) {
        device.send(outbound.frame.packet, outbound.frame.start, outbound.frame.end);
      }
    }
    return count < OUTPUT_MAX;
  }

  #sleep(): void {
    let due = this.#host.pollTimeout();
    for (const path of this.#paths) due = earliest(due, path.pollTimeout());
    const now = this.#clock();
    if (due !== undefined && due <= now) {
      this.wake();
      return;
    }
    // An alarm that is too early costs one turn; to put it off each time would cost more.
    const at = earliest(due, after(now, IDLE)) as Instant;
    if (this.#alarmAt !== undefined && this.#alarmAt <= at) return;
    clearTimeout(this.#alarm);
    this.#alarmAt = at;
    this.#alarm = setTimeout(() => this.#ring(), Math.ceil(since(at, now) / 1000));
  }

  #ring(): void {
    this.#alarmAt = undefined;
    if (this.#turn === undefined) this.#run();
  }
}
