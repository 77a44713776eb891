/** The board's PHY: its link, its mode, and when they change (docs/control-protocol.md §5). */
import { after, type Duration, type Instant } from '../../base/time.ts';
import {
  decodePhyState,
  decodeTimed,
  PHY_MODE,
  type PhyModeName,
  type PhyState,
} from '../control/messages.ts';
import type { BoardClock } from './board-clock.ts';
import type { Link } from './link.ts';
import type { Requests } from './requests.ts';

export interface PhyChange extends PhyState {
  /** On the board's clock. */
  readonly at: Instant;
}

/** A link that flaps more often than anyone looks: the newest say enough. */
const CHANGES_MAX = 256;

export class Phy {
  readonly #link: Link;
  readonly #requests: Requests;
  readonly #clock: BoardClock;
  readonly #changes: PhyChange[] = [];
  #missed = 0;

  constructor(link: Link, requests: Requests, clock: BoardClock) {
    this.#link = link;
    this.#requests = requests;
    this.#clock = clock;
  }

  /** Changes that were forgotten because nobody took them: the oldest beyond 256. */
  get missed(): number {
    return this.#missed;
  }

  read(): Promise<PhyState> {
    return this.#requests.askFor('PHY_READ', new Uint8Array(0), decodePhyState);
  }

  async setMode(mode: PhyModeName): Promise<void> {
    await this.#requests.ask('PHY_MODE', Uint8Array.of(PHY_MODE[mode]));
  }

  /** Whether the board reports changes of the link from now on. */
  async events(on: boolean): Promise<void> {
    await this.#requests.ask('PHY_EVENTS', Uint8Array.of(on ? 1 : 0));
  }

  /** The next change that was reported; undefined when none was within `timeout`. */
  nextChange(timeout: Duration): Promise<PhyChange | undefined> {
    return this.#link.wait(() => this.#changes.shift(), after(this.#link.now(), timeout));
  }

  /** PHY_CHANGED. What does not decode is dropped: it can only be a later firmware's. */
  handleChanged(body: Uint8Array): void {
    const timed = decodeTimed(body);
    if (!timed.ok) return;
    const state = decodePhyState(timed.value.rest);
    if (!state.ok) return;
    const at = this.#clock.unwrap(timed.value.time, this.#link.now());
    this.#changes.push({ at, ...state.value });
    if (this.#changes.length > CHANGES_MAX) {
      this.#changes.shift();
      this.#missed += 1;
    }
  }

  reset(): void {
    this.#changes.length = 0;
  }
}
