/** What a benchmark says: one figure, with the peer that it is measured against where there is one. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  /** The median of the runs. */
  readonly value: number;
  /** The aim, as docs/performance.md has it. */
  readonly target?: string;
  /** What else was measured in the same run, and its value. */
  readonly peer?: string;
  readonly peerValue?: number;
  /** The median of run by run, where both have as many, taken in turns; else value / peerValue. */
  readonly ratio?: number;
  readonly runs: readonly number[];
}

/** @param quick few runs and short ones: to see that the benchmark works, not what the figures are. */
/** @param board of those that measure emulated boards, which one; the recommended one unless said */
export type Benchmark = (quick: boolean, board?: string) => Promise<readonly Figure[]>;

const median = (runs: readonly number[]): number => {
  const sorted = [...runs].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

export function figure(
  what: string,
  unit: string,
  runs: readonly number[],
  against: { target?: string; peer?: string; peerRuns?: readonly number[] } = {},
): Figure {
  const { target, peer, peerRuns } = against;
  const value = median(runs);
  return {
    what,
    unit,
    value,
    runs,
    ...(target !== undefined && { target }),
    ...(peer !== undefined && { peer }),
    ...(peerRuns !== undefined && { peerValue: median(peerRuns), ratio: ratio(runs, peerRuns) }),
  };
}

function ratio(runs: readonly number[], peerRuns: readonly number[]): number {
  if (runs.length !== peerRuns.length) return median(runs) / median(peerRuns);
  return median(runs.map((run, i) => run / (peerRuns[i] ?? 0)));
}

const short = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);

export function describe(f: Figure): string {
  const peer = f.peerValue === undefined ? '' : `   ${f.peer}: ${short(f.peerValue)}`;
  const ratio = f.ratio === undefined ? '' : `   ratio ${short(f.ratio)}`;
  const target = f.target === undefined ? '' : `   aim ${f.target}`;
  return `${f.what}: ${short(f.value)} ${f.unit}${peer}${ratio}${target}   runs ${f.runs.map(short).join(' ')}`;
}
