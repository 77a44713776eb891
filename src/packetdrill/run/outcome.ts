/** What came of a script: plain data, as JSON has it. */
import type { Profile } from '../../stack/transport/tcp/config.ts';

/** `error`: the script could not be read or run; `fail`: the stack did otherwise than the script says. */
type Verdict = 'pass' | 'fail' | 'error';

export type FailureKind =
  | 'packet'
  | 'no-packet'
  | 'unexpected-packet'
  | 'call'
  | 'timing'
  | 'assertion'
  | 'script';

export interface FieldDifference {
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

export interface Step {
  readonly line: number;
  /** Seconds of script time when it was done. */
  readonly at: number;
  readonly kind: 'packet' | 'call' | 'command' | 'code';
  /** As the interpreter saw it happen. */
  readonly text: string;
}

export interface ScriptOutcome {
  readonly file: string;
  readonly profile: Profile;
  readonly verdict: Verdict;
  /** Of what went wrong; null after a pass. */
  readonly line: number | null;
  readonly kind: FailureKind | null;
  readonly message: string | null;
  readonly expected: string | null;
  readonly actual: string | null;
  readonly differences: readonly FieldDifference[];
  readonly steps: readonly Step[];
  /** What was read and does nothing, and differences that the script says are not fatal. */
  readonly notes: readonly string[];
  /** Packets that the stack sent and the script says nothing of. */
  readonly unmatched: readonly string[];
}

/** Thrown where the stack did otherwise; caught where the outcome is made. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly line: number;
  readonly kind: FailureKind;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
  readonly differences: readonly FieldDifference[];

  constructor(
    line: number,
    kind: FailureKind,
    message: string,
    shown: {
      readonly expected?: string;
      readonly actual?: string;
      readonly differences?: readonly FieldDifference[];
    } = {},
  ) {
    super(message);
    this.line = line;
    this.kind = kind;
    this.expected = shown.expected;
    this.actual = shown.actual;
    this.differences = shown.differences ?? [];
  }
}

/** `file:line: message`, then what was expected, what came, and field by field where they differ. */
export function formatOutcome(outcome: ScriptOutcome): string {
  if (outcome.verdict === 'pass') return `${outcome.file}: pass`;
  const lines = [`${outcome.file}:${outcome.line ?? 1}: ${outcome.message ?? ''}`];
  if (outcome.expected !== null) lines.push(`  expected  ${outcome.expected}`);
  if (outcome.actual !== null) lines.push(`  actual    ${outcome.actual}`);
  for (const { field, expected, actual } of outcome.differences) {
    lines.push(`  ${field}: expected ${expected}, actual ${actual}`);
  }
  return lines.join('\n');
}
