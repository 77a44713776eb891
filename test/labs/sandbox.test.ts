/** Each kind of bad code ends in a LearnerError at the learner's own line. */
import { afterEach, describe, expect, it } from 'vitest';
import { LearnerError } from '../../src/lab/learner.ts';
import { openSandbox, type Sandbox, type SandboxLimits } from '../../src/node/sandbox/sandbox.ts';
import { BAD_CODE, QUICK } from './bad-code.ts';

let sandbox: Sandbox | undefined;

const open = (files: Record<string, string>, limits: Partial<SandboxLimits> = {}): Sandbox => {
  const entry = Object.keys(files)[0] ?? '';
  sandbox = openSandbox({ entry, files: new Map(Object.entries(files)) }, limits);
  return sandbox;
};

afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

async function errorOf(call: Promise<unknown>): Promise<LearnerError> {
  const error = await call.then(
    (value) => new Error(`returned ${String(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof LearnerError) return error;
  throw error;
}
describe('the sandbox refuses', () => {
  for (const { what, files, code, at, says, limits } of BAD_CODE) {
    it(what, async () => {
      const error = await errorOf(open(files, limits).call('encode', Uint8Array.of(1, 2, 3)));
      const { place } = error;
      const found = place ? `${place.file}:${place.line}:${place.column}` : 'none';
      expect({ code: error.code, found }).toEqual({
        code,
        found: expect.stringMatching(new RegExp(`^${at}(:|$)`)),
      });
      expect(error.text.en).toMatch(says);
      expect(error.text.ko).toMatch(/[가-힣]/);
      expect(`${error.text.en}${error.text.ko}`).not.toMatch(/data:text|worker\.|sandbox\//);
      if (place) expect(files[place.file]?.split('\n')[place.line - 1]).toBe(place.source);
    });
  }
});

const code = async (text: string, limits: Partial<SandboxLimits> = {}) =>
  open({ 'frame.ts': text }, limits);

const allOutput = (from: Sandbox): readonly string[] => {
  const lines: string[] = [];
  for (let line = from.pollOutput(); line !== undefined; line = from.pollOutput()) lines.push(line);
  return lines;
};

describe('the sandbox', () => {
  it('carries plain data and octets both ways', async () => {
    const echo = await code('export const echo = (...args: unknown[]) => args;\n');
    const values = [
      1,
      'two',
      null,
      undefined,
      true,
      2n ** 64n,
      Uint8Array.of(3),
      { a: [{ b: NaN }] },
    ];
    expect(await echo.call('echo', ...values)).toEqual(values);
  });

  it('gives the learner octets with a buffer of their own', async () => {
    const size = await code(
      'export const size = (o: Uint8Array) => [o.length, o.buffer.byteLength];\n',
    );
    const whole = new Uint8Array(5000);
    expect(await size.call('size', whole.subarray(10, 14))).toEqual([4, 4]);
  });

  it('takes a Promise as its value', async () => {
    const later = await code('export async function later() {\n  await 0;\n  return 7;\n}\n');
    expect(await later.call('later')).toBe(7);
  });

  it('runs plain JavaScript, and TypeScript whose types only erase', async () => {
    const mixed = open({
      'frame.ts':
        "import { twice } from './lib/twice.mjs';\nimport type { N } from './n.ts';\nexport const run = (n: N): N => twice(n) satisfies N;\n",
      'lib/twice.mjs': 'export const twice = (n) => 2 * n;\n',
      'n.ts': 'export type N = number;\n',
    });
    expect(await mixed.call('run', 21)).toBe(42);
  });

  it('does not mind a broken file that nobody imports', async () => {
    const fine = open({ 'frame.ts': 'export const one = () => 1;\n', 'draft.ts': 'let = ;' });
    expect(await fine.call('one')).toBe(1);
  });

  it('keeps module state from call to call', async () => {
    const counter = await code('let n = 0;\nexport const count = () => ++n;\n');
    expect([await counter.call('count'), await counter.call('count')]).toEqual([1, 2]);
  });

  it('goes on with a fresh process after it had to kill one', async () => {
    const text =
      'let n = 0;\nexport const count = () => ++n;\nexport const spin = () => {\n  for (;;);\n};\n';
    const counter = await code(text, QUICK);
    expect(await counter.call('count')).toBe(1);
    for (const _ of [1, 2]) {
      expect(await errorOf(counter.call('spin'))).toMatchObject({
        code: 'endless',
        place: { line: 4 },
      });
    }
    expect(await counter.call('count')).toBe(1);
  });

  it('answers calls in the order in which they were made', async () => {
    const counter = await code(
      'let n = 0;\nexport const count = async () => {\n  await 0;\n  return ++n;\n};\n',
    );
    const calls = [1, 2, 3].map(() => counter.call('count'));
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
  });

  it('does not load again what did not load', async () => {
    const broken = await code('const x: any = null;\nx.y;\nexport const f = () => 1;\n');
    const first = await errorOf(broken.call('f'));
    expect(await errorOf(broken.call('f'))).toBe(first);
  });

  it('captures what the learner prints, within bounds', async () => {
    const noisy = await code(
      "console.log('at load');\nexport const talk = () => {\n  console.log('%d octets', 3, { a: [1] });\n  console.error('two\\nlines');\n};\nexport const flood = () => {\n  for (let i = 0; i < 1000; i++) console.log(i);\n};\n",
      { output: 3 },
    );
    await noisy.call('talk');
    expect(allOutput(noisy)).toEqual(['at load', '3 octets { a: [ 1 ] }', 'two', 'lines']);
    await noisy.call('flood');
    expect(allOutput(noisy)).toEqual(['0', '1', '2', '…']);
  });

  it('finds where a function is declared', async () => {
    const two = open({
      'frame.ts':
        "export { decode } from './decode.ts';\n// encode comes here\nexport async function encode() {}\n",
      'decode.ts': '\nexport const decode = () => 1;\n',
    });
    expect(two.locate('encode')).toMatchObject({ file: 'frame.ts', line: 3, column: 23 });
    expect(two.locate('decode')).toMatchObject({ file: 'decode.ts', line: 2, column: 14 });
    expect(two.locate('encod')).toBeUndefined();
    expect(two.locate('(')).toBeUndefined();
  });

  it('ends in the middle of a call when it is closed, and may be closed twice', async () => {
    const busy = await code(
      'export const spin = () => {\n  for (;;);\n};\nexport const one = () => 1;\n',
    );
    expect(await busy.call('one')).toBe(1);
    const spinning = busy.call('spin').catch((error: unknown) => error);
    await Promise.all([busy.close(), busy.close()]);
    expect(await spinning).toMatchObject({ name: 'NetlabError', code: 'sandbox-closed' });
    await expect(busy.call('one')).rejects.toMatchObject({ code: 'sandbox-closed' });
  });
});
