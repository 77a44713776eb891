import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { LANGUAGES, sayIfKnown, speaker } from './message.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A misuse by our own code, which no person can bring about. */
const FOR_NOBODY = [
  'bad-frame-length',
  'busy',
  'closed',
  'impairment-range',
  'message-too-long',
  'no-addresses',
  'no-such-interface',
  'not-a-group',
  'not-connected',
  'simulation-deadline',
  'too-many-groups',
  'too-many-requests',
];

/** The codes of all errors that are made anywhere. */
function codes(): Set<string> {
  const found = new Set<string>();
  for (const folder of ['src', 'labs']) {
    for (const name of readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      const text = readFileSync(`${ROOT}${folder}/${name}`, 'utf8');
      for (const [, code = ''] of text.matchAll(/new (?:Netlab|Usage)Error\(\s*'([\w-]+)'/g)) {
        found.add(code);
      }
    }
  }
  return found;
}

describe('the catalogues', () => {
  it('have the sentence of every error', () => {
    const missing = [...codes()].filter((code) => !(`error.${code}.what` in en));
    expect(missing.sort()).toEqual(FOR_NOBODY);
  });

  it('fill the blanks', () => {
    const say = speaker('en');
    expect(say('run.points', { earned: 3, possible: 9 })).toBe('3 of 9 points');
  });

  it.each(LANGUAGES)('in %s have no sentence that is empty', (language) => {
    const anything = new Proxy<Record<string, string>>({}, { get: (_, name) => String(name) });
    for (const key of Object.keys(en)) expect(sayIfKnown(language, key, anything)).toMatch(/\S/);
  });

  it('know nothing of a key that is not there', () => {
    expect(sayIfKnown('ko', 'error.unheard-of.what', {})).toBeUndefined();
  });
});
