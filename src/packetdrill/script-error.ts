/** What is wrong with a script, before it runs: plain data, for people and for JSON. */
export interface ScriptError {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

export const formatScriptError = (e: ScriptError): string => `${e.file}:${e.line}: ${e.message}`;

/**
 * Thrown inside the reader and the interpreter, and caught where a `Result` leaves them: a descent through
 * twenty levels of grammar would otherwise hand the same failure up by hand at each. It never crosses the
 * folder's border.
 */
export class Misfit extends Error {
  override readonly name = 'Misfit';
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}
