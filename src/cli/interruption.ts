/**
 * Ctrl-C and SIGTERM. The first asks what runs to end: evidence is written, ports are freed, and the
 * command exits with 130. The second ends the process at once.
 */
import { EXIT } from '../base/errors.ts';

/** How long an orderly end may take before the process ends anyway. */
const GRACE_MS = 3000;
const SHOW_CURSOR = '\u001b[?25h';

class Interruption {
  private readonly controller = new AbortController();
  private awaited = 0;

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get happened(): boolean {
    return this.controller.signal.aborted;
  }

  /** Tells that somebody looks at `signal` until `work` is done; otherwise a signal ends the process at once. */
  async guard<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.awaited++;
    try {
      return await work(this.signal);
    } finally {
      this.awaited--;
    }
  }

  listen(): void {
    const onSignal = (): void => {
      if (this.happened || this.awaited === 0) leave();
      this.controller.abort();
      setTimeout(leave, GRACE_MS).unref();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    process.on('SIGHUP', onSignal);
  }
}

function leave(): never {
  if (process.stderr.isTTY) process.stderr.write(SHOW_CURSOR);
  process.exit(EXIT.interrupted);
}

/** Signals belong to the process, so there is one of these. */
export const interruption = new Interruption();
