import { closeSync, openSync, writeSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { seconds } from '../../base/time.ts';
import { addErrors, anyError, NO_ERRORS } from '../../hardware/rfc2217/port-state.ts';
import { type MonitorEvent, monitor } from '../../node/monitor/monitor.ts';
import { parseSending } from '../../node/monitor/sending.ts';
import { fileError } from '../../node/store/file-error.ts';
import { INITIAL_LINE_RATE } from '../../node/stream-transport.ts';
import { BaseCommand } from '../base-command.ts';
import { chosenPort } from '../board-choice.ts';
import { quantity } from '../host/quantity.ts';
import { interruption } from '../interruption.ts';
import { lineErrorSentence } from '../line-errors.ts';
import { en } from '../messages/en.ts';
import { asLines, asRecord } from '../monitor/record-line.ts';

interface Counts {
  frames: number;
  texts: number;
  octets: number;
  faults: number;
}

const RATE_MAX = 12_000_000;

export default class Monitor extends BaseCommand {
  static override readonly summary = en['help.monitor.summary'];
  static override readonly description = en['help.monitor.description'];
  static override readonly examples = [
    '<%= config.bin %> monitor',
    '<%= config.bin %> monitor /dev/ttyUSB0 --baud 74880 --log boot.log',
    '<%= config.bin %> monitor rfc2217://pi.example:2217 --send PHY_READ --duration 2 --json',
  ];
  static override readonly args = {
    port: Args.string({ description: en['help.monitor.arg.port'] }),
  };
  static override readonly flags = {
    baud: Flags.integer({
      summary: en['help.monitor.flag.baud'],
      default: INITIAL_LINE_RATE,
      min: 1,
      max: RATE_MAX,
    }),
    send: Flags.string({
      summary: en['help.monitor.flag.send'],
      multiple: true,
      multipleNonGreedy: true,
    }),
    log: Flags.string({ summary: en['help.monitor.flag.log'] }),
    count: Flags.integer({ char: 'c', summary: en['help.monitor.flag.count'], min: 1 }),
    duration: quantity({ summary: en['help.flag.duration'], min: 0.001, max: 86_400 }),
  };

  private readonly counts: Record<'board' | 'host', Counts> = {
    board: { frames: 0, texts: 0, octets: 0, faults: 0 },
    host: { frames: 0, texts: 0, octets: 0, faults: 0 },
  };
  private reported = NO_ERRORS;
  /** The last POLL and ACK each way. */
  private readonly said = new Map<string, string>();
  private logFile: number | undefined;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Monitor);
    const sendings = (flags.send ?? []).map(parseSending);
    const port = await chosenPort(args.port);
    if (flags.log !== undefined) this.logFile = openLog(flags.log);
    const { baud: rate, count, duration } = flags;
    const request = {
      ...{ port, rate, sendings, count, input: process.stdin },
      duration: duration === undefined ? undefined : seconds(duration),
    };
    try {
      await interruption.guard((signal) => monitor(request, signal, (event) => this.tell(event)));
    } finally {
      // A standard input that somebody reads keeps the process alive.
      process.stdin.pause();
      if (this.logFile !== undefined) closeSync(this.logFile);
    }
    this.sumUp();
  }

  private tell(event: MonitorEvent): void {
    if (event.kind === 'record') this.count(event);
    if (event.kind === 'line-errors') this.reported = addErrors(this.reported, event.errors);
    if (this.shell.json) process.stdout.write(`${JSON.stringify(asRecord(event))}\n`);
    else if (this.saysMore(event))
      for (const line of asLines(event, this.paint, this.say)) this.print(line);
    if (this.logFile !== undefined) writeSync(this.logFile, `${JSON.stringify(asRecord(event))}\n`);
  }

  /** A session that is kept alive says the same four times a second; the log and the sums have it all. */
  private saysMore(event: MonitorEvent): boolean {
    if (event.kind !== 'record' || event.record.kind !== 'frame') return true;
    const { kind } = event.record.frame;
    if (kind !== 'POLL' && kind !== 'ACK') return true;
    const way = `${event.from} ${kind}`;
    const said = JSON.stringify(event.record.frame);
    if (this.said.get(way) === said) return false;
    this.said.set(way, said);
    return true;
  }

  private count({ from, record }: Extract<MonitorEvent, { kind: 'record' }>): void {
    const counts = this.counts[from];
    if (record.kind === 'frame') counts.frames += 1;
    else if (record.kind === 'text') counts.texts += 1;
    else counts.octets += record.octets.length;
    if (record.kind === 'octets' && record.fault !== undefined) counts.faults += 1;
  }

  private sumUp(): void {
    if (this.shell.json) {
      // A port that reports nothing may have no way to: zeros would say that all was well.
      const reported = anyError(this.reported) ? { reported: this.reported } : {};
      process.stdout.write(
        `${JSON.stringify({ event: 'summary', ...this.counts, ...reported })}\n`,
      );
      return;
    }
    const { board, host } = this.counts;
    this.print(this.paint.dim(this.say('monitor.summary', { ...board, sent: host.frames })));
    const errors = lineErrorSentence({ ...this.reported }, this.shell.language);
    if (errors !== undefined) this.print(this.paint.red(errors));
  }
}

/** @throws NetlabError `disk-full`, `read-only`, `file-missing`, `file-failed` */
function openLog(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    throw fileError(error, path);
  }
}
