import * as Flags from '@oclif/core/flags';
import { emulate, type Place, type Wire } from '../../node/emulation.ts';
import { loadImage } from '../../node/images.ts';
import { BaseCommand } from '../base-command.ts';
import { boardFlag, seedFlag } from '../flags.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';

const WIRES = ['cable', 'loopback', 'none'] as const satisfies readonly Wire[];
const BOARDS_MAX = 16;

export default class Emulate extends BaseCommand {
  static override readonly summary = en['help.emulate.summary'];
  static override readonly description = en['help.emulate.description'];
  static override readonly examples = [
    '<%= config.bin %> emulate',
    '<%= config.bin %> emulate --boards 2 --json',
    '<%= config.bin %> emulate --tcp 4000 --wire loopback',
  ];
  static override readonly flags = {
    board: boardFlag,
    boards: Flags.integer({
      summary: en['help.emulate.flag.boards'],
      default: 1,
      min: 1,
      max: BOARDS_MAX,
    }),
    pty: Flags.boolean({ summary: en['help.emulate.flag.pty'], exclusive: ['tcp'] }),
    tcp: Flags.integer({ summary: en['help.emulate.flag.tcp'], min: 0, max: 65_535 }),
    host: Flags.string({
      summary: en['help.emulate.flag.host'],
      default: '127.0.0.1',
    }),
    wire: Flags.option({ summary: en['help.emulate.flag.wire'], options: WIRES })(),
    seed: seedFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Emulate);
    const image = loadImage(flags.board);
    const place: Place = flags.tcp === undefined ? 'pty' : { host: flags.host, tcp: flags.tcp };
    const { boards, seed = 1 } = flags;
    const wire = flags.wire ?? (boards === 1 ? 'loopback' : 'cable');
    await interruption.guard(async (signal) => {
      const emulation = await emulate({ image, boards, wire, place, seed });
      this.announce(emulation.ports, image.version, wire);
      await interrupted(signal);
      emulation.close();
    });
  }

  private announce(ports: readonly string[], firmware: string, wire: Wire): void {
    if (this.shell.json) {
      process.stdout.write(`${JSON.stringify({ ports, firmware, wire })}\n`);
      return;
    }
    for (const port of ports) this.print(port);
    this.print(this.paint.dim(this.say('emulate.running', { firmware, wire })));
  }
}

const interrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
