/**
 * The main thread of the learner's process: it starts the worker in which the learner's code runs, looks
 * after its time and its memory, and finds the line where it was when either ran out. When it has told,
 * the sandbox kills the whole process: some loops of V8 13 and later cannot be ended from inside.
 *
 * It runs from a `data:` URL (source-url.ts): it may import Node's modules, types, and neighbours that
 * do as much.
 */
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import { pausedPlace, type RunningPlace } from './paused-place.ts';
import type { WorkerFailure, WorkerMessage } from './protocol.ts';
import type { CallRequest, WorkerSetup } from './worker.ts';

export interface KeeperLimits {
  /** Of a request, while it has the processor. */
  readonly time_ms: number;
  /** At most, however little it has of it. */
  readonly longest_ms: number;
  /** By how many octets the process may grow during one request. */
  readonly memory: number;
}

/** `start` comes first, then `setup`, each once; `setup` is answered with the ending of loading. */
export type KeeperRequest =
  | { readonly kind: 'start'; readonly workerUrl: string }
  | { readonly kind: 'setup'; readonly setup: WorkerSetup; readonly limits: KeeperLimits }
  | { readonly kind: 'call'; readonly call: CallRequest };

/** How a request ended. After the last three the process is of no more use. */
export type Ending =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'failure'; readonly failure: WorkerFailure }
  /** Over the time limit: where it was, or whether it waited for a Promise instead. */
  | {
      readonly kind: 'endless';
      readonly at?: RunningPlace | undefined;
      readonly awaiting?: boolean;
    }
  | { readonly kind: 'memory'; readonly at?: RunningPlace | undefined }
  | { readonly kind: 'exited' };

export type KeeperMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'output'; readonly line: string }
  | { readonly kind: 'ending'; readonly ending: Ending };

/** How long the worker may work on before its line is found. */
const PAUSE_MS = 1000;
const PAUSE_MAX_MS = 5000;
const LOOK_MS = 50;
const MEMORY_WATCH_MS = 10;
/** Far above any limit: V8 ends a process that meets its own, and the watch is to be there before. */
const HEAP_BACKSTOP_MIB = 4096;

const send = (message: KeeperMessage): void => void process.send?.(message);

/** One request at a time. */
class Keeper {
  readonly #worker: Worker;
  #limits: KeeperLimits = { time_ms: 0, longest_ms: 0, memory: 0 };
  #baseline = 0;
  #limit: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #awaiting = false;

  constructor(workerUrl: string) {
    this.#worker = new Worker(new URL(workerUrl), {
      execArgv: ['--experimental-vm-modules', '--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_BACKSTOP_MIB },
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#handle(message));
    this.#worker.on('error', (error) => this.#handleError(error));
    this.#worker.on('exit', () => this.#end({ kind: 'exited' }));
  }

  begin(setup: WorkerSetup, limits: KeeperLimits): void {
    this.#limits = limits;
    this.#worker.postMessage(setup);
  }

  call(request: CallRequest): void {
    this.#awaiting = false;
    this.#guard();
    this.#worker.postMessage(request);
  }

  #guard(): void {
    const { time_ms, longest_ms, memory } = this.#limits;
    const patient = this.#patience(time_ms, longest_ms);
    const look = (): void => {
      if (patient()) this.#limit = setTimeout(look, LOOK_MS);
      else void this.#give('endless');
    };
    this.#baseline = process.memoryUsage.rss();
    this.#limit = setTimeout(look, time_ms);
    this.#watch = setInterval(() => {
      if (process.memoryUsage.rss() - this.#baseline > memory) void this.#give('memory');
    }, MEMORY_WATCH_MS);
  }

  #handle(message: WorkerMessage): void {
    if (message.kind === 'started') this.#guard();
    else if (message.kind === 'awaiting') this.#awaiting = true;
    else if (message.kind === 'output') send(message);
    else this.#end(message);
  }

  #handleError(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    this.#end({ kind: code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'exited' });
  }

  /** Gives up on the request under way. */
  async #give(why: 'endless' | 'memory'): Promise<void> {
    this.#rest();
    this.#worker.removeAllListeners();
    const at = await pausedPlace(this.#worker.threadId, this.#patience(PAUSE_MS, PAUSE_MAX_MS));
    const awaiting = this.#awaiting && at === undefined;
    this.#end(why === 'memory' ? { kind: why, at } : { kind: why, at, awaiting });
  }

  /**
   * Whether to wait on: until the process has worked for `time_ms`. Where others have the processor that takes longer
   * than the clock says, and is nothing that the code could help.
   */
  #patience(time_ms: number, longest_ms: number): () => boolean {
    const { performance: worker } = this.#worker;
    const [began, cpu, use] = [
      performance.now(),
      process.cpuUsage(),
      worker.eventLoopUtilization(),
    ];
    return () => {
      const waited = performance.now() - began;
      if (waited < time_ms) return true;
      // One that waits for a Promise does not work.
      if (worker.eventLoopUtilization(use).utilization < 0.5) return false;
      const { user, system } = process.cpuUsage(cpu);
      return (user + system) / 1000 < time_ms && waited < longest_ms;
    };
  }

  #rest(): void {
    clearTimeout(this.#limit);
    clearInterval(this.#watch);
  }

  #end(ending: Ending): void {
    this.#rest();
    send({ kind: 'ending', ending });
  }
}

/**
 * V8 13 leaves the check for interrupts out of some optimised loops: they could be neither paused nor
 * ended. Its second-best compiler keeps it.
 */
if (Number.parseInt(process.versions.v8, 10) >= 13) v8.setFlagsFromString('--no-turbofan');

let keeper: Keeper | undefined;
process.on('message', (request: KeeperRequest) => {
  if (request.kind === 'start') keeper = new Keeper(request.workerUrl);
  else if (request.kind === 'setup') keeper?.begin(request.setup, request.limits);
  else keeper?.call(request.call);
});
// Whoever started us has gone. An exit would wait for the worker, and that may never end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
send({ kind: 'ready' });
