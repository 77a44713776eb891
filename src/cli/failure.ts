/** An error as its reader gets it: what happened, why, and the one command to run next. */
import { EXIT, InvariantError, NetlabError } from '../base/errors.ts';
import { lineErrorSentence } from './line-errors.ts';
import { type Language, sayIfKnown, speaker } from './messages/message.ts';

/** EX_SOFTWARE of sysexits.h: netlab itself is broken, which none of its own exit codes says. */
const EXIT_BUG = 70;

export interface Failure {
  readonly code: string;
  readonly exitCode: number;
  readonly details: Readonly<Record<string, string | number>>;
  readonly what: string;
  readonly why?: string;
  readonly next?: string;
  /** Only a bug of ours has one: where it happened, for the report. */
  readonly trace?: string;
}

/** @param running the command that ended with it; '' where there was none */
export function describeFailure(error: unknown, language: Language, running: string): Failure {
  const known = error instanceof NetlabError ? error : asParseError(error);
  return known === undefined
    ? describeBug(error, language)
    : describeKnown(known, language, running);
}

function describeKnown(error: NetlabError, language: Language, running: string): Failure {
  const { code, exitCode, details } = error;
  const blanks = { running, ...details };
  const part = (name: string): string | undefined => {
    const key = `error.${code}.${name}`;
    // A sentence around a blank that nothing is known for would read oddly: `….empty` stands in for it.
    const empty = Object.values(details).includes('');
    return (
      (empty ? sayIfKnown(language, `${key}.empty`, blanks) : undefined) ??
      sayIfKnown(language, key, blanks)
    );
  };
  const why = [part('why'), lineErrorSentence(details, language)]
    .filter((sentence) => sentence !== undefined && sentence !== '')
    .join(' ');
  const next = part('next')?.replace('  ', ' ');
  return {
    code,
    exitCode,
    details,
    what: part('what') ?? error.message,
    ...(why ? { why } : {}),
    ...(next ? { next } : {}),
  };
}

function describeBug(error: unknown, language: Language): Failure {
  const say = speaker(language);
  const message = error instanceof Error ? error.message : String(error);
  const kind = error instanceof InvariantError ? 'invariant' : 'unexpected';
  return {
    code: 'bug',
    exitCode: EXIT_BUG,
    details: { kind, reason: message },
    what: say('error.bug.what'),
    why: message,
    trace: error instanceof Error ? (error.stack ?? message) : message,
  };
}

/** The part of oclif's parse errors that is read here; the classes themselves are not public. */
interface ParseError {
  readonly message: string;
  readonly flags?: readonly string[];
  readonly args?: readonly (string | { readonly name: string })[];
  readonly oclif?: { readonly exit?: number };
}

function asParseError(error: unknown): NetlabError | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined;
  const { message, flags, args } = error as ParseError;
  const usage = (code: string, details: Readonly<Record<string, string>>): NetlabError =>
    new NetlabError(code, EXIT.usage, message, details, error);
  if (flags?.[0] !== undefined) return usage('unknown-flag', { flag: flags[0] });
  const argument = args?.[0];
  if (typeof argument === 'string') return usage('unexpected-argument', { argument });
  if (argument !== undefined) return usage('missing-argument', { argument: argument.name });
  const reason = (message.split('\nSee more help')[0] ?? message)
    .replace(/^The following errors? occurred:/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return usage('bad-usage', { reason });
}
