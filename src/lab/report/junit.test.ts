import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../verdict.ts';
import { junit } from './junit.ts';

const text = (en: string) => ({ en, ko: en });

const VERDICT: Verdict = {
  schema: 1,
  netlab: '0.1.0',
  lab: 'lab03',
  name: 'lab03-ethernet',
  title: text('Ethernet'),
  verdict: 'FAIL',
  exitCode: 1,
  points: { earned: 15, possible: 40 },
  seed: 7,
  startedAt: '2026-01-02T03:04:05Z',
  duration_ms: 1234,
  exercised: {
    substrate: {
      kind: 'emulated',
      name: 'emulated w5500-evb-pico',
      board: 'w5500-evb-pico',
      firmwareVersion: '1.0.0',
      sourceHash: 'aabb',
      peer: 'emulated station',
    },
    code: { kind: 'learner', path: 'lab03-ethernet' },
  },
  checks: [
    {
      id: 'addresses',
      title: text('Addresses'),
      visibility: 'visible',
      verdict: 'FLAKY',
      points: { earned: 15, possible: 15 },
      attempts: 2,
      duration_ms: 20,
      steps: [],
      firstFailure: { kind: 'board', code: 'no-answer', message: text('no answer'), step: 1 },
    },
    {
      id: 'padding',
      title: text('Padding'),
      visibility: 'visible',
      verdict: 'FAIL',
      points: { earned: 0, possible: 15 },
      attempts: 1,
      duration_ms: 30,
      steps: [
        { number: 1, kind: 'action', text: text('encode <a> & "b"'), at_us: 0, outcome: 'done' },
        { number: 2, kind: 'expectation', text: text('60 octets'), at_us: 5, outcome: 'failed' },
      ],
      failure: {
        kind: 'expectation',
        code: 'octets',
        message: text('Not as expected: 60 octets'),
        step: 2,
        place: { file: 'ethernet.ts', line: 7, column: 3, source: '\treturn frame;' },
        difference: { kind: 'octets', expected: '0102', actual: '0103', at: 1 },
      },
    },
    {
      id: 'volley',
      title: text('Volley'),
      visibility: 'hidden',
      verdict: 'BOARD',
      points: { earned: 0, possible: 5 },
      attempts: 1,
      duration_ms: 40,
      steps: [],
      failure: { kind: 'board', code: 'port-lost', message: text('the port is gone'), step: 0 },
    },
    {
      id: 'last',
      title: text('Last'),
      visibility: 'visible',
      verdict: 'SKIPPED',
      points: { earned: 0, possible: 5 },
      attempts: 0,
      duration_ms: 0,
      steps: [],
      reason: text('the bench was lost'),
    },
  ],
};

/** What a strict reader of XML would refuse: a stray < or &, an unbalanced tag, a forbidden character. */
function balanced(xml: string): boolean {
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml [^>]*\?>/, '')
    .replace(
      /<(\/?)(\w[\w-]*)((?: [\w-]+="[^"<]*")*)(\/?)>/g,
      (_, close: string, name: string, _a: string, empty: string) => {
        if (close !== '') return open.pop() === name ? '' : '<';
        if (empty === '') open.push(name);
        return '';
      },
    );
  return open.length === 0 && !/[<>]/.test(rest) && !/&(?!(?:amp|lt|gt|quot);)/.test(xml);
}

describe('the JUnit report', () => {
  const xml = junit.write(VERDICT, 'en');

  it('counts what passed, failed, could not be judged and was skipped', () => {
    expect(xml).toContain(
      '<testsuites name="netlab" tests="4" failures="1" errors="1" skipped="1" time="1.234">',
    );
    expect(xml).toContain(
      '<testcase classname="lab03-ethernet" name="padding" time="0.030" file="ethernet.ts" line="7">',
    );
  });

  it('has a failure with its steps and both octets, an error for the bench, a skip with its reason', () => {
    expect(xml).toContain('<failure message="Not as expected: 60 octets" type="octets">');
    expect(xml).toContain('encode &lt;a&gt; &amp; &quot;b&quot;');
    expect(xml).toContain('expected 0000  01 02');
    expect(xml).toContain('ethernet.ts:7:3');
    expect(xml).toContain('<error message="the port is gone" type="port-lost">');
    expect(xml).toContain('<skipped message="the bench was lost"/>');
  });

  it('shows the first failure of a flaky check, which passes', () => {
    expect(xml).toMatch(
      /name="addresses"[^>]*>\n<system-out>[^<]*no answer[^<]*<\/system-out>\n<\/testcase>/,
    );
  });

  it('is well-formed, whatever a learner prints', () => {
    expect(balanced(xml)).toBe(true);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (printed) => {
        const [check] = VERDICT.checks.slice(1);
        if (check === undefined) return;
        const failure = check.failure && { ...check.failure, message: text(printed) };
        const steps = check.steps.map((step) => ({ ...step, output: [printed] }));
        const checks = [{ ...check, steps, ...(failure && { failure }) }];
        const written = junit.write({ ...VERDICT, checks }, 'ko');
        expect(balanced(written)).toBe(true);
        // XML 1.0 §2.2, production 2.
        expect(written).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
    );
  });
});
