/**
 * Grading a recorded run again: what its folder says it was, and where the new verdict departs from the
 * old one. Equal code on an equal recording gives an equal verdict; a difference is a defect of netlab, or
 * code that does not do the same twice.
 */
import { EXIT, NetlabError } from '../base/errors.ts';
import { type Cassette, decodeCassette } from '../capture/cassette-reader.ts';
import type { CodeKind, CodeOrigin, UsedModule } from './learner.ts';
import type { SubstrateDescription, SubstrateKind } from './substrate.ts';
import type { Outcome, Verdict } from './verdict.ts';

export interface Recorded {
  readonly cassette: Cassette;
  /** Lab id, for finding the lab. */
  readonly lab: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly code: CodeOrigin;
  readonly uses: readonly UsedModule[];
  /** As the old verdict has it; blank where the run was ended before it had one. */
  readonly substrate: SubstrateDescription;
  /** By id, of the checks that were run, in order; empty where there was no verdict. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** The cassette's end is missing: the run was ended hard. What is there can be replayed. */
  readonly unfinished: boolean;
}

/**
 * Reads what a run's folder holds: the text of its cassette, and its parsed verdict.json or undefined.
 * @throws NetlabError `cassette-damaged` with the line and the reason.
 */
export function readRecorded(text: string, verdict: unknown): Recorded {
  const cassette = decodeCassette(text);
  const { damage, about } = cassette;
  if (damage !== undefined && damage.code !== 'unfinished') {
    throw cassetteDamaged(damage.line, damage.code);
  }
  const { lab, seed } = about;
  if (typeof lab !== 'string' || typeof seed !== 'number') throw cassetteDamaged(1, 'no-lab');
  return { cassette, lab, seed, unfinished: damage !== undefined, ...fromVerdict(verdict) };
}

function cassetteDamaged(line: number, reason: string): NetlabError {
  const message = `the cassette cannot be replayed: line ${line}: ${reason}`;
  return new NetlabError('cassette-damaged', EXIT.nothingToCheck, message, { line, reason });
}

/** The verdict is a file that somebody may have edited: what does not fit reads as blank. */
function fromVerdict(
  document: unknown,
): Omit<Recorded, 'cassette' | 'lab' | 'seed' | 'unfinished'> {
  const { startedAt, exercised, checks } = record(document);
  const { substrate, code, uses } = record(exercised);
  const outcomes = new Map<string, Outcome>();
  for (const check of Array.isArray(checks) ? checks : []) {
    const { id, verdict } = record(check);
    if (typeof id === 'string' && isOutcome(verdict)) outcomes.set(id, verdict);
  }
  const { kind, path, sha256 } = record(code);
  return {
    startedAt: text(startedAt),
    code: {
      kind: CODE_KINDS.find((known) => known === kind) ?? 'learner',
      path: text(path),
      ...(sha256 !== undefined && { sha256: text(sha256) }),
    },
    uses: (Array.isArray(uses) ? uses : []).slice(0, USES_MAX).map(usedModule),
    substrate: describe(record(substrate)),
    outcomes,
  };
}

/** Labs that a lab may stand on; a file that names more was not written by netlab. */
const USES_MAX = 32;

function usedModule(document: unknown): UsedModule {
  const { lab, as, whose, path, sha256 } = record(document);
  return {
    lab: text(lab),
    as: as === 'carrier' ? 'carrier' : 'import',
    whose: whose === 'learner' ? 'learner' : 'reference',
    path: text(path),
    sha256: text(sha256),
  };
}

function describe(substrate: Readonly<Record<string, unknown>>): SubstrateDescription {
  const { kind, name, board, firmwareVersion, sourceHash, peer } = substrate;
  return {
    kind: KINDS.find((known) => known === kind) ?? 'emulated',
    name: text(name),
    board: text(board),
    firmwareVersion: text(firmwareVersion),
    sourceHash: text(sourceHash),
    peer: text(peer),
  };
}

const KINDS: readonly SubstrateKind[] = ['emulated', 'mock', 'port', 'memory'];
const CODE_KINDS: readonly CodeKind[] = ['learner', 'solution', 'starter', 'path'];
const OUTCOMES: readonly Outcome[] = [
  'PASS',
  'FAIL',
  'FLAKY',
  'BOARD',
  'TIMEOUT',
  'SKIPPED',
  'INTERRUPTED',
];

const isOutcome = (value: unknown): value is Outcome => OUTCOMES.some((known) => known === value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

export interface Departure {
  readonly check: string;
  readonly recorded: Outcome;
  readonly replayed: Outcome;
}

/** The checks that ended otherwise than they did then, in order. */
export function departures(recorded: Recorded, replayed: Verdict): readonly Departure[] {
  return replayed.checks.flatMap(({ id, verdict }) => {
    const then = recorded.outcomes.get(id);
    if (then === undefined || then === verdict) return [];
    return [{ check: id, recorded: then, replayed: verdict }];
  });
}
