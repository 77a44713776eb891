/** The learner's code, and what went wrong in it. */
import type { Learner, Text } from './lab.ts';

/** The module folder as it was when the run began: what is graded is what is kept. */
export interface LearnerCode {
  /** A key of `files`. */
  readonly entry: string;
  /** Text by path relative to the folder, with `/` on every system. */
  readonly files: ReadonlyMap<string, string>;
}

export type CodeKind = 'learner' | 'solution' | 'starter' | 'path';

/** Whose code ran. */
export interface CodeOrigin {
  readonly kind: CodeKind;
  /** The folder or file as a person would type it. */
  readonly path: string;
}

/** A place in the learner's code. Lines and columns count from 1. */
export interface Place {
  /** A path of `LearnerCode.files`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** That line, without its end. */
  readonly source: string;
}

export type LearnerErrorCode =
  | 'syntax'
  | 'load-failed'
  | 'missing-file'
  | 'forbidden-import'
  | 'missing-export'
  | 'threw'
  | 'recursion'
  | 'endless'
  | 'memory'
  | 'bad-argument'
  | 'bad-result'
  | 'exited'
  | 'unhandled-rejection';

/** The learner's code is at fault. Never the bench's, never netlab's. */
export class LearnerError extends Error {
  override readonly name = 'LearnerError';
  readonly code: LearnerErrorCode;
  readonly text: Text;
  readonly place: Place | undefined;

  constructor(code: LearnerErrorCode, text: Text, place?: Place) {
    super(text.en);
    this.code = code;
    this.text = text;
    this.place = place;
  }
}

/** What a learner's place can tell besides results. A plain `Learner` may leave it out. */
export interface LearnerReport {
  /** The oldest line that the learner's code printed and nobody has taken yet. */
  pollOutput(): string | undefined;
  /** Where an exported function begins: for a result that is wrong without anything being thrown. */
  locate(name: string): Place | undefined;
}

export type GradedLearner = Learner & Partial<LearnerReport>;
