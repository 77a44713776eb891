/**
 * The DHCP server, RFC 2131 §4.3: one server identifier, a pool for each network that it serves, the others
 * by way of relays. What it remembers of clients, and the states of that: `bindings.ts`.
 *
 * It does not ask the link whether an address is in use before it offers it (§2.2 would have it so): each
 * client does so with ARP, and declines.
 *
 * Invariants:
 *   (1) No address is BOUND to two clients, or given before the time of another client's lease has passed.
 *   (2) What a client asks for in vain costs the server no memory but an offer, of which there are few.
 *   (3) The same messages at the same times give the same leases.
 */
import { toHex } from '../../../base/octets.ts';
import { after, type Duration, type Instant, NEVER, seconds } from '../../../base/time.ts';
import {
  contains,
  type Ipv4Address,
  isUnicast,
  LIMITED_BROADCAST,
  UNSPECIFIED,
} from '../../network/ipv4/address.ts';
import { type Binding, Bindings } from './bindings.ts';
import type { OutgoingDatagram } from './datagram.ts';
import {
  CLIENT_PORT,
  DATAGRAM_OVERHEAD,
  decode,
  encode,
  HARDWARE_ETHERNET,
  LENGTH_MIN_ACCEPTED,
  type Message,
  OP,
  SERVER_PORT,
} from './message.ts';
import { addressIn, MESSAGE_TYPE, messageType, OPTION, uint16, uint32 } from './options.ts';
import { Pool, type PoolConfiguration } from './pool.ts';
import { type Grant, optionsFor } from './reply-options.ts';

export interface ServerConfiguration {
  /** The server identifier: the address at which clients reach it. */
  readonly address: Ipv4Address;
  readonly pools: readonly PoolConfiguration[];
  readonly leaseTime: Duration;
  /** How long an offer is held for the client that it was made to. */
  readonly offerTime: Duration;
  /** How long an address that somebody else uses is not given. */
  readonly declineTime: Duration;
  readonly bindings: number;
  readonly offers: number;
}

/** A shorter lease would end before its client has asked twice for more. */
const LEASE_TIME_MIN = seconds(60);
/** In an Ethernet frame. */
const LENGTH_MAX = 1500 - DATAGRAM_OVERHEAD;

export const SERVER_DEFAULTS: Omit<ServerConfiguration, 'address' | 'pools'> = {
  leaseTime: seconds(3600),
  // The client's four requests take a minute.
  offerTime: seconds(60),
  declineTime: seconds(600),
  bindings: 1024,
  offers: 64,
};

export type ServerEvent =
  | {
      readonly kind: 'leased' | 'renewed' | 'released' | 'declined' | 'expired';
      readonly binding: Binding;
    }
  /** There is no address left for the client. */
  | { readonly kind: 'exhausted'; readonly client: string };

/** How a client is told from others: by its identifier, or its hardware address (RFC 2131 §4.2). */
export const clientKey = (client: {
  readonly identifier?: Uint8Array | undefined;
  readonly hardwareType: number;
  readonly hardware: Uint8Array;
}): string =>
  client.identifier !== undefined && client.identifier.length > 0
    ? `id ${toHex(client.identifier)}`
    : `${client.hardwareType} ${toHex(client.hardware)}`;

/** A request, and what the server knows of who made it. */
interface Asked {
  readonly message: Message;
  readonly client: string;
  readonly pool: Pool;
  readonly binding: Binding | undefined;
}

export class Server {
  readonly #configuration: ServerConfiguration;
  readonly #pools: readonly Pool[];
  readonly #bindings: Bindings;
  readonly #outbox: OutgoingDatagram[] = [];
  readonly #events: ServerEvent[] = [];

  constructor(configuration: ServerConfiguration) {
    this.#configuration = configuration;
    this.#pools = configuration.pools.map((pool) => new Pool(pool, configuration.address));
    this.#bindings = new Bindings(configuration.bindings, configuration.offers);
  }

  /** All that it remembers, in no order that means anything to others. */
  get bindings(): readonly Binding[] {
    return [...this.#bindings];
  }

  /** A UDP payload that came to port 67. */
  handleMessage(payload: Uint8Array, now: Instant): void {
    const decoded = decode(payload);
    if (!decoded.ok || decoded.value.op !== OP.request) return;
    const message = decoded.value;
    this.handleTimeout(now);
    const asked = this.#identify(message);
    if (asked === undefined) return;
    switch (messageType(message.options)) {
      case MESSAGE_TYPE.discover:
        this.#handleDiscover(asked, now);
        break;
      case MESSAGE_TYPE.request:
        this.#handleRequest(asked, now);
        break;
      case MESSAGE_TYPE.decline:
        this.#handleDecline(asked, now);
        break;
      case MESSAGE_TYPE.release:
        this.#handleRelease(asked, now);
        break;
      case MESSAGE_TYPE.inform:
        this.#handleInform(asked);
        break;
    }
  }

  handleTimeout(now: Instant): void {
    for (const binding of [...this.#bindings]) {
      if (binding.until > now) continue;
      this.#free(binding);
      if (binding.state === 'BOUND') this.#events.push({ kind: 'expired', binding });
    }
  }

  pollTimeout(): Instant | undefined {
    let first: Instant = NEVER;
    for (const { until } of this.#bindings) if (until < first) first = until;
    return first === NEVER ? undefined : first;
  }

  pollOutput(): OutgoingDatagram | undefined {
    return this.#outbox.shift();
  }

  pollEvent(): ServerEvent | undefined {
    return this.#events.shift();
  }

  /** RFC 2131 §4.3.1: the network is the relay's; the client's, when it has an address; or our own. */
  #identify(message: Message): Asked | undefined {
    const { chaddr, hardwareType, options, giaddr, ciaddr } = message;
    const identifier = options.get(OPTION.clientIdentifier);
    if (identifier === undefined && chaddr.length === 0) return undefined;
    const client = clientKey({ identifier, hardwareType, hardware: chaddr });
    const from = [giaddr, ciaddr, this.#configuration.address].find((a) => a !== UNSPECIFIED);
    const pool = this.#pools.find(({ network }) => from !== undefined && contains(network, from));
    if (pool === undefined) return undefined;
    const binding = this.#bindings.of(client, (a) => contains(pool.network, a));
    return { message, client, pool, binding };
  }

  #handleDiscover(asked: Asked, now: Instant): void {
    const { message, client, pool, binding } = asked;
    const wanted = addressIn(message.options, OPTION.requestedAddress) ?? UNSPECIFIED;
    const address = pool.choose(client, wanted, this.#bindings);
    const held = binding?.state === 'BOUND' && binding.address === address;
    const until = after(now, this.#configuration.offerTime);
    // A lease that runs is offered as it is: to ask for it again does not end it.
    if (address === undefined || (!held && !this.#bind(asked, address, 'OFFERED', until))) {
      this.#events.push({ kind: 'exhausted', client });
      return;
    }
    this.#reply(asked, MESSAGE_TYPE.offer, this.#grant(message, address));
  }

  /** §4.3.2: which of four requests it is shows in what it has. */
  #handleRequest(asked: Asked, now: Instant): void {
    const { options, ciaddr } = asked.message;
    const server = addressIn(options, OPTION.serverIdentifier);
    const requested = addressIn(options, OPTION.requestedAddress);
    if (server !== undefined && server !== this.#configuration.address) this.#handleChoice(asked);
    else if (ciaddr !== UNSPECIFIED) this.#handleExtension(asked, ciaddr, now);
    else if (requested === undefined) return;
    else if (server !== undefined) this.#acknowledge(asked, requested, now);
    else this.#handleReboot(asked, requested, now);
  }

  /** SELECTING, and another server was chosen. */
  #handleChoice({ binding }: Asked): void {
    if (binding?.state === 'OFFERED') this.#free(binding);
  }

  /** INIT-REBOOT: of a client that it does not know a server MUST be silent. */
  #handleReboot(asked: Asked, requested: Ipv4Address, now: Instant): void {
    const known = asked.binding !== undefined && asked.binding.state !== 'OFFERED';
    if (!contains(asked.pool.network, requested)) this.#refuse(asked);
    else if (known) this.#acknowledge(asked, requested, now);
  }

  /** RENEWING, REBINDING: a server that was started anew takes the client's word where it can. */
  #handleExtension(asked: Asked, address: Ipv4Address, now: Instant): void {
    const known = asked.binding !== undefined;
    if (known || asked.pool.allows(address, asked.client)) this.#acknowledge(asked, address, now);
  }

  #acknowledge(asked: Asked, address: Ipv4Address, now: Instant): void {
    const { message, client, pool, binding } = asked;
    const others = binding !== undefined && binding.address !== address;
    if (others || !pool.allows(address, client) || this.#bindings.isTaken(address, client)) {
      this.#refuse(asked);
      return;
    }
    const grant = this.#grant(message, address);
    const until = after(now, grant.leaseTime ?? (0 as Duration));
    const bound = this.#bind(asked, address, 'BOUND', until);
    if (bound === undefined) return;
    this.#events.push({ kind: binding?.state === 'BOUND' ? 'renewed' : 'leased', binding: bound });
    this.#reply(asked, MESSAGE_TYPE.ack, grant);
  }

  /** Only who has the address can say that it is no good. */
  #handleDecline(asked: Asked, now: Instant): void {
    const declined = addressIn(asked.message.options, OPTION.requestedAddress);
    if (declined === undefined || !this.#isHolder(asked, declined)) return;
    const until = after(now, this.#configuration.declineTime);
    const binding = this.#bind(asked, declined, 'DECLINED', until);
    if (binding !== undefined) this.#events.push({ kind: 'declined', binding });
  }

  #handleRelease(asked: Asked, now: Instant): void {
    const { message, binding } = asked;
    if (binding === undefined || !this.#isHolder(asked, message.ciaddr)) return;
    this.#free({ ...binding, until: now });
    this.#events.push({ kind: 'released', binding });
  }

  #isHolder({ message, binding }: Asked, address: Ipv4Address | undefined): boolean {
    const server = addressIn(message.options, OPTION.serverIdentifier);
    return (
      server === this.#configuration.address &&
      binding?.state === 'BOUND' &&
      binding.address === address
    );
  }

  /** §4.3.5: parameters for who has an address of his own. */
  #handleInform(asked: Asked): void {
    if (isUnicast(asked.message.ciaddr)) this.#reply(asked, MESSAGE_TYPE.ack, {});
  }

  #refuse(asked: Asked): void {
    this.#reply(asked, MESSAGE_TYPE.nak, {});
  }

  #free(binding: Binding): void {
    if (binding.state !== 'DECLINED' && binding.leased) {
      this.#bindings.set({ ...binding, state: 'FREE', until: NEVER });
    } else this.#bindings.delete(binding);
  }

  #bind(
    { message, client, binding }: Asked,
    address: Ipv4Address,
    state: 'OFFERED' | 'BOUND' | 'DECLINED',
    until: Instant,
  ): Binding | undefined {
    const leased = state === 'BOUND' || (binding?.leased ?? false);
    const fresh = { client, address, hardware: message.chaddr, state, until, leased };
    return this.#bindings.set(fresh) ? fresh : undefined;
  }

  /** The client may ask for less time than there is (RFC 2131 §4.3.1), not for next to none. */
  #grant({ options }: Message, address: Ipv4Address): Grant {
    const most = this.#configuration.leaseTime;
    const wanted = uint32(options, OPTION.leaseTime);
    const asked = wanted === undefined ? most : Math.max(seconds(wanted), LEASE_TIME_MIN);
    return { address, leaseTime: Math.min(asked, most) as Duration };
  }

  #reply(
    { message, pool }: Asked,
    type: typeof MESSAGE_TYPE.offer | typeof MESSAGE_TYPE.ack | typeof MESSAGE_TYPE.nak,
    grant: Partial<Grant>,
  ): void {
    const { address: server } = this.#configuration;
    const nak = type === MESSAGE_TYPE.nak;
    const reply: Message = {
      op: OP.reply,
      hardwareType: message.hardwareType,
      hops: 0,
      xid: message.xid,
      secs: 0,
      // §4.3.2: a relay is to broadcast a NAK, since the client's address may be of another network.
      broadcast: message.broadcast || (nak && message.giaddr !== UNSPECIFIED),
      ciaddr: nak ? UNSPECIFIED : message.ciaddr,
      yiaddr: grant.address ?? UNSPECIFIED,
      siaddr: UNSPECIFIED,
      giaddr: message.giaddr,
      chaddr: message.chaddr,
      sname: new Uint8Array(),
      file: new Uint8Array(),
      options: optionsFor(type, message, server, pool, grant),
    };
    const size = uint16(message.options, OPTION.maximumMessageSize) ?? 0;
    const limit = Math.min(Math.max(size - DATAGRAM_OVERHEAD, LENGTH_MIN_ACCEPTED), LENGTH_MAX);
    const route = destinationOf(reply, nak);
    this.#outbox.push({
      payload: encode(reply, limit),
      source: server,
      sourcePort: SERVER_PORT,
      ...route,
    });
  }
}

/** RFC 2131 §4.1: where a reply goes. */
function destinationOf(
  { giaddr, ciaddr, yiaddr, broadcast, chaddr, hardwareType }: Message,
  nak: boolean,
): Pick<OutgoingDatagram, 'destination' | 'destinationPort' | 'broadcast' | 'hardware'> {
  const to = (destination: Ipv4Address, destinationPort: number) => ({
    destination,
    destinationPort,
    broadcast: destination === LIMITED_BROADCAST,
  });
  if (giaddr !== UNSPECIFIED) return to(giaddr, SERVER_PORT);
  if (!nak && ciaddr !== UNSPECIFIED) return to(ciaddr, CLIENT_PORT);
  const ethernet = hardwareType === HARDWARE_ETHERNET && chaddr.length === 6;
  if (nak || broadcast || !ethernet) return to(LIMITED_BROADCAST, CLIENT_PORT);
  return { ...to(yiaddr, CLIENT_PORT), hardware: chaddr };
}
