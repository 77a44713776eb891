/**
 * An emulated board with the provided image: frames, round trip, idle, busy, and boards at once but for the Uno. It is
 * the W5500-EVB-Pico unless `--board` says another.
 */
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { after, type Duration, microseconds, milliseconds, seconds } from '../src/base/time.ts';
import { canEmulate, type EmulatedKind } from '../src/hardware/emulator/machine.ts';
import { Bridge } from './bridge.ts';
import { busy, cpuSince } from './busy.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';

const imageOf = (board: EmulatedKind): URL =>
  new URL(`firmware/images/${board}.bin`, `file://${process.cwd()}/`);

/** An image on its board, and the rate of the line that is measured: 0 for USB. */
interface Subject {
  readonly board: EmulatedKind;
  readonly image: Uint8Array;
  readonly rate: number;
}

const bridgeTo = ({ image, rate, board }: Subject): Bridge => new Bridge(image, rate, board);

interface Effort {
  readonly runs: number;
  /** Frames before the measurement begins. */
  readonly warmUp: number;
  readonly measured_ms: number;
  readonly roundTrips: number;
  readonly idle: Duration;
  readonly busy_ms: number;
  readonly boards: number;
  /** Of virtual time, for each of the boards. */
  readonly saturated_ms: number;
}

const FULL: Effort = {
  runs: 3,
  warmUp: 3000,
  measured_ms: 1500,
  roundTrips: 600,
  idle: seconds(10),
  busy_ms: 500,
  boards: 16,
  saturated_ms: 300,
};
const QUICK: Effort = {
  runs: 1,
  warmUp: 100,
  measured_ms: 50,
  roundTrips: 30,
  idle: seconds(1),
  busy_ms: 20,
  boards: 2,
  saturated_ms: 300,
};
/** Between two looks at the CPU time, which take as long as a turn under load. */
const TURNS = 16;
/** How finely a round trip is watched. */
const LOOK = microseconds(10);
const RATE = 921_600;
/** Of the boards' lines: what they can carry of 1514-octet frames is more than 95 % of theirs. */
const SATURATED = 0.9;
/** Half of the W5500's receive buffer: there is always a frame for the line, and none is dropped. */
const AHEAD = 5;

type Direction = 'to the wire' | 'from the wire' | 'both ways';

const frameOf = (length: number, n: number): Uint8Array => {
  const frame = new Uint8Array(length).fill((n * 37) & 255 || 1, 14);
  frame.set([2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
  frame.set([n >> 24, n >> 16, n >> 8, n], 14);
  return frame;
};

/** Frames in both directions, each compared with what was sent. */
class Load {
  readonly bridge: Bridge;
  readonly #size: number;
  readonly #direction: Direction;
  #sent = 0;
  #out = 0;
  #injected = 0;
  #in = 0;
  wrong = 0;

  constructor(bridge: Bridge, size: number, direction: Direction) {
    this.bridge = bridge;
    this.#size = size;
    this.#direction = direction;
  }

  get passed(): number {
    return this.#out + this.#in;
  }

  async turn(): Promise<void> {
    const { bridge } = this;
    if (this.#direction !== 'from the wire') {
      while (bridge.send(frameOf(this.#size, this.#sent))) this.#sent += 1;
    }
    if (this.#direction !== 'to the wire') {
      while (this.#injected - this.#in < 8) {
        await bridge.station.send(frameOf(this.#size, this.#injected));
        this.#injected += 1;
      }
    }
    bridge.flush();
    await bridge.turn();
    for (let f = bridge.station.take(); f !== undefined; f = bridge.station.take()) {
      this.#check(f.octets, this.#out);
      this.#out += 1;
    }
    for (const frame of bridge.received.splice(0)) {
      this.#check(frame, this.#in);
      this.#in += 1;
    }
  }

  #check(frame: Uint8Array, n: number): void {
    if (Buffer.compare(frame, frameOf(this.#size, n)) !== 0) this.wrong += 1;
  }
}

interface Rate {
  /** Frames a second of the process' CPU time, V8's compiler and collector in their threads included. */
  readonly cpu: number;
  /** Frames a second by the clock on the wall. */
  readonly wall: number;
}

async function framesPerSecond(
  subject: Subject,
  size: number,
  way: Direction,
  { warmUp, measured_ms }: Effort,
): Promise<Rate> {
  const bridge = bridgeTo(subject);
  await bridge.open();
  const load = new Load(bridge, size, way);
  while (load.passed < warmUp) await load.turn();
  const before = load.passed;
  const usage = process.cpuUsage();
  const started = performance.now();
  while (cpuSince(usage) < measured_ms) for (let n = 0; n < TURNS; n++) await load.turn();
  const passed = load.passed - before;
  const rate = {
    cpu: (passed * 1000) / cpuSince(usage),
    wall: (passed * 1000) / (performance.now() - started),
  };
  if (load.wrong > 0) throw new Error(`${load.wrong} frames lost or changed`);
  return rate;
}

async function frames(subject: Subject, effort: Effort): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [size, target] of [
    [64, '≥ 15000'],
    [1514, '≥ 1000'],
  ] as const) {
    for (const way of ['to the wire', 'from the wire', 'both ways'] as const) {
      const runs: Rate[] = [];
      for (let run = 0; run < effort.runs; run++) {
        runs.push(await framesPerSecond(subject, size, way, effort));
      }
      const what = `frames of ${size} octets ${way}, by`;
      const cpu = runs.map((run) => run.cpu);
      const wall = runs.map((run) => run.wall);
      const wanted = subject.board === 'uno' ? {} : { target };
      figures.push(figure(`${what} CPU time`, 'frames/s', cpu, wanted));
      figures.push(figure(`${what} wall clock`, 'frames/s', wall));
    }
  }
  return figures;
}

/** A frame to the wire and its echo back, one at a time: in wall time, and in the board's own. */
async function roundTrip(subject: Subject, { roundTrips, runs }: Effort): Promise<Figure[]> {
  const bridge = bridgeTo(subject);
  await bridge.open();
  const wall: number[] = [];
  const board: number[] = [];
  for (let n = 0; n < roundTrips; n++) {
    const started = performance.now();
    const asked = bridge.world.now();
    bridge.send(frameOf(64, n));
    await bridge.until(() => bridge.station.queued > 0, LOOK);
    await bridge.station.send(bridge.station.take()?.octets ?? new Uint8Array(0));
    await bridge.until(() => bridge.received.length > 0, LOOK);
    bridge.received.length = 0;
    if (n < roundTrips / 3) continue;
    wall.push((performance.now() - started) * 1000);
    board.push(bridge.world.now() - asked);
  }
  return [
    figure('round trip of 64 octets, wall clock', 'µs', wall),
    figure('round trip of 64 octets, virtual time', 'µs', board),
  ].map((f) => ({ ...f, runs: f.runs.slice(0, runs) }));
}

/** What a session with nothing to say costs a process that follows the wall clock. */
async function idle(subject: Subject, effort: Effort): Promise<Figure> {
  const bridge = bridgeTo(subject);
  await bridge.open();
  const runs: number[] = [];
  const { idle: span } = effort;
  for (let run = 0; run < effort.runs; run++) {
    const before = process.cpuUsage();
    bridge.world.advance(after(bridge.world.now(), span));
    const { user, system } = process.cpuUsage(before);
    runs.push(((user + system) / span) * 100);
  }
  return figure('CPU of an idle board', '% of a core', runs, { target: '≤ 0.5' });
}

/** 1514-octet frames both ways, as many as the line takes. */
class Saturation {
  readonly bridge: Bridge;
  #sent = 0;
  #waiting = 0;

  constructor(bridge: Bridge) {
    this.bridge = bridge;
  }

  /** For `span` milliseconds of virtual time. */
  async run(span: number): Promise<void> {
    const { bridge } = this;
    const end = after(bridge.world.now(), milliseconds(span));
    let passed = 0;
    while (bridge.world.now() < end) {
      while (bridge.send(frameOf(1514, this.#sent))) this.#sent += 1;
      for (; this.#waiting < AHEAD; this.#waiting++) await bridge.station.send(frameOf(1514, 0));
      bridge.flush();
      await bridge.turn();
      while (bridge.station.take() !== undefined) passed += 1;
      this.#waiting -= bridge.received.length;
      passed += bridge.received.splice(0).length;
    }
    const share = (passed * 1514 * 10_000) / span / RATE / 2;
    if (share < SATURATED) throw new Error(`the line was used to ${share.toFixed(2)} only`);
  }
}

/** Saturated boards in one thread, by the CPU time that they take. */
async function boardsAtOnce({ image, board }: Subject, effort: Effort): Promise<Figure> {
  const { boards, saturated_ms } = effort;
  const lines = Array.from(
    { length: boards },
    () => new Saturation(new Bridge(image, RATE, board)),
  );
  for (const { bridge } of lines) await bridge.open();
  const runs: number[] = [];
  for (let run = 0; run <= effort.runs; run++) {
    const before = process.cpuUsage();
    for (const line of lines) await line.run(saturated_ms);
    const { user } = process.cpuUsage(before);
    if (run > 0) runs.push((boards * saturated_ms * 1000) / user); // The first warms up.
  }
  const what =
    'boards at once, each with 1514-octet frames both ways over its UART0 at 921600 bit/s, as full as it ' +
    'gets: virtual time by CPU time';
  return figure(what, 'boards', runs, { target: '≥ 16' });
}

const PICO = 'w5500-evb-pico';
/** The Uno has no USB of its own: what its firmware keeps up with. */
const UNO_RATE = 500_000;

export const benchmark: Benchmark = async (quick, board = PICO) => {
  if (!canEmulate(board)) throw new Error(`there is no emulated ${board}`);
  const image = new Uint8Array(await readFile(imageOf(board)));
  const subject = { board, image, rate: board === 'uno' ? UNO_RATE : 0 };
  const effort = quick ? QUICK : FULL;
  const figures = [...(await frames(subject, effort)), ...(await roundTrip(subject, effort))];
  figures.push(await idle(subject, effort));
  figures.push(busy(board, effort.runs, effort.busy_ms));
  if (board !== 'uno') figures.push(await boardsAtOnce(subject, effort));
  return figures;
};
