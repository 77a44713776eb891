/**
 * A run as plain text, for `transcript.txt` and for whoever prints a failure. Made from the verdict alone,
 * so that an old run can be told again in the other language.
 */
import { fromHex } from '../base/octets.ts';
import type { Difference } from './diff.ts';
import { compareDumps } from './hexdump.ts';
import type { Text } from './lab.ts';
import type { CodeOrigin, Place, UsedModule } from './learner.ts';
import { said } from './picture.ts';
import type { SubstrateDescription } from './substrate.ts';
import type { CheckResult, Failure, StepRecord, Verdict } from './verdict.ts';

export type Language = keyof Text;

interface Words {
  readonly expected: string;
  readonly actual: string;
  readonly firstDifference: (at: number, expected: number, actual: number) => string;
  readonly points: (earned: number, possible: number) => string;
  readonly flaky: string;
  readonly printed: string;
  readonly onWhat: string;
  readonly whose: string;
  readonly firmware: string;
  readonly peer: string;
  readonly seed: string;
  readonly code: Readonly<Record<CodeOrigin['kind'], string>>;
  readonly standsOn: string;
  readonly module: Readonly<Record<UsedModule['whose'], string>>;
  readonly why: Readonly<Record<NonNullable<UsedModule['why']>, string>>;
  readonly upstream: (lab: string) => string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    expected: 'expected',
    actual: 'actual',
    firstDifference: (at, expected, actual) =>
      `first difference at octet ${at}; expected ${expected} octets, got ${actual}`,
    points: (earned, possible) => `${earned} of ${possible} points`,
    flaky: 'passed on a second try; the first failed:',
    printed: 'your code printed',
    onWhat: 'ran on',
    whose: 'code',
    firmware: 'firmware',
    peer: 'peer',
    seed: 'seed',
    code: {
      learner: 'your own',
      solution: 'the solution',
      starter: 'the starter',
      path: 'as given',
    },
    standsOn: 'stands on',
    module: { learner: 'your own', reference: 'the reference solution' },
    why: {
      asked: 'as asked',
      'not-started': 'you have not started it',
      'not-passed': 'yours has not passed yet',
      'not-learner': 'as the code is not your own either',
    },
    upstream: (lab) =>
      `This is in your module of ${lab}, not in this lab's. --reference ${lab} runs with the reference instead.`,
  },
  ko: {
    expected: '기대',
    actual: '실제',
    firstDifference: (at, expected, actual) =>
      `${at}번째 옥텟(0부터)에서 처음 다름, 기대 ${expected} 옥텟, 실제 ${actual} 옥텟`,
    points: (earned, possible) => `${possible}점 중 ${earned}점`,
    flaky: '두 번째에 통과했습니다. 첫 번째 실패:',
    printed: '코드의 출력',
    onWhat: '실행 환경',
    whose: '코드',
    firmware: '펌웨어',
    peer: '상대',
    seed: '시드',
    code: {
      learner: '직접 작성한 것',
      solution: '모범 답안',
      starter: '시작 코드',
      path: '지정한 것',
    },
    standsOn: '바탕',
    module: { learner: '직접 작성한 것', reference: '모범 답안' },
    why: {
      asked: '요청한 대로',
      'not-started': '아직 시작하지 않음',
      'not-passed': '아직 통과하지 않음',
      'not-learner': '이 코드도 직접 작성한 것이 아님',
    },
    upstream: (lab) =>
      `이 실습이 아니라 ${lab} 모듈의 문제입니다. --reference ${lab} 를 붙이면 모범 답안으로 바꿔 실행합니다.`,
  },
};

/** The whole of it, with a newline at its end. */
export function transcript(verdict: Verdict, language: Language): string {
  const { points } = verdict;
  return `${[
    `${verdict.lab} ${verdict.title[language]}`,
    ...exercisedLines(verdict, language),
    '',
    ...verdict.checks.flatMap((check) => [...checkLines(check, language), '']),
    `${verdict.verdict}  ${WORDS[language].points(points.earned, points.possible)}`,
  ].join('\n')}\n`;
}

/** What was exercised: on what, with which firmware, whose code. */
export function exercisedLines(verdict: Verdict, language: Language): readonly string[] {
  const words = WORDS[language];
  const { substrate, code, uses = [] } = verdict.exercised;
  return [
    `${words.onWhat}: ${substrate.name}`,
    ...firmwareLine(substrate, words),
    `${words.peer}: ${substrate.peer}`,
    `${words.whose}: ${words.code[code.kind]} (${code.path})`,
    ...uses.map((used) => `${words.standsOn}: ${usedModule(used, words)}`),
    `${words.seed}: ${verdict.seed}`,
  ];
}

function usedModule({ lab, whose, why, path }: UsedModule, words: Words): string {
  const reason = why === undefined ? path : words.why[why];
  return `${lab}, ${words.module[whose]} (${reason})`;
}

function firmwareLine(substrate: SubstrateDescription, words: Words): readonly string[] {
  const { board, firmwareVersion, sourceHash } = substrate;
  const parts = [board, firmwareVersion, sourceHash].filter((part) => part !== '');
  return parts.length === 0 ? [] : [`${words.firmware}: ${parts.join(' ')}`];
}

export function checkLines(check: CheckResult, language: Language): readonly string[] {
  const words = WORDS[language];
  const { firstFailure, failure, reason } = check;
  return [
    `${check.verdict.padEnd(11)} ${check.id}: ${check.title[language]}`,
    ...check.steps.flatMap((step) => stepLines(step, language)).map((line) => `  ${line}`),
    ...pictureLines(check, language),
    ...(reason ? [`  ${reason[language]}`] : []),
    ...(failure ? failureLines(failure, language).map((line) => `  ${line}`) : []),
    ...(firstFailure
      ? [`  ${words.flaky}`, ...failureLines(firstFailure, language).map((line) => `    ${line}`)]
      : []),
  ];
}

/** Each picture's title, its plain form, and where its SVG is. */
export function pictureLines({ pictures = [] }: CheckResult, language: Language): string[] {
  return pictures.flatMap(({ file, title, text }) => [
    `  ${title[language]} (${file})`,
    ...text.map((line) => `    ${said(line, language)}`),
  ]);
}

const MARKS: Readonly<Record<StepRecord['outcome'], string>> = {
  done: ' ',
  held: '+',
  failed: 'x',
  unfinished: '?',
};

/** `  3 + the payload is there`: number, mark, text; then what the learner's code printed. */
export function stepLines(step: StepRecord, language: Language): readonly string[] {
  const { number, outcome, text, output = [] } = step;
  return [
    `${String(number).padStart(3)} ${MARKS[outcome]} ${text[language]}`,
    ...output.map((line) => `      ${WORDS[language].printed}: ${line}`),
  ];
}

/** The message, expected against actual, and the place in the learner's code. */
export function failureLines(failure: Failure, language: Language): readonly string[] {
  return [
    failure.message[language],
    ...(failure.difference ? differenceLines(failure.difference, language) : []),
    ...(failure.place ? placeLines(failure.place) : []),
    ...(failure.upstream ? [WORDS[language].upstream(failure.upstream)] : []),
  ];
}

/** `frame.ts:7:3`, the line itself, and a mark below it. */
export function placeLines({ file, line, column, source }: Place): readonly string[] {
  // A tab stays a tab below it, so that the mark stands where the eye looks.
  const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return [`${file}:${line}:${column}`, `    ${source}`, `    ${indent}^`];
}

function differenceLines(difference: Difference, language: Language): readonly string[] {
  const words = WORDS[language];
  switch (difference.kind) {
    case 'octets': {
      const expected = fromHex(difference.expected) ?? new Uint8Array();
      const actual = fromHex(difference.actual) ?? new Uint8Array();
      return [
        words.firstDifference(difference.at, expected.length, actual.length),
        ...compareDumps(expected, actual, difference.at, [words.expected, words.actual]),
      ];
    }
    case 'fields':
      return difference.fields.flatMap(({ name, expected, actual, equal }) =>
        equal
          ? [`  ${name}: ${expected}`]
          : [`x ${name}: ${words.expected} ${expected}, ${words.actual} ${actual}`],
      );
    case 'value':
      return [`${words.expected}: ${difference.expected}`, `${words.actual}: ${difference.actual}`];
  }
}
