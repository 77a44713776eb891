/** Runs a script against a stack, and says what came of it. */
import { PROFILES, type Profile, type TcpConfig } from '../stack/transport/tcp/config.ts';
import type { CommandAction, Script } from './language/ast.ts';
import { parseScript } from './language/script.ts';
import { Interpreter } from './run/interpreter.ts';
import { Failure, type ScriptOutcome } from './run/outcome.ts';
import { configure } from './script-config.ts';
import { Misfit } from './script-error.ts';
import { readSettings, type Settings } from './settings/settings.ts';
import { createStackSubject } from './stack-subject.ts';
import type { SubjectFactory } from './subject.ts';

export interface RunOptions {
  /**
   * Whose policies the stack has: initial window, timing of acknowledgments. Unless said, the first that the
   * script names, or Linux's.
   */
  readonly profile?: Profile;
  /** Which version of IP a script is run over that does not say it itself. */
  readonly version?: 4 | 6;
  /**
   * Not only what the original checks: a packet that the script says nothing of is a failure at its end too,
   * and echoes of timestamps are compared.
   */
  readonly strict?: boolean;
  readonly seed?: number;
  /** What is tested: the project's own stack unless said. */
  readonly subject?: SubjectFactory;
}

type Trouble = Pick<
  ScriptOutcome,
  'verdict' | 'line' | 'kind' | 'message' | 'expected' | 'actual' | 'differences'
>;

/** Never throws on a script, whatever it says. */
export function runScript(script: Script, options: RunOptions = {}): ScriptOutcome {
  const profile = options.profile ?? script.profiles[0] ?? 'linux';
  const notes: string[] = [];
  let interpreter: Interpreter | undefined;
  let trouble: Trouble = PASS;
  try {
    interpreter = prepare(script, profile, options, notes);
    interpreter.run(script.events);
  } catch (error) {
    trouble = troubleOf(error);
  }
  return {
    file: script.file,
    profile,
    ...trouble,
    steps: interpreter?.steps ?? [],
    notes: [...notes, ...(interpreter?.notes ?? [])],
    unmatched: interpreter?.unmatched() ?? [],
  };
}

/** The same for a text, of which one that is no script has an outcome too. */
export function runScriptText(text: string, file: string, options: RunOptions = {}): ScriptOutcome {
  const script = parseScript(text, file);
  if (script.ok) return runScript(script.value, options);
  const { line, message } = script.error;
  const trouble: Trouble = { ...PASS, verdict: 'error', line, kind: 'script', message };
  const profile = options.profile ?? 'linux';
  return { file, profile, ...trouble, steps: [], notes: [], unmatched: [] };
}

const PASS: Trouble = {
  verdict: 'pass',
  line: null,
  kind: null,
  message: null,
  expected: null,
  actual: null,
  differences: [],
};

function troubleOf(error: unknown): Trouble {
  if (error instanceof Misfit) {
    const { line, message } = error;
    return { ...PASS, verdict: 'error', line, kind: 'script', message };
  }
  if (!(error instanceof Failure)) throw error;
  const { line, kind, message, expected, actual, differences } = error;
  return {
    verdict: 'fail',
    line,
    kind,
    message,
    expected: expected ?? null,
    actual: actual ?? null,
    differences,
  };
}

/** Reads what the script sets up before its first event, and makes the stack so. */
function prepare(
  script: Script,
  profile: Profile,
  options: RunOptions,
  notes: string[],
): Interpreter {
  const config = configure(script.options, options.version);
  notes.push(...config.notes);
  const base = PROFILES[profile];
  const settings = initialSettings(script.init, base);
  notes.push(...(settings?.notes ?? []));
  // Read for its errors; nothing is left to be cleaned up.
  if (script.cleanup !== undefined) readSettings(script.cleanup, base);
  const changed = settings?.tcp ?? {};
  const subject = (options.subject ?? createStackSubject)({
    profile,
    seed: options.seed ?? 1,
    local: config.local,
    remote: config.remote,
    mtu: settings?.mtu ?? config.mtu,
    tcp: changed,
  });
  const tcp: TcpConfig = { ...base, ...changed };
  return new Interpreter({ profile, config, tcp, strict: options.strict ?? false }, subject);
}

const initialSettings = (init: CommandAction | undefined, base: TcpConfig): Settings | undefined =>
  init === undefined ? undefined : readSettings(init, base);
