import { writeFileSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT, type ExitCode } from '../../base/errors.ts';
import { fileError } from '../../node/store/file-error.ts';
import type { ScriptOption } from '../../packetdrill/language/ast.ts';
import { parseScript } from '../../packetdrill/language/script.ts';
import { formatOutcome, type ScriptOutcome } from '../../packetdrill/run/outcome.ts';
import { type RunOptions, runScript } from '../../packetdrill/run-script.ts';
import { BaseCommand } from '../base-command.ts';
import { seedFlag } from '../flags.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';
import { findScripts, readScript } from '../packetdrill/script-files.ts';
import { scriptJunit } from '../packetdrill/script-junit.ts';

interface PacketdrillDocument {
  readonly scripts: readonly ScriptOutcome[];
  readonly passed: number;
  readonly failed: number;
  /** That could not be read or run. */
  readonly errors: number;
}

const PROFILES = ['linux', 'freebsd', 'rfc'] as const;
const OPTIONS = 'SCRIPT OPTIONS';

/** Those of a script's own options that may be given for all; a script's value gives way. */
const VALUES = [
  'ip_version',
  'local_ip',
  'remote_ip',
  'bind_port',
  'connect_port',
  'mtu',
  'tolerance_usecs',
  'tolerance_percent',
  'tcp_ts_tick_usecs',
  'non_fatal',
] as const;
const SWITCHES = ['strict_segments', 'tcp_ts_ecr_scaled'] as const;

const value = () => Flags.string({ summary: en['help.packetdrill.option'], helpGroup: OPTIONS });
const toggle = () => Flags.boolean({ summary: en['help.packetdrill.option'], helpGroup: OPTIONS });

export default class Packetdrill extends BaseCommand {
  static override readonly summary = en['help.packetdrill.summary'];
  static override readonly description = en['help.packetdrill.description'];
  static override readonly examples = [
    '<%= config.bin %> packetdrill test/conformance',
    '<%= config.bin %> packetdrill fast-retransmit.pkt --profile linux --verbose',
    '<%= config.bin %> packetdrill tests --tolerance_usecs 10000 --junit report.xml --json',
  ];
  // Any number of scripts.
  static override readonly strict = false;
  static override readonly args = {
    script: Args.string({ description: en['help.packetdrill.arg.script'], required: true }),
  };
  static override readonly flags = {
    profile: Flags.option({
      summary: en['help.packetdrill.flag.profile'],
      options: PROFILES,
    })(),
    strict: Flags.boolean({ summary: en['help.packetdrill.flag.strict'] }),
    verbose: Flags.boolean({ char: 'v', summary: en['help.packetdrill.flag.verbose'] }),
    junit: Flags.string({ summary: en['help.run.flag.junit'] }),
    seed: seedFlag,
    ip_version: value(),
    local_ip: value(),
    remote_ip: value(),
    bind_port: value(),
    connect_port: value(),
    mtu: value(),
    tolerance_usecs: value(),
    tolerance_percent: value(),
    tcp_ts_tick_usecs: value(),
    non_fatal: value(),
    strict_segments: toggle(),
    tcp_ts_ecr_scaled: toggle(),
  };

  async run(): Promise<PacketdrillDocument> {
    const { argv, flags } = await this.parse(Packetdrill);
    const files = findScripts(argv as string[]);
    const given = optionsOf(flags);
    const run: RunOptions = {
      ...(flags.profile === undefined ? {} : { profile: flags.profile }),
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
      strict: flags.strict,
    };
    const scripts = await interruption.guard((signal) =>
      this.runAll(files, given, run, signal, flags.verbose),
    );
    if (flags.junit !== undefined) writeReport(flags.junit, scripts);
    return this.conclude(scripts);
  }

  private async runAll(
    files: readonly string[],
    given: readonly ScriptOption[],
    run: RunOptions,
    signal: AbortSignal,
    verbose: boolean,
  ): Promise<ScriptOutcome[]> {
    const outcomes: ScriptOutcome[] = [];
    for (const file of files) {
      // A script runs in virtual time and leaves no turn to a signal.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) break;
      const outcome = runFile(file, given, run);
      outcomes.push(outcome);
      this.show(outcome, verbose);
    }
    return outcomes;
  }

  private show(outcome: ScriptOutcome, verbose: boolean): void {
    const { verdict, steps, notes, profile } = outcome;
    const [first = '', ...rest] = formatOutcome(outcome).split('\n');
    const paint = verdict === 'pass' ? this.paint.green : this.paint.red;
    const mark = verdict === 'pass' ? '✔' : '✖';
    this.print(`${paint(mark)} ${first} ${this.paint.dim(`(${profile})`)}`);
    for (const line of rest) this.print(line);
    if (!verbose) return;
    for (const { line, at, text } of steps) {
      this.print(this.paint.dim(`  ${at.toFixed(6)} ${line}: ${text}`));
    }
    for (const note of notes) this.print(this.paint.dim(`  ${note}`));
  }

  private conclude(scripts: readonly ScriptOutcome[]): PacketdrillDocument {
    const count = (verdict: ScriptOutcome['verdict']): number =>
      scripts.filter((outcome) => outcome.verdict === verdict).length;
    const passed = count('pass');
    const failed = count('fail');
    const errors = count('error');
    this.print(this.say('packetdrill.summary', { passed, failed, errors }));
    this.endWith(exitCodeOf(failed, errors));
    return { scripts, passed, failed, errors };
  }
}

/** What could not be read was not judged: that weighs more. */
function exitCodeOf(failed: number, errors: number): ExitCode {
  if (errors > 0) return EXIT.usage;
  return failed > 0 ? EXIT.checkFailed : EXIT.pass;
}

type Given = Readonly<Partial<Record<(typeof VALUES)[number], string | undefined>>> &
  Readonly<Partial<Record<(typeof SWITCHES)[number], boolean | undefined>>>;

/** As if they stood behind the script's own, on a line before its first. */
function optionsOf(flags: Given): readonly ScriptOption[] {
  const values = VALUES.flatMap((name) => {
    const text = flags[name];
    return text === undefined ? [] : [{ line: 0, name, value: text }];
  });
  const switches = SWITCHES.filter((name) => flags[name] === true);
  return [...values, ...switches.map((name) => ({ line: 0, name, value: undefined }))];
}

function runFile(file: string, given: readonly ScriptOption[], run: RunOptions): ScriptOutcome {
  const script = parseScript(readScript(file), file);
  if (script.ok) {
    const options = [...script.value.options, ...given];
    return runScript({ ...script.value, options }, run);
  }
  const { line, message } = script.error;
  return {
    file,
    profile: run.profile ?? 'linux',
    verdict: 'error',
    line,
    kind: 'script',
    message,
    expected: null,
    actual: null,
    differences: [],
    steps: [],
    notes: [],
    unmatched: [],
  };
}

/** @throws NetlabError of the file system */
function writeReport(path: string, outcomes: readonly ScriptOutcome[]): void {
  try {
    writeFileSync(path, scriptJunit(outcomes));
  } catch (error) {
    throw fileError(error, path);
  }
}
