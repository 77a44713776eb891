/** What the worker answers to the sandbox. Types alone: the worker is loaded as one file. */

/** Why the worker has no result. `stack` is V8's, in which the learner's files begin with `SCHEME`. */
export type WorkerFailure =
  | {
      readonly kind: 'threw';
      readonly name: string;
      readonly message: string;
      readonly stack: string;
    }
  | { readonly kind: 'syntax'; readonly file: string; readonly message: string }
  | { readonly kind: 'missing-name'; readonly message: string }
  | { readonly kind: 'exited'; readonly stack: string }
  | { readonly kind: 'stray'; readonly message: string; readonly stack: string }
  | { readonly kind: 'unreadable'; readonly file: string }
  | { readonly kind: 'forbidden-import'; readonly file: string; readonly specifier: string }
  | { readonly kind: 'missing-file'; readonly file: string; readonly specifier: string }
  | {
      readonly kind: 'missing-export';
      readonly found: string | undefined;
      readonly exports: readonly string[];
    }
  | { readonly kind: 'bad-result'; readonly where: string; readonly what: ResultFlaw };

export type ResultFlaw =
  | { readonly kind: 'unsuitable'; readonly type: string }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'too-deep'; readonly limit: number };

/** The worker's messages, in the order of one request: output …, awaiting, then one reply. */
export type WorkerMessage =
  | { readonly kind: 'started' }
  | { readonly kind: 'output'; readonly line: string }
  /** A Promise was returned and is being waited for. */
  | { readonly kind: 'awaiting' }
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'failure'; readonly failure: WorkerFailure };
