/**
 * A scheduler for rp2040js' PIO. Its own steps all state machines from a timer of the host's, whatever their
 * clocks, delays and enables are; this one steps each when its clock says so, in the board's virtual time,
 * and costs nothing while none is enabled or all of them wait.
 *
 * RP2040 datasheet §3: a state machine executes an instruction at a tick of its divided clock, and takes one
 * cycle and its delay for it (§3.4.1); one that stalls looks again at each tick (§3.2.4); pins are seen through
 * two flip-flops (§3.5.6.3). Not modelled: the fractional divider's jitter of one system clock.
 */
import { GPIOPinState } from 'rp2040js';
import type { WireEnd } from '../../../medium/wire.ts';
import type { Alarm, Clock } from '../clock.ts';
import type { Mcu } from './mcu.ts';
import { CYCLE } from './memory-map.ts';

/** What rp2040js' PIO has and its types keep to themselves. */
interface Machine {
  readonly enabled: boolean;
  readonly waiting: boolean;
  readonly waitType: number;
  readonly waitDelay: number;
  readonly clockDivInt: number;
  readonly clockDivFrac: number;
  readonly inBase: number;
  readonly cycles: number;
  readonly pc: number;
  updatePC: boolean;
  executeInstruction(opcode: number): void;
  nextPC(): void;
  checkWait(): void;
}

interface Pio {
  readonly machines: readonly Machine[];
  readonly instructions: Uint32Array;
  run: () => void;
  checkChangedPins(): void;
  readUint32(offset: number): number;
  writeUint32(offset: number, value: number): void;
}

const CTRL = 0x00;
const TXF0 = 0x10;
const RXF3 = 0x2c;
const CTRL_CLKDIV_RESTART = 8;
const WAIT_FOR_PIN = 1;
/** Two system clocks from a pad to a state machine. */
const SYNCHRONISER = 2 * CYCLE;
const DIVIDER_0 = 65_536;

/** The pins of the raw line, as firmware/boards/rp2040/pio_line.c has them. */
const SEND_PIN = 2;
const SAMPLE_PIN = 3;

interface Track {
  readonly machine: Machine;
  running: boolean;
  /** When it next does something; Infinity while it waits. */
  due: number;
  /** A tick of its clock. */
  tick: number;
}

export class PioScheduler {
  readonly #mcu: Mcu;
  readonly #clock: Clock;
  readonly #pio: Pio;
  readonly #wire: WireEnd;
  /** System clocks of the PIO to those of the world: a crystal that is off. */
  readonly #cycle: number;
  readonly #tracks: readonly Track[];
  readonly #alarm: Alarm;
  #stepping = false;

  constructor(mcu: Mcu, clock: Clock, wire: WireEnd, clockError: number) {
    this.#mcu = mcu;
    this.#clock = clock;
    this.#wire = wire;
    this.#cycle = CYCLE / (1 + clockError);
    this.#pio = mcu.pio[0] as unknown as Pio;
    this.#alarm = clock.createAlarm(() => this.#run());
    this.#tracks = this.#pio.machines.map((machine) => {
      narrowInput(mcu, machine);
      return { machine, running: false, due: Number.POSITIVE_INFINITY, tick: Number.NaN };
    });
    for (const pio of mcu.pio as unknown as readonly Pio[]) pio.run = () => undefined;
    this.#watchRegisters();
    this.#connect();
  }

  /** Whether a state machine may yet look at the wire or drive it. */
  get active(): boolean {
    return this.#tracks.some(({ running }) => running);
  }

  /** The pins that are on the wire: what the sending pin does, and what the sampling pin sees. */
  #connect(): void {
    const wire = this.#wire;
    const now = this.#clock.nanos;
    wire.cut(now);
    wire.drive(undefined, now);
    wire.pull = undefined;
    wire.listensSince = Number.POSITIVE_INFINITY;
    wire.onChange = () => this.#look();
    this.#mcu.gpio[SEND_PIN]?.addListener((state) => wire.drive(driven(state), this.#clock.nanos));
    this.#mcu.gpio[SAMPLE_PIN]?.addListener((state) => {
      if (state === GPIOPinState.InputPullUp) wire.pull = 1;
      else wire.pull = state === GPIOPinState.InputPullDown ? 0 : undefined;
    });
  }

  #watchRegisters(): void {
    const pio = this.#pio;
    const write = pio.writeUint32.bind(pio);
    const read = pio.readUint32.bind(pio);
    pio.writeUint32 = (offset, value) => {
      write(offset, value);
      if (offset === CTRL) this.#control(value);
      else if (offset < TXF0 || offset > RXF3) pio.checkChangedPins();
      this.#resume();
    };
    pio.readUint32 = (offset) => {
      const value = read(offset);
      if (offset >= TXF0 && offset <= RXF3) this.#resume();
      return value;
    };
  }

  #control(value: number): void {
    const now = this.#clock.nanos;
    for (const [i, track] of this.#tracks.entries()) {
      const { enabled } = track.machine;
      const restarted = (value & (1 << (CTRL_CLKDIV_RESTART + i))) !== 0;
      if (enabled && (!track.running || restarted)) {
        track.tick = now + this.#cycle;
        track.due = track.tick;
      }
      track.running = enabled;
    }
    this.#wire.listensSince = this.active ? now - SYNCHRONISER : Number.POSITIVE_INFINITY;
    this.#expect();
  }

  /** What waited for a FIFO goes on at the next tick. */
  #resume(): void {
    if (this.#stepping) return;
    let changed = false;
    for (const track of this.#tracks) {
      const { machine } = track;
      if (!track.running || Number.isFinite(track.due) || machine.waiting) continue;
      track.tick = this.#tickAt(track, this.#clock.nanos);
      track.due = track.tick + this.#period(machine) * (1 + Math.max(0, machine.waitDelay));
      changed = true;
    }
    if (changed) {
      this.#pio.checkChangedPins();
      this.#expect();
    }
  }

  /** The wire may have changed: whoever waits for a level looks when it can see it. */
  #look(): void {
    if (this.#stepping) return;
    for (const track of this.#tracks) {
      if (track.running && track.machine.waiting) this.#await(track);
    }
    this.#expect();
  }

  #expect(): void {
    let due = Number.POSITIVE_INFINITY;
    for (const track of this.#tracks) if (track.running) due = Math.min(due, track.due);
    if (Number.isFinite(due)) this.#alarm.schedule(Math.max(0, due - this.#clock.nanos));
    else this.#alarm.cancel();
  }

  /** All that is due; pins change when every state machine has had its turn at an instant. */
  #run(): void {
    const now = this.#clock.nanos;
    this.#stepping = true;
    for (const track of this.#tracks) if (track.running && track.due <= now) this.#step(track);
    this.#pio.checkChangedPins();
    this.#stepping = false;
    for (const track of this.#tracks) {
      if (track.running && track.machine.waiting) this.#await(track);
    }
    this.#resume();
    this.#expect();
  }

  #step(track: Track): void {
    const { machine } = track;
    const before = machine.cycles;
    track.tick = track.due;
    if (machine.waiting) {
      this.#sense(track.tick, false);
      machine.checkWait();
      if (machine.waiting) return;
      track.due = track.tick + this.#period(machine) * (1 + Math.max(0, machine.waitDelay));
      return;
    }
    const opcode = this.#pio.instructions[machine.pc] ?? 0;
    const kind = opcode >>> 13;
    if (kind === 1) this.#sense(track.tick, false);
    else if (kind === 2 && (opcode & 0xe0) === 0) this.#sense(track.tick, true);
    machine.updatePC = true;
    machine.executeInstruction(opcode);
    if (machine.updatePC) machine.nextPC();
    const taken = machine.cycles - before;
    track.due = machine.waiting
      ? Number.POSITIVE_INFINITY
      : track.tick + this.#period(machine) * Math.max(1, taken);
  }

  /** The sampling pin as the state machines see it now; `sampled`: with the noise of one sample. */
  #sense(at: number, sampled: boolean): void {
    const seen = at - SYNCHRONISER;
    const level = (sampled ? this.#wire.sample(seen) : this.#wire.level(seen)) === 1;
    const pin = this.#mcu.gpio[SAMPLE_PIN];
    if (pin !== undefined) (pin as unknown as { rawInputValue: boolean }).rawInputValue = level;
    this.#wire.listensSince = seen;
  }

  /** When a state machine that waits next has reason to look. */
  #await(track: Track): void {
    if (track.machine.waitType !== WAIT_FOR_PIN) {
      track.due = Number.POSITIVE_INFINITY;
      return;
    }
    const change = this.#wire.nextChange(track.tick - SYNCHRONISER);
    track.due = Number.isFinite(change)
      ? this.#tickAt(track, Math.max(change + SYNCHRONISER, this.#clock.nanos))
      : Number.POSITIVE_INFINITY;
  }

  /** The first tick at or after `time`, behind the last. */
  #tickAt(track: Track, time: number): number {
    const period = this.#period(track.machine);
    return track.tick + Math.max(1, Math.ceil((time - track.tick) / period)) * period;
  }

  #period({ clockDivInt, clockDivFrac }: Machine): number {
    return ((clockDivInt === 0 ? DIVIDER_0 : clockDivInt) + clockDivFrac / 256) * this.#cycle;
  }
}

function driven(state: GPIOPinState): 0 | 1 | undefined {
  if (state === GPIOPinState.High) return 1;
  return state === GPIOPinState.Low ? 0 : undefined;
}

/** rp2040js looks at thirty pins for each bit that is shifted in; the first of them is all that this firmware's need. */
function narrowInput(mcu: Mcu, machine: Machine): void {
  Object.defineProperty(machine, 'inPins', {
    get: () => (mcu.gpio[machine.inBase]?.inputValue ? 1 : 0),
  });
}
