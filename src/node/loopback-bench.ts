/**
 * One board with a loopback plug as two stations: what it sends comes back to itself, and in the order in
 * which it went out. So the host remembers who sent which frame, and hands it to the other.
 */
import { equal } from '../base/octets.ts';
import type { Rng } from '../base/random.ts';
import { after, type Duration, since } from '../base/time.ts';
import type { Station } from '../lab/lab.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';
import { stationAddress } from './station-address.ts';

type Side = 'board' | 'peer';

/** More than a burst of any lab; what is older was lost on the plug. */
const UNDER_WAY_MAX = 256;

export class LoopbackBench {
  readonly board: Station;
  readonly peer: Station;
  private readonly plugged: Station;
  /** Frames on their way, oldest first. */
  private underWay: { readonly to: Side; readonly frame: Uint8Array }[] = [];
  private readonly arrived: Readonly<Record<Side, ReceivedFrame[]>> = { board: [], peer: [] };

  constructor(plugged: Station, rng: Rng) {
    this.plugged = plugged;
    this.board = this.side('board', 'peer', plugged.address);
    this.peer = this.side('peer', 'board', stationAddress(rng));
  }

  private side(own: Side, other: Side, address: Uint8Array): Station {
    return {
      address,
      now: () => this.plugged.now(),
      send: async (frame) => {
        this.underWay.push({ to: other, frame: frame.slice() });
        if (this.underWay.length > UNDER_WAY_MAX) this.underWay.shift();
        await this.plugged.send(frame);
      },
      receive: (timeout) => this.receive(own, timeout),
    };
  }

  private async receive(own: Side, timeout: Duration): Promise<ReceivedFrame | undefined> {
    const deadline = after(this.plugged.now(), timeout);
    for (;;) {
      const waiting = this.arrived[own].shift();
      if (waiting !== undefined) return waiting;
      const left = Math.max(0, since(deadline, this.plugged.now())) as Duration;
      const frame = await this.plugged.receive(left);
      if (frame === undefined) return undefined;
      this.arrived[this.destinationOf(frame.octets)].push(frame);
    }
  }

  /** A frame that nobody sent goes to the board, as it would without the plug. */
  private destinationOf(octets: Uint8Array): Side {
    const at = this.underWay.findIndex(({ frame }) => equal(frame, octets));
    const to = this.underWay[at]?.to ?? 'board';
    if (at >= 0) this.underWay.splice(0, at + 1);
    return to;
  }
}
