/** The learner's code, and what went wrong in it. */
import type { Learner, Text, Use } from './lab.ts';

/** The module folder as it was when the run began: what is graded is what is kept. */
export interface LearnerCode {
  /** A key of `files`. */
  readonly entry: string;
  /** Text by path relative to the folder, with `/` on every system. Earlier labs' files are below `#labNN/`. */
  readonly files: ReadonlyMap<string, string>;
  /** What `import … from '#labNN'` means: a key of `files` for each. */
  readonly uses?: ReadonlyMap<string, string>;
}

export type CodeKind = 'learner' | 'solution' | 'starter' | 'path';

/** Whose code ran. */
export interface CodeOrigin {
  readonly kind: CodeKind;
  /** The folder or file as a person would type it. */
  readonly path: string;
  /** Hex of the hash over all its files: see `hashOf` of the store. */
  readonly sha256?: string;
}

/** Whose module of an earlier lab a run stood on. */
export interface UsedModule {
  readonly lab: string;
  readonly as: Use['as'];
  readonly whose: 'learner' | 'reference';
  /**
   * Why it is the reference: `--reference` asked for it, the lab was not started or has not passed, or the code that
   * stands on it is not the learner's either.
   */
  readonly why?: 'asked' | 'not-started' | 'not-passed' | 'not-learner';
  readonly path: string;
  readonly sha256: string;
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
  | 'unhandled-rejection'
  | 'carrier';

/** The learner's code is at fault. Never the bench's, never netlab's. */
export class LearnerError extends Error {
  override readonly name = 'LearnerError';
  readonly code: LearnerErrorCode;
  readonly text: Text;
  readonly place: Place | undefined;
  /** The earlier lab whose module it is in; undefined for the lab's own. */
  readonly lab: string | undefined;

  constructor(code: LearnerErrorCode, text: Text, place?: Place, lab?: string) {
    super(text.en);
    this.code = code;
    this.text = text;
    this.place = place;
    this.lab = lab ?? /^#(lab\d\d)\//.exec(place?.file ?? '')?.[1];
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
