import { type FlashDisplay, PlainFlashDisplay } from './flash-display.ts';
import { speaker } from './messages/message.ts';
import type { ShellOptions } from './shell.ts';

const SILENT: FlashDisplay = { handleEvent() {}, end: async () => {} };

export async function openFlashDisplay(shell: ShellOptions): Promise<FlashDisplay> {
  if (shell.json) return SILENT;
  const say = speaker(shell.language);
  if (!process.stdout.isTTY) return new PlainFlashDisplay(say);
  const { FlashList } = await import('./flash-list.ts');
  return new FlashList(say);
}
