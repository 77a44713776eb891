/**
 * The learner's code in a process of its own, where it can loop, throw, fill the memory or end the
 * process, and each is told as a LearnerError at the learner's own line.
 *
 *   netlab ── IPC ── keeper: time, memory, where it is ── worker: the learner's modules
 *
 * Invariants:
 *   (1) One call at a time; further ones wait their turn.
 *   (2) Module state lives from call to call, until a process had to be killed: the next call then meets
 *       freshly loaded modules.
 *   (3) Code that did not load once is not loaded again: every call fails as the first did.
 */
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { Learner } from '../../lab/lab.ts';
import type { LearnerCode, LearnerError, LearnerReport } from '../../lab/learner.ts';
import { declarationOf, describeEnding, type Situation } from './describe.ts';
import { type Ending, LearnerProcess } from './learner-process.ts';
import { type ModuleSources, moduleSources } from './module-source.ts';

export interface SandboxLimits {
  /** For loading the modules and for each call, while the process has the processor. */
  readonly time_ms: number;
  /** Octets by which its process may grow during a call. */
  readonly memory: number;
  /** Octets that a result may hold. */
  readonly result: number;
  /** Lines that a call may print. */
  readonly output: number;
}

const LIMITS: SandboxLimits = {
  time_ms: 2000,
  memory: 256 * 2 ** 20,
  result: 2 ** 20,
  output: 200,
};

/** Of the time limit: so long at most, on a machine whose processors others want. */
const STARVED_MAX = 5;
/** Lines printed that wait for `pollOutput`. */
const OUTPUT_WAITING_MAX = 1000;

export interface Sandbox extends Learner, LearnerReport {
  /** Ends the process, in the middle of a call too. May be called twice. */
  close(): Promise<void>;
}

/**
 * Begins to load the modules at once. Trouble with them is told by `call`, not here.
 * @param spare a process that was started beforehand, for this sandbox alone from now on
 */
export function openSandbox(
  code: LearnerCode,
  limits: Partial<SandboxLimits> = {},
  spare?: LearnerProcess,
): Sandbox {
  return new ProcessSandbox(code, { ...LIMITS, ...limits }, spare);
}

class ProcessSandbox implements Sandbox {
  readonly #code: LearnerCode;
  readonly #sources: ModuleSources;
  readonly #limits: SandboxLimits;
  readonly #output: string[] = [];
  #process: LearnerProcess;
  #loading: Promise<LearnerError | undefined>;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(code: LearnerCode, limits: SandboxLimits, spare: LearnerProcess | undefined) {
    this.#code = code;
    this.#limits = limits;
    this.#sources = moduleSources(code);
    this.#process = this.#begun(spare?.alive ? spare : new LearnerProcess());
    this.#loading = this.#load();
    this.#loading.catch(() => undefined);
  }

  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const result = this.#turn.then(() => this.#call(name, args));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  pollOutput(): string | undefined {
    return this.#output.shift();
  }

  locate(name: string) {
    return declarationOf(name, this.#code);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#process.close();
  }

  #begun(process: LearnerProcess): LearnerProcess {
    const setup = {
      entry: this.#code.entry,
      modules: this.#sources.modules,
      uses: Object.fromEntries(this.#code.uses ?? []),
      resultMax: this.#limits.result,
      outputMax: this.#limits.output,
    };
    const { time_ms, memory } = this.#limits;
    const limits = { time_ms, longest_ms: STARVED_MAX * time_ms, memory };
    process.begin(setup, limits, (line) => {
      if (this.#output.length < OUTPUT_WAITING_MAX) this.#output.push(line);
    });
    return process;
  }

  async #load(): Promise<LearnerError | undefined> {
    const ending = await this.#process.loaded();
    return ending.kind === 'result' ? undefined : this.#describe(ending, '');
  }

  async #call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) throw closedError();
    let unloaded = await this.#loading;
    if (unloaded === undefined && !this.#process.alive) {
      this.#process = this.#begun(new LearnerProcess());
      this.#loading = this.#load();
      unloaded = await this.#loading;
    }
    if (unloaded !== undefined) throw unloaded;
    const ending = await this.#process.call({ name, args });
    if (ending.kind === 'result') return isolated(ending.value);
    throw this.#describe(ending, name);
  }

  #describe(ending: Exclude<Ending, { kind: 'result' }>, name: string): LearnerError {
    if (this.#closed) throw closedError();
    if (ending.kind === 'not-started') throw notStarted(ending.cause);
    const situation: Situation = {
      code: this.#code,
      sources: this.#sources,
      name,
      time_ms: this.#limits.time_ms,
      memory: this.#limits.memory,
    };
    return describeEnding(ending, situation);
  }
}

/** A copy whose octets have a buffer of their own: they came as views of the message. */
function isolated(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(isolated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, isolated(field)]));
}

const closedError = (): NetlabError =>
  new NetlabError('sandbox-closed', EXIT.interrupted, 'the sandbox was closed');

const notStarted = (cause: unknown): NetlabError =>
  new NetlabError(
    'sandbox-not-started',
    EXIT.timeout,
    'the place for your code did not start in time; the machine may be overloaded: run again',
    {},
    cause,
  );
