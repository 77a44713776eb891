import { describe, expect, it } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { checkName, NAME_MAX } from './interface-name.ts';

describe('a name for an interface', () => {
  it.each(['tap0', 'netlab%d', 'a', 'x'.repeat(NAME_MAX), 'lab-1.two_3', '...'])(
    '`%s` is one',
    (name) => {
      expect(() => checkName(name)).not.toThrow();
    },
  );

  it.each([
    ['nothing', ''],
    ['this folder', '.'],
    ['the folder above', '..'],
    ['a path', 'a/b'],
    ['two words', 'a b'],
    ['an alias', 'a:b'],
    ['one character too many', 'x'.repeat(NAME_MAX + 1)],
    ['a number that makes it one character too many', `${'x'.repeat(NAME_MAX)}%d`],
    ['another conversion', 'a%s'],
    ['two numbers', '%d%d'],
    ['a letter beyond ASCII', 'añb'],
    ['an end of line', 'tap0\n'],
  ])('%s is none', (_, name) => {
    expect(() => checkName(name)).toThrow(UsageError);
  });
});
