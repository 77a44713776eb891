import * as Flags from '@oclif/core/flags';
import { EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import { encodeDlts, encodeInterfaces, encodeOptions } from '../../capture/extcap.ts';
import { FILTER } from '../../hardware/control/messages.ts';
import { capturePorts } from '../../node/extcap/interfaces.ts';
import {
  extcapFolder,
  installLauncher,
  launcherPath,
  removeLauncher,
  thisMachine,
} from '../../node/extcap/launcher.ts';
import { liveCapture } from '../../node/live-capture.ts';
import { openLine } from '../../node/open-line.ts';
import { PacketSink } from '../../node/packet-sink.ts';
import { BaseCommand } from '../base-command.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';

interface ExtcapDocument {
  /** The launcher. */
  readonly path: string;
  readonly installed: boolean;
}

/** Wireshark's own flags: nobody types them. */
const hidden = { hidden: true } as const;

export default class Extcap extends BaseCommand {
  static override readonly summary = en['help.extcap.summary'];
  static override readonly description = en['help.extcap.description'];
  static override readonly examples = [
    '<%= config.bin %> extcap --install',
    '<%= config.bin %> extcap --install --port rfc2217://pi.example:2217',
    '<%= config.bin %> extcap --remove',
  ];
  static override readonly flags = {
    install: Flags.boolean({ summary: en['help.extcap.flag.install'], exclusive: ['remove'] }),
    remove: Flags.boolean({ summary: en['help.extcap.flag.remove'] }),
    port: Flags.string({
      summary: en['help.extcap.flag.port'],
      multiple: true,
      multipleNonGreedy: true,
    }),
    folder: Flags.string({ summary: en['help.extcap.flag.folder'] }),
    'extcap-interfaces': Flags.boolean(hidden),
    'extcap-version': Flags.string(hidden),
    'extcap-interface': Flags.string(hidden),
    'extcap-dlts': Flags.boolean(hidden),
    'extcap-config': Flags.boolean(hidden),
    'extcap-reload-option': Flags.string(hidden),
    'extcap-capture-filter': Flags.string(hidden),
    'extcap-control-in': Flags.string(hidden),
    'extcap-control-out': Flags.string(hidden),
    capture: Flags.boolean(hidden),
    fifo: Flags.string(hidden),
    'block-broadcast': Flags.boolean(hidden),
    'block-multicast': Flags.boolean(hidden),
    'block-ipv6': Flags.boolean(hidden),
  };

  async run(): Promise<ExtcapDocument | undefined> {
    const { flags } = await this.parse(Extcap);
    if (flags.install || flags.remove) return this.place(flags);
    if (flags['extcap-interfaces']) await this.list(flags.port);
    else if (flags['extcap-dlts']) this.write(encodeDlts());
    else if (flags['extcap-config']) this.configure();
    else if (flags.capture) await this.capture(flags);
    else if (flags['extcap-capture-filter'] !== undefined) {
      // Wireshark asks whether a filter is good: what is printed is why it is not.
      if (flags['extcap-capture-filter'] !== '') this.write([this.say('error.extcap-filter.what')]);
    } else throw new UsageError('extcap-usage', 'no call of Wireshark’s');
    return undefined;
  }

  private place(flags: {
    readonly install: boolean;
    readonly port?: readonly string[] | undefined;
    readonly folder?: string | undefined;
  }): ExtcapDocument {
    const path = launcherPath(flags.folder ?? extcapFolder(thisMachine()));
    if (flags.install) {
      installLauncher(path, flags.port ?? []);
      this.print(this.say('extcap.installed', { path }));
    } else {
      const removed = removeLauncher(path);
      this.print(this.say(removed ? 'extcap.removed' : 'extcap.absent', { path }));
    }
    return { path, installed: Boolean(flags.install) };
  }

  private async list(named: readonly string[] = []): Promise<void> {
    const interfaces = (await capturePorts(named)).map(({ port, value, board }) => ({
      value,
      display: this.say('extcap.display', { board, port }),
    }));
    this.write(encodeInterfaces(this.config.version, interfaces));
  }

  private configure(): void {
    this.write(
      encodeOptions([
        { call: '--block-broadcast', display: this.say('extcap.broadcast') },
        { call: '--block-multicast', display: this.say('extcap.multicast') },
        { call: '--block-ipv6', display: this.say('extcap.ipv6') },
      ]),
    );
  }

  private async capture(flags: {
    readonly port?: readonly string[] | undefined;
    readonly fifo?: string | undefined;
    readonly 'extcap-interface'?: string | undefined;
    readonly 'extcap-capture-filter'?: string | undefined;
    readonly 'block-broadcast': boolean;
    readonly 'block-multicast': boolean;
    readonly 'block-ipv6': boolean;
  }): Promise<void> {
    const { fifo, 'extcap-interface': name = '', 'extcap-capture-filter': filter = '' } = flags;
    if (fifo === undefined) throw new UsageError('extcap-usage', 'no FIFO to write to');
    if (filter !== '') throw new UsageError('extcap-filter', 'no capture filters', { filter });
    const found = (await capturePorts(flags.port ?? [])).find(({ value }) => value === name);
    if (found === undefined) {
      throw new NetlabError('extcap-interface', EXIT.noBoard, `no interface ${name}`, { name });
    }
    const sink = new PacketSink(fifo);
    sink.open();
    const request = {
      port: found.port,
      open: () => openLine(found.port),
      filter: maskOf(flags),
      application: `netlab ${this.config.version}`,
      sink,
    };
    const counts = { frames: 0, octets: 0, missed: 0 };
    try {
      await interruption.guard((signal) => liveCapture(request, signal, counts));
    } finally {
      await sink.close();
    }
  }

  /** Past `print`, which `--json` silences: this is for Wireshark. */
  private write(lines: readonly string[]): void {
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  }
}

interface Blocked {
  readonly 'block-broadcast': boolean;
  readonly 'block-multicast': boolean;
  readonly 'block-ipv6': boolean;
}

/** The chip blocks broadcast and IPv4 multicast only of what is for its own address. */
const maskOf = (flags: Blocked): number =>
  (flags['block-broadcast'] ? FILTER.BCASTB | FILTER.MFEN : 0) |
  (flags['block-multicast'] ? FILTER.MMB | FILTER.MFEN : 0) |
  (flags['block-ipv6'] ? FILTER.MIP6B : 0);
