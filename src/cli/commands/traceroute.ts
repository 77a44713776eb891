import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT, type ExitCode } from '../../base/errors.ts';
import { milliseconds } from '../../base/time.ts';
import { format } from '../../stack/network/ip/address.ts';
import { BaseCommand } from '../base-command.ts';
import { hostFlags, readHostFlags } from '../host/host-flags.ts';
import { withHost } from '../host/host-session.ts';
import { IcmpProber, type ProbeAnswer, type Prober, UdpProber } from '../host/probe.ts';
import { quantityOr } from '../host/quantity.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';

interface Hop {
  readonly ttl: number;
  /** In the order in which they were sent; null: nothing came. */
  readonly probes: readonly (ProbeAnswer | null)[];
}

interface TracerouteDocument {
  readonly target: string;
  readonly address: string;
  readonly hops: readonly Hop[];
  readonly reached: boolean;
}

/** As traceroute has always marked them; what ends a path without the end being reached. */
const MARKS: Readonly<Partial<Record<ProbeAnswer['kind'], string>>> = {
  net: '!N',
  host: '!H',
  protocol: '!P',
  prohibited: '!X',
  'too-big': '!F',
  parameter: '!?',
};

const TTL_MAX = 255;
/** The first of the ports that traceroute has always used. */
const FIRST_PORT = 33_434;

export default class Traceroute extends BaseCommand {
  static override readonly summary = en['help.traceroute.summary'];
  static override readonly description = en['help.traceroute.description'];
  static override readonly examples = [
    'sudo <%= config.bin %> traceroute 203.0.113.9 --tap netlab0 --kernel 192.0.2.1/24 --address 192.0.2.2/24 --gateway 192.0.2.1',
    '<%= config.bin %> traceroute 2001:db8::9 --on /dev/ttyACM0 --icmp --max-ttl 12 --json',
  ];
  static override readonly args = {
    target: Args.string({ description: en['help.arg.target'], required: true }),
  };
  static override readonly flags = {
    ...hostFlags,
    icmp: Flags.boolean({ char: 'I', summary: en['help.traceroute.flag.icmp'] }),
    'first-ttl': Flags.integer({
      char: 'f',
      summary: en['help.traceroute.flag.first-ttl'],
      default: 1,
      min: 1,
      max: TTL_MAX,
    }),
    'max-ttl': Flags.integer({
      char: 'm',
      summary: en['help.traceroute.flag.max-ttl'],
      default: 30,
      min: 1,
      max: TTL_MAX,
    }),
    queries: Flags.integer({
      char: 'q',
      summary: en['help.traceroute.flag.queries'],
      default: 3,
      min: 1,
      max: 10,
    }),
    size: Flags.integer({
      summary: en['help.traceroute.flag.size'],
      default: 32,
      min: 0,
      max: 65_507,
    }),
    port: Flags.integer({
      char: 'p',
      summary: en['help.traceroute.flag.port'],
      default: FIRST_PORT,
      min: 1,
      max: 0xffff,
    }),
    timeout: quantityOr(3, {
      char: 'w',
      summary: en['help.ping.flag.timeout'],
      min: 0.001,
      max: 3600,
    }),
    ipv4: Flags.boolean({ summary: en['help.flag.ipv4'], exclusive: ['ipv6'] }),
    ipv6: Flags.boolean({ summary: en['help.flag.ipv6'] }),
  };

  private readonly hops: Hop[] = [];

  async run(): Promise<TracerouteDocument> {
    const { args, flags } = await this.parse(Traceroute);
    const request = readHostFlags(flags, { detect: false, forwarding: false });
    const application = `netlab ${this.config.version}`;
    const version = flags.ipv6 ? 6 : flags.ipv4 ? 4 : undefined;
    return interruption.guard((signal) =>
      withHost(request, { application }, signal, async (session) => {
        const remote = await session.resolve(args.target, version);
        await session.ready(remote);
        const address = format(remote);
        const max = flags['max-ttl'];
        this.print(this.say('traceroute.begins', { target: args.target, address, max }));
        const { cancellation, live } = session;
        const { size } = flags;
        const timeout = milliseconds(flags.timeout * 1000);
        const options = { remote, timeout, cancellation, size };
        const prober = flags.icmp
          ? new IcmpProber(live.sockets, options)
          : new UdpProber(live.sockets, options, flags.port);
        const reached = await this.trace(prober, flags);
        prober.close();
        this.endWith(this.exitCode(reached));
        return { target: args.target, address, hops: this.hops, reached };
      }),
    );
  }

  /** True when the end answered. */
  private async trace(
    prober: Prober,
    flags: { 'first-ttl': number; 'max-ttl': number; queries: number },
  ): Promise<boolean> {
    for (let ttl = flags['first-ttl']; ttl <= flags['max-ttl']; ttl++) {
      const probes: (ProbeAnswer | null)[] = [];
      // A host holds one datagram for a neighbour that it does not know yet: the first probe goes alone.
      const alone = ttl === flags['first-ttl'] ? [await prober.probe(ttl)] : [];
      const rest = Array.from({ length: flags.queries - alone.length }, () => prober.probe(ttl));
      for (const answer of [...alone, ...(await Promise.all(rest))]) probes.push(answer ?? null);
      this.hops.push({ ttl, probes });
      this.print(hopLine({ ttl, probes }));
      const kinds = probes.map((probe) => probe?.kind);
      if (kinds.includes('reached')) return true;
      if (kinds.some((kind) => kind !== undefined && kind !== 'time-exceeded')) return false;
    }
    return false;
  }

  private exitCode(reached: boolean): ExitCode {
    if (reached) return EXIT.pass;
    const answered = this.hops.some(({ probes }) => probes.some((probe) => probe !== null));
    return answered ? EXIT.checkFailed : EXIT.timeout;
  }
}

/** ` 3  192.0.2.1  1.234 ms  0.987 ms  *`: who answers is named once, until it is another. */
function hopLine({ ttl, probes }: Hop): string {
  let last: string | undefined;
  const cells = probes.flatMap((probe) => {
    if (probe === null) return ['*'];
    const mark = MARKS[probe.kind];
    const time = `${probe.time_ms.toFixed(3)} ms${mark === undefined ? '' : ` ${mark}`}`;
    if (probe.from === last) return [time];
    last = probe.from;
    return [probe.from, time];
  });
  return [String(ttl).padStart(2), ...cells].join('  ');
}
