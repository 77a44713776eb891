/**
 * What befalls frames on their way, by chance: the settings, and the dice. Who delivers the frames asks
 * for the fate of each. Chance is drawn the same number of times for every frame, whatever comes of it
 * and whatever is set, so that a seed loses the same frames with more impairments as with fewer.
 */
import { UsageError } from '../base/errors.ts';
import { below, chance, type Rng, seededRng } from '../base/random.ts';
import { type Duration, microseconds } from '../base/time.ts';

/** Probabilities are 0 … 1. */
export interface ImpairmentSettings {
  readonly seed: number;
  readonly loss?: number;
  /** A copy follows right behind. */
  readonly duplication?: number;
  /** Held back by `hold`, so that what comes within that time overtakes it. */
  readonly reordering?: { readonly probability: number; readonly hold: Duration };
  /** Added to every frame's time. */
  readonly delay?: Duration;
  /** 0 … this, uniform, added too. */
  readonly jitter?: Duration;
  readonly corruption?: {
    readonly probability: number;
    /**
     * The longest burst, 1 … 32 bits, 1 unless told otherwise. A burst's first and last bits are wrong,
     * those between by chance. CRC-32 misses none of up to 32 bits.
     */
    readonly burst?: number;
    /** The receiving card hands the frame up instead of dropping it at its FCS. */
    readonly handUp?: boolean;
  };
}

const BURST_MAX = 32;
const LONGEST = microseconds(3_600_000_000);

/** The dice. What `draw` says holds for one frame, until it is asked again. */
export class Fate {
  /** Never arrives. */
  lost = false;
  corrupted = false;
  /** Corrupted, and the receiver's FCS finds it out. */
  dropped = false;
  /** How much later than it would, `hold` not counted. */
  late = microseconds(0);
  /** It does not keep its place, but comes `hold` later still. */
  held = false;
  hold = microseconds(0);
  /** A copy of it follows. */
  twice = false;
  readonly #settings: ImpairmentSettings;
  readonly #rng: Rng;
  #damage = 0; // Seeds the wrong bits: few frames need them.

  /** @throws UsageError `impairment-range` when a setting is out of its range. */
  constructor(settings: ImpairmentSettings) {
    validate(settings);
    this.#settings = settings;
    this.#rng = seededRng(settings.seed);
  }

  draw(): this {
    const { loss = 0, corruption, delay = 0, jitter = 0, reordering } = this.#settings;
    this.lost = chance(this.#rng, loss);
    this.corrupted = chance(this.#rng, corruption?.probability ?? 0);
    this.dropped = this.corrupted && corruption?.handUp !== true;
    this.#damage = this.#rng.next();
    this.late = microseconds(delay + below(this.#rng, jitter + 1));
    this.held = chance(this.#rng, reordering?.probability ?? 0);
    this.hold = this.held && reordering !== undefined ? reordering.hold : microseconds(0);
    this.twice = chance(this.#rng, this.#settings.duplication ?? 0);
    return this;
  }

  /** Makes one burst of wrong bits in the octets `start` … `end` − 1, cut off at the end. */
  damage(octets: Uint8Array, start: number, end: number): void {
    const rng = seededRng(this.#damage);
    const length = 1 + below(rng, this.#settings.corruption?.burst ?? 1);
    const first = below(rng, (end - start) * 8);
    for (let i = 0; i < length; i++) {
      const wrong = i === 0 || i === length - 1 || chance(rng, 0.5);
      const at = start + ((first + i) >> 3);
      if (wrong && at < end) octets[at] = (octets[at] ?? 0) ^ (1 << ((first + i) & 7));
    }
  }

  /** Seed and settings in one line: what a failing test prints, and enough to see the same again. */
  describe(): string {
    const { seed, loss, corruption, delay, jitter, reordering, duplication } = this.#settings;
    const parts = [`seed ${seed}`];
    if (loss) parts.push(`loss ${percent(loss)}`);
    if (corruption?.probability) {
      const bits = corruption.burst ?? 1;
      const what = bits === 1 ? 'single bits' : `bursts of up to ${bits} bits`;
      const fate = corruption.handUp ? 'handed up' : 'dropped at the FCS';
      parts.push(`corruption ${percent(corruption.probability)} (${what}, ${fate})`);
    }
    if (delay) parts.push(`delay ${delay} µs`);
    if (jitter) parts.push(`jitter up to ${jitter} µs`);
    if (reordering?.probability) {
      parts.push(`reordering ${percent(reordering.probability)} by ${reordering.hold} µs`);
    }
    if (duplication) parts.push(`duplication ${percent(duplication)}`);
    return parts.length === 1 ? `seed ${seed}, no impairments` : parts.join(', ');
  }
}

const percent = (probability: number): string => `${Number((probability * 100).toPrecision(12))} %`;

function validate(settings: ImpairmentSettings): void {
  const { loss = 0, duplication = 0, reordering, corruption, delay = 0, jitter = 0 } = settings;
  const within = (name: string, value: number, min: number, max: number): void => {
    if (value >= min && value <= max) return;
    throw new UsageError('impairment-range', `${name} ${value} is not in ${min} … ${max}`, {
      name,
      value,
      min,
      max,
    });
  };
  within('loss', loss, 0, 1);
  within('duplication', duplication, 0, 1);
  within('reordering', reordering?.probability ?? 0, 0, 1);
  within('reordering hold', reordering?.hold ?? 0, 0, LONGEST);
  within('corruption', corruption?.probability ?? 0, 0, 1);
  within('corruption burst', corruption?.burst ?? 1, 1, BURST_MAX);
  within('delay', delay, 0, LONGEST);
  within('jitter', jitter, 0, LONGEST);
}
