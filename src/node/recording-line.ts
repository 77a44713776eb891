/** A raw line whose waves are kept for the run's folder. */
import type { Instant } from '../base/time.ts';
import type { Waveform } from '../capture/waveform.ts';
import type { LineExchange, LineLimits, LineOutcome, LineSetup, LineStation } from '../lab/lab.ts';

/**
 * What was sent and what was sampled are taken to begin when the exchange does: when a trigger came is known to the
 * board alone.
 */
export class RecordingLine implements LineStation {
  private readonly line: LineStation;
  private readonly prefix: string;
  private readonly keep: (wave: Waveform) => void;

  /** @param prefix of the waves' names: '' where there is one line */
  constructor(line: LineStation, prefix: string, keep: (wave: Waveform) => void) {
    this.line = line;
    this.prefix = prefix;
    this.keep = keep;
  }

  get limits(): LineLimits {
    return this.line.limits;
  }

  now(): Instant {
    return this.line.now();
  }

  setUp(setup: LineSetup): Promise<void> {
    return this.line.setUp(setup);
  }

  async exchange(exchange: LineExchange): Promise<LineOutcome> {
    const at = this.line.now();
    const outcome = await this.line.exchange(exchange);
    const { rate, sampleRate, samples } = outcome;
    const { send } = exchange;
    if (send !== undefined && rate > 0) {
      this.keep({ name: `${this.prefix}sent`, rate, levels: send, at });
    }
    if (samples.length > 0) {
      this.keep({ name: `${this.prefix}sampled`, rate: sampleRate, levels: samples, at });
    }
    return outcome;
  }
}
