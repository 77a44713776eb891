/** Outcomes of scripts as JUnit XML: a suite of all, a case a script. */
import { formatOutcome, type ScriptOutcome } from '../../packetdrill/run/outcome.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** XML 1.0 §2.2: what is no character of XML's has no place in it. */
const text = (value: string): string =>
  value
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c);

export function scriptJunit(outcomes: readonly ScriptOutcome[]): string {
  const count = (verdict: ScriptOutcome['verdict']): number =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const counts = `tests="${outcomes.length}" failures="${count('fail')}" errors="${count('error')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="netlab" ${counts}>`,
    `<testsuite name="packetdrill" ${counts}>`,
    ...outcomes.flatMap(caseLines),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(outcome: ScriptOutcome): string[] {
  const { file, profile, verdict, line, message } = outcome;
  const head = `<testcase classname="packetdrill.${profile}" name="${text(file)}"`;
  if (verdict === 'pass') return [`${head}/>`];
  const element = verdict === 'fail' ? 'failure' : 'error';
  const kind = outcome.kind ?? 'script';
  return [
    `${head} file="${text(file)}" line="${line ?? 1}">`,
    `<${element} message="${text(message ?? '')}" type="${kind}">${text(formatOutcome(outcome))}</${element}>`,
    '</testcase>',
  ];
}
