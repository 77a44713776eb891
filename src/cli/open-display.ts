import type { ChalkInstance } from 'chalk';
import { type DisplayStyle, PlainDisplay, type RunDisplay } from './run-display.ts';
import type { ShellOptions } from './shell.ts';

const SILENT: RunDisplay = { handleEvent() {}, end: async () => {} };

/** @param extent after the first failure, what was skipped is not worth showing */
export async function openDisplay(
  shell: ShellOptions,
  paint: ChalkInstance,
  extent: DisplayStyle['extent'] = 'all',
): Promise<RunDisplay> {
  if (shell.json) return SILENT;
  const style = { language: shell.language, paint, extent };
  if (!process.stdout.isTTY) return new PlainDisplay(style);
  const { ListDisplay } = await import('./list-display.ts');
  return new ListDisplay(style);
}
