import { describe, expect, it } from 'vitest';
import { chooseLanguage, commandFirst, shellOptions } from './shell.ts';

describe('the language', () => {
  it.each([
    ['is English when nothing is set', undefined, {}, 'en'],
    ['is what the flag says', 'ko', { LANG: 'en_US.UTF-8' }, 'ko'],
    [
      'is what NETLAB_LANG says before the locale',
      undefined,
      { NETLAB_LANG: 'ko', LC_ALL: 'C' },
      'ko',
    ],
    ['is what LC_ALL says before LANG', undefined, { LC_ALL: 'C', LANG: 'ko_KR.UTF-8' }, 'en'],
    ['is what LC_MESSAGES says before LANG', undefined, { LC_MESSAGES: 'ko_KR', LANG: 'C' }, 'ko'],
    ['passes an empty variable over', undefined, { LC_ALL: '', LANG: 'ko_KR.UTF-8' }, 'ko'],
    ['is English where netlab does not speak the language', undefined, { LANG: 'de_DE' }, 'en'],
  ] as const)('%s', (_, flag, env, language) => {
    expect(chooseLanguage(flag, env)).toBe(language);
  });
});

describe('the options of the shell', () => {
  it.each([
    ['--json is seen', ['list', '--json'], { json: true }],
    ['--json after -- is an argument', ['list', '--', '--json'], { json: false }],
    ['--lang=ko is seen', ['list', '--lang=ko'], { language: 'ko' }],
    ['--no-color takes the colour away', ['list', '--no-color'], { color: false }],
  ])('%s', (_, argv, expected) => {
    expect(shellOptions(argv, {})).toMatchObject(expected);
  });

  it('NO_COLOR takes the colour away', () => {
    expect(shellOptions([], { NO_COLOR: '1' }).color).toBe(false);
    expect(shellOptions([], { NO_COLOR: '' }).color).toBe(true);
  });
});

describe('the order of the words', () => {
  it.each([
    [
      ['run', 'lab03'],
      ['run', 'lab03'],
    ],
    [
      ['--json', 'list'],
      ['list', '--json'],
    ],
    [
      ['--lang', 'ko', 'list'],
      ['list', '--lang', 'ko'],
    ],
    [
      ['help', 'run'],
      ['run', '--help'],
    ],
    [['help'], ['--help']],
    [['--lang=ko'], ['--help', '--lang=ko']],
    [[], []],
  ])('%j means %j', (typed, meant) => {
    expect(commandFirst(typed)).toEqual(meant);
  });
});
