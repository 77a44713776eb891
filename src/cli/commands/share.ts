import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { openOctets } from '../../node/open-line.ts';
import { DEFAULT_PORT } from '../../node/port-name.ts';
import { type ShareEvent, sharePort } from '../../node/remote/share.ts';
import { BaseCommand } from '../base-command.ts';
import { chosenPort } from '../board-choice.ts';
import { describeFailure } from '../failure.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';

export default class ShareCommand extends BaseCommand {
  static override readonly summary = en['help.share.summary'];
  static override readonly description = en['help.share.description'];
  static override readonly examples = [
    '<%= config.bin %> share',
    '<%= config.bin %> share /dev/ttyACM0 --tcp 2218',
    '<%= config.bin %> share /dev/ttyACM0 --listen 192.0.2.7',
  ];
  static override readonly args = {
    port: Args.string({ description: en['help.monitor.arg.port'] }),
  };
  static override readonly flags = {
    listen: Flags.string({ summary: en['help.share.flag.listen'], default: '127.0.0.1' }),
    tcp: Flags.integer({
      summary: en['help.share.flag.tcp'],
      default: DEFAULT_PORT.rfc2217,
      min: 0,
      max: 65_535,
    }),
  };

  /** What the last client was told, when no other has got the port since. */
  private failure: string | undefined;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ShareCommand);
    const port = await chosenPort(args.port);
    // What cannot be opened is better said now than to the first client.
    await (await openOctets(port)).close();
    await interruption.guard(async (signal) => {
      const share = await sharePort({
        open: () => openOctets(port),
        host: flags.listen,
        port: flags.tcp,
        signature: `netlab ${this.config.version}`,
        onEvent: (event) => this.tell(event),
      });
      this.announce(port, share.name);
      await aborted(signal);
      await share.close();
    });
  }

  private announce(port: string, name: string): void {
    if (this.shell.json) {
      process.stdout.write(`${JSON.stringify({ port, name })}\n`);
      return;
    }
    this.print(name);
    this.print(this.paint.dim(this.say('share.running', { port })));
  }

  private tell(event: ShareEvent): void {
    if (this.shell.json) return;
    const { client } = event;
    if (event.kind === 'failed') {
      const { what } = describeFailure(event.error, this.language, this.id ?? '');
      // One who waits for a board that is away asks again several times a second.
      if (what !== this.failure) this.print(this.say('share.failed', { client, reason: what }));
      this.failure = what;
      return;
    }
    this.failure = undefined;
    if (event.kind === 'disconnected') {
      const { sent, received } = event;
      this.print(this.say('share.disconnected', { client, sent, received }));
    } else this.print(this.say(`share.${event.kind}`, { client }));
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
