/**
 * The firmware's twin behind a mocked serial port, with a cable to a station: in real time, with nothing
 * but serialport itself between the driver and the twin.
 */
import { SerialPortMock } from 'serialport';
import { after, type Duration, earliest, type Instant, since } from '../base/time.ts';
import type { Transport } from '../hardware/board/transport.ts';
import { Twin, type TwinOptions } from '../hardware/twin/twin.ts';
import type { Station } from '../lab/lab.ts';
import { Cable } from '../medium/cable.ts';
import type { PortNumber, Tap } from '../medium/medium.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';
import { monotonicNow } from './clock.ts';
import { serialLine } from './serial-transport.ts';
import { INITIAL_LINE_RATE, type Line, StreamTransport } from './stream-transport.ts';

/** Frames kept at the station while nobody receives. */
const QUEUE_MAX = 4096;

let ports = 0;

export interface MockBenchOptions extends TwinOptions {
  /** The station's MAC address. */
  readonly address: Uint8Array;
  /** Sees each frame as it is put on the cable. */
  readonly tap?: Tap;
}

export class MockBench {
  readonly station: Station;
  readonly boardEnd: PortNumber;
  private readonly twin: Twin;
  private readonly cable = new Cable();
  private readonly stationEnd: PortNumber;
  private readonly tap: Tap | undefined;
  private readonly arrived: ReceivedFrame[] = [];
  private readonly path: string;
  private emit: ((octets: Uint8Array) => void) | undefined;
  private waiter: (() => void) | undefined;
  private turn: NodeJS.Immediate | undefined;
  private alarm: NodeJS.Timeout | undefined;

  constructor({ address, tap, ...options }: MockBenchOptions) {
    this.twin = new Twin(options);
    this.tap = tap;
    this.boardEnd = this.cable.attach();
    this.stationEnd = this.cable.attach();
    this.twin.setCable(true, monotonicNow());
    this.station = {
      address,
      now: monotonicNow,
      send: async (frame) => this.send(this.stationEnd, frame),
      receive: (timeout) => this.receive(timeout),
    };
    ports += 1;
    this.path = `/dev/netlab-mock-${ports}`;
    // The binding that serialport itself uses: an import of our own would be a second copy of it.
    SerialPortMock.binding.createPort(this.path, { maxReadSize: 65_536 });
  }

  async connect(): Promise<Transport> {
    return new StreamTransport(await this.connectOctets());
  }

  /** The host's end of the line: a SerialPort as serialport makes it, but for its binding. */
  async connectOctets(): Promise<Line> {
    const port = new SerialPortMock({
      path: this.path,
      baudRate: INITIAL_LINE_RATE,
      autoOpen: false,
    });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(error) : resolve()));
    });
    const { port: binding } = port;
    if (binding === undefined) throw new Error('an open port has its binding');
    const write = binding.write.bind(binding);
    binding.write = async (octets) => {
      await write(octets);
      this.twin.handleOctets(octets, monotonicNow());
      this.kick();
    };
    this.emit = (octets) => {
      if (binding.isOpen) binding.emitData(Buffer.from(octets));
    };
    return { ...serialLine('mock', port), reset: async () => this.reset() };
  }

  close(): void {
    clearImmediate(this.turn);
    clearTimeout(this.alarm);
    this.emit = undefined;
    this.waiter?.();
  }

  private async reset(): Promise<boolean> {
    this.twin.restart('pin', monotonicNow());
    this.kick();
    return true;
  }

  private send(end: PortNumber, frame: Uint8Array): void {
    const now = monotonicNow();
    this.tap?.(frame, now, end);
    this.cable.send(end, frame, now);
    this.kick();
  }

  private async receive(timeout: Duration): Promise<ReceivedFrame | undefined> {
    if (this.arrived.length === 0) await this.arrival(timeout);
    return this.arrived.shift();
  }

  private arrival(timeout: Duration): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.waiter = undefined;
        resolve();
      };
      const timer = setTimeout(finish, timeout / 1000);
      this.waiter = finish;
    });
  }

  private kick(): void {
    this.turn ??= setImmediate(() => this.work());
  }

  private work(): void {
    this.turn = undefined;
    clearTimeout(this.alarm);
    const now = monotonicNow();
    const due = this.twin.pollTimeout();
    if (due !== undefined && due <= now) this.twin.handleTimeout(now);
    for (let frame = this.twin.pollFrame(); frame !== undefined; frame = this.twin.pollFrame()) {
      this.tap?.(frame, now, this.boardEnd);
      this.cable.send(this.boardEnd, frame, now);
    }
    this.deliver(now);
    for (
      let octets = this.twin.pollOutput(now);
      octets !== undefined;
      octets = this.twin.pollOutput(now)
    ) {
      this.emit?.(octets);
    }
    this.sleep(now);
  }

  private deliver(now: Instant): void {
    this.cable.handleTimeout(now);
    for (
      let delivery = this.cable.pollDelivery();
      delivery !== undefined;
      delivery = this.cable.pollDelivery()
    ) {
      const { frame, at, port } = delivery;
      if (port === this.boardEnd) this.twin.receiveFrame(frame, at);
      else this.arrive({ octets: frame, at });
    }
  }

  private arrive(frame: ReceivedFrame): void {
    this.arrived.push(frame);
    if (this.arrived.length > QUEUE_MAX) this.arrived.shift();
    this.waiter?.();
  }

  private sleep(now: Instant): void {
    const due = earliest(this.twin.pollTimeout(), this.cable.pollTimeout());
    if (due === undefined) return;
    // A timer takes a millisecond at least; a frame on the cable is there sooner.
    if (due < after(now, SHORTEST_TIMER)) this.kick();
    else this.alarm = setTimeout(() => this.kick(), since(due, now) / 1000);
  }
}

const SHORTEST_TIMER = 1000 as Duration;
