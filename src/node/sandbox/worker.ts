/**
 * The inside of the sandbox: loads the learner's modules, calls their functions one at a time, and gives
 * back plain copies of what they return.
 *
 * It runs from a `data:` URL (source-url.ts): it may import Node's modules, types, and
 * neighbours that do as much.
 *
 * The learner's modules are vm.SourceTextModule: their lines and columns are those of the file, nothing is
 * written to disk, and every import passes `resolve`. This keeps mistakes apart, not malice: who runs
 * netlab runs code of their own.
 */
import { posix } from 'node:path';
import { formatWithOptions } from 'node:util';
import vm from 'node:vm';
import { parentPort } from 'node:worker_threads';
import type { ResultFlaw, WorkerFailure, WorkerMessage } from './protocol.ts';
import { SCHEME } from './scheme.ts';

export interface WorkerSetup {
  readonly entry: string;
  /** Types stripped, by path; null where that was not possible, which only matters when it is imported. */
  readonly modules: Readonly<Record<string, string | null>>;
  /** Names that may be imported besides one's own files, and the path of each. */
  readonly uses: Readonly<Record<string, string>>;
  /** What a result may cost: octets of octets, two a character, eight a value. */
  readonly resultMax: number;
  /** Lines that one call may print. */
  readonly outputMax: number;
}

export interface CallRequest {
  readonly name: string;
  readonly args: readonly unknown[];
}

const REACHES_OUT = ['fetch', 'WebSocket', 'EventSource', 'BroadcastChannel', 'localStorage'];
const DEPTH_MAX = 32;
const LINE_MAX = 1000;
const port = parentPort;
/** The first message. A thread takes longer to start than most checks, so it may wait here long before there is code. */
const setup = await new Promise<WorkerSetup>((resolve) => {
  port?.once('message', (message: WorkerSetup) => resolve(message));
});
const post = (message: WorkerMessage): void => port?.postMessage(message);
/** Taken before the learner's code can change it. */
const { setImmediate } = globalThis;

/** Carries a described failure to the one place that reports it. */
class Refusal extends Error {
  readonly failure: WorkerFailure;
  constructor(failure: WorkerFailure) {
    super(failure.kind);
    this.failure = failure;
  }
}

// --- modules

const modules = new Map<string, vm.SourceTextModule>();

function resolve(specifier: string, from: string): string {
  const used = Object.hasOwn(setup.uses, specifier) ? setup.uses[specifier] : undefined;
  if (used !== undefined) return used;
  if (!/^\.\.?\//.test(specifier)) {
    throw new Refusal({ kind: 'forbidden-import', file: from, specifier });
  }
  const name = posix.join(posix.dirname(from), specifier);
  const found = [name, name.replace(/\.(m?)js$/, '.$1ts'), `${name}.ts`, `${name}.js`].find(
    (candidate) => Object.hasOwn(setup.modules, candidate),
  );
  if (found === undefined) throw new Refusal({ kind: 'missing-file', file: from, specifier });
  return found;
}

function moduleOf(path: string): vm.SourceTextModule {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const code = setup.modules[path];
  if (typeof code !== 'string') throw new Refusal({ kind: 'unreadable', file: path });
  try {
    const module = new vm.SourceTextModule(code, {
      identifier: `${SCHEME}${path}`,
      importModuleDynamically: async (specifier: string) => load(resolve(specifier, path)),
    });
    modules.set(path, module);
    return module;
  } catch (error) {
    throw new Refusal({ kind: 'syntax', file: path, message: messageOf(error) });
  }
}

async function load(path: string): Promise<vm.SourceTextModule> {
  const module = moduleOf(path);
  try {
    if (module.status === 'unlinked') {
      await module.link((specifier, referrer) =>
        moduleOf(resolve(specifier, referrer.identifier.slice(SCHEME.length))),
      );
    }
    await module.evaluate();
  } catch (error) {
    // V8 gives an import of a name that is not there no place: the sandbox looks for it.
    const placeless = error instanceof SyntaxError && !String(error.stack).includes(SCHEME);
    throw placeless ? new Refusal({ kind: 'missing-name', message: error.message }) : error;
  }
  return module;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);

// --- what the learner's code finds around it

let printed = 0;

function print(...values: readonly unknown[]): void {
  printed += 1;
  if (printed > setup.outputMax + 1) return;
  const text = formatWithOptions({ depth: 4, maxArrayLength: 100, breakLength: 100 }, ...values);
  const dropped = printed > setup.outputMax;
  for (const line of dropped ? ['…'] : text.slice(0, LINE_MAX).split('\n')) {
    post({ kind: 'output', line });
  }
}

/** The first thing that went wrong outside a call: a Promise nobody caught, a timer that threw. */
let stray: WorkerFailure | undefined;

function noteStray(error: unknown): void {
  const described = describe(error);
  if (described.kind !== 'threw') stray ??= described;
  else stray ??= { kind: 'stray', message: described.message, stack: described.stack };
}

function furnish(): void {
  process.on('unhandledRejection', noteStray);
  process.on('uncaughtException', noteStray);
  Error.stackTraceLimit = 50;
  const exit = (): never => {
    const { stack = '' } = new Error('exit');
    throw new Refusal({ kind: 'exited', stack });
  };
  const offered = {
    process: Object.freeze({ exit, abort: exit, env: {}, argv: [] }),
    console: { log: print, info: print, warn: print, error: print, debug: print, trace: print },
  };
  // No lab needs the Internet, and no submission is to have it.
  for (const name of REACHES_OUT) Reflect.deleteProperty(globalThis, name);
  for (const [name, value] of Object.entries(offered)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}

// --- calls

/** A copy of plain data that costs no more than `setup.resultMax`, so that nothing else leaves. */
function plainCopy(root: unknown): unknown {
  let cost = 0;
  const refuse = (where: string, what: ResultFlaw): never => {
    throw new Refusal({ kind: 'bad-result', where, what });
  };
  const pay = (price: number, where: string): void => {
    cost += price;
    if (cost > setup.resultMax) refuse(where, { kind: 'too-large', limit: setup.resultMax });
  };
  const copy = (value: unknown, where: string, depth: number): unknown => {
    pay(8, where);
    if (typeof value === 'string') pay(2 * value.length, where);
    if (typeof value === 'function' || typeof value === 'symbol') {
      return refuse(where, { kind: 'unsuitable', type: typeof value });
    }
    if (typeof value !== 'object' || value === null) return value;
    return depth < DEPTH_MAX
      ? copyObject(value, where, depth + 1)
      : refuse(where, { kind: 'too-deep', limit: DEPTH_MAX });
  };
  const copyObject = (value: object, where: string, depth: number): unknown => {
    if (value instanceof Uint8Array) {
      pay(value.length, where);
      return new Uint8Array(value);
    }
    if (Array.isArray(value)) {
      pay(8 * value.length, where);
      return Array.from(value, (item, i) => copy(item, `${where}[${i}]`, depth));
    }
    const type = Object.prototype.toString.call(value).slice('[object '.length, -1);
    if (type !== 'Object') return refuse(where, { kind: 'unsuitable', type });
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, copy(field, `${where}.${name}`, depth)]),
    );
  };
  return copy(root, 'result', 0);
}

/** Octets come as views of the message: each gets a buffer of its own. */
function isolated(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(isolated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, isolated(field)]));
}

function describe(error: unknown): WorkerFailure {
  if (error instanceof Refusal) return error.failure;
  if (!(error instanceof Error)) {
    const message = formatWithOptions({ depth: 1 }, error).slice(0, LINE_MAX);
    return { kind: 'threw', name: '', message, stack: '' };
  }
  const [name, message, stack] = [error.name, error.message, error.stack].map(String);
  return { kind: 'threw', name: name ?? '', message: message ?? '', stack: stack ?? '' };
}

async function call(module: vm.SourceTextModule, { name, args }: CallRequest): Promise<unknown> {
  const exports = Object.keys(module.namespace);
  const target: unknown = exports.includes(name) ? Reflect.get(module.namespace, name) : undefined;
  if (typeof target !== 'function') {
    const found = exports.includes(name) ? typeof target : undefined;
    throw new Refusal({ kind: 'missing-export', found, exports });
  }
  let result: unknown = Reflect.apply(target, undefined, args.map(isolated));
  if (result instanceof Promise) {
    post({ kind: 'awaiting' });
    result = await result;
  }
  return plainCopy(result);
}

/** Does `work` and posts its one reply, once what it left behind in the microtask queue was heard. */
async function reply(work: () => Promise<unknown>): Promise<void> {
  let message: WorkerMessage;
  try {
    message = { kind: 'result', value: await work() };
  } catch (error) {
    message = { kind: 'failure', failure: describe(error) };
  }
  await new Promise((resolve) => setImmediate(resolve));
  if (stray !== undefined && message.kind === 'result')
    message = { kind: 'failure', failure: stray };
  stray = undefined;
  post(message);
}

let entry: vm.SourceTextModule | undefined;
furnish();
// Listening also keeps the thread alive while a top-level await waits.
port?.on('message', (request: CallRequest) => {
  printed = 0;
  const module = entry;
  if (module !== undefined) void reply(() => call(module, request));
});
post({ kind: 'started' });
await reply(async () => {
  entry = await load(setup.entry);
});
