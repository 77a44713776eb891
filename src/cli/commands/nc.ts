import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import { type Duration, seconds } from '../../base/time.ts';
import type { TcpSocket } from '../../stack/host/sockets/tcp-socket.ts';
import type { UdpPort } from '../../stack/host/sockets/udp-port.ts';
import type { Wait } from '../../stack/host/sockets/wait.ts';
import { format, type IpAddress } from '../../stack/network/ip/address.ts';
import { BaseCommand } from '../base-command.ts';
import { hostFlags, readAddress, readHostFlags } from '../host/host-flags.ts';
import { type HostSession, withHost } from '../host/host-session.ts';
import { idle, pumpIn, pumpOut, put } from '../host/pump.ts';
import { quantity, readPort } from '../host/quantity.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';

/** Of one datagram: what an Ethernet frame holds of IPv6, whose header is the longer. */
const DATAGRAM_MAX = 1452;
/** How long the last acknowledgments may take. */
const FINISH = seconds(30);

interface Place {
  readonly host: string | undefined;
  readonly port: number;
}

interface Peer {
  readonly address: IpAddress;
  readonly port: number;
}

export default class Nc extends BaseCommand {
  static override readonly enableJsonFlag = false;
  static override readonly summary = en['help.nc.summary'];
  static override readonly description = en['help.nc.description'];
  static override readonly examples = [
    'echo hello | sudo <%= config.bin %> nc 192.0.2.1 7 --tap netlab0 --kernel 192.0.2.1/24 --address 192.0.2.2/24',
    'sudo <%= config.bin %> nc -l 9000 --tap netlab0 --kernel 192.0.2.1/24 --address 192.0.2.2/24 > received',
    '<%= config.bin %> nc 192.0.2.1 13 --on emulated --address 192.0.2.2/24 --neighbour 192.0.2.1/24 < /dev/null',
    'echo | <%= config.bin %> nc 192.0.2.1 37 --udp -w 1 --on /dev/ttyACM0 --dhcp | xxd',
  ];
  static override readonly args = {
    host: Args.string({ description: en['help.nc.arg.host'] }),
    port: Args.string({ description: en['help.nc.arg.port'] }),
  };
  static override readonly flags = {
    ...hostFlags,
    listen: Flags.boolean({ char: 'l', summary: en['help.nc.flag.listen'] }),
    udp: Flags.boolean({ char: 'u', summary: en['help.nc.flag.udp'] }),
    wait: quantity({ char: 'w', summary: en['help.nc.flag.wait'], min: 0.001, max: 86_400 }),
    verbose: Flags.boolean({ char: 'v', summary: en['help.nc.flag.verbose'] }),
    ipv4: Flags.boolean({ summary: en['help.flag.ipv4'], exclusive: ['ipv6'] }),
    ipv6: Flags.boolean({ summary: en['help.flag.ipv6'] }),
  };

  private verbose = false;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Nc);
    const { listen, udp, ipv4, ipv6 } = flags;
    this.verbose = flags.verbose;
    const place = readPlace(args, listen);
    const request = readHostFlags(flags, { detect: false, forwarding: false });
    const application = `netlab ${this.config.version}`;
    const timeout = flags.wait === undefined ? undefined : seconds(flags.wait);
    const version = ipv6 ? 6 : ipv4 ? 4 : undefined;
    try {
      await interruption.guard((signal) =>
        withHost(request, { application }, signal, async (session) => {
          const wait = waitOf(session, timeout);
          if (udp) return this.overUdp(session, place, listen, version, wait);
          const socket = listen
            ? await this.accepted(session, place, wait)
            : await this.connected(session, place, version, wait);
          await this.talk(socket, wait, session);
        }),
      );
    } finally {
      // A terminal or pipe that is still open is no reason to stay.
      process.stdin.destroy();
    }
  }

  private async connected(
    session: HostSession,
    { host = '', port }: Place,
    version: 4 | 6 | undefined,
    wait: Wait,
  ): Promise<TcpSocket> {
    const remotes = await session.resolveAll(host, version);
    const [best] = remotes;
    if (remotes.length === 1) await session.ready(best);
    const socket = await session.live.sockets.connectFirst(remotes, port, wait);
    this.tell(this.say('nc.connected', { address: format(socket.remote.address), port }));
    return socket;
  }

  private async accepted(session: HostSession, place: Place, wait: Wait): Promise<TcpSocket> {
    const { host, port } = place;
    const local = host === undefined ? {} : { local: readAddress(host) };
    const server = session.live.sockets.listen(port, local);
    await session.ready();
    this.tell(this.say('nc.listening', { addresses: session.addresses().join(', '), port }));
    const socket = await server.accept(wait);
    const { address, port: from } = socket.remote;
    this.tell(this.say('nc.accepted', { address: format(address), port: from }));
    // One connection, as nc has it: others are refused from now on.
    server.close();
    return socket;
  }

  /** Until both have said all; at a terminal, until the peer has. */
  private async talk(socket: TcpSocket, wait: Wait, session: HostSession): Promise<void> {
    const { cancellation } = session;
    const traffic = { sent: 0, received: 0 };
    const sending = pumpIn(process.stdin, socket, wait, traffic);
    sending.catch(() => {});
    await Promise.race([
      pumpOut(socket, process.stdout, wait, traffic),
      sending.then(() => new Promise<never>(() => {})),
    ]);
    const stopped = idle(traffic, wait);
    stopped.catch(() => {});
    await (process.stdin.isTTY ? socket.end(wait) : Promise.race([sending, stopped]));
    await socket.finished({ timeout: FINISH, cancellation });
    socket.close();
    this.tell(this.say('nc.ended', traffic));
  }

  private async overUdp(
    session: HostSession,
    place: Place,
    listen: boolean,
    version: 4 | 6 | undefined,
    wait: Wait,
  ): Promise<void> {
    const { sockets } = session.live;
    const port = listen ? sockets.udp({ port: place.port, ...localOf(place) }) : sockets.udp();
    let peer: Peer | undefined;
    if (listen) {
      await session.ready();
      const addresses = session.addresses().join(', ');
      this.tell(this.say('nc.listening', { addresses, port: place.port }));
      const first = await port.receive(wait);
      peer = { address: first.source, port: first.sourcePort };
      await put(process.stdout, first.octets);
    } else {
      peer = { address: await session.resolve(place.host ?? '', version), port: place.port };
      await session.ready(peer.address);
    }
    const sending = sendDatagrams(port, peer);
    await Promise.race([
      receiveDatagrams(port, peer, wait),
      refusal(port, peer, wait),
      sending.then(() => new Promise<never>(() => {})),
    ]);
  }

  /** On stderr: stdout is the peer's. */
  private tell(text: string): void {
    if (this.verbose) process.stderr.write(`${text}\n`);
  }
}

/** @throws UsageError missing-argument, bad-port */
function readPlace(
  { host, port }: { host?: string | undefined; port?: string | undefined },
  listen: boolean,
): Place {
  if (listen && port === undefined && host !== undefined) {
    return { host: undefined, port: readPort(host) };
  }
  if (host === undefined || port === undefined) {
    const argument = host === undefined && !listen ? 'HOST' : 'PORT';
    throw new UsageError('missing-argument', `${argument} is missing`, { argument });
  }
  return { host, port: readPort(port) };
}

const localOf = ({ host }: Place): { readonly local?: IpAddress } =>
  host === undefined ? {} : { local: readAddress(host) };

const waitOf = ({ cancellation }: HostSession, timeout: Duration | undefined): Wait =>
  timeout === undefined ? { cancellation } : { cancellation, timeout };

/** Each piece of standard input is a datagram, and a long one several. */
async function sendDatagrams(port: UdpPort, peer: Peer): Promise<void> {
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += DATAGRAM_MAX) {
      port.send(chunk.subarray(at, at + DATAGRAM_MAX), peer.address, peer.port);
    }
  }
}

/** UDP has no end: until nothing comes for the time that was given, which then is the end and no error. */
async function receiveDatagrams(port: UdpPort, peer: Peer, wait: Wait): Promise<void> {
  for (;;) {
    try {
      const { octets, source, sourcePort } = await port.receive(wait);
      const known = format(source) === format(peer.address) && sourcePort === peer.port;
      if (known) await put(process.stdout, octets);
    } catch (error) {
      if (error instanceof NetlabError && error.code === 'timed-out') return;
      throw error;
    }
  }
}

async function refusal(port: UdpPort, peer: Peer, { cancellation }: Wait): Promise<never> {
  const { kind, from } = await port.receiveError(
    cancellation === undefined ? {} : { cancellation },
  );
  const details = { kind, from: format(from), address: format(peer.address), port: peer.port };
  const message = `${details.from} says: ${kind}`;
  throw new NetlabError('unreachable', EXIT.boardFault, message, details);
}
