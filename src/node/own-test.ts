/**
 * A learner's own test of a lab: a file in their workspace, each of whose exported functions is a test that throws when
 * the code is wrong. It is run on their own code, on the reference, and on the lab's wrong solutions, each time in a
 * process of its own.
 */
import { join } from 'node:path';
import { EXIT, NetlabError } from '../base/errors.ts';
import type { Text } from '../lab/lab.ts';
import { type LearnerCode, LearnerError } from '../lab/learner.ts';
import { moduleSources } from './sandbox/module-source.ts';
import { openSandbox } from './sandbox/sandbox.ts';
import { type EarlierModule, standingOn } from './store/earlier-labs.ts';
import { readIfThere, writeNew } from './store/files.ts';
import type { LabSource } from './store/labs.ts';
import { readLearnerCode } from './store/learner-code.ts';
import { readMutants } from './store/mutants.ts';
import type { Workspace } from './store/workspace.ts';

/** `readLearnerCode` takes it for no part of the module. */
const TEST_FILE = 'own.test.ts';
const TESTS_MAX = 50;
const OCTETS_MAX = 2 ** 18;

export interface OwnTestRequest {
  readonly source: LabSource;
  readonly workspace: Workspace;
  readonly modules: readonly EarlierModule[];
  /** How many mutants at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
}

export interface OwnTestReport {
  readonly tests: readonly TestResult[];
  /** How many wrong solutions there are, numbered from 1. */
  readonly mutants: number;
  readonly caught: readonly number[];
  readonly missed: readonly number[];
}

export interface TestResult {
  readonly name: string;
  /** Why it fails on the learner's code, and on the reference; undefined where it passes. */
  readonly own: Text | undefined;
  readonly reference: Text | undefined;
}

/** Where to write it, with `template` in it; false in `created` when there is one. */
export function addOwnTest(workspace: Workspace, template: string) {
  const path = join(workspace.folder, TEST_FILE);
  return { path, created: writeNew(path, Buffer.from(template)) };
}

/** @throws NetlabError `no-own-test`, `own-test-too-large` */
export async function runOwnTest(request: OwnTestRequest): Promise<OwnTestReport> {
  const { source, workspace, jobs, signal } = request;
  const { entry } = source.lab;
  const test = readTest(source.lab.id, workspace);
  const names = testNames(test);
  if (names.length === 0) throw noTest(source.lab.id, workspace.folder);
  const run = (code: LearnerCode) => runTests(code, test, names, request.modules);
  const own = await run(readLearnerCode(workspace.folder, entry));
  const reference = await run(readLearnerCode(join(source.folder, 'solution'), entry));
  // What rejects the reference proves nothing by rejecting a wrong solution.
  const sound = names.filter((name) => reference.get(name) === undefined);
  const mutants = readMutants(source).map(({ code }, i) => ({ code, number: i + 1 }));
  const waiting = sound.length === 0 ? [] : [...mutants];
  const caught: number[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift()) {
      const results = await runTests(next.code, test, sound, request.modules, true);
      if ([...results.values()].some((why) => why !== undefined)) caught.push(next.number);
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  caught.sort((a, b) => a - b);
  return {
    tests: names.map((name) => ({ name, own: own.get(name), reference: reference.get(name) })),
    mutants: mutants.length,
    caught,
    missed: mutants.map(({ number }) => number).filter((number) => !caught.includes(number)),
  };
}

/** Why each test fails; undefined where it passes. With `once`, no more after the first that fails. */
async function runTests(
  code: LearnerCode,
  test: string,
  names: readonly string[],
  modules: readonly EarlierModule[],
  once = false,
): Promise<ReadonlyMap<string, Text | undefined>> {
  const files = new Map([...code.files, [TEST_FILE, test]]);
  const sandbox = openSandbox(standingOn({ entry: TEST_FILE, files }, modules));
  const results = new Map<string, Text | undefined>();
  try {
    for (const name of names) {
      const why = await failureOf(() => sandbox.call(name));
      results.set(name, why);
      if (once && why !== undefined) break;
    }
  } finally {
    await sandbox.close();
  }
  return results;
}

async function failureOf(action: () => Promise<unknown>): Promise<Text | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    // What a test returns is of no interest, whatever it is.
    if (error instanceof LearnerError) return error.code === 'bad-result' ? undefined : error.text;
    throw error;
  }
}

function readTest(lab: string, { folder }: Workspace): string {
  const text = readIfThere(join(folder, TEST_FILE));
  if (text === undefined) throw noTest(lab, folder);
  const path = join(folder, TEST_FILE);
  if (text.length <= OCTETS_MAX) return readable(text, lab, path);
  throw new NetlabError('code-too-large', EXIT.usage, `${path} is too large`, { path });
}

/** The text without its types. Told here, a slip in it is not taken for a test that everything fails. */
function readable(text: string, lab: string, path: string): string {
  const files = new Map([[TEST_FILE, text]]);
  const { modules, unreadable } = moduleSources({ entry: TEST_FILE, files });
  const flaw = unreadable.get(TEST_FILE);
  if (flaw === undefined) return modules[TEST_FILE] ?? text;
  const { message, place } = flaw;
  throw new NetlabError('own-test-unreadable', EXIT.checkFailed, `${path}: ${message}`, {
    lab,
    path,
    line: place.line,
    reason: message.replace(/\.$/, ''),
  });
}

const noTest = (lab: string, folder: string): NetlabError =>
  new NetlabError('no-own-test', EXIT.nothingToCheck, `${folder} has no ${TEST_FILE}`, {
    lab,
    path: join(folder, TEST_FILE),
  });

/** The functions that it exports. */
function testNames(code: string): readonly string[] {
  const exported = code.matchAll(
    /^export\s+(?:async\s+)?(?:function\s*\*?\s*|const\s+)([\p{L}_$][\p{L}\p{N}_$]*)/gmu,
  );
  return [...exported].map(([, name]) => name ?? '').slice(0, TESTS_MAX);
}
