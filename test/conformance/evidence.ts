/** What the code says of its conformance: the labels of RFC 9293 in comments and in the names of tests. */
import { readdirSync, readFileSync } from 'node:fs';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Of one label. */
export interface Evidence {
  /** Files that say in a comment that they meet it. */
  readonly met: readonly string[];
  /** Names of tests by file; a script has no names. */
  readonly tested: ReadonlyMap<string, readonly string[]>;
}

const LABEL = /\b(?:MUST|SHLD|MAY|REC)-\d+\b/g;
const COMMENT = /\/\/.*$|^\s*\/?\*.*$|\/\*.*?\*\//gm;
const WHOLE_LINE_COMMENT = /^\s*(?:\/\/|\*|\/\*).*$/gm;
const STRING = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

const TEST = /\.test\.ts$/;
const SCRIPT = /\.pkt$/;

/** Where labels are looked for: not where they are defined. */
const PLACES: readonly { folder: string; pattern: RegExp }[] = [
  { folder: 'src', pattern: /\.ts$/ },
  { folder: 'test', pattern: /\.test\.ts$|\.pkt$/ },
];

export const readSources = (): SourceFile[] =>
  PLACES.flatMap(({ folder, pattern }) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter((path) => pattern.test(path))
      .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
  ).sort((a, b) => (a.path < b.path ? -1 : 1));

const labelsIn = (text: string): Set<string> => new Set(text.match(LABEL));

/** The labels in the comments of a file that is no test. */
function claims({ path, text }: SourceFile): Set<string> {
  if (TEST.test(path) || SCRIPT.test(path)) return new Set();
  return labelsIn((text.match(COMMENT) ?? []).join('\n'));
}

/** The labels in the names of a file's tests, each with the names; in a script anywhere, with none. */
function trials({ path, text }: SourceFile): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (SCRIPT.test(path)) for (const label of labelsIn(text)) found.set(label, []);
  if (!TEST.test(path)) return found;
  const code = text.replace(WHOLE_LINE_COMMENT, '');
  for (const name of code.match(STRING) ?? []) {
    for (const label of labelsIn(name)) {
      found.set(label, [...(found.get(label) ?? []), name.slice(1, -1)]);
    }
  }
  return found;
}

/** The labels that `files` have, each with where. */
export function collect(files: readonly SourceFile[]): Map<string, Evidence> {
  const all = new Map<string, { met: string[]; tested: Map<string, string[]> }>();
  const of = (label: string) => {
    const known = all.get(label) ?? { met: [], tested: new Map<string, string[]>() };
    all.set(label, known);
    return known;
  };
  for (const file of files) {
    for (const label of claims(file)) of(label).met.push(file.path);
    for (const [label, names] of trials(file)) of(label).tested.set(file.path, names);
  }
  return all;
}
