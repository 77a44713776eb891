/** docs/conformance.md, made from the requirements and the evidence. */
import type { Evidence } from './evidence.ts';
import type { Group, Requirement } from './requirements.ts';

/** How a requirement stands. */
export type Standing = 'met' | 'omitted' | 'not tested' | 'not met';

export function standing(
  label: string,
  evidence: ReadonlyMap<string, Evidence>,
  omissions: Readonly<Record<string, string>>,
): Standing {
  if (omissions[label] !== undefined) return 'omitted';
  const found = evidence.get(label);
  if (found === undefined || found.met.length === 0) return 'not met';
  return found.tested.size === 0 ? 'not tested' : 'met';
}

const HEAD = `# Conformance with RFC 9293

TCP's requirements by the labels of RFC 9293, in the order of its appendix B and in our words. "Met in"
are the files that name the label beside what fulfils it; "tested by" the tests that have it in their names.
Made by \`npm run conformance\`; a test holds it against the code.
`;

/** In a table's cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

const TCP = 'src/stack/transport/tcp/';

const link = (path: string): string =>
  `[${path.startsWith(TCP) ? path.slice(TCP.length) : path}](../${path})`;

function testsOf(found: Evidence): string {
  return [...found.tested]
    .map(([path, names]) => [link(path), ...new Set(names)].join('; '))
    .map(cell)
    .join('<br>');
}

function row(
  { label, section, text }: Requirement,
  evidence: ReadonlyMap<string, Evidence>,
  omissions: Readonly<Record<string, string>>,
): string {
  const stands = standing(label, evidence, omissions);
  const found = evidence.get(label) ?? { met: [], tested: new Map() };
  const met =
    stands === 'omitted' ? `omitted: ${omissions[label]}` : found.met.map(link).join(', ');
  return `| ${label} | ${section} | ${cell(text)} | ${cell(met) || '**not met**'} | ${
    testsOf(found) || (stands === 'omitted' ? '' : '**not tested**')
  } |`;
}

export function render(
  groups: readonly Group[],
  evidence: ReadonlyMap<string, Evidence>,
  omissions: Readonly<Record<string, string>>,
): string {
  const labels = groups.flatMap(({ requirements }) => requirements.map(({ label }) => label));
  const count = (wanted: Standing): number =>
    labels.filter((label) => standing(label, evidence, omissions) === wanted).length;
  const open = count('not met') + count('not tested');
  const summary = `Of ${labels.length} requirements ${count('met')} are met and tested, ${count('omitted')} omitted, ${open} open.`;
  const sections = groups.map(({ title, requirements }) =>
    [
      `## ${title}`,
      '',
      '| label | § | requirement | met in | tested by |',
      '| --- | --- | --- | --- | --- |',
      ...requirements.map((requirement) => row(requirement, evidence, omissions)),
    ].join('\n'),
  );
  return `${[HEAD, `${summary}\n`, sections.join('\n\n')].join('\n')}\n`;
}
