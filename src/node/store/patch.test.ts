import { describe, expect, it } from 'vitest';
import { changedLines, patched } from './patch.ts';

const ENTRY = 'one\ntwo\nthree\nfour\nfive\n';
const FILES = new Map([
  ['entry.ts', ENTRY],
  ['parts/more.ts', 'a\nb\n'],
]);
const CHANGE = '@@ -2,2 +2,2 @@\n two\n-three\n+THREE\n';
const CHANGED = 'one\ntwo\nTHREE\nfour\nfive\n';

describe('a unified diff against the solution', () => {
  it.each([
    [
      'with prose before it',
      `Shouts.\nCaught by: voice\n\n--- solution/entry.ts\n+++ solution/entry.ts\n${CHANGE}`,
    ],
    [
      'as git writes it',
      `diff --git a/labs/lab90-x/solution/entry.ts b/labs/lab90-x/solution/entry.ts\nindex 111..222 100644\n--- a/labs/lab90-x/solution/entry.ts\n+++ b/labs/lab90-x/solution/entry.ts\n${CHANGE}`,
    ],
    ['whose lines have moved', `--- entry.ts\n+++ entry.ts\n${CHANGE.replace('-2,2', '-1,2')}`],
    ['with the lines of Windows', `--- entry.ts\n+++ entry.ts\n${CHANGE}`.replaceAll('\n', '\r\n')],
  ])('%s is applied', (_, diff) => {
    const result = patched(FILES, diff);
    expect(result.ok && [...result.value]).toEqual([
      ['entry.ts', CHANGED],
      ['parts/more.ts', 'a\nb\n'],
    ]);
    expect(changedLines(diff)).toBe(1);
  });

  it('may change several files', () => {
    const diff = `--- solution/entry.ts\n+++ solution/entry.ts\n${CHANGE}--- solution/parts/more.ts\n+++ solution/parts/more.ts\n@@ -1,2 +1,1 @@\n a\n-b\n`;
    const result = patched(FILES, diff);
    expect(result.ok && [...result.value.values()]).toEqual([CHANGED, 'a\n']);
    expect(changedLines(diff)).toBe(2);
  });

  it.each([
    ['prose alone', 'Shouts.\n', 'it is no unified diff'],
    ['nothing', '', 'it is no unified diff'],
    ['a strange file', `--- other.ts\n+++ other.ts\n${CHANGE}`, 'there is no solution/other.ts'],
    [
      'lines that are gone',
      `--- entry.ts\n+++ entry.ts\n${CHANGE.replace('three', 'thirty')}`,
      'the lines that it changes are not in solution/entry.ts',
    ],
    ['a hunk cut short', '--- entry.ts\n+++ entry.ts\n@@ -2,2 +2,2 @@\n two\n', /Hunk at line 3/],
  ])('of %s is refused', (_, diff, why) => {
    expect(patched(FILES, diff)).toEqual({ ok: false, error: expect.stringMatching(why) });
  });
});
