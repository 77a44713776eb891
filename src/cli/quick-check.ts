/** The learner's code on the emulated board, up to the first check that fails. */
import type { ChalkInstance } from 'chalk';
import type { Language } from '../lab/transcript.ts';
import { loadImage } from '../node/images.ts';
import type { LabSource } from '../node/store/labs.ts';
import { openEmulated } from '../node/substrate-emulated.ts';
import { type ChosenCode, chooseCheck } from './lab-choice.ts';
import { type LabRun, runRecorded } from './lab-run.ts';
import { openDisplay } from './open-display.ts';
import type { ShellOptions } from './shell.ts';

export interface QuickCheckRequest {
  readonly source: LabSource;
  readonly chosen: ChosenCode;
  readonly seed: number;
  readonly board: string;
  /** Ids of the checks to run; all without it. */
  readonly only?: readonly string[] | undefined;
  readonly here: string;
  readonly language: Language;
  readonly signal: AbortSignal;
  readonly shell: ShellOptions;
  readonly paint: ChalkInstance;
}

/** @throws UsageError `unknown-check`; NetlabError of the image */
export async function checkQuickly(request: QuickCheckRequest): Promise<LabRun> {
  const { source, chosen, seed, here, language, board, only, shell, paint, signal } = request;
  const image = loadImage(board);
  const ids = only?.map((id) => chooseCheck(source.lab, id).id);
  const display = await openDisplay(shell, paint, 'to-first-failure');
  return runRecorded({
    source,
    chosen,
    seed,
    here,
    language,
    signal,
    stopAtFirstFailure: true,
    ...(ids === undefined ? {} : { only: ids }),
    open: (bench, recording) => openEmulated(image, bench, recording),
    onEvent: (event) => display.handleEvent(event),
  }).finally(() => display.end());
}
