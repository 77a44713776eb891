/**
 * JUnit XML as CI services read it (the Ant junitreport form, with the attributes that Jenkins' xunit
 * schema lists): one suite a lab, one case a check. FAIL is a failure; BOARD and TIMEOUT are errors, since
 * the bench is to blame; FLAKY passes and tells its first failure in system-out.
 */
import type { Text } from '../lab.ts';
import { checkLines, exercisedLines, failureLines, type Language } from '../transcript.ts';
import type { CheckResult, Outcome, Verdict } from '../verdict.ts';
import type { Report } from './report.ts';

export const junit: Report = { name: 'junit', write: writeJunit };

type Kind = 'passed' | 'failure' | 'error' | 'skipped';

const KIND_OF: Readonly<Record<Outcome, Kind>> = {
  PASS: 'passed',
  FLAKY: 'passed',
  FAIL: 'failure',
  BOARD: 'error',
  TIMEOUT: 'error',
  INTERRUPTED: 'error',
  SKIPPED: 'skipped',
};

function writeJunit(verdict: Verdict, language: Language): string {
  const count = (kind: Kind) =>
    verdict.checks.filter((check) => KIND_OF[check.verdict] === kind).length;
  const counts = {
    tests: verdict.checks.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: inSeconds(verdict.duration_ms),
  };
  const suite = element(
    'testsuite',
    { name: verdict.name, timestamp: verdict.startedAt, ...counts },
    [
      ...verdict.checks.map((check) => testcase(verdict, check, language)),
      element('system-out', {}, [escaped(exercisedLines(verdict, language).join('\n'))]),
    ],
  );
  const suites = element('testsuites', { name: 'netlab', ...counts }, [suite]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${suites}\n`;
}

function testcase(verdict: Verdict, check: CheckResult, language: Language): string {
  const attributes = {
    classname: verdict.name,
    name: check.id,
    time: inSeconds(check.duration_ms),
    ...(check.failure?.place && { file: check.failure.place.file, line: check.failure.place.line }),
  };
  return element('testcase', attributes, outcomeOf(check, language));
}

function outcomeOf(check: CheckResult, language: Language): readonly string[] {
  const kind = KIND_OF[check.verdict];
  const told = checkLines(check, language).join('\n');
  if (kind === 'skipped')
    return [element('skipped', { message: said(check.reason, language) }, [])];
  if (kind === 'passed') {
    return check.firstFailure ? [element('system-out', {}, [escaped(told)])] : [];
  }
  const summary = check.failure ? failureLines(check.failure, language)[0] : undefined;
  const attributes = {
    message: summary ?? check.verdict,
    type: check.failure?.code ?? check.verdict,
  };
  return [element(kind, attributes, [escaped(told)])];
}

const said = (text: Text | undefined, language: Language): string => text?.[language] ?? '';
const inSeconds = (ms: number): string => (ms / 1000).toFixed(3);

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[],
): string {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(`${value}`)}"`);
  if (content.length === 0) return `<${name}${head.join('')}/>`;
  const separator = content.some((part) => part.startsWith('<')) ? '\n' : '';
  return [`<${name}${head.join('')}>`, ...content, `</${name}>`].join(separator);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text for both an attribute and an element; what XML 1.0 cannot hold (§2.2) becomes U+FFFD. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
