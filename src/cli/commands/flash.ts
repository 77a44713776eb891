import * as Flags from '@oclif/core/flags';
import { locate } from '../../node/bench/locate.ts';
import { type Flashed, flash } from '../../node/flash/flash.ts';
import { machineWorld } from '../../node/flash/machine-world.ts';
import { BaseCommand } from '../base-command.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';
import { openFlashDisplay } from '../open-flash-display.ts';

const VIAS = ['picoboot', 'volume'] as const;

export default class FlashCommand extends BaseCommand {
  static override readonly summary = en['help.flash.summary'];
  static override readonly description = en['help.flash.description'];
  static override readonly examples = [
    '<%= config.bin %> flash',
    '<%= config.bin %> flash --board uno --port /dev/ttyACM1 --image sketch.hex',
    '<%= config.bin %> flash --port COM5 --erase --json',
    '<%= config.bin %> flash --via picoboot',
  ];
  static override readonly flags = {
    board: Flags.string({ summary: en['help.flash.flag.board'] }),
    port: Flags.string({ summary: en['help.flash.flag.port'] }),
    image: Flags.string({ summary: en['help.flash.flag.image'] }),
    erase: Flags.boolean({ summary: en['help.flash.flag.erase'] }),
    via: Flags.option({ summary: en['help.flash.flag.via'], options: VIAS })(),
  };

  async run(): Promise<Flashed> {
    const { flags } = await this.parse(FlashCommand);
    const { board, image, erase, via } = flags;
    const port = flags.port === undefined ? undefined : await locate(flags.port);
    const display = await openFlashDisplay(this.shell);
    let flashed: Flashed | undefined;
    try {
      flashed = await interruption.guard((signal) =>
        // A program that reads JSON presses no button.
        flash(
          { board, port, image, erase, attended: !this.shell.json, via },
          machineWorld,
          signal,
          (event) => display.handleEvent(event),
        ),
      );
    } finally {
      await display.end(flashed !== undefined);
    }
    this.conclude(flashed);
    return flashed;
  }

  private conclude({ board, port, firmware, verified }: Flashed): void {
    const { green, cyan } = this.paint;
    if (port === null) this.print(green(`✔ ${this.say('flash.done-silent', { board })}`));
    else
      this.print(green(`✔ ${this.say('flash.done', { board, port, firmware: firmware ?? '' })}`));
    this.print(`  ${this.say(`flash.verified.${verified}`)}`);
    if (port === null) return;
    this.print(`  ${this.say('next', { command: cyan(`netlab run lab03 --on ${port}`) })}`);
  }
}
