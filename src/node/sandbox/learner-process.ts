/**
 * A process for the learner's code, seen from netlab: one request at a time, and however it ends, it ends
 * in time. What goes wrong inside cannot reach netlab's own process: not a heap that overflows, not a
 * loop that V8 cannot end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type {
  Ending as KeeperEnding,
  KeeperLimits,
  KeeperMessage,
  KeeperRequest,
} from './keeper.ts';
import { sourceUrl } from './source-url.ts';
import type { CallRequest, WorkerSetup } from './worker.ts';

export type Ending = KeeperEnding | { readonly kind: 'not-started'; readonly cause: unknown };

/** A machine under load starts processes slowly; one that takes longer has another trouble. */
const START_MS = 20_000;
/** Beyond a request's own limit: for the keeper to find the line (5 s at most) and to tell. */
const GRACE_MS = 7000;
const KILL_MS = 2000;
/** V8 aborts when it runs out of memory: SIGABRT, and on Windows one of these. */
const ABORTED: readonly unknown[] = ['SIGABRT', 'SIGTRAP', 'SIGILL', 134, 0x80000003, 0xc0000409];

/** Ctrl-C reaches every process of the terminal's group; this one is netlab's to end. */
const BOOTSTRAP = `
process.on('SIGINT', () => {});
process.on('message', () => {});
process.once('message', (url) => import(url));`;

/** It starts at once, and may be started long before there is code for it: a start takes longer than most checks. */
export class LearnerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #setup: KeeperRequest | undefined;
  #longest_ms = 0;
  #onOutput: (line: string) => void = () => {};
  #loading: Promise<Ending> | undefined;
  #settle: ((ending: Ending) => void) | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #ready = false;
  #ended = false;

  constructor() {
    const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...env } = process.env;
    this.#child = spawn(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', BOOTSTRAP],
      { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced' },
    );
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
    this.#child.on('message', (message: KeeperMessage) => this.#handle(message));
    this.#child.on('error', (cause) => this.#end({ kind: 'not-started', cause }));
    this.#child.on('exit', (code, signal) => this.#handleExit(code, signal));
    this.#child.send(sourceUrl('keeper'), () => {}); // A failure shows as the child's exit.
  }

  /** Loads the code, once. */
  begin(setup: WorkerSetup, limits: KeeperLimits, onOutput: (line: string) => void): void {
    this.#setup = { kind: 'setup', setup, limits };
    this.#longest_ms = limits.longest_ms;
    this.#onOutput = onOutput;
    this.#loading = this.#ending(START_MS, { kind: 'not-started', cause: undefined });
    if (this.#ready) this.#sendSetup(this.#setup);
  }

  /** False once it ended or was killed: then another one is needed. */
  get alive(): boolean {
    return !this.#ended;
  }

  /** How loading ended, after `begin`. */
  loaded(): Promise<Ending> {
    return this.#loading ?? Promise.resolve({ kind: 'not-started', cause: undefined });
  }

  call(call: CallRequest): Promise<Ending> {
    const ending = this.#ending(this.#longest_ms + GRACE_MS, { kind: 'endless' });
    this.#send({ kind: 'call', call });
    return ending;
  }

  /** Ends the process, in the middle of a request too. May be called twice. */
  async close(): Promise<void> {
    this.#end({ kind: 'exited' });
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise((resolve) => {
      timer = setTimeout(resolve, KILL_MS);
    });
    await Promise.race([this.#exited, tooLong]);
    clearTimeout(timer);
  }

  /** The next ending; `late` when none has come after `limit_ms`. */
  #ending(limit_ms: number, late: Ending): Promise<Ending> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#expect(limit_ms, late);
      if (this.#ended) this.#end({ kind: 'exited' });
    });
  }

  #expect(limit_ms: number, late: Ending): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#end(late), limit_ms);
  }

  #send(request: KeeperRequest): void {
    if (!this.#ended) this.#child.send(request, () => {}); // As above.
  }

  #handle(message: KeeperMessage): void {
    if (message.kind === 'output') this.#onOutput(message.line);
    else if (message.kind === 'ending') this.#handleEnding(message.ending);
    else if (!this.#ready) {
      this.#ready = true;
      this.#send({ kind: 'start', workerUrl: sourceUrl('worker') });
      if (this.#setup !== undefined) this.#sendSetup(this.#setup);
    }
  }

  #sendSetup(setup: KeeperRequest): void {
    // The worker's own start is within START_MS again, its loading within the limit.
    this.#expect(START_MS + this.#longest_ms, { kind: 'endless' });
    this.#send(setup);
  }

  #handleEnding(ending: Ending): void {
    if (ending.kind === 'result' || ending.kind === 'failure') this.#settleWith(ending);
    else this.#end(ending);
  }

  #handleExit(code: number | null, signal: string | null): void {
    const aborted = ABORTED.includes(signal) || ABORTED.includes(code);
    if (!this.#ready) this.#end({ kind: 'not-started', cause: signal ?? code });
    else this.#end({ kind: aborted ? 'memory' : 'exited' });
  }

  /** The end of the process, whoever brings it about. */
  #end(ending: Ending): void {
    this.#ended = true;
    this.#child.kill('SIGKILL');
    this.#settleWith(ending);
  }

  #settleWith(ending: Ending): void {
    clearTimeout(this.#deadline);
    this.#settle?.(ending);
    this.#settle = undefined;
  }
}
