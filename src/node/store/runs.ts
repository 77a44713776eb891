/**
 * `.netlab/runs/<id>/`: what a run leaves. While a run goes on, nothing here throws: a disk that fills up
 * costs evidence, never the verdict, and `trouble` tells it.
 */
import fs from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import { below, type Rng } from '../../base/random.ts';
import type { LearnerCode } from '../../lab/learner.ts';
import { nearest } from '../../lab/near.ts';
import type { Verdict } from '../../lab/verdict.ts';
import { fileError } from './file-error.ts';
import { appendAll, type Files, makeFolder, readIfThere, writeWhole } from './files.ts';
import { readLearnerCode } from './learner-code.ts';
import { upward } from './workspace.ts';

export const RUN_FILES = {
  verdict: 'verdict.json',
  frames: 'frames.pcapng',
  cassette: 'serial.cassette',
  waves: 'waves.vcd',
  transcript: 'transcript.txt',
  code: 'code',
} as const;

/** A file that grows: what was written is with the system at once, and survives the process. */
export interface GrowingFile {
  write(octets: Uint8Array): void;
  close(): void;
}

export interface Evidence {
  readonly id: string;
  /** Absolute. It may not exist when there was `trouble`. */
  readonly folder: string;
  /** The first thing that could not be kept, and why. */
  readonly trouble: NetlabError | undefined;
  grow(name: string): GrowingFile;
  write(name: string, content: string | Uint8Array): void;
  /** Keeps the code that is graded, as `code/`. */
  keepCode(code: LearnerCode): void;
  /** Closes what still grows. */
  close(): void;
}

/** The folder whose `.netlab` counts: the nearest one, from `from` upward, that has one; else `from`. */
export function recordsRoot(from: string): string {
  const root = upward(from).find((folder) => fs.existsSync(join(folder, '.netlab')));
  return root ?? resolve(from);
}

const runsFolder = (root: string): string => join(root, '.netlab', 'runs');

/** Sorts by time: `20261122T140405Z-lab03-7f2k`. */
export function runId(startedAt: string, lab: string, rng: Rng): string {
  const time = startedAt.replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  const suffix = Array.from({ length: 4 }, () => below(rng, 36).toString(36)).join('');
  return `${time}-${lab}-${suffix}`;
}

/** Makes the run's folder. Never throws. */
export function openEvidence(root: string, id: string, files: Files = fs): Evidence {
  return openFolder(resolve(runsFolder(root), id), id, files);
}

/** A run's evidence at a place of its own. Never throws. */
export function openFolder(folder: string, id: string, files: Files = fs): Evidence {
  return new RunFolder(folder, id, files);
}

class RunFolder implements Evidence {
  readonly id: string;
  readonly folder: string;
  readonly #files: Files;
  readonly #growing = new Set<GrowingFile>();
  #trouble: NetlabError | undefined;

  constructor(folder: string, id: string, files: Files) {
    this.id = id;
    this.folder = folder;
    this.#files = files;
    this.#try(folder, () => makeFolder(folder, files));
  }

  get trouble(): NetlabError | undefined {
    return this.#trouble;
  }

  grow(name: string): GrowingFile {
    const path = join(this.folder, name);
    let descriptor: number | undefined;
    this.#try(path, () => {
      descriptor = this.#files.openSync(path, 'w');
    });
    const file: GrowingFile = {
      write: (octets) => {
        const open = descriptor;
        if (open === undefined) return;
        // After a failed write the file ends there: a gap in its middle would make it unreadable.
        if (!this.#try(path, () => appendAll(open, octets, this.#files))) file.close();
      },
      close: () => {
        const open = descriptor;
        descriptor = undefined;
        this.#growing.delete(file);
        if (open !== undefined) this.#try(path, () => this.#files.closeSync(open));
      },
    };
    this.#growing.add(file);
    return file;
  }

  write(name: string, content: string | Uint8Array): void {
    const path = join(this.folder, name);
    this.#try(path, () => writeWhole(path, content, this.#files));
  }

  keepCode(code: LearnerCode): void {
    for (const [path, text] of code.files) this.write(`${RUN_FILES.code}/${path}`, text);
  }

  close(): void {
    for (const file of this.#growing) file.close();
  }

  #try(path: string, action: () => unknown): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.#trouble ??= error instanceof NetlabError ? error : fileError(error, path);
      return false;
    }
  }
}

/** The ids of the runs kept under `root`, oldest first. */
export function listRuns(root: string): readonly string[] {
  const folder = runsFolder(root);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * The folder of a run: by id, by the beginning of one, by path, or the latest for `latest`.
 * @throws UsageError `unknown-run`, the near id in its details, or `ambiguous-run`.
 */
export function findRun(root: string, wanted: string): string {
  const ids = listRuns(root);
  const last = ids.at(-1);
  if (wanted === 'latest' && last !== undefined) return join(runsFolder(root), last);
  const path = resolve(wanted);
  if (
    fs.existsSync(join(path, RUN_FILES.cassette)) ||
    fs.existsSync(join(path, RUN_FILES.verdict))
  ) {
    return path;
  }
  const matching = ids.filter((id) => id === wanted || (wanted !== '' && id.startsWith(wanted)));
  const [only, second] = matching;
  if (second !== undefined && only !== undefined) {
    throw new UsageError('ambiguous-run', `${wanted} may be ${matching.join(' or ')}`, {
      run: wanted,
      candidates: matching.join(', '),
    });
  }
  if (only !== undefined) return join(runsFolder(root), only);
  const near = nearest(wanted, ids) ?? '';
  throw new UsageError('unknown-run', `there is no run ${wanted}`, { run: wanted, near });
}

/** What `netlab replay` needs of a run besides its cassette. */
export interface RecordedRun {
  readonly folder: string;
  /** The parsed `verdict.json`; undefined when the run was ended before it had one, or it is damaged. */
  readonly verdict: unknown;
  readonly code: LearnerCode;
  readonly cassette: Uint8Array;
}

/** @throws NetlabError `run-damaged` with what is missing. */
export function readRun(folder: string, entry: string): RecordedRun {
  const cassette = join(folder, RUN_FILES.cassette);
  const damaged = (what: string, cause: unknown) =>
    new NetlabError(
      'run-damaged',
      EXIT.nothingToCheck,
      `${folder} cannot be replayed: ${what}`,
      { path: folder, missing: what },
      cause,
    );
  const read = <T>(what: string, action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw damaged(what, error);
    }
  };
  const verdict = parsed(readIfThere(join(folder, RUN_FILES.verdict)));
  return {
    folder,
    verdict,
    code: read(RUN_FILES.code, () =>
      readLearnerCode(snapshotOf(join(folder, RUN_FILES.code), verdict), entry),
    ),
    cassette: read(RUN_FILES.cassette, () => fs.readFileSync(cassette)),
  };
}

/** The snapshot's folder, or, where the code was given as one file, that file in it. */
function snapshotOf(folder: string, verdict: unknown): string {
  const { exercised } = (verdict ?? {}) as Partial<Verdict>;
  const file = join(folder, basename(exercised?.code?.path ?? ''));
  return fs.existsSync(file) && fs.statSync(file).isFile() ? file : folder;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
