import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import type { CapturedPacket } from '../../capture/pcapng.ts';
import { type Capture, decodeCapture } from '../../capture/pcapng-reader.ts';
import { STANDARD_OUTPUT } from '../../node/packet-sink.ts';
import { findRun, RUN_FILES, recordsRoot } from '../../node/store/runs.ts';
import { formatColons } from '../../stack/datalink/ethernet/address.ts';
import { DATA_MAX, decodeHeader } from '../../stack/datalink/ethernet/header.ts';
import { BaseCommand } from '../base-command.ts';
import { runArgument } from '../flags.ts';
import { quantity } from '../host/quantity.ts';
import {
  BLOCKABLE,
  type LiveDocument,
  type LiveFlags,
  runLiveCapture,
} from '../live-capture-run.ts';
import { en } from '../messages/en.ts';
import { table } from '../terminal.ts';

interface Frame {
  readonly number: number;
  /** Microseconds since the first frame. */
  readonly at_us: number;
  /** Seen from the board under test. */
  readonly direction: string;
  readonly source: string;
  readonly destination: string;
  /** IEEE 802.3 §3.2.6. */
  readonly lengthOrType: number;
  readonly octets: number;
  /** The step that it belongs to. */
  readonly step: string;
}

interface CaptureDocument {
  readonly path: string;
  readonly frames: readonly Frame[];
  readonly whole: boolean;
}

export default class CaptureCommand extends BaseCommand {
  static override readonly summary = en['help.capture.summary'];
  static override readonly description = en['help.capture.description'];
  static override readonly examples = [
    '<%= config.bin %> capture',
    '<%= config.bin %> capture 20261122T140405Z-lab03-7f2k --json',
    'wireshark "$(<%= config.bin %> capture --json | jq -r .path)"',
    '<%= config.bin %> capture --on auto --write - | wireshark -k -i -',
    '<%= config.bin %> capture --on /dev/ttyACM0 --write frames.pcapng --count 100',
  ];
  static override readonly args = { run: runArgument };
  static override readonly flags = {
    on: Flags.string({ summary: en['help.capture.flag.on'] }),
    write: Flags.string({ char: 'w', summary: en['help.capture.flag.write'] }),
    promiscuous: Flags.boolean({ summary: en['help.capture.flag.promiscuous'], allowNo: true }),
    block: Flags.option({
      summary: en['help.capture.flag.block'],
      options: BLOCKABLE,
      multiple: true,
      multipleNonGreedy: true,
    })(),
    count: Flags.integer({ char: 'c', summary: en['help.capture.flag.count'], min: 1 }),
    duration: quantity({ summary: en['help.flag.duration'], min: 0.001, max: 86_400 }),
  };

  async run(): Promise<CaptureDocument | LiveDocument | undefined> {
    const { args, flags } = await this.parse(CaptureCommand);
    const { on, ...live } = flags;
    if (on !== undefined) return this.live({ ...live, on });
    refuseAlone(live);
    return this.show(args.run);
  }

  private async live(flags: LiveFlags): Promise<LiveDocument | undefined> {
    const application = `netlab ${this.config.version}`;
    const { json } = this.shell;
    const document = await runLiveCapture(flags, { say: this.say, json, application });
    const { path, port: _, ...counts } = document;
    if (!json) process.stderr.write(`${this.say('capture.live.ended', { path, ...counts })}\n`);
    // A document behind the capture would be read as a part of it.
    return path === STANDARD_OUTPUT ? undefined : document;
  }

  private show(run: string): CaptureDocument {
    const path = join(findRun(recordsRoot(process.cwd()), run), RUN_FILES.frames);
    const { packets, damage } = read(path);
    const began = packets[0]?.at ?? 0;
    const frames = packets.map((packet, i) => describe(packet, i + 1, began));
    for (const line of table(frames.map((frame) => this.row(frame)))) this.print(line);
    if (damage !== undefined) this.print(this.say('capture.cut-off', { offset: damage.offset }));
    const shown = relative(process.cwd(), path);
    this.print(this.say('capture.path', { path: shown, frames: frames.length }));
    return { path, frames, whole: damage === undefined };
  }

  private row(frame: Frame): string[] {
    const { number, at_us, direction, source, destination, lengthOrType, octets, step } = frame;
    return [
      String(number),
      (at_us / 1e6).toFixed(6),
      direction === 'outbound' ? '→' : '←',
      `${source} → ${destination}`,
      lengthOrType > DATA_MAX
        ? `0x${lengthOrType.toString(16).padStart(4, '0')}`
        : String(lengthOrType),
      String(octets),
      this.paint.dim(step),
    ];
  }
}

/** @throws UsageError `capture-flag-alone` */
function refuseAlone(live: Readonly<Record<string, unknown>>): void {
  const LIVE = ['write', 'promiscuous', 'block', 'count', 'duration'];
  const name = LIVE.find((each) => live[each] !== undefined);
  if (name === undefined) return;
  const flag = `--${name}`;
  throw new UsageError('capture-flag-alone', `${flag} without --on`, { flag });
}

function read(path: string): Capture {
  try {
    return decodeCapture(readFileSync(path));
  } catch (cause) {
    const details = { path, missing: RUN_FILES.frames };
    const message = `${path} cannot be read`;
    throw new NetlabError('capture-missing', EXIT.nothingToCheck, message, details, cause);
  }
}

function describe(packet: CapturedPacket, number: number, began: number): Frame {
  const { octets, at, direction = '', comment = '' } = packet;
  const header = decodeHeader(octets);
  const { destination, source, lengthOrType } = header.ok ? header.value : NO_HEADER;
  return {
    number,
    at_us: at - began,
    direction,
    destination: formatColons(destination),
    source: formatColons(source),
    lengthOrType,
    octets: octets.length,
    step: comment,
  };
}

const NONE = new Uint8Array(0);
const NO_HEADER = { destination: NONE, source: NONE, lengthOrType: 0 };
