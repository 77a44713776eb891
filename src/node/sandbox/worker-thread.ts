/**
 * One worker thread and one request at a time: it ends with a reply, at its time limit, at its memory
 * limit, or with the thread. In the last three the thread is gone, and another one is needed.
 */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { stripTypes } from './module-source.ts';
import { pausedPlace, type RunningPlace } from './paused-place.ts';
import type { WorkerFailure, WorkerMessage } from './protocol.ts';
import type { CallRequest, WorkerSetup } from './worker.ts';

export type Ending =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'failure'; readonly failure: WorkerFailure }
  /** Over the time limit: where it was, or whether it waited for a Promise instead. */
  | { readonly kind: 'endless'; readonly at: RunningPlace | undefined; readonly awaiting: boolean }
  | { readonly kind: 'memory'; readonly at: RunningPlace | undefined }
  /** The thread ended by itself. */
  | { readonly kind: 'exited' }
  | { readonly kind: 'not-started'; readonly cause: unknown };

export interface RequestLimits {
  readonly time_ms: number;
  /** By how many octets the process may grow meanwhile. */
  readonly memory: number;
}

/** A machine under load starts threads slowly; one that takes longer has another trouble. */
const START_MS = 20_000;
const PAUSE_MS = 1000;
const TERMINATE_MS = 2000;
const MEMORY_WATCH_MS = 10;
/**
 * V8's own limit ends the whole process when one allocation jumps over it. So it stands far above the
 * limit that the watch keeps, which catches growth within milliseconds and knows the line.
 */
const HEAP_BACKSTOP_MIB = 4096;

let workerUrl: URL | undefined;

/** The worker's own source as a URL: see worker.ts. */
function workerSource(): URL {
  if (workerUrl === undefined) {
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
    const code = stripTypes(readFileSync(file, 'utf8'));
    workerUrl = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  }
  return workerUrl;
}

export class WorkerThread {
  readonly #worker: Worker;
  readonly #onOutput: (line: string) => void;
  #settle: ((ending: Ending) => void) | undefined;
  /** What came when nobody waited: the reply to loading, or the thread's end. */
  #early: Ending | undefined;
  #started = false;
  #onStarted: (() => void) | undefined;
  #awaiting = false;
  #ended = false;

  constructor(setup: WorkerSetup, onOutput: (line: string) => void) {
    this.#onOutput = onOutput;
    this.#worker = new Worker(workerSource(), {
      workerData: setup,
      execArgv: ['--experimental-vm-modules', '--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_BACKSTOP_MIB },
      stdin: false,
      env: {},
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#handle(message));
    this.#worker.on('error', (error) => this.#handleError(error));
    this.#worker.on('exit', () => this.#handleEnd({ kind: 'exited' }));
  }

  /** False once it was killed or ended by itself. */
  get alive(): boolean {
    return !this.#ended;
  }

  /** Waits for the reply to loading, which the thread began by itself. */
  loaded(limits: RequestLimits): Promise<Ending> {
    return this.#watched(limits);
  }

  call(request: CallRequest, limits: RequestLimits): Promise<Ending> {
    this.#awaiting = false;
    this.#worker.postMessage(request);
    return this.#watched(limits);
  }

  /** Ends the thread; gives up on one that is inside a long built-in call, which ends after it. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#worker.unref();
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise((resolve) => {
      timer = setTimeout(resolve, TERMINATE_MS);
    });
    await Promise.race([this.#worker.terminate(), tooLong]);
    clearTimeout(timer);
  }

  async #watched(limits: RequestLimits): Promise<Ending> {
    const ended = new Promise<Ending>((resolve) => {
      this.#settle = resolve;
    });
    if (this.#early !== undefined) this.#settleWith(this.#early);
    const baseline = process.memoryUsage.rss();
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - baseline > limits.memory) void this.#kill('memory');
    }, MEMORY_WATCH_MS);
    let limit = setTimeout(() => this.#notStarted(), START_MS);
    const startLimit = () => {
      clearTimeout(limit);
      limit = setTimeout(() => void this.#kill('endless'), limits.time_ms);
    };
    if (this.#started) startLimit();
    else this.#onStarted = startLimit;
    try {
      return await ended;
    } finally {
      clearInterval(watch);
      clearTimeout(limit);
      this.#onStarted = undefined;
    }
  }

  #handle(message: WorkerMessage): void {
    if (this.#ended) return;
    switch (message.kind) {
      case 'started':
        this.#started = true;
        this.#onStarted?.();
        break;
      case 'output':
        this.#onOutput(message.line);
        break;
      case 'awaiting':
        this.#awaiting = true;
        break;
      case 'result':
      case 'failure':
        this.#settleWith(message);
        break;
    }
  }

  #handleError(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') this.#handleEnd({ kind: 'memory', at: undefined });
    else
      this.#handleEnd(this.#started ? { kind: 'exited' } : { kind: 'not-started', cause: error });
  }

  #handleEnd(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#settleWith(ending);
  }

  #notStarted(): void {
    this.#handleEnd({ kind: 'not-started', cause: undefined });
    void this.close();
  }

  async #kill(why: 'endless' | 'memory'): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const at = await pausedPlace(this.#worker.threadId, PAUSE_MS);
    await this.close();
    const awaiting = this.#awaiting && at === undefined;
    this.#settleWith(why === 'memory' ? { kind: why, at } : { kind: why, at, awaiting });
  }

  #settleWith(ending: Ending): void {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#early = settle === undefined ? ending : undefined;
    settle?.(ending);
  }
}
