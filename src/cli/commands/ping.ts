import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT, type ExitCode, NetlabError } from '../../base/errors.ts';
import { milliseconds } from '../../base/time.ts';
import type { Pinger } from '../../stack/host/sockets/pinger.ts';
import { format } from '../../stack/network/ip/address.ts';
import { BaseCommand } from '../base-command.ts';
import { hostFlags, readHostFlags } from '../host/host-flags.ts';
import { type HostSession, withHost } from '../host/host-session.ts';
import { quantityOr } from '../host/quantity.ts';
import { type RoundTrips, sumUp } from '../host/round-trips.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';

interface Answer {
  readonly sequence: number;
  readonly from: string;
  readonly ttl: number;
  readonly time_ms: number;
}

interface PingError {
  readonly sequence: number;
  readonly from: string;
  readonly kind: string;
}

interface PingDocument {
  readonly target: string;
  readonly address: string;
  readonly transmitted: number;
  readonly received: number;
  readonly loss_percent: number;
  readonly answers: readonly Answer[];
  readonly errors: readonly PingError[];
  readonly roundTrips: RoundTrips | null;
}

/** A header that says 65,535 has room for no more octets of data: RFC 791 and RFC 792. */
const SIZE_MAX = 65_507;
/** Answers that are kept for the document; a run of days is summed up over the last of them. */
const KEPT_MAX = 100_000;

export default class Ping extends BaseCommand {
  static override readonly summary = en['help.ping.summary'];
  static override readonly description = en['help.ping.description'];
  static override readonly examples = [
    'sudo <%= config.bin %> ping 192.0.2.1 --tap netlab0 --kernel 192.0.2.1/24 --address 192.0.2.2/24 -c 3',
    '<%= config.bin %> ping 192.0.2.1 --on emulated --address 192.0.2.2/24 --neighbour 192.0.2.1/24 -c 5',
    '<%= config.bin %> ping www.example --on /dev/ttyACM0 --dhcp --df -s 1472 --json -c 1',
  ];
  static override readonly args = {
    target: Args.string({ description: en['help.arg.target'], required: true }),
  };
  static override readonly flags = {
    ...hostFlags,
    count: Flags.integer({ char: 'c', summary: en['help.ping.flag.count'], min: 1 }),
    interval: quantityOr(1, {
      char: 'i',
      summary: en['help.ping.flag.interval'],
      min: 0.001,
      max: 3600,
    }),
    size: Flags.integer({
      char: 's',
      summary: en['help.ping.flag.size'],
      default: 56,
      min: 0,
      max: SIZE_MAX,
    }),
    ttl: Flags.integer({ char: 't', summary: en['help.ping.flag.ttl'], min: 1, max: 255 }),
    df: Flags.boolean({ summary: en['help.ping.flag.df'] }),
    timeout: quantityOr(2, {
      char: 'W',
      summary: en['help.ping.flag.timeout'],
      min: 0.001,
      max: 3600,
    }),
    ipv4: Flags.boolean({ summary: en['help.flag.ipv4'], exclusive: ['ipv6'] }),
    ipv6: Flags.boolean({ summary: en['help.flag.ipv6'] }),
  };

  private readonly answers: Answer[] = [];
  private readonly errors: PingError[] = [];
  private transmitted = 0;
  private received = 0;

  async run(): Promise<PingDocument> {
    const { args, flags } = await this.parse(Ping);
    const request = readHostFlags(flags, { detect: false, forwarding: false });
    const application = `netlab ${this.config.version}`;
    const version = flags.ipv6 ? 6 : flags.ipv4 ? 4 : undefined;
    return interruption.guard((signal) =>
      withHost(request, { application }, signal, async (session) => {
        const address = await session.resolve(args.target, version);
        await session.ready(address);
        const shown = format(address);
        this.print(
          this.say('ping.begins', { target: args.target, address: shown, size: flags.size }),
        );
        const pinger = session.live.sockets.pinger(address);
        await this.pingAll(session, pinger, flags);
        pinger.close();
        return this.conclude(args.target, shown);
      }),
    );
  }

  /** One after the other at the interval, each waited for on its own; until the last is answered or given up. */
  private async pingAll(
    { cancellation }: HostSession,
    pinger: Pinger,
    flags: { count?: number | undefined; interval: number } & Echo,
  ): Promise<void> {
    const { count = Number.POSITIVE_INFINITY, interval } = flags;
    const pending = new Set<Promise<void>>();
    let stop: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    cancellation.add(stop);
    let fault: { readonly error: unknown } | undefined;
    while (this.transmitted < count && !cancellation.cancelled && fault === undefined) {
      this.transmitted += 1;
      const one: Promise<void> = this.pingOnce(pinger, this.transmitted, flags)
        .catch((error: unknown) => {
          fault = { error };
          stop();
        })
        .finally(() => pending.delete(one));
      pending.add(one);
      if (this.transmitted < count) await Promise.race([stopped, passed(interval)]);
    }
    await Promise.race([stopped, Promise.all(pending)]);
    if (fault !== undefined) throw fault.error;
  }

  private async pingOnce(pinger: Pinger, sequence: number, echo: Echo): Promise<void> {
    const { size: length, ttl, df: dontFragment, timeout } = echo;
    try {
      const reply = await pinger.ping({
        length,
        ...(ttl === undefined ? {} : { ttl }),
        dontFragment,
        timeout: milliseconds(timeout * 1000),
      });
      const from = format(reply.source);
      this.answer({ sequence, from, ttl: reply.ttl, time_ms: reply.roundTrip / 1000 }, length);
    } catch (error) {
      if (!(error instanceof NetlabError)) throw error;
      this.fail(sequence, error);
    }
  }

  private answer(answer: Answer, length: number): void {
    this.received += 1;
    this.answers.push(answer);
    if (this.answers.length > KEPT_MAX) this.answers.shift();
    const { from, sequence, ttl } = answer;
    const time_ms = answer.time_ms.toFixed(3);
    // ICMP's header is counted too, as ping does.
    this.print(this.say('ping.answer', { octets: length + 8, from, sequence, ttl, time_ms }));
  }

  private fail(sequence: number, error: NetlabError): void {
    const { code, details } = error;
    if (code === 'closed' || code === 'cancelled') return;
    if (code === 'timed-out') {
      this.print(this.say('ping.timed-out', { sequence }));
      return;
    }
    // What the path is known not to carry does not leave: then it is the host itself that says so.
    if (code !== 'unreachable' && code !== 'too-big') throw error;
    const { kind = code, from = 'netlab' } = details;
    this.errors.push({ sequence, from: String(from), kind: String(kind) });
    if (this.errors.length > KEPT_MAX) this.errors.shift();
    this.print(this.say('ping.error', { from, sequence, kind }));
  }

  private conclude(target: string, address: string): PingDocument {
    const { transmitted, received, answers, errors } = this;
    const loss_percent = Math.round((1 - received / transmitted) * 1000) / 10;
    const roundTrips = sumUp(answers.map(({ time_ms }) => time_ms)) ?? null;
    this.print();
    this.print(this.say('ping.ended', { target, transmitted, received, loss_percent }));
    if (roundTrips !== null) {
      const { min_ms, avg_ms, max_ms, mdev_ms } = roundTrips;
      const times = [min_ms, avg_ms, max_ms, mdev_ms].map((time) => time.toFixed(3)).join('/');
      this.print(this.say('ping.round-trips', { times }));
    }
    this.endWith(this.exitCode());
    return { target, address, transmitted, received, loss_percent, answers, errors, roundTrips };
  }

  /** Answered; else told that it cannot be; else nothing came. */
  private exitCode(): ExitCode {
    if (this.received > 0) return EXIT.pass;
    return this.errors.length > 0 ? EXIT.checkFailed : EXIT.timeout;
  }
}

interface Echo {
  readonly size: number;
  readonly ttl?: number | undefined;
  readonly df: boolean;
  readonly timeout: number;
}

const passed = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));
