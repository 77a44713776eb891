import * as Flags from '@oclif/core/flags';
import { EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import { seededRng } from '../../base/random.ts';
import { nearest } from '../../lab/near.ts';
import { epochNow } from '../../node/clock.ts';
import type { Service } from '../../stack/application/service.ts';
import {
  SERVICE_NAMES,
  type ServiceName,
  startServices,
} from '../../stack/application/services.ts';
import { format, formatPrefix } from '../../stack/network/ip/address.ts';
import { BaseCommand } from '../base-command.ts';
import { describeFailure } from '../failure.ts';
import { countsLine, countsOf, type HostCounts } from '../host/host-counts.ts';
import { type HostRequest, hostFlags, readHostFlags } from '../host/host-flags.ts';
import { type HostSession, type SessionEvent, withHost } from '../host/host-session.ts';
import { type LiveLine, openLiveLine } from '../host/live-line.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';

interface HostDocument {
  readonly interfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly services: readonly ServiceName[];
  readonly seed: number;
  readonly counts: HostCounts;
}

const SILENT: LiveLine = { print() {}, end() {} };

export default class HostCommand extends BaseCommand {
  static override readonly summary = en['help.host.summary'];
  static override readonly description = en['help.host.description'];
  static override readonly examples = [
    'sudo <%= config.bin %> host --tap netlab0 --kernel 192.0.2.1/24 --address 192.0.2.2/24',
    'sudo <%= config.bin %> host --tap netlab0 --dhcp --services echo,http --capture host.pcapng',
    '<%= config.bin %> host --on /dev/ttyACM0 --address 192.0.2.2/24 --gateway 192.0.2.1',
    'sudo <%= config.bin %> host --forward --tap netlab0 --on auto --address 192.0.2.2/24 --address 198.51.100.1/24%board',
  ];
  static override readonly flags = {
    ...hostFlags,
    forward: Flags.boolean({ summary: en['help.host.flag.forward'] }),
    services: Flags.string({ summary: en['help.host.flag.services'] }),
  };

  async run(): Promise<HostDocument> {
    const { flags } = await this.parse(HostCommand);
    const services = readServices(flags.services);
    const request = readHostFlags(flags, { detect: true, forwarding: flags.forward });
    return interruption.guard((signal) => this.serve(request, services, signal));
  }

  private async serve(
    request: HostRequest,
    names: readonly ServiceName[],
    signal: AbortSignal,
  ): Promise<HostDocument> {
    let line = SILENT;
    const application = `netlab ${this.config.version}`;
    const onEvent = (event: SessionEvent): void => {
      for (const text of this.told(event)) line.print(text);
    };
    return withHost(request, { application, onEvent }, signal, async (session) => {
      const services = startServices(names, setting(session));
      line = this.openLine(session);
      this.announce(session, names, line);
      try {
        await Promise.race([untilConflict(session), ...services.map(untilFault), aborted(signal)]);
      } finally {
        for (const service of services) service.close();
        line.end();
        this.tellOfCapture(session);
      }
      return documentOf(session, names);
    });
  }

  private openLine({ live }: HostSession): LiveLine {
    if (this.shell.json) return SILENT;
    return openLiveLine(process.stdout, () => countsLine(countsOf(live.host), this.say));
  }

  private announce({ live }: HostSession, names: readonly ServiceName[], line: LiveLine): void {
    for (const { name } of live.host.interfaces) line.print(this.say('host.attached', { name }));
    const services = names.length === 0 ? '-' : names.join(', ');
    line.print(this.paint.dim(this.say('host.services', { services })));
  }

  private told(event: SessionEvent): string[] {
    if ('dhcp' in event) {
      if (event.kind === 'bound') {
        const server = format(event.lease.server);
        return [this.say('host.dhcp.bound', { server })];
      }
      return event.kind === 'unanswered' ? [this.say('host.dhcp.unanswered')] : [];
    }
    if (event.kind !== 'address') return [];
    const address = formatPrefix(event.prefix);
    return [this.say(`host.address.${event.change}`, { address })];
  }

  private tellOfCapture({ live }: HostSession): void {
    if (live.captureTrouble === undefined) return;
    const { what } = describeFailure(live.captureTrouble, this.language, this.id ?? '');
    process.stderr.write(`${this.say('host.capture-lost', { reason: what })}\n`);
  }
}

const setting = ({ live, request }: HostSession) => ({
  sockets: live.sockets,
  epoch: () => epochNow() / 1e6,
  rng: seededRng(request.seed ^ 0x73657276),
  page: () => ({
    title: 'netlab host',
    lines: [
      ...live.host.interfaces.flatMap(({ index, name }) =>
        live.host.addressesOf(index).map((prefix) => `${name} ${formatPrefix(prefix)}`),
      ),
      ...Object.entries(countsOf(live.host)).map(([name, count]) => `${name} ${count}`),
    ],
  }),
});

/** @throws UsageError unknown-service */
function readServices(text: string | undefined): readonly ServiceName[] {
  if (text === undefined || text === 'all') return SERVICE_NAMES;
  if (text === 'none') return [];
  return text.split(',').map((word) => {
    const name = SERVICE_NAMES.find((one) => one === word.trim());
    if (name !== undefined) return name;
    const near = nearest(word, SERVICE_NAMES) ?? '';
    const details = { service: word, near, services: SERVICE_NAMES.join(', ') };
    throw new UsageError('unknown-service', `there is no service ${word}`, details);
  });
}

/** A host none of whose addresses is its own cannot do what it was started for. */
async function untilConflict(session: HostSession): Promise<never> {
  const { live, request } = session;
  return new Promise((_, reject) => {
    live.onEvent((event) => {
      if (event.kind !== 'address' || event.change === 'added') return;
      const given = request.addresses.some(
        ({ prefix }) => formatPrefix(prefix) === formatPrefix(event.prefix),
      );
      const address = formatPrefix(event.prefix);
      if (given) reject(taken(address));
    });
  });
}

const taken = (address: string): NetlabError =>
  new NetlabError('address-taken', EXIT.noBoard, `another has ${address}`, { address });

/** Services end when they are closed, or for a fault of ours. */
const untilFault = async ({ ended }: Service): Promise<never> => {
  await ended;
  return new Promise(() => {});
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const documentOf = (
  { live, request }: HostSession,
  services: readonly ServiceName[],
): HostDocument => ({
  interfaces: live.host.interfaces.map(({ index, name }) => ({
    name,
    addresses: live.host.addressesOf(index).map(formatPrefix),
  })),
  services,
  seed: request.seed,
  counts: countsOf(live.host),
});
