/** From how a request to the worker ended to the error that the learner reads, with its place. */
import type { LearnerCode, Place } from '../../lab/learner.ts';
import { LearnerError } from '../../lab/learner.ts';
import * as text from './failure-text.ts';
import type { Ending } from './learner-process.ts';
import { locateSyntaxError, type ModuleSources, placeIn } from './module-source.ts';
import type { RunningPlace } from './paused-place.ts';
import type { WorkerFailure } from './protocol.ts';
import { SCHEME } from './scheme.ts';

export interface Situation {
  readonly code: LearnerCode;
  readonly sources: ModuleSources;
  /** The function that was called; '' while loading. */
  readonly name: string;
  readonly time_ms: number;
  readonly memory: number;
}

/** The place of the innermost of the learner's frames in V8's text of a stack. */
function placeOfStack(stack: string, code: LearnerCode): Place | undefined {
  const at = stack.indexOf(`${SCHEME}`);
  const found = /^(.+?):(\d+):(\d+)/.exec(stack.slice(at + SCHEME.length));
  if (at < 0 || found === null) return undefined;
  const [, file = '', line, column] = found;
  return placeIn(file, code.files.get(file) ?? '', Number(line), Number(column));
}

/**
 * Where the function or variable `name` is declared, by the look of the text: first in the entry, then in
 * the other files.
 */
export function declarationOf(name: string, code: LearnerCode): Place | undefined {
  if (!/^[\w$]+$/.test(name)) return undefined;
  const escaped = name.replaceAll('$', '\\$');
  const declaration = new RegExp(
    `^[ \\t]*(?:export[ \\t]+)?(?:default[ \\t]+)?(?:async[ \\t]+)?(?:function\\b[ \\t]*\\*?|const\\b|let\\b|var\\b)[ \\t]*(?=${escaped}(?![\\w$]))`,
    'm',
  );
  const files = [code.entry, ...[...code.files.keys()].filter((file) => file !== code.entry)];
  for (const file of files) {
    const content = code.files.get(file) ?? '';
    const found = declaration.exec(content);
    if (found !== null) return placeAt(file, content, found.index + found[0].length);
  }
  return undefined;
}

function placeAt(file: string, content: string, index: number): Place {
  const before = content.slice(0, index).split('\n');
  return placeIn(file, content, before.length, (before.at(-1)?.length ?? 0) + 1);
}

/** Where `file` imports `specifier`. */
function placeOfImport(file: string, specifier: string, code: LearnerCode): Place | undefined {
  const content = code.files.get(file) ?? '';
  const quoted = [`'${specifier}'`, `"${specifier}"`].map((literal) => content.indexOf(literal));
  const index = quoted.find((at) => at >= 0);
  return index === undefined ? undefined : placeAt(file, content, index);
}

/** V8: "The requested module './b.ts' does not provide an export named 'nope'". */
function placeOfMissingName(message: string, code: LearnerCode): Place | undefined {
  const [, specifier, name] = /'([^']+)'.* named '([^']+)'/.exec(message) ?? [];
  if (specifier === undefined || name === undefined) return undefined;
  for (const [file, content] of code.files) {
    for (const statement of content.matchAll(
      /\b(?:import|export)\b([^;'"]*)from\s*(['"])(.+?)\2/g,
    )) {
      const inside = statement[1]?.search(new RegExp(`\\b${name.replaceAll('$', '\\$')}\\b`)) ?? -1;
      if (statement[3] !== specifier || inside < 0) continue;
      const start = statement.index + statement[0].indexOf(statement[1] ?? '') + inside;
      return placeAt(file, content, start);
    }
  }
  return undefined;
}

/** The error for every ending but `result` and `not-started`, which are no fault of the learner's. */
export function describeEnding(
  ending: Exclude<Ending, { kind: 'result' | 'not-started' }>,
  situation: Situation,
): LearnerError {
  const { code, name, time_ms, memory } = situation;
  const declared = declarationOf(name, code);
  switch (ending.kind) {
    case 'failure':
      return describeFailure(ending.failure, situation, declared);
    case 'exited':
      return new LearnerError('exited', text.exited(), declared);
    case 'memory': {
      const place = running(ending.at, code) ?? declared;
      return new LearnerError(
        'memory',
        text.memory(memory, ending.at?.functionName || name),
        place,
      );
    }
    case 'endless': {
      const seconds = time_ms / 1000;
      const place = running(ending.at, code);
      if (place !== undefined) {
        return new LearnerError('endless', text.endless(seconds, ending.at?.functionName), place);
      }
      const who = name === '' ? code.entry : name;
      const message = ending.awaiting === true ? text.neverSettled : text.endlessSomewhere;
      return new LearnerError('endless', message(seconds, who), declared);
    }
  }
}

function running(at: RunningPlace | undefined, code: LearnerCode): Place | undefined {
  return at && placeIn(at.file, code.files.get(at.file) ?? '', at.line, at.column);
}

function describeFailure(
  failure: WorkerFailure,
  { code, sources, name }: Situation,
  declared: Place | undefined,
): LearnerError {
  switch (failure.kind) {
    case 'threw': {
      const place = placeOfStack(failure.stack, code) ?? declared;
      if (failure.name === 'RangeError' && failure.message.startsWith('Maximum call stack')) {
        return new LearnerError('recursion', text.recursion(), place);
      }
      return name === ''
        ? new LearnerError('load-failed', text.loadThrew(failure.name, failure.message), place)
        : new LearnerError('threw', text.threw(failure.name, failure.message), place);
    }
    case 'exited':
      return new LearnerError(
        'exited',
        text.exited(),
        placeOfStack(failure.stack, code) ?? declared,
      );
    case 'stray': {
      const place = placeOfStack(failure.stack, code) ?? declared;
      return new LearnerError('unhandled-rejection', text.stray(failure.message), place);
    }
    case 'unreadable': {
      const { message = '', place } = sources.unreadable.get(failure.file) ?? {};
      return new LearnerError('syntax', text.syntax(message), place);
    }
    case 'syntax': {
      const content = code.files.get(failure.file) ?? '';
      const stripped = sources.modules[failure.file] ?? content;
      const place =
        locateSyntaxError(failure.file, stripped, content) ?? placeIn(failure.file, content, 1, 1);
      return new LearnerError('syntax', text.syntax(failure.message), place);
    }
    case 'missing-name': {
      const place = placeOfMissingName(failure.message, code);
      return new LearnerError('missing-export', text.missingName(failure.message), place);
    }
    case 'forbidden-import': {
      const place = placeOfImport(failure.file, failure.specifier, code);
      return new LearnerError('forbidden-import', text.forbiddenImport(failure.specifier), place);
    }
    case 'missing-file': {
      const place = placeOfImport(failure.file, failure.specifier, code);
      const files = [...code.files.keys()];
      return new LearnerError('missing-file', text.missingFile(failure.specifier, files), place);
    }
    case 'missing-export': {
      const message = text.missingExport(name, failure.found, failure.exports);
      const place = declared ?? placeIn(code.entry, code.files.get(code.entry) ?? '', 1, 1);
      return new LearnerError('missing-export', message, place);
    }
    case 'bad-result':
      return new LearnerError(
        'bad-result',
        text.badResult(name, failure.where, failure.what),
        declared,
      );
  }
}
