/**
 * What the board says, through the learner's own frame decoder of an earlier lab. It is decoded here too, and where the
 * two differ the check under way ends as that lab's fault; so the driver behind goes on with what both made of it, a
 * faulty decoder cannot lose the board, and a run with one seed stays the same octet for octet.
 */
import { crc32 } from '../base/crc32.ts';
import type { Instant } from '../base/time.ts';
import type { Transport } from '../hardware/board/transport.ts';
import { decodeCobs } from '../hardware/control/cobs.ts';
import { joinFrames } from '../hardware/control/splitter.ts';
import type { Carrier, Text } from './lab.ts';
import { type GradedLearner, LearnerError } from './learner.ts';
import { same, show } from './show.ts';

const HEADER_LENGTH = 7;
const CRC_LENGTH = 4;
const FRAME_MAX = 1600;

export class Carrying {
  readonly #lab: string;
  readonly #carrier: Carrier;
  readonly #learner: GradedLearner;
  #fault: LearnerError | undefined;
  #carries = false;

  /** @param lab whose decoder it is */
  constructor(lab: string, carrier: Carrier, learner: GradedLearner) {
    this.#lab = lab;
    this.#carrier = carrier;
    this.#learner = learner;
  }

  /** From now on the line passes through the module, as if it had just been opened. */
  async begin(): Promise<void> {
    this.#fault = undefined;
    this.#carries = true;
    await this.#guarded(() => this.#carrier.begin(this.#learner));
  }

  end(): void {
    this.#carries = false;
  }

  /** The frames that came from the line, encoded, their delimiters taken off. Never rejects for the module's sake. */
  async take(encoded: readonly Uint8Array[]): Promise<void> {
    if (!this.#carries || this.#fault !== undefined || encoded.length === 0) return;
    const expected = encoded.flatMap(contentOf);
    await this.#guarded(async () => {
      const given = await this.#carrier.receive(this.#learner, joinFrames(encoded));
      if (!same(given, expected)) throw new LearnerError('carrier', wrongFrames(expected, given));
    });
  }

  /** What is wrong with the module; told once. */
  pollFault(): LearnerError | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) this.#carries = false;
    return fault;
  }

  async #guarded(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof LearnerError)) throw error;
      this.#fault = new LearnerError(error.code, error.text, error.place, this.#lab);
    }
  }
}

/** A board's transport whose frames `carrying` sees before the driver does. */
export function carried(transport: Transport, carrying: Carrying | undefined): Transport {
  if (carrying === undefined) return transport;
  return {
    name: transport.name,
    now: () => transport.now(),
    write: (octets) => transport.write(octets),
    async read(until: Instant) {
      const frames = await transport.read(until);
      await carrying.take(frames);
      return frames;
    },
    wake: () => transport.wake(),
    drain: () => transport.drain(),
    setLineRate: (rate) => transport.setLineRate(rate),
    lineRate: () => transport.lineRate(),
    resetBoard: () => transport.resetBoard(),
    diagnostics: () => transport.diagnostics(),
    close: () => transport.close(),
  };
}

/** COBS undone, the CRC checked and taken off; none of a damaged frame (docs/control-protocol.md §1, §2). */
function contentOf(encoded: Uint8Array): readonly Uint8Array[] {
  const octets = new Uint8Array(encoded.length);
  const length = decodeCobs(encoded, octets);
  if (length < HEADER_LENGTH + CRC_LENGTH || length > FRAME_MAX) return [];
  const end = length - CRC_LENGTH;
  const view = new DataView(octets.buffer);
  return crc32(octets, 0, end) === view.getUint32(end) ? [octets.slice(0, end)] : [];
}

const wrongFrames = (expected: readonly Uint8Array[], given: unknown): Text => ({
  en: `The frame decoder gave other frames than the board sent: expected ${show(expected)}, got ${show(given)}.`,
  ko: `프레임 디코더가 보드가 보낸 것과 다른 프레임을 내놓았습니다. 기대 ${show(expected)}, 실제 ${show(given)}.`,
});
