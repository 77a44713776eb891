/** `netlab capture --on`: what the flags mean, and what is said while it goes on. */
import { UsageError } from '../base/errors.ts';
import { seconds } from '../base/time.ts';
import { FILTER } from '../hardware/control/messages.ts';
import { type LiveCounts, liveCapture } from '../node/live-capture.ts';
import { openLine } from '../node/open-line.ts';
import { PacketSink, STANDARD_OUTPUT } from '../node/packet-sink.ts';
import { chosenPort } from './board-choice.ts';
import { openLiveLine } from './host/live-line.ts';
import { interruption } from './interruption.ts';
import type { Say } from './messages/message.ts';

export const BLOCKABLE = ['broadcast', 'multicast', 'ipv6'] as const;
type Blockable = (typeof BLOCKABLE)[number];

export interface LiveFlags {
  readonly on: string;
  readonly write?: string | undefined;
  readonly promiscuous?: boolean | undefined;
  readonly block?: readonly Blockable[] | undefined;
  readonly count?: number | undefined;
  readonly duration?: number | undefined;
}

export interface LiveDocument extends LiveCounts {
  readonly port: string;
  /** `-` for standard output. */
  readonly path: string;
  /** By a reader who was too slow. */
  readonly dropped: number;
}

interface Telling {
  readonly say: Say;
  readonly json: boolean;
  readonly application: string;
}

/** @throws UsageError `capture-needs-target`, `capture-to-terminal`; NetlabError of live-capture.ts */
export async function runLiveCapture(flags: LiveFlags, telling: Telling): Promise<LiveDocument> {
  const path = targetOf(flags.write);
  const port = await chosenPort(flags.on);
  const sink = new PacketSink(path);
  const counts: LiveCounts = { frames: 0, octets: 0, missed: 0 };
  const request = {
    ...{ port, open: () => openLine(port), sink, application: telling.application },
    ...{ filter: filterOf(flags), count: flags.count },
    duration: flags.duration === undefined ? undefined : seconds(flags.duration),
    onBegun: () => {
      end = begin(port, counts, telling);
    },
  };
  let end = (): void => {};
  try {
    await interruption.guard((signal) => liveCapture(request, signal, counts));
  } finally {
    await sink.close();
    end();
  }
  return { port, path, ...counts, dropped: sink.dropped };
}

function targetOf(write: string | undefined): string {
  if (write === undefined) throw new UsageError('capture-needs-target', 'nowhere to write to');
  if (write === STANDARD_OUTPUT && process.stdout.isTTY) {
    throw new UsageError('capture-to-terminal', 'a terminal is no place for a capture');
  }
  return write;
}

/** The chip blocks broadcast and IPv4 multicast only where it takes its own frames alone. */
function filterOf({ promiscuous = true, block = [] }: LiveFlags): number {
  const own = !promiscuous || block.includes('broadcast') || block.includes('multicast');
  return (
    (own ? FILTER.MFEN : 0) |
    (block.includes('broadcast') ? FILTER.BCASTB : 0) |
    (block.includes('multicast') ? FILTER.MMB : 0) |
    (block.includes('ipv6') ? FILTER.MIP6B : 0)
  );
}

/** On standard error: standard output may be the capture. */
function begin(port: string, counts: LiveCounts, { say, json }: Telling): () => void {
  if (json) return () => {};
  process.stderr.write(`${say('capture.live.begins', { port })}\n`);
  if (!process.stderr.isTTY) return () => {};
  const line = openLiveLine(process.stderr, () =>
    say('capture.live.counts', { frames: counts.frames, octets: counts.octets }),
  );
  return () => line.end();
}
