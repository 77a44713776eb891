/** What learners write that cannot be graded, and where the sandbox must say that it is wrong. */
import type { LearnerErrorCode } from '../../src/lab/learner.ts';
import type { SandboxLimits } from '../../src/node/sandbox/sandbox.ts';

export const QUICK: Partial<SandboxLimits> = { time_ms: 300 };

export interface BadCode {
  readonly what: string;
  readonly files: Record<string, string>;
  readonly code: LearnerErrorCode;
  /** `file:line:column`, or `file:line` where the column depends on V8's version. */
  readonly at: string;
  readonly says: RegExp;
  readonly limits?: Partial<SandboxLimits>;
}

const FRAME = `export function other(): number {
  return 1;
}
export function encode(octets: Uint8Array): unknown {
  BODY
}
`;
const body = (text: string): Record<string, string> => ({
  'frame.ts': FRAME.replace('BODY', text),
});

export const BAD_CODE: readonly BadCode[] = [
  {
    what: 'an endless loop is stopped and its line found',
    files: body('let i = 0;\n  for (;;) {\n    i += 1;\n  }'),
    code: 'endless',
    at: 'frame.ts:(6|7)',
    says: /0\.3 s.*in encode/,
    limits: QUICK,
  },
  {
    what: 'an endless loop in a module of the learner that the entry imports',
    files: {
      'frame.ts': "import { spin } from './lib/spin.ts';\nexport const encode = () => spin();\n",
      'lib/spin.ts': 'export function spin(): void {\n  while (true);\n}\n',
    },
    code: 'endless',
    at: 'lib/spin.ts:2',
    says: /in spin/,
    limits: QUICK,
  },
  {
    what: 'an endless loop at the top level while loading',
    files: { 'frame.ts': 'const x = 1;\nwhile (x === 1);\nexport const encode = () => 1;\n' },
    code: 'endless',
    at: 'frame.ts:2',
    says: /stopped here/,
    limits: QUICK,
  },
  {
    what: 'an endless loop after an await',
    files: { 'frame.ts': 'export async function encode() {\n  await 0;\n  for (;;);\n}\n' },
    code: 'endless',
    at: 'frame.ts:3',
    says: /in encode/,
    limits: QUICK,
  },
  {
    what: 'a Promise that nobody settles',
    files: { 'frame.ts': '\nexport function encode() {\n  return new Promise(() => {});\n}\n' },
    code: 'endless',
    at: 'frame.ts:2:17',
    says: /Promise that encode returned/,
    limits: QUICK,
  },
  {
    what: 'a top-level await that never ends',
    files: { 'frame.ts': 'await new Promise(() => {});\nexport const encode = () => 1;\n' },
    code: 'endless',
    at: 'none',
    says: /frame\.ts did not end/,
    limits: QUICK,
  },
  {
    what: 'a throw',
    files: body("throw new TypeError('no such frame');"),
    code: 'threw',
    at: 'frame.ts:5:9',
    says: /TypeError: no such frame/,
  },
  {
    what: 'a throw inside a module of the learner, which imports another in a circle',
    files: {
      'frame.ts':
        "import { checked } from './lib/check.js';\nexport const name = 'frame';\nexport const encode = (o: Uint8Array) => checked(o);\n",
      'lib/check.ts':
        "import { name } from '../frame.ts';\ntype Octets = Uint8Array;\nexport function checked(octets: Octets): Octets {\n  if (name) throw new Error('bad ' + name);\n  return octets;\n}\n",
    },
    code: 'threw',
    at: 'lib/check.ts:4:19',
    says: /Error: bad frame/,
  },
  {
    what: 'a throw of something that is no Error points at the function',
    files: body("throw 'oops';"),
    code: 'threw',
    at: 'frame.ts:4:17',
    says: /threw oops/,
  },
  {
    what: 'undefined has no properties',
    files: body('const header: any = undefined;\n  return header.type;'),
    code: 'threw',
    at: 'frame.ts:6:17',
    says: /reading 'type'/,
  },
  {
    what: 'a rejected Promise',
    files: {
      'frame.ts': "export async function encode() {\n  await 0;\n  throw new Error('later');\n}\n",
    },
    code: 'threw',
    at: 'frame.ts:3:9',
    says: /Error: later/,
  },
  {
    what: 'a rejection that nobody awaits',
    files: body("void (async () => {\n    throw new Error('lost');\n  })();\n  return 1;"),
    code: 'unhandled-rejection',
    at: 'frame.ts:6:11',
    says: /lost.*await/,
  },
  {
    what: 'a throw while loading',
    files: {
      'frame.ts': 'const table = null as any;\n\ntable.x = 1;\nexport const encode = () => 1;\n',
    },
    code: 'load-failed',
    at: 'frame.ts:3:9',
    says: /while it was loaded/,
  },
  {
    what: 'infinite recursion',
    files: {
      'frame.ts': 'export function encode(n: number): number {\n  return encode(n) + 1;\n}\n',
    },
    code: 'recursion',
    at: 'frame.ts:(1|2)',
    says: /calls itself/,
  },
  {
    what: 'memory that grows in a loop',
    files: body(
      'const kept: number[][] = [];\n  for (;;) {\n    kept.push(new Array(1000).fill(1));\n  }',
    ),
    code: 'memory',
    at: 'frame.ts:(6|7)',
    says: /64 MiB.*encode/,
    limits: { memory: 64 * 2 ** 20, time_ms: 10_000 },
  },
  {
    what: 'a Map that grows in a loop',
    files: body(
      'const kept = new Map<number, number>();\n  for (let i = 0; ; i++) {\n    kept.set(i, i);\n  }',
    ),
    code: 'memory',
    at: 'frame.ts:(6|7)',
    says: /64 MiB/,
    limits: { memory: 64 * 2 ** 20, time_ms: 10_000 },
  },
  {
    what: 'one huge array, all at once',
    files: body('const huge = new Array(2e7).fill(0);\n  for (;;) huge[0] += 1;'),
    code: 'memory',
    at: 'frame.ts:(5|6)',
    says: /64 MiB/,
    limits: { memory: 64 * 2 ** 20, time_ms: 10_000 },
  },
  {
    what: 'an allocation that V8 ends its whole process for',
    files: body("return 'x'.repeat(5e8).split('').length;"),
    code: 'memory',
    at: 'frame.ts:(4:17|5:\\d+)',
    says: /more than 256 MiB/,
    limits: { time_ms: 10_000 },
  },
  {
    what: 'a huge result of octets',
    files: body('return new Uint8Array(2 ** 31);'),
    code: 'bad-result',
    at: 'frame.ts:4:17',
    says: /encode is larger than 1048576 octets/,
  },
  {
    what: 'a huge result of text',
    files: body("return { text: 'x'.repeat(2 ** 24) };"),
    code: 'bad-result',
    at: 'frame.ts:4:17',
    says: /larger than 1048576/,
  },
  {
    what: 'a result that contains itself',
    files: body('const o: any = {};\n  o.o = o;\n  return o;'),
    code: 'bad-result',
    at: 'frame.ts:4:17',
    says: /nested deeper than 32/,
  },
  {
    what: 'a result of the wrong kind: a function within an object',
    files: body('return { header: { type: () => 1 } };'),
    code: 'bad-result',
    at: 'frame.ts:4:17',
    says: /encode\(\)\.header\.type is a function/,
  },
  {
    what: 'a result of the wrong kind: an ArrayBuffer',
    files: body('return octets.buffer;'),
    code: 'bad-result',
    at: 'frame.ts:4:17',
    says: /encode\(\) is a ArrayBuffer\. Return plain data/,
  },
  {
    what: 'a missing export, with the near name and what is there',
    files: { 'frame.ts': 'export function encodeFrame() {}\nexport const encodee = () => 1;\n' },
    code: 'missing-export',
    at: 'frame.ts:1:1',
    says: /No function encode .*mean encodee\? Exported: encodeFrame, encodee\./,
  },
  {
    what: 'a function that was written and not exported',
    files: { 'frame.ts': '// all\nfunction encode() {}\nencode();\n' },
    code: 'missing-export',
    at: 'frame.ts:2:10',
    says: /Exported: nothing/,
  },
  {
    what: 'an export that is no function',
    files: { 'frame.ts': 'export const encode = 7;\n' },
    code: 'missing-export',
    at: 'frame.ts:1:14',
    says: /should be a function; it is exported as number/,
  },
  {
    what: 'process.exit',
    files: body('process.exit(0);'),
    code: 'exited',
    at: 'frame.ts:5:11',
    says: /ended its process/,
  },
  {
    what: 'a syntax error',
    files: body('return octets.subarray(2;'),
    code: 'syntax',
    at: 'frame.ts:5:27',
    says: /Expected ','/,
  },
  {
    what: 'a syntax error on the only line of the file',
    files: { 'frame.ts': "export const encode = 'abc" },
    code: 'syntax',
    at: 'frame.ts:1:23',
    says: /Unterminated string/,
  },
  {
    what: 'TypeScript that does not erase',
    files: { 'frame.ts': 'export const encode = () => 1;\nenum Type {\n  A,\n}\n' },
    code: 'syntax',
    at: 'frame.ts:2:1',
    says: /enum is not supported/,
  },
  {
    what: 'a name declared twice, which V8 alone finds',
    files: {
      'frame.ts': "import { x } from './x.ts';\n\nconst a: number = x;\nexport const a = 2;\n",
      'x.ts': 'export const x = 1;\n',
    },
    code: 'syntax',
    at: 'frame.ts:4:14',
    says: /'a' has already been declared/,
  },
  {
    what: 'a syntax error in an imported file',
    files: { 'frame.ts': "import './x.ts';\n", 'x.ts': '\nlet = = 1;\n' },
    code: 'syntax',
    at: 'x.ts:2:7',
    says: /cannot be read/,
  },
  {
    what: 'an import of node:fs',
    files: {
      'frame.ts':
        "\nimport { readFileSync } from 'node:fs';\nexport const encode = () => readFileSync;\n",
    },
    code: 'forbidden-import',
    at: 'frame.ts:2:30',
    says: /'node:fs' cannot be imported/,
  },
  {
    what: 'an import of a package, made at run time',
    files: body("return import('lodash');"),
    code: 'forbidden-import',
    at: 'frame.ts:5:17',
    says: /'lodash' cannot be imported/,
  },
  {
    what: 'an import of a file that is not there',
    files: { 'frame.ts': "import { x } from './chek.ts';\n", 'check.ts': 'export const x = 1;\n' },
    code: 'missing-file',
    at: 'frame.ts:1:19',
    says: /no file '\.\/chek\.ts'\. Did you mean check\.ts\?/,
  },
  {
    what: 'an import from outside the folder',
    files: { 'frame.ts': "import { x } from '../frame.ts';\nexport const encode = () => x;\n" },
    code: 'missing-file',
    at: 'frame.ts:1:19',
    says: /no file '\.\.\/frame\.ts'/,
  },
  {
    what: 'an import of a name that its file does not export',
    files: {
      'frame.ts': "import {\n  x,\n  y,\n} from './x.ts';\nexport const encode = () => x + y;\n",
      'x.ts': 'export const x = 1;\n',
    },
    code: 'missing-export',
    at: 'frame.ts:3:3',
    says: /named 'y'/,
  },
];
