import { createInterface } from 'node:readline/promises';
import { UsageError } from '../base/errors.ts';
import { interruption } from './interruption.ts';
import { speaker } from './messages/message.ts';
import type { ShellOptions } from './shell.ts';

/**
 * Asks, and comes back after a plain yes.
 * @param again the command that says yes beforehand
 * @throws UsageError `not-confirmed` after anything else, and where there is nobody to ask
 */
export async function confirm(question: string, shell: ShellOptions, again: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY || shell.json) throw unconfirmed(again);
  const asker = createInterface({ input: process.stdin, output: process.stdout });
  // readline takes Ctrl-C for itself; the shell is to have it.
  asker.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const { signal } = interruption;
    const answer = await asker.question(`${question} ${speaker(shell.language)('confirm.hint')} `, {
      signal,
    });
    if (!/^(y|yes|예|네|응)$/i.test(answer.trim())) throw unconfirmed(again);
  } finally {
    asker.close();
  }
}

const unconfirmed = (again: string): UsageError =>
  new UsageError('not-confirmed', 'this wants a yes', { again });
