/** The four kinds of error, never mixed: see docs/architecture.md. */

/** Why received octets were refused. Plain data, so that it can be counted, logged and compared. */
export type DecodeError =
  | {
      readonly code: 'truncated';
      readonly protocol: string;
      readonly need: number;
      readonly have: number;
    }
  | { readonly code: 'bad-checksum'; readonly protocol: string }
  | {
      readonly code: 'bad-field';
      readonly protocol: string;
      readonly field: string;
      readonly value: number;
    };

/** The exit codes of the command line; they hold with `--json` too. */
export const EXIT = {
  pass: 0,
  checkFailed: 1,
  usage: 2,
  nothingToCheck: 3,
  noBoard: 4,
  flashFailed: 5,
  boardFault: 6,
  timeout: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * The peer, the board or the world failed. `code` is stable and names the message in the catalogues;
 * `details` fill its blanks. `message` is the English of it, for logs.
 */
export class NetlabError extends Error {
  override readonly name: string = 'NetlabError';
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    code: string,
    exitCode: ExitCode,
    message: string,
    details: Readonly<Record<string, string | number>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exitCode = exitCode;
    this.details = details;
  }
}

/** The caller misused us: an unknown lab, a flag out of range. */
export class UsageError extends NetlabError {
  override readonly name = 'UsageError';

  constructor(
    code: string,
    message: string,
    details: Readonly<Record<string, string | number>> = {},
  ) {
    super(code, EXIT.usage, message, details);
  }
}

/** A bug in netlab itself. Nobody catches it except the outermost shell. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
