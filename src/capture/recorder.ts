/** What one source of a run did, on its way to the cassette. */
import { NetlabError } from '../base/errors.ts';
import type { Instant } from '../base/time.ts';
import type { CassetteWriter, Entry, Json } from './cassette.ts';

/** So many clock readings are kept before they are written; a caller that only looks at the clock. */
const CLOCK_MAX = 1000;

export class Recorder {
  readonly #writer: CassetteWriter;
  readonly #source: string;
  readonly #clock: () => Instant;
  #readings: Instant[] = [];
  #last: Instant | undefined;

  constructor(writer: CassetteWriter, source: string, clock: () => Instant) {
    this.#writer = writer;
    this.#source = source;
    this.#clock = clock;
    writer.beforeEnd(() => this.#flush());
  }

  /** The time, told to the one who is recorded: what follows may depend on it. */
  now(): Instant {
    const now = this.#clock();
    this.#readings.push(now);
    if (this.#readings.length === CLOCK_MAX) this.#flush();
    return now;
  }

  #flush(): void {
    if (this.#readings.length > 0) this.append('clock', {});
  }

  append(call: string, rest: Pick<Entry, 'argument' | 'result' | 'failure'>): void {
    const at = this.#clock();
    const told = this.#readings.some((reading) => reading !== this.#last);
    const clock = told ? { clock: this.#readings } : {};
    this.#writer.append({ source: this.#source, call, at, ...clock, ...rest });
    this.#readings = [];
    this.#last = at;
  }

  /** Makes a call and records how it ended. */
  async call<T>(
    name: string,
    argument: Json | undefined,
    make: () => Promise<T>,
    result: (value: T) => Json | undefined,
  ): Promise<T> {
    const given = argument === undefined ? {} : { argument };
    try {
      const value = await make();
      const written = result(value);
      this.append(name, written === undefined ? given : { ...given, result: written });
      return value;
    } catch (error) {
      if (error instanceof NetlabError) {
        const { code, exitCode, message, details } = error;
        this.append(name, { ...given, failure: { code, exitCode, message, details } });
      }
      throw error;
    }
  }
}
