/** What `lab.ts` says of the lab. It may come from anybody, so that no type of it is taken for granted. */
import { basename } from 'node:path';
import type { Check, Fixture, Lab, Text } from '../../lab/lab.ts';
import { type LabSource, labNames } from '../store/labs.ts';
import type { Report } from './finding.ts';

const POINTS = 100;
const HINTS = 3;
const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const FIXTURES: Readonly<Record<Fixture, true>> = {
  serial: true,
  'cable:peer': true,
  'jumper:tx-rx': true,
  'boards:2': true,
  'segments:2': true,
  'segments:3': true,
  'segments:4': true,
};

export function verifyManifest(
  { lab, folder }: LabSource,
  labs: string | undefined,
  report: Report,
): void {
  const name = basename(folder);
  if (lab.name !== name || lab.id !== name.slice(0, 'lab00'.length)) {
    report('id', 'lab.ts', { id: String(lab.id), name: String(lab.name), folder: name });
  }
  verifyText(lab.title, 'title', report);
  verifyText(lab.layer, 'layer', report);
  verifyFixtures(lab.fixtures, 'fixtures', report);
  verifyUses(lab, labs, report);
  const points = lab.checks.reduce((sum, check) => sum + check.points, 0);
  if (points !== POINTS) report('points', 'lab.ts', { points, wanted: POINTS });
  const seen = new Set<string>();
  for (const check of lab.checks) {
    if (!KEBAB.test(check.id) || seen.has(check.id)) report('check-id', String(check.id));
    seen.add(check.id);
    verifyCheck(check, report);
  }
}

function verifyCheck(check: Check, report: Report): void {
  verifyText(check.title, `${check.id}: title`, report);
  verifyFixtures(check.fixtures ?? [], check.id, report);
  const hints: readonly (Text | undefined)[] = check.hints ?? [];
  for (let level = 1; level <= HINTS; level++) {
    verifyText(hints[level - 1], `${check.id}: hint ${level}`, report);
  }
  const distinct = new Set(hints.map((hint) => hint?.en)).size;
  if (hints.length !== HINTS || distinct !== HINTS) report('text', `${check.id}: hints`);
}

/** English without Hangul, Korean with some. */
function verifyText(text: Text | undefined, where: string, report: Report): void {
  const sound =
    typeof text?.en === 'string' &&
    typeof text.ko === 'string' &&
    /^[^\uac00-\ud7a3]+$/.test(text.en) &&
    /[\uac00-\ud7a3]/.test(text.ko);
  if (!sound) report('text', where);
}

function verifyFixtures(fixtures: readonly string[], where: string, report: Report): void {
  for (const fixture of fixtures) {
    if (!Object.hasOwn(FIXTURES, fixture)) report('fixture', where, { fixture });
  }
}

/** A lab stands on earlier ones alone, which also keeps them from standing on each other. */
function verifyUses(lab: Lab, labs: string | undefined, report: Report): void {
  const there = labNames(labs).map((name) => name.slice(0, 'lab00'.length));
  for (const { lab: other, as } of lab.uses ?? []) {
    const missing = as === 'import' && !there.includes(other);
    if (missing || other >= lab.id) report('uses', 'lab.ts', { other });
  }
  const { carrier } = lab;
  if (carrier === undefined) return;
  const sound = typeof carrier.begin === 'function' && typeof carrier.receive === 'function';
  if (!sound) report('carrier', 'lab.ts');
}
