import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import { milliseconds } from '../../base/time.ts';
import { encodeSigrok } from '../../capture/sigrok.ts';
import { encodeVcd } from '../../capture/vcd.ts';
import type { Waveform } from '../../capture/waveform.ts';
import type { LineOutcome } from '../../hardware/board/line.ts';
import { attachedBoards } from '../../node/bench/attached.ts';
import { type LineDesk, openLineDesk } from '../../node/line-desk.ts';
import { writeWhole } from '../../node/store/files.ts';
import { BaseCommand } from '../base-command.ts';
import { boardFlag, onFlag, seedFlag } from '../flags.ts';
import { quantityOr } from '../host/quantity.ts';
import { rateFlag, readBits, readLevels } from '../line/line-flags.ts';
import { type LineTest, selfTest } from '../line/line-self-test.ts';
import { en } from '../messages/en.ts';

const TRIGGERS = ['none', 'rising', 'falling', 'high', 'low'] as const;
const SEED = 1;
/** Samples from before the trigger: a second at a megahertz. */
const PRE_MAX = 1_000_000;
/** Levels shown in a line of the terminal, and how many of them at most from before the trigger. */
const SHOWN = 64;
const SHOWN_BEFORE = 16;

interface Tested {
  readonly on: string;
  readonly tests: readonly LineTest[];
}

interface Exchanged {
  readonly on: string;
  readonly ended: string;
  readonly sent: number;
  /** 0 and 1, in order. */
  readonly samples: string;
  /** How many of them came before the trigger. */
  readonly before: number;
  /** Hertz. */
  readonly rate: number;
  readonly sampleRate: number;
}

export default class LineCommand extends BaseCommand {
  static override readonly summary = en['help.line.summary'];
  static override readonly description = en['help.line.description'];
  static override readonly examples = [
    '<%= config.bin %> line --self-test --on emulated',
    '<%= config.bin %> line sample --rate 1M --count 10000 --trigger rising --vcd wave.vcd --on /dev/ttyACM0',
    '<%= config.bin %> line send --bits 10110010 --rate 100k --count 16 --on emulated --jitter 500',
  ];
  static override readonly args = {
    action: Args.string({ description: en['help.line.arg.action'], options: ['send', 'sample'] }),
  };
  static override readonly flags = {
    on: onFlag,
    board: boardFlag,
    seed: seedFlag,
    'self-test': Flags.boolean({ summary: en['help.line.flag.self-test'] }),
    rate: rateFlag({ summary: en['help.line.flag.rate'], default: 100_000 }),
    'sample-rate': rateFlag({ summary: en['help.line.flag.sample-rate'] }),
    count: Flags.integer({ summary: en['help.line.flag.count'], min: 1 }),
    trigger: Flags.option({
      summary: en['help.line.flag.trigger'],
      options: TRIGGERS,
      default: 'none' as const,
    })(),
    pre: Flags.integer({ summary: en['help.line.flag.pre'], min: 0, max: PRE_MAX, default: 0 }),
    timeout: quantityOr(1, { summary: en['help.line.flag.timeout'], min: 0.001, max: 600 }),
    bits: Flags.string({ summary: en['help.line.flag.bits'], exclusive: ['file'] }),
    file: Flags.string({ summary: en['help.line.flag.file'] }),
    drive: Flags.option({
      summary: en['help.line.flag.drive'],
      options: ['push-pull', 'open-drain'] as const,
      default: 'push-pull' as const,
    })(),
    idle: Flags.integer({ summary: en['help.line.flag.idle'], min: 0, max: 1 }),
    pull: Flags.option({
      summary: en['help.line.flag.pull'],
      options: ['none', 'up', 'down'] as const,
      default: 'none' as const,
    })(),
    vcd: Flags.string({ summary: en['help.line.flag.vcd'] }),
    sigrok: Flags.string({ summary: en['help.line.flag.sigrok'] }),
    jitter: quantityOr(0, { summary: en['help.line.flag.jitter'], min: 0, max: 1e6 }),
    noise: quantityOr(0, { summary: en['help.line.flag.noise'], min: 0, max: 1 }),
  };

  async run(): Promise<Tested | Exchanged> {
    const { args, flags } = await this.parse(LineCommand);
    const { board, seed = SEED, jitter, noise } = flags;
    // Without one of both it is the self-test, which samples as it sees fit.
    const wants = [flags.count, flags.bits, flags.file, flags.vcd, flags.sigrok];
    const isExchange = wants.some((flag) => flag !== undefined) || flags.pre > 0;
    if (args.action === undefined && !flags['self-test'] && isExchange)
      throw missing('send | sample');
    const on = flags.on === 'auto' ? await attachedOr('emulated') : flags.on;
    const desk = await openLineDesk({ on, board, seed, flaws: { jitter, flip: noise } });
    try {
      if (args.action === undefined || flags['self-test']) return await this.test(desk);
      return await this.exchange(desk, args.action, flags);
    } finally {
      await desk.close();
    }
  }

  private async test(desk: LineDesk): Promise<Tested> {
    const { board } = desk.board.identity;
    const { limits } = desk.board.line;
    const [sendPin, samplePin] = [pinName(board, limits.sendPin), pinName(board, limits.samplePin)];
    this.print(this.say('line.self-test', { name: desk.name, sendPin, samplePin }));
    const tests: LineTest[] = [];
    for await (const test of selfTest(desk.board.line)) {
      tests.push(test);
      const mark = test.passed ? this.paint.green('ok') : this.paint.red('--');
      const { rate } = test;
      const part = this.say(`line.part.${test.part}`);
      this.print(this.say('line.test', { mark, part, rate }));
      if (test.passed) continue;
      this.print(`     ${test.expected}`);
      this.print(`     ${test.actual}`);
    }
    const failed = tests.filter(({ passed }) => !passed).length;
    if (failed > 0) {
      const details = { name: desk.name, failed, all: tests.length, sendPin, samplePin };
      const message = `${failed} of ${tests.length} parts of the raw line failed`;
      throw new NetlabError('line-self-test', EXIT.checkFailed, message, details);
    }
    this.print(this.say('line.passed', { all: tests.length }));
    return { on: desk.name, tests };
  }

  private async exchange(
    desk: LineDesk,
    action: string,
    flags: Awaited<ReturnType<typeof this.readFlags>>,
  ): Promise<Exchanged> {
    const { drive, pull } = flags;
    const send = action === 'send' ? levelsOf(flags) : undefined;
    if (action === 'sample' && flags.count === undefined) throw missing('--count');
    if (flags.pre > 0 && flags.trigger === 'none') throw missing('--trigger');
    if (flags.pre > 0 && flags.count === undefined) throw missing('--count');
    const idle = flags.idle ?? (drive === 'open-drain' ? 1 : 0);
    const { line } = desk.board;
    await line.open({ drive, pull, idle: idle === 1 ? 1 : 0 });
    const outcome = await line.exchange({
      rate: flags.rate,
      sampleRate: flags['sample-rate'],
      send,
      sample: flags.count,
      trigger: flags.trigger,
      before: flags.pre,
      timeout: milliseconds(1000 * flags.timeout),
    });
    this.show(outcome);
    if (flags.vcd !== undefined) {
      writeWhole(flags.vcd, encodeVcd(wavesOf(outcome, send), `netlab line, ${desk.name}`));
      this.print(this.say('line.vcd', { file: flags.vcd }));
    }
    if (flags.sigrok !== undefined) {
      writeWhole(flags.sigrok, encodeSigrok(wavesOf(outcome, send)));
      this.print(this.say('line.sigrok', { file: flags.sigrok }));
    }
    if (outcome.ended !== 'complete') throw incomplete(desk.name, outcome);
    const { samples, ...rest } = outcome;
    return { on: desk.name, ...rest, samples: samples.join('') };
  }

  private async readFlags() {
    return (await this.parse(LineCommand)).flags;
  }

  private show({ samples, before, sent, rate, sampleRate }: LineOutcome): void {
    if (sent > 0) this.print(this.say('line.sent', { sent, rate }));
    if (samples.length === 0) return;
    this.print(this.say('line.sampled', { sampled: samples.length, rate: sampleRate }));
    const from = Math.max(0, before - SHOWN_BEFORE);
    const to = from + SHOWN;
    const early = samples.subarray(from, before).join('');
    const text = samples.subarray(before, to).join('');
    const cut = [from > 0 ? '…' : '', samples.length > to ? '…' : ''] as const;
    this.print(`${cut[0]}${early}${before > 0 ? '|' : ''}${text}${cut[1]}`);
    if (before > 0) this.print(this.say('line.before', { before }));
  }
}

async function attachedOr(otherwise: string): Promise<string> {
  const [first] = await attachedBoards([]);
  return first?.port ?? otherwise;
}

function levelsOf({ bits, file }: { bits?: string | undefined; file?: string | undefined }) {
  if (bits !== undefined) return readBits(bits);
  if (file !== undefined) return readLevels(file);
  throw missing('--bits');
}

const missing = (flag: string): UsageError =>
  new UsageError('missing-line-flag', `${flag} is missing`, { flag });

function incomplete(name: string, { ended, sent, samples }: LineOutcome): NetlabError {
  const exitCode = ended === 'timeout' ? EXIT.timeout : EXIT.boardFault;
  const details = { name, sent, sampled: samples.length };
  return new NetlabError(`line-${ended}`, exitCode, `the raw line ended with ${ended}`, details);
}

function wavesOf(outcome: LineOutcome, send: Uint8Array | undefined): Waveform[] {
  const { rate, sampleRate, samples, before } = outcome;
  const waves: Waveform[] = [];
  if (send !== undefined) waves.push({ name: 'sent', rate, levels: send });
  if (samples.length > 0) waves.push({ name: 'sampled', rate: sampleRate, levels: samples });
  if (before > 0) {
    const levels = new Uint8Array(samples.length).fill(1, before);
    waves.push({ name: 'trigger', rate: sampleRate, levels });
  }
  return waves;
}

/** As it is printed beside the pin. */
const pinName = (board: string, pin: number): string => (board === 'uno' ? `D${pin}` : `GP${pin}`);
