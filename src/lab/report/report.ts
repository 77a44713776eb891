/** A form that a verdict can be written in for other programs. */
import type { Language } from '../transcript.ts';
import type { Verdict } from '../verdict.ts';

export interface Report {
  /** What `--report` calls it. */
  readonly name: string;
  /** The whole document, ready to be written to a file. */
  write(verdict: Verdict, language: Language): string;
  /**
   * For a form that is a stream, the part of `write` that is settled when only the first `ended` checks have ended. What
   * it gives for more checks begins with what it gave for fewer.
   */
  writePart?(verdict: Verdict, ended: number, language: Language): string;
}
