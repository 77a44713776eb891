/** The learner's code on the emulated board, up to the first check that fails. */
import type { ChalkInstance } from 'chalk';
import type { Language } from '../lab/transcript.ts';
import { openVirtual } from '../node/open-virtual.ts';
import type { ReportFile } from '../node/report-files.ts';
import type { LabSource } from '../node/store/labs.ts';
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
  readonly reports?: readonly ReportFile[];
  readonly here: string;
  readonly language: Language;
  readonly signal: AbortSignal;
  readonly shell: ShellOptions;
  readonly paint: ChalkInstance;
}

/** @throws UsageError `unknown-check`; NetlabError of the image */
export async function checkQuickly(request: QuickCheckRequest): Promise<LabRun> {
  const { source, chosen, seed, here, language, board, only, shell, paint, signal } = request;
  const on = source.lab.fixtures.length === 0 ? 'memory' : 'emulated';
  const ids = only?.map((id) => chooseCheck(source.lab, id).id);
  const display = await openDisplay(shell, paint, 'to-first-failure');
  return runRecorded({
    source,
    chosen,
    seed,
    here,
    reports: request.reports ?? [],
    language,
    signal,
    stopAtFirstFailure: true,
    ...(ids === undefined ? {} : { only: ids }),
    open: (bench, recording) => openVirtual(on, board, bench, recording),
    onEvent: (event) => display.handleEvent(event),
  }).finally(() => display.end());
}
