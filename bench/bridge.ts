/** An emulated board in a session, its MAC open, and a station at the other end of its cable. */
import { seededRng } from '../src/base/random.ts';
import { after, type Duration, milliseconds, seconds } from '../src/base/time.ts';
import { HostSession } from '../src/hardware/control/host-session.ts';
import { encodeMessage, OP, RESPONSE } from '../src/hardware/control/messages.ts';
import type { EmulatedKind } from '../src/hardware/emulator/machine.ts';
import type { EmulatedPort } from '../src/hardware/emulator/port.ts';
import type { EmulatedStation } from '../src/hardware/emulator/station.ts';
import { World } from '../src/hardware/emulator/world.ts';
import { Cable } from '../src/medium/cable.ts';

const TURN = milliseconds(1);
/** From the request for another rate until both ends are at it. */
const RATE_PAUSE = milliseconds(60);
const STATION = Uint8Array.of(2, 0, 0, 0, 0, 0x99);
const BOARD = Uint8Array.of(2, 0, 0, 0, 0, 0x01);

export class Bridge {
  readonly world: World;
  readonly port: EmulatedPort;
  readonly station: EmulatedStation;
  readonly #session: HostSession;
  /** Frames that the board received from the wire, in order. */
  readonly received: Uint8Array[] = [];
  refused = 0;

  readonly #rate: number;

  /** @param rate of UART0 in bit/s; without it the line is USB, which has none. */
  constructor(image: Uint8Array, rate = 0, board: EmulatedKind = 'w5500-evb-pico') {
    this.#rate = rate;
    this.world = new World({ medium: new Cable(), seed: 1 });
    const emulated = this.world.addBoard({ name: 'dut', board, image });
    this.station = this.world.addStation('peer', STATION);
    this.port = rate === 0 ? emulated.transport() : emulated.uart();
    this.#session = new HostSession({
      rng: seededRng(7),
      capacity: 65535,
      lineRate: this.port.lineRate(),
      open: seconds(5),
      silence: seconds(2),
    });
  }

  async open(): Promise<void> {
    this.#session.open(this.world.now());
    await this.until(() => this.#session.isOpen);
    if (this.#rate !== 0) await this.#setLineRate();
    this.#request(OP.MAC_OPEN, 1, Uint8Array.of(...BOARD, 0));
    const linked = after(this.world.now(), seconds(1));
    await this.until(() => this.world.now() >= linked);
  }

  /** Control protocol §7. */
  async #setLineRate(): Promise<void> {
    const rate = new Uint8Array(4);
    new DataView(rate.buffer).setUint32(0, this.#rate);
    this.#request(OP.SYSTEM_LINE_RATE, 1, rate);
    const changed = after(this.world.now(), RATE_PAUSE);
    await this.until(() => this.world.now() >= changed);
    await this.port.setLineRate(this.#rate);
    this.#session.setLineRate(this.#rate);
    const before = this.#session.statistics.frames_received;
    this.#session.poll(this.world.now());
    await this.until(() => this.#session.statistics.frames_received > before);
  }

  /** Sends a frame through the board. False when the window or the credit is used up. */
  send(frame: Uint8Array): boolean {
    return this.#request(OP.MAC_SEND, 0, frame);
  }

  /** Lets time pass until `ready` holds, looking every `step`. */
  async until(ready: () => boolean, step: Duration = TURN): Promise<void> {
    for (;;) {
      this.flush();
      if (ready()) return;
      await this.turn(step);
    }
  }

  /** Hands what the session has to say to the port. */
  flush(): void {
    const now = this.world.now();
    for (
      let out = this.#session.pollOutput(now);
      out !== undefined;
      out = this.#session.pollOutput(now)
    ) {
      this.port.write(out);
    }
  }

  /** Lets time pass until the board says something, `step` at most. */
  async turn(step: Duration = TURN): Promise<void> {
    const due = this.#session.pollTimeout();
    const limit = after(this.world.now(), step);
    for (const encoded of await this.port.read(due === undefined || due > limit ? limit : due)) {
      this.#session.handleEncoded(encoded, this.world.now());
      this.#messages();
    }
    this.#session.handleTimeout(this.world.now());
  }

  #request(op: number, tag: number, body: Uint8Array): boolean {
    return this.#session.send(encodeMessage(op, tag, body), this.world.now());
  }

  #messages(): void {
    for (let m = this.#session.pollMessage(); m !== undefined; m = this.#session.pollMessage()) {
      this.#session.consume(m);
      if (m[0] === OP.MAC_RECEIVED) this.received.push(m.slice(6));
      else if (((m[0] ?? 0) & RESPONSE) !== 0 && m[2] !== 0) this.refused += 1;
    }
  }
}
