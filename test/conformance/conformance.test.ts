import { describe, expect, it } from 'vitest';
import { render, standing } from './document.ts';
import { collect, readSources } from './evidence.ts';
import { GROUPS, OMISSIONS } from './requirements.ts';

const requirements = GROUPS.flatMap((group) => group.requirements);
const labels = requirements.map(({ label }) => label);
const own = collect(readSources().filter(({ path }) => !path.startsWith('test/conformance/conf')));

const NUMBERS: Readonly<Record<string, number>> = { MUST: 69, SHLD: 31, MAY: 18, REC: 1 };

describe('the requirements of RFC 9293', () => {
  it('are all there, each once', () => {
    const expected = Object.entries(NUMBERS).flatMap(([kind, last]) =>
      Array.from({ length: last }, (_, i) => `${kind}-${i + 1}`),
    );
    expect(labels.toSorted()).toEqual(expected.toSorted());
  });

  it('that the code and its tests name exist', () => {
    expect([...own.keys()].filter((label) => !labels.includes(label))).toEqual([]);
  });

  it('that are omitted exist, and are not claimed to be met', () => {
    const omitted = Object.keys(OMISSIONS);
    expect(omitted.filter((label) => !labels.includes(label))).toEqual([]);
    expect(omitted.filter((label) => own.has(label))).toEqual([]);
  });

  it('are each met and tested, or omitted with a reason', () => {
    const open = labels
      .map((label) => ({ label, stands: standing(label, own, OMISSIONS) }))
      .filter(({ stands }) => stands !== 'met' && stands !== 'omitted')
      .map(({ label, stands }) => `${label} ${stands}`);
    expect(open).toEqual([]);
  });

  it('stand in docs/conformance.md as they stand in the code: else run `npm run conformance`', async () => {
    await expect(render(GROUPS, own, OMISSIONS)).toMatchFileSnapshot('../../docs/conformance.md');
  });
});

describe('evidence', () => {
  const evidenceOf = (path: string, text: string) => {
    const found = collect([{ path, text }]);
    return [...found].map(([label, { met, tested }]) => ({
      label,
      met,
      tested: Object.fromEntries(tested),
    }));
  };

  it.each([
    ['a line comment', 'a(); // RFC 9293 MUST-1: unsigned.'],
    ['a block of comment', '/**\n * The window (MUST-1).\n */'],
    ['a comment inside of code', 'f(/* MUST-1 */ 1);'],
  ])('that something is met is %s', (_name, text) => {
    expect(evidenceOf('src/a.ts', text)).toEqual([
      { label: 'MUST-1', met: ['src/a.ts'], tested: {} },
    ]);
  });

  it.each([
    ['the name of a test', "it('is so (MUST-1)', () => {});", 'is so (MUST-1)'],
    ['that of a group of them', 'describe("b MUST-1", () => {});', 'b MUST-1'],
    ['a row of a table', "  ['MUST-1 it\\'s so', 1],", "MUST-1 it\\'s so"],
  ])('that something is tested is %s', (_name, text, name) => {
    expect(evidenceOf('src/a.test.ts', text)).toEqual([
      { label: 'MUST-1', met: [], tested: { 'src/a.test.ts': [name] } },
    ]);
  });

  it('is a script, wherever it has the label', () => {
    expect(evidenceOf('test/a.pkt', '// MUST-1, SHLD-2\n+0 > S 0:0(0)')).toEqual([
      { label: 'MUST-1', met: [], tested: { 'test/a.pkt': [] } },
      { label: 'SHLD-2', met: [], tested: { 'test/a.pkt': [] } },
    ]);
  });

  it.each([
    ['a string of the code', 'src/a.ts', "throw new Error('MUST-1');"],
    ['a comment in a test', 'src/a.test.ts', '  // MUST-1'],
    ['a longer word', 'src/a.ts', '// XMUST-1 MUST-1x'],
  ])('is not %s', (_name, path, text) => {
    expect(evidenceOf(path, text)).toEqual([]);
  });
});

describe('the document', () => {
  const groups = [
    {
      title: 'Group',
      requirements: ['MUST-1', 'MUST-2', 'MUST-3', 'MAY-1'].map((label) => ({
        label,
        section: '3.1',
        text: `a | b of ${label}`,
      })),
    },
  ];
  const evidence = collect([
    { path: 'src/b.test.ts', text: "it('x | y MUST-1', () => {});" },
    { path: 'src/b.ts', text: '// MUST-1' },
    { path: 'src/stack/transport/tcp/a.ts', text: '// MUST-1, MUST-2' },
  ]);
  const text = render(groups, evidence, { 'MAY-1': 'not taken' });

  it.each([
    'Of 4 requirements 1 are met and tested, 1 omitted, 2 open.',
    '## Group',
    '| MUST-1 | 3.1 | a \\| b of MUST-1 | [src/b.ts](../src/b.ts), [a.ts](../src/stack/transport/tcp/a.ts) | [src/b.test.ts](../src/b.test.ts); x \\| y MUST-1 |',
    '| MUST-2 | 3.1 | a \\| b of MUST-2 | [a.ts](../src/stack/transport/tcp/a.ts) | **not tested** |',
    '| MUST-3 | 3.1 | a \\| b of MUST-3 | **not met** | **not tested** |',
    '| MAY-1 | 3.1 | a \\| b of MAY-1 | omitted: not taken |  |',
  ])('has the line %s', (line) => {
    expect(text.split('\n')).toContain(line);
  });
});
