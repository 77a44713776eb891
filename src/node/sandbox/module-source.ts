/**
 * The learner's files made ready for V8: types blanked out by amaro, so that every line and column stays
 * where the learner wrote it. What cannot be read is told with its place.
 */
import { createRequire } from 'node:module';
import vm from 'node:vm';
import type { LearnerCode, Place } from '../../lab/learner.ts';

interface Unreadable {
  readonly message: string;
  readonly place: Place;
}

export interface ModuleSources {
  /** Code by path; null where `unreadable` has an entry. */
  readonly modules: Readonly<Record<string, string | null>>;
  readonly unreadable: ReadonlyMap<string, Unreadable>;
}

type Strip = (code: string, options: { readonly mode: 'strip-only' }) => { readonly code: string };

let strip: Strip | undefined;

/** `code` without its types. amaro is a megabyte of WebAssembly: it is loaded when first needed. */
export function stripTypes(code: string): string {
  if (strip === undefined) {
    const amaro: { readonly transformSync: Strip } = createRequire(import.meta.url)('amaro');
    strip = amaro.transformSync;
  }
  return strip(code, { mode: 'strip-only' }).code;
}

/** Never throws: a file that nobody imports may be as broken as it likes. */
export function moduleSources(code: LearnerCode): ModuleSources {
  const modules: Record<string, string | null> = {};
  const unreadable = new Map<string, Unreadable>();
  for (const [file, text] of code.files) {
    try {
      modules[file] = stripTypes(text);
    } catch (report) {
      modules[file] = null;
      unreadable.set(file, readReport(String(report), file, text));
    }
  }
  return { modules, unreadable };
}

/**
 * amaro's errors are drawings. What is wrong is under the first caret, or, where it spans lines, at the
 * place in the drawing's head:
 *
 *       x Expected ',', got '2'           x TypeScript enum is not supported
 *      ,-[3:1]                           ,-[2:1]
 *    3 |   return 2;                   1 |     const a = 1;
 *      :          ^                    2 | ,-> enum Type {
 */
function readReport(report: string, file: string, text: string): Unreadable {
  const lines = report.split('\n');
  const message = lines[0]?.replace(/^\s*x\s+/, '').trim() || 'syntax error';
  const marked = lines.findIndex((line) => /^\s*:.*\^/.test(line));
  const numbered = /^\s*(\d+) \| /.exec(lines[marked - 1] ?? '');
  if (numbered !== null) {
    const column = (lines[marked] ?? '').indexOf('^') - numbered[0].length + 1;
    return { message, place: placeIn(file, text, Number(numbered[1]), column) };
  }
  const [, line = 1, column = 1] = /,-\[(\d+):(\d+)\]/.exec(report) ?? [];
  return { message, place: placeIn(file, text, Number(line), Number(column)) };
}

export function placeIn(file: string, text: string, line: number, column: number): Place {
  const source = text.split(/\r?\n/)[line - 1] ?? '';
  return { file, line, column: Math.max(1, column), source };
}

const WRAPPER = '"use strict"; async () => {';

/**
 * Where V8 finds the syntax error that it reports of a module without a place (one that amaro's parser
 * lets pass, such as a name declared twice): the same text, its imports and exports blanked out, is
 * parsed, not run, as a script, whose errors have one.
 */
export function locateSyntaxError(file: string, code: string, text: string): Place | undefined {
  const script = code
    .replace(/^([ \t]*)export[ \t]+default\b/gm, (found) => 'void'.padStart(found.length))
    .replace(/^([ \t]*)export(?=[ \t]+(?:async|function|class|const|let|var)\b)/gm, '$1      ')
    .replace(/^[ \t]*(?:import|export)\b[^;'"]*(?:from\s*)?['"][^'"\n]*['"];?/gm, blank)
    .replace(/^[ \t]*export\s*\{[^}]*\};?/gm, blank);
  try {
    new vm.Script(`${WRAPPER}${script}\n}`, { filename: file, columnOffset: -WRAPPER.length });
    return undefined;
  } catch (error) {
    const [head = '', , marks = ''] = String(error instanceof Error ? error.stack : '').split('\n');
    const line = /:(\d+)$/.exec(head)?.[1];
    if (line === undefined) return undefined;
    const shift = line === '1' ? WRAPPER.length : 0;
    return placeIn(file, text, Number(line), marks.indexOf('^') + 1 - shift);
  }
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
