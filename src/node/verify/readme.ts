/** The READMEs: the same headings in both languages, links that lead somewhere, commands that netlab takes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabSource } from '../store/labs.ts';
import { type CommandShape, commandFlaw } from './command-line.ts';
import type { Report } from './finding.ts';

const READMES = ['README.md', 'README.ko.md'];

export function verifyReadmes(
  { folder }: LabSource,
  commands: Readonly<Record<string, CommandShape>>,
  report: Report,
): void {
  const texts = READMES.map((name) => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  });
  const [english, korean] = texts.map((text) =>
    headings(text)
      .map(({ level }) => level)
      .join(' '),
  );
  if (english !== korean) report('headings', 'README.ko.md');
  for (const [i, text] of texts.entries()) {
    const name = READMES[i] ?? '';
    verifyLinks(text, folder, name, report);
    verifyCommands(text, name, commands, report);
  }
}

interface Heading {
  readonly level: number;
  readonly title: string;
}

/** The headings outside of code. */
function headings(markdown: string): readonly Heading[] {
  const found: Heading[] = [];
  let fenced = false;
  for (const line of markdown.split('\n')) {
    if (/^(```|~~~)/.test(line)) fenced = !fenced;
    const [, marks = '', title = ''] = (!fenced && /^(#{1,6}) +(.+?) *#*$/.exec(line)) || [];
    if (marks !== '') found.push({ level: marks.length, title });
  }
  return found;
}

/** The anchor that a heading gets where these files are read: lower case, hyphens, no punctuation. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

function verifyLinks(markdown: string, folder: string, name: string, report: Report): void {
  const prose = markdown.replace(/```[\s\S]*?```/g, (code) => code.replace(/[^\n]/g, ''));
  for (const [i, line] of prose.split('\n').entries()) {
    const where = `${name}:${i + 1}`;
    for (const [, target = ''] of line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)[^)]*\)/g)) {
      verifyLink(target, markdown, folder, where, report);
    }
    if (/\bhttps?:/.test(line)) report('web-link', where);
  }
}

function verifyLink(
  target: string,
  markdown: string,
  folder: string,
  where: string,
  report: Report,
): void {
  if (/^https?:/.test(target)) return; // Reported for its line.
  const [path = '', anchor] = target.split('#');
  const file = join(folder, path);
  if (path !== '' && !existsSync(file)) {
    report('link', where, { target });
    return;
  }
  if (anchor === undefined) return;
  const text = path === '' ? markdown : readFileSync(file, 'utf8');
  const known = headings(text).map(({ title }) => anchorOf(title));
  if (!known.includes(decodeURIComponent(anchor).toLowerCase()))
    report('anchor', where, { target });
}

/** Command lines: in code blocks, and in code within the prose. */
function verifyCommands(
  markdown: string,
  name: string,
  commands: Readonly<Record<string, CommandShape>>,
  report: Report,
): void {
  let fenced = false;
  for (const [i, line] of markdown.split('\n').entries()) {
    if (/^(```|~~~)/.test(line)) {
      fenced = !fenced;
      continue;
    }
    const block = /^\s*(?:[$>]\s*)?(?:npx )?(netlab .*)$/.exec(line)?.[1];
    const inline = [...line.matchAll(/`(?:npx )?(netlab [^`]+)`/g)].map(([, found]) => found ?? '');
    for (const command of fenced ? (block === undefined ? [] : [block]) : inline) {
      const flaw = commandFlaw(command, commands);
      if (flaw !== undefined) report('command', `${name}:${i + 1}`, { command: flaw });
    }
  }
}
