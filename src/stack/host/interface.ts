/** One Ethernet interface of a host: its configuration, the groups that it listens to, its neighbours. */
import { assert } from '../../base/errors.ts';
import type { Packet } from '../../base/packet.ts';
import { ADDRESS_LENGTH, isMulticast } from '../datalink/ethernet/address.ts';
import { DATA_MAX } from '../datalink/ethernet/header.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { type InterfaceCounters, noInterfaceCounts } from './counters.ts';

export interface InterfaceOptions {
  readonly name: string;
  /** Its own address, six octets. */
  readonly hardware: Uint8Array;
  /** Octets of an IP datagram that a frame carries; 1500 unless told otherwise. */
  readonly mtu?: number;
  /** The IEEE 802.1Q VLAN that it is in: what it sends is tagged, and no other frame is taken. */
  readonly vlan?: number;
  /** Whether datagrams in IEEE 802.3 frames are taken (RFC 1042); what is sent is Ethernet II. */
  readonly snap?: boolean;
}

const MTU_MAX = 0xffff;
const VID_MAX = 0xffe;
/**
 * A departure from RFC 4861 §6.3.4, which takes any: one forged advertisement that says 1 would keep us from
 * all that is not on the link (CVE-2015-2922).
 */
const HOP_LIMIT_MIN = 32;

export class Interface {
  readonly index: number;
  readonly name: string;
  readonly hardware: Uint8Array;
  readonly mtu: number;
  readonly vlan: number | undefined;
  readonly snap: boolean;
  readonly counters: InterfaceCounters = noInterfaceCounts();
  up = true;
  /** What a router on the link said of IPv6 (RFC 4861 §6.3.4): hop limit, undefined for the host's own, … */
  hopLimit: number | undefined;
  /** … and how much of the MTU to use. */
  ipv6Mtu: number;
  /** Another on the link has the address that is made of our hardware address (RFC 4862 §5.4.5). */
  ipv6Disabled = false;
  /** The hardware address as two numbers, which are compared faster than octets. */
  readonly #high: number;
  readonly #low: number;
  /** Group addresses as one number, and how many asked for each. */
  readonly #groups = new Map<number, number>();

  constructor(index: number, options: InterfaceOptions) {
    const { name, hardware, mtu = DATA_MAX, vlan, snap = false } = options;
    assert(hardware.length === ADDRESS_LENGTH, 'a hardware address has six octets');
    assert(!isMulticast(hardware), 'a hardware address names one station');
    assert(mtu >= ipv4.MTU_MIN && mtu <= MTU_MAX, `${mtu} is no MTU`);
    assert(vlan === undefined || (vlan >= 1 && vlan <= VID_MAX), `${vlan} is no VLAN`);
    this.index = index;
    this.name = name;
    this.hardware = hardware.slice();
    this.mtu = mtu;
    this.ipv6Mtu = mtu;
    this.vlan = vlan;
    this.snap = snap;
    this.#high = high(hardware);
    this.#low = low(hardware);
  }

  /**
   * RFC 8200 §5: over a link that carries less in one piece IPv6 is not spoken. What addresses and routes it
   * has there wait for a better one. Nor is it where our very name is another's.
   */
  get carriesIpv6(): boolean {
    return this.mtu >= ipv6.MTU_MIN && !this.ipv6Disabled;
  }

  /** RFC 4861 §6.3.4: what a router says of the link, of the hop limit 0 for nothing; nonsense is ignored. */
  heed(hopLimit: number, mtu: number | undefined): void {
    if (hopLimit !== 0) this.hopLimit = Math.max(hopLimit, HOP_LIMIT_MIN);
    if (mtu !== undefined && mtu >= ipv6.MTU_MIN && mtu <= this.mtu) this.ipv6Mtu = mtu;
  }

  /** It may be another link: nothing is known of it. */
  forgetAdvertised(): void {
    this.hopLimit = undefined;
    this.ipv6Mtu = this.mtu;
    this.ipv6Disabled = false;
  }

  /** Is the frame at `at` for this station alone? */
  isNamed(p: Packet, at: number): boolean {
    return p.view.getInt32(at + 2) === this.#low && p.view.getUint16(at) === this.#high;
  }

  /** IEEE 802.3 §4.2.9: is the frame at `at` for this station? */
  accepts(p: Packet, at: number): boolean {
    if (this.isNamed(p, at)) return true;
    const high = p.view.getUint16(at);
    const low = p.view.getInt32(at + 2);
    if ((high & 0x0100) === 0) return false;
    if (high === 0xffff && low === -1) return true;
    return this.#groups.has(high * 0x1_0000_0000 + low);
  }

  joinHardware(group: Uint8Array): void {
    const key = high(group) * 0x1_0000_0000 + low(group);
    this.#groups.set(key, (this.#groups.get(key) ?? 0) + 1);
  }

  leaveHardware(group: Uint8Array): void {
    const key = high(group) * 0x1_0000_0000 + low(group);
    const left = (this.#groups.get(key) ?? 0) - 1;
    if (left > 0) this.#groups.set(key, left);
    else this.#groups.delete(key);
  }
}

const high = (a: Uint8Array): number => ((a[0] as number) << 8) | (a[1] as number);
/** Signed, as all words that are compared are: a number that needs no box. */
const low = (a: Uint8Array): number =>
  ((a[2] as number) << 24) | ((a[3] as number) << 16) | ((a[4] as number) << 8) | (a[5] as number);
