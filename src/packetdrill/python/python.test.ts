import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Misfit } from '../script-error.ts';
import { evaluateProgram, type Refuted } from './evaluate.ts';
import { parseProgram } from './parser.ts';
import type { Value } from './program.ts';

const INFO: Readonly<Record<string, Value>> = {
  tcpi_snd_cwnd: 10,
  tcpi_options: 7,
  LIMIT: 2 ** 40,
};

function run(text: string, scope = new Map<string, Value>()): Refuted | undefined {
  return evaluateProgram(parseProgram(text, 1), (name) => INFO[name], scope);
}

const evaluated = (term: string): Value | undefined => {
  const scope = new Map<string, Value>();
  run(`x = ${term}`, scope);
  return scope.get('x');
};

describe('terms have the values that Python gives them', () => {
  it.each<[string, Value]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['7 // 2', 3],
    ['-7 // 2', -4],
    ['-7 % 3', 2],
    ['7 / 2', 3.5],
    ['2 ** 3 ** 2', 512],
    ['-2 ** 2', -4],
    ['~5', -6],
    ['1 | 6 & 3', 3],
    ['5 ^ 1', 4],
    ['1 << 40', 2 ** 40],
    ['LIMIT >> 38', 4],
    ['LIMIT & LIMIT | 1', 2 ** 40 + 1],
    ['1 < 2 < 3', true],
    ['1 < 3 < 2', false],
    ['1 == 1.0', true],
    ['True + 1', 2],
    ['not 0 and 5', 5],
    ['0 or 3', 3],
    ['2 in (1, 2)', true],
    ['2 not in [1, 2]', false],
    ['None is None', true],
    ['5 if 0 else 6', 6],
    ['max(1, 2, 3) + min([4, 5]) + abs(-1)', 8],
    ['len("abc") + int(2.7)', 5],
    ['"%d of %s" % (3, "x")', '3 of x'],
    ['"a" "b"', 'ab'],
    ['0xff', 255],
    ['1e3', 1000],
    ['(1, 2)[1]', 2],
    ['(1, 2) == (1, 2)', true],
    ['tcpi_options & 4', 4],
  ])('%s', (term, expected) => {
    expect(evaluated(term)).toEqual(expected);
  });
});

describe('assertions', () => {
  it.each([
    'assert tcpi_snd_cwnd == 10',
    'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd',
    'assert 9 <= tcpi_snd_cwnd <= 11; assert tcpi_options != 0',
    'assert tcpi_snd_cwnd in (9, 10)\nassert (tcpi_options & 1) != 0, "no timestamps"',
    'assert tcpi_snd_cwnd == \\\n 10',
    'assert (tcpi_snd_cwnd ==\n 10)',
    'print(tcpi_snd_cwnd); print tcpi_options\nprint',
    'x = 5; x += 5; assert tcpi_snd_cwnd == x # a comment',
    'if tcpi_snd_cwnd > 100: assert False; assert 0',
    'pass',
    '',
  ])('%j holds', (text) => {
    expect(run(text)).toBeUndefined();
  });

  it('names the line, the message and the values of one that does not', () => {
    expect(run('x = 1\nassert tcpi_snd_cwnd == 20 + x, (tcpi_snd_cwnd, "seen")')).toEqual({
      line: 2,
      message: 'the assertion does not hold: (10, seen) (tcpi_snd_cwnd = 10, x = 1)',
      values: { tcpi_snd_cwnd: 10, x: 1 },
    });
  });

  it('remembers names from one piece of code to the next', () => {
    const scope = new Map<string, Value>();
    run('cwnd = tcpi_snd_cwnd', scope);
    expect(run('cwnd += 1; assert cwnd == 11', scope)).toBeUndefined();
  });

  it('does not look at the message of one that holds', () => {
    expect(run('assert True, unknown')).toBeUndefined();
  });
});

describe('what is not known is an error with its line', () => {
  it.each([
    ['assert 1\nimport re', 2, 'not supported in code'],
    ['def f(): pass', 1, 'not supported'],
    ['assert', 1, 'expected a value'],
    ['assert 1 2', 1, 'expected an end of line'],
    ['x = unknown', 1, 'unknown is not known here'],
    ['x = foo(1)', 1, 'the function foo is not supported'],
    ['x = "a".b', 1, 'attributes are not supported'],
    ['x = 1 / 0', 1, 'division by zero'],
    ['x = "a" < 1', 1, 'a is not a number'],
    ['\n\nx = $', 3, '"$" is not understood'],
    ['x = (1', 1, 'expected ")"'],
    [`x = ${'('.repeat(2000)}`, 1, 'nested too deep'],
    [`x = ${'-'.repeat(2000)}1`, 1, 'nested too deep'],
    [`x = ${'1+'.repeat(4000)}1`, 1, 'the code is too long'],
  ])('%j', (text, line, message) => {
    try {
      run(text);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      expect(error.line).toBe(line);
      expect(error.message).toContain(message);
      return;
    }
    throw new Error('it ran');
  });

  it('throws nothing else, whatever stands in code', () => {
    const words = fc.constantFrom(
      ...[
        'assert',
        'x',
        '=',
        '==',
        '1',
        '"a"',
        '(',
        ')',
        '[',
        ']',
        ',',
        ';',
        '\n',
        'if',
        ':',
        'not',
      ],
      ...['and', 'in', '-', '%', '/', 'len', 'print', 'else'],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), (all) => {
        try {
          run(all.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(Misfit);
        }
      }),
      { numRuns: 500 },
    );
  });
});
