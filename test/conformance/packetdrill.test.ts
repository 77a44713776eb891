/**
 * The project's own scripts, each against the stack in virtual time. A script that names no profile holds
 * for all of them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Script } from '../../src/packetdrill/language/ast.ts';
import { parseScript } from '../../src/packetdrill/language/script.ts';
import { formatOutcome } from '../../src/packetdrill/run/outcome.ts';
import { runScript } from '../../src/packetdrill/run-script.ts';
import { formatScriptError } from '../../src/packetdrill/script-error.ts';
import type { Profile } from '../../src/stack/transport/tcp/config.ts';

const FOLDER = import.meta.dirname;
const STYLES = join(FOLDER, 'styles');
const PROFILES: readonly Profile[] = ['linux', 'freebsd', 'rfc'];

const scriptsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.pkt'));

function load(folder: string, name: string): Script {
  const read = parseScript(readFileSync(join(folder, name), 'utf8'), name);
  if (!read.ok) throw new Error(formatScriptError(read.error));
  return read.value;
}

const cases = (folder: string): [string, Profile, Script][] =>
  scriptsIn(folder).flatMap((name) => {
    const script = load(folder, name);
    const profiles = script.profiles.length > 0 ? script.profiles : PROFILES;
    return profiles.map((profile): [string, Profile, Script] => [name, profile, script]);
  });

describe("the project's own scripts", () => {
  it.each(cases(FOLDER))('%s as %s', (name, profile, script) => {
    const outcome = runScript(script, { profile, strict: true });
    expect(formatOutcome(outcome)).toBe(`${name}: pass`);
  });

  it.each(scriptsIn(FOLDER))('%s says what it is about', (name) => {
    const [first = ''] = readFileSync(join(FOLDER, name), 'utf8').split('\n');
    expect(first).toMatch(/^\/\/ \S.{20,}/);
  });

  it('run the same way each time', () => {
    const script = load(FOLDER, 'fast-retransmit-sack.pkt');
    expect(runScript(script, { seed: 7 })).toEqual(runScript(script, { seed: 7 }));
  });

  it('do not depend on the seed', () => {
    const script = load(FOLDER, 'paws.pkt');
    for (let seed = 0; seed < 20; seed++) {
      expect(formatOutcome(runScript(script, { seed, strict: true }))).toBe('paws.pkt: pass');
    }
  });
});

describe('scripts in the style of other systems', () => {
  it.each(cases(STYLES))('%s as %s', (name, profile, script) => {
    expect(formatOutcome(runScript(script, { profile }))).toBe(`${name}: pass`);
  });
});
