/** A whole script: options, a first command, the events in their order, a last command. */
import { fail, ok, type Result } from '../../base/result.ts';
import type { Profile } from '../../stack/transport/tcp/config.ts';
import { parseProgram } from '../python/parser.ts';
import { Misfit, type ScriptError } from '../script-error.ts';
import type { CommandAction, Script, ScriptEvent, ScriptOption } from './ast.ts';
import { parseCall } from './call.ts';
import { Cursor } from './cursor.ts';
import { tokenize } from './lexer.ts';
import { atPacket, parsePacket } from './packet.ts';
import { atTime, parseTime } from './time.ts';

/** Far above any script written by hand; what is longer is not a script. */
const TEXT_MAX = 4 * 1024 * 1024;

const PROFILES = /^\/\/ profiles?:(.*)$/m;

/** `file` names the script in errors. Never throws, whatever `text` is. */
export function parseScript(text: string, file: string): Result<Script, ScriptError> {
  try {
    if (text.length > TEXT_MAX) throw new Misfit(1, 'a script has 4 MiB at most');
    return ok(parse(new Cursor(tokenize(text)), file, profilesOf(text)));
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return fail({ file, line: error.line, message: error.message });
  }
}

/** `// profiles: linux, rfc` on a line of its own. @throws Misfit */
function profilesOf(text: string): Profile[] {
  const line = text.slice(0, text.search(PROFILES)).split('\n').length;
  const names = PROFILES.exec(text)?.[1]?.split(/[,\s]+/) ?? [];
  return names
    .filter((name) => name !== '')
    .map((name) => {
      if (name === 'linux' || name === 'freebsd' || name === 'rfc') return name;
      throw new Misfit(line, `there is no profile ${name}`);
    });
}

function parse(cursor: Cursor, file: string, profiles: readonly Profile[]): Script {
  const options: ScriptOption[] = [];
  while (cursor.is('option')) {
    const option = parseOption(cursor);
    options.push(option);
    if (option.name === 'define') define(cursor, option);
  }
  const init = cursor.is('backquoted') ? parseCommand(cursor) : undefined;
  const events: ScriptEvent[] = [];
  while (atTime(cursor)) events.push(parseEvent(cursor));
  const cleanup = cursor.is('backquoted') ? parseCommand(cursor) : undefined;
  if (!cursor.is('end')) {
    cursor.refuse(cursor.is('option') ? 'an option stands before the events' : 'expected a time');
  }
  if (events.length === 0) cursor.refuse('a script has at least one event');
  return { file, profiles, options, init, events, cleanup };
}

function parseOption(cursor: Cursor): ScriptOption {
  const { line, text } = cursor.next();
  const at = text.indexOf('=');
  if (at < 0) return { line, name: text, value: undefined };
  return { line, name: text.slice(0, at), value: text.slice(at + 1).replace(/^"([^"]*)"$/, '$1') };
}

/** `--define=NAME=value`, `--define=NAME="text"` or `--define=NAME=\`command\``. @throws Misfit */
function define(cursor: Cursor, { line, value }: ScriptOption): void {
  const [, name, text = ''] = /^(\w+)=(.+)$/s.exec(value ?? '') ?? [];
  const [token] = tokenize(text);
  if (name === undefined || token === undefined) {
    throw new Misfit(line, '--define needs a name and a value: --define=NAME=value');
  }
  cursor.define(name, { kind: token.kind, text: token.text });
}

function parseCommand(cursor: Cursor): CommandAction {
  const { line, text } = cursor.next();
  return { kind: 'command', line, text };
}

function parseEvent(cursor: Cursor): ScriptEvent {
  const { line } = cursor;
  const time = parseTime(cursor);
  const action = parseAction(cursor);
  const outbound = action.kind === 'packet' && action.direction === 'outbound';
  if (!outbound && time.kind !== 'absolute' && time.kind !== 'relative') {
    throw new Misfit(line, 'only an outbound packet may come at any time or in a range of times');
  }
  return { line, time, action };
}

function parseAction(cursor: Cursor): ScriptEvent['action'] {
  if (atPacket(cursor)) return parsePacket(cursor);
  if (cursor.is('backquoted')) return parseCommand(cursor);
  if (cursor.is('code')) {
    const { line, text } = cursor.next();
    return { kind: 'code', line, text: text.trim(), program: parseProgram(text, line) };
  }
  return parseCall(cursor);
}
