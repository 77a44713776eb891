/** Runs one command: the only place where an error becomes text and an exit code. */
import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { EXIT, UsageError } from '../base/errors.ts';
import { nearest } from '../lab/near.ts';
import { keepBugReport } from './bug-report.ts';
import { describeFailure, type Failure } from './failure.ts';
import { interruption } from './interruption.ts';
import { speaker } from './messages/message.ts';
import { commandFirst, type ShellOptions, shellOptions } from './shell.ts';
import { painter } from './terminal.ts';

/** For what may still hold the event loop when a command has ended: a port's threads, a worker. */
const LINGER_MS = 1000;

/** @param root the package's folder */
export async function main(argv: readonly string[], root: string): Promise<void> {
  const shell = shellOptions(argv, process.env);
  if (!shell.color) Object.assign(process.env, { NO_COLOR: '1' });
  settings.enableAutoTranspile = false;
  quietBrokenPipes();
  interruption.listen();
  const words = commandFirst(argv);
  try {
    await runCommand(words, root);
  } catch (error) {
    if (!interruption.happened && !isPlainExit(error))
      tell(describeFailure(error, shell.language, words[0] ?? ''), shell, argv);
  }
  if (interruption.happened) process.exitCode = EXIT.interrupted;
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

async function runCommand(words: string[], root: string): Promise<void> {
  const config = await Config.load(root);
  const argv = joined(words, config.commandIDs);
  const command = argv.find((word) => !word.startsWith('-'));
  const known = (id: string) => config.findCommand(id) ?? config.findTopic(id);
  if (command !== undefined && known(command) === undefined) {
    throw unknownCommand(command, config.commandIDs);
  }
  try {
    await run(argv, config);
  } catch (error) {
    throw withNearestFlag(error, Object.keys(config.findCommand(command ?? '')?.flags ?? {}));
  }
}

/** `labs verify` is the command that oclif calls `labs:verify`. */
function joined(words: string[], known: readonly string[]): string[] {
  const [first = '', second = ''] = words;
  const id = `${first}:${second}`;
  return known.includes(id) ? [id, ...words.slice(2)] : words;
}

function unknownCommand(command: string, known: readonly string[]): UsageError {
  const near = nearest(command, known) ?? '';
  return new UsageError('unknown-command', `there is no command ${command}`, { command, near });
}

function withNearestFlag(error: unknown, known: readonly string[]): unknown {
  if (!(error instanceof Error) || !('flags' in error)) return error;
  const flag = String((error.flags as readonly string[])[0]).split('=')[0] ?? '';
  const near = nearest(flag.replace(/^-+/, ''), known);
  return new UsageError('unknown-flag', `there is no flag ${flag}`, {
    flag,
    near: near === undefined ? '' : `--${near}`,
  });
}

/** oclif ends some commands, such as help, with an error that says "exit with 0". */
const isPlainExit = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIT';

function tell(failure: Failure, shell: ShellOptions, argv: readonly string[]): void {
  process.exitCode = failure.exitCode;
  const report = failure.trace === undefined ? undefined : keepBugReport(failure, argv);
  if (shell.json) {
    const { code, exitCode, details, what: message } = failure;
    const error = {
      code,
      message,
      exitCode,
      details: { ...details, ...(report ? { report } : {}) },
    };
    process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`);
    return;
  }
  const say = speaker(shell.language);
  const paint = painter(shell, process.stderr);
  const lines = [paint.red(`${paint.bold('✖')} ${failure.what}`)];
  if (failure.why) lines.push(`  ${failure.why}`);
  if (report) lines.push(`  ${say('error.bug.report', { report })}`);
  if (failure.next) lines.push(`  ${say('next', { command: paint.cyan(failure.next) })}`);
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** A reader that has seen enough (`| head`) is no error. */
function quietBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
}
