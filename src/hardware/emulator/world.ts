/**
 * Boards, stations and the medium between them in one virtual time. Nothing here reads a clock or throws
 * a die of its own: the same seed and the same calls give the same frames at the same microseconds.
 *
 * Each board has a time of its own. The one that is furthest behind runs next, as far as nobody else can
 * still send it something: until the medium's next delivery, or `LOOKAHEAD` past the moment when another
 * board may next do anything.
 */
import { seededRng } from '../../base/random.ts';
import { after, type Duration, type Instant, milliseconds } from '../../base/time.ts';
import type { Medium, PortNumber, Tap } from '../../medium/medium.ts';
import { Wire, type WireEnd } from '../../medium/wire.ts';
import { UnoBoard } from './avr/board.ts';
import { Esp32C3Board } from './esp32c3/board.ts';
import type { EmulatedKind, Fault, Machine, MachineOptions, UsbIdentity } from './machine.ts';
import { EmulatedPort, type Line } from './port.ts';
import { Board as Rp2040Board } from './rp2040/board.ts';
import { EmulatedStation } from './station.ts';
import type { ChipFault } from './w5500/chip.ts';

export interface WorldOptions {
  readonly medium: Medium;
  readonly seed: number;
  /** Awaited now and then during long waits, so that the process that the world lives in gets a turn. */
  readonly breathe?: () => Promise<void>;
}

const MACHINES: Readonly<Record<EmulatedKind, (options: MachineOptions) => Machine>> = {
  'w5500-evb-pico': (options) => new Rp2040Board(options),
  esp32c3: (options) => new Esp32C3Board(options),
  uno: (options) => new UnoBoard(options),
};

export interface BoardSpecification {
  readonly name: string;
  readonly board: EmulatedKind;
  /** The flash image as it is copied to the board, from its first octet on. */
  readonly image: Uint8Array;
  /** From a plugged cable to a link; 300 ms unless said. Silicon takes up to two seconds. */
  readonly negotiation?: Duration;
  /** Interprets every instruction, slowly: what compiled code is measured against. */
  readonly interpreted?: boolean;
  /** Whether it is on the medium; it is unless said. */
  readonly cabled?: boolean;
  /** What its raw line is on; several may share one whose delay is 100 ns or more. Without it a jumper of its own, from pin to pin. */
  readonly wire?: WireEnd;
  /** By how much the raw line's clock is fast: 0.02 is 2 %. */
  readonly clockError?: number;
}

/** An emulated board as its user sees it. */
export interface EmulatedBoard {
  readonly name: string;
  /** The host's end of its USB line, in virtual time; of its UART where that is what the plug leads to. */
  transport(): EmulatedPort;
  /** The host's end of its UART0, in virtual time: at 115200 bit/s, 8N1, until `setLineRate`. */
  uart(): EmulatedPort;
  /** Octets to the board, for who drives the world in real time. */
  write(octets: Uint8Array): void;
  /** Called with what the board says, as it says it. */
  onOutput: ((octets: Uint8Array) => void) | undefined;
  setLineState(dtr: boolean, rts: boolean): void;
  setLineCoding(rate: number): void;
  reset(cause: 'pin' | 'power'): void;
  setChipFault(fault: ChipFault | undefined): void;
  /** What USB enumeration told of the board; undefined before and after a detach. */
  readonly identity: UsbIdentity | undefined;
  /** The serial port is open: it was enumerated and DTR is up. */
  readonly open: boolean;
  /** Octets written that the board has not taken. */
  readonly queued: number;
  /** The last fault since the last reset. */
  readonly fault: Fault | undefined;
  /** Resets of any kind since power came. */
  readonly resets: number;
  /** Frames that the W5500 dropped since its receive buffer was full. */
  readonly dropped: number;
}

/** Least time from one board's doing to another's feeling it, in nanoseconds: 26 octets at 100 Mbit/s. */
const LOOKAHEAD = 2000;
/** The same while raw lines share a wire. */
const WIRE_LOOKAHEAD = 100;
const NEGOTIATION = milliseconds(300);
const MICROSECOND = 1000;

/** How long a wait runs the world before others get a turn. */
const SLICE = milliseconds(10);
/** As many links as a chain of promises may have between being woken and waiting again. */
const TURNS = 24;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < TURNS; turn++) await undefined;
};

const toNanos = (instant: Instant): number => instant * MICROSECOND;
const toInstant = (nanos: number): Instant => Math.floor(nanos / MICROSECOND) as Instant;
/** An instant at which what is due at `nanos` has happened. */
const toInstantAfter = (nanos: number): Instant => Math.ceil(nanos / MICROSECOND) as Instant;

interface Attached {
  readonly board: Machine;
  /** None without a cable. */
  readonly port: PortNumber | undefined;
  /** Its raw line is on a wire that others may be on. */
  readonly shared: boolean;
}

const usbLine = (board: EmulatedBoard): Line => ({
  get queued() {
    return board.queued;
  },
  rate: 0,
  write: (octets) => board.write(octets),
  setRate: () => undefined,
  close: () => board.setLineState(false, false),
  reset: (cause) => board.reset(cause),
});

export class World {
  /** Sees each frame as it is put on the medium. */
  tap: Tap | undefined;
  readonly #medium: Medium;
  readonly #seed: number;
  readonly #breathe: (() => Promise<void>) | undefined;
  readonly #boards: Attached[] = [];
  readonly #receivers = new Map<PortNumber, (frame: Uint8Array, at: Instant) => void>();
  #nanos = Number.NaN; // As in clock.ts.
  #noticed = false;

  constructor({ medium, seed, breathe }: WorldOptions) {
    this.#nanos = 0;
    this.#medium = medium;
    this.#seed = seed;
    this.#breathe = breathe;
  }

  now(): Instant {
    return toInstant(this.#nanos);
  }

  addBoard(specification: BoardSpecification): EmulatedBoard {
    const {
      name,
      board: kind,
      image,
      negotiation = NEGOTIATION,
      interpreted = false,
      clockError = 0,
      cabled = true,
    } = specification;
    const port = cabled ? this.#medium.attach() : undefined;
    const ordinal = this.#boards.length;
    let fault: Fault | undefined;
    const board: Machine = MACHINES[kind]({
      image,
      interpreted,
      start: this.#nanos,
      rng: seededRng((this.#seed ^ Math.imul(ordinal + 1, 0x9e3779b1)) >>> 0),
      wire: specification.wire ?? new Wire({ seed: this.#seed }).attach(),
      clockError,
      negotiation: toNanos(after(0 as Instant, negotiation)),
      onOutput: (octets) => {
        this.#follow(board);
        handle.onOutput?.(octets);
        if (transport.handleOctets(octets)) this.#notice(board);
      },
      onUart: (octets) => {
        this.#follow(board);
        if (board.plug === 'uart') handle.onOutput?.(octets);
        if (uart.handleOctets(octets)) this.#notice(board);
      },
      onTransmit: (frame) => {
        if (port !== undefined) this.#send(port, frame, toInstant(board.nanos));
        board.stop();
      },
      onFault: (what) => {
        fault = what;
        this.#notice(board);
      },
    });
    const handle: EmulatedBoard = {
      name,
      onOutput: undefined,
      transport: () => (board.plug === 'uart' ? uart : transport),
      uart: () => uart,
      write: (octets) => this.#present(board).write(octets),
      setLineState: (dtr, rts) => this.#present(board).setLineState(dtr, rts),
      setLineCoding: (rate) => this.#present(board).setLineCoding(rate),
      reset: (cause) => {
        fault = undefined;
        this.#present(board).reset(cause);
      },
      setChipFault: (what) => this.#present(board).setChipFault(what),
      get identity() {
        return board.identity;
      },
      get open() {
        return board.open;
      },
      get queued() {
        return board.queued;
      },
      get fault() {
        return fault;
      },
      get resets() {
        return board.resets;
      },
      get dropped() {
        return board.dropped;
      },
    };
    const called = name === '' ? `emulated ${kind}` : `emulated ${kind} ${name}`;
    const transport: EmulatedPort = new EmulatedPort(called, usbLine(handle), this);
    const uart: EmulatedPort = new EmulatedPort(
      `${called} UART0`,
      this.#uartLine(board, handle),
      this,
    );
    this.#boards.push({ board, port, shared: specification.wire !== undefined });
    if (port !== undefined) {
      this.#receivers.set(port, (frame) => this.#present(board).receive(frame));
    }
    return handle;
  }

  /** A network card that the host drives, at another end of the medium. */
  addStation(name: string, address: Uint8Array): EmulatedStation {
    const port = this.#medium.attach();
    const station = new EmulatedStation(name, address, this, (frame) => {
      this.#send(port, frame, this.now());
    });
    this.#receivers.set(port, (frame, at) => {
      station.handleFrame(frame, at);
      this.#noticed = true;
    });
    return station;
  }

  /**
   * Lets time pass until `until`, or until something came that somebody may wait for: an encoded frame
   * from a board, a frame at a station, a fault.
   */
  run(until: Instant): void {
    this.#noticed = false;
    const end = toNanos(until);
    this.#deliver();
    while (this.#nanos < end && !this.#noticed) this.#turn(end);
  }

  /** Lets time pass until `until`, whatever comes. For who drives the world in real time. */
  advance(until: Instant): void {
    while (this.now() < until) this.run(until);
  }

  /**
   * Lets time pass until `ready` holds or `until` has come. Time stands still while anybody who was
   * woken still has something to do, so several may wait at once.
   */
  async wait(until: Instant, ready: () => boolean): Promise<void> {
    await settle();
    let breath = this.now();
    while (!ready() && this.now() < until) {
      this.run(Math.min(until, after(this.now(), SLICE)) as Instant);
      if (ready()) return; // Others get their turn when the caller waits again.
      await settle();
      if (this.#breathe === undefined || this.now() < after(breath, SLICE)) continue;
      breath = this.now();
      await this.#breathe();
    }
  }

  /** When something next happens by itself; undefined when nothing will before somebody does something. */
  nextDue(): Instant | undefined {
    let due = Number.POSITIVE_INFINITY;
    for (const { board } of this.#boards) due = Math.min(due, board.nextDue);
    const medium = this.#medium.pollTimeout();
    if (medium !== undefined) due = Math.min(due, toNanos(medium));
    return Number.isFinite(due) ? toInstantAfter(due) : undefined;
  }

  #uartLine(board: Machine, handle: EmulatedBoard): Line {
    return {
      get queued() {
        return board.queuedUart;
      },
      get rate() {
        return board.uartRate;
      },
      write: (octets) => this.#present(board).writeUart(octets),
      setRate: (rate) => this.#present(board).setUartRate(rate),
      close: () => undefined,
      reset: (cause) => handle.reset(cause),
    };
  }

  #notice(board: Machine): void {
    this.#noticed = true;
    this.#follow(board);
    board.stop();
  }

  /** What a board does happens at the board's time. */
  #follow(board: Machine): void {
    this.#nanos = Math.max(this.#nanos, board.nanos);
  }

  #send(port: PortNumber, frame: Uint8Array, now: Instant): void {
    this.tap?.(frame, now, port);
    this.#medium.send(port, frame, now);
  }

  /** Brings a board that slept behind the world's time to it, before something is done to it. */
  #present(board: Machine): Machine {
    while (board.nanos < this.#nanos) board.run(this.#nanos);
    return board;
  }

  /** The board that is furthest behind runs, the world's time follows it, and the medium delivers. */
  #turn(end: number): void {
    for (const { board, port } of this.#boards)
      board.cable(port !== undefined && this.#medium.linked(port));
    const timeout = this.#medium.pollTimeout();
    const medium = timeout === undefined ? 0 : toNanos(timeout);
    const limit = medium > this.#nanos ? Math.min(end, medium) : end;
    const behind = this.#slowest();
    if (behind !== undefined && behind.board.nanos < limit) {
      behind.board.run(Math.min(limit, this.#horizon(behind)));
    }
    this.#nanos = Math.max(this.#nanos, this.#least(limit));
    this.#deliver();
  }

  #deliver(): void {
    this.#medium.handleTimeout(this.now());
    for (
      let delivery = this.#medium.pollDelivery();
      delivery !== undefined;
      delivery = this.#medium.pollDelivery()
    ) {
      this.#receivers.get(delivery.port)?.(delivery.frame, delivery.at);
    }
  }

  #slowest(): Attached | undefined {
    let slowest: Attached | undefined;
    for (const attached of this.#boards) {
      if (slowest === undefined || attached.board.nanos < slowest.board.nanos) slowest = attached;
    }
    return slowest;
  }

  /** How far `attached` may run: past what the others may yet do, by what a frame takes at least. */
  #horizon(attached: Attached): number {
    let horizon = Number.POSITIVE_INFINITY;
    let lookahead = LOOKAHEAD;
    for (const other of this.#boards) {
      if (other === attached) continue;
      horizon = Math.min(horizon, other.board.nextDue);
      if (other.board.onWire && attached.shared && other.shared) lookahead = WIRE_LOOKAHEAD;
    }
    return horizon + lookahead;
  }

  #least(limit: number): number {
    let least = limit;
    for (const { board } of this.#boards) least = Math.min(least, board.nanos);
    return least;
  }
}
