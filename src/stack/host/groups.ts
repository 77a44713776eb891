/** The groups that a host listens to, on each interface, by how many asked for each. */
import { format, type IpAddress, isIpv4 } from '../network/ip/address.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import { multicastHardware } from '../network/ipv6/address.ts';
import type { Interface } from './interface.ts';

export class Groups {
  /** By interface; the groups by their text for IPv6, for no packet of a group comes too fast for that. */
  readonly #members: Map<string | number, number>[] = [];

  isMember(device: Interface, group: IpAddress): boolean {
    return this.#members[device.index]?.has(keyOf(group)) ?? false;
  }

  /** True when nobody had joined it before. */
  join(device: Interface, group: IpAddress): boolean {
    const members = this.#of(device);
    const before = members.get(keyOf(group)) ?? 0;
    members.set(keyOf(group), before + 1);
    if (before === 0) device.joinHardware(hardwareOf(group));
    return before === 0;
  }

  /** True when nobody is left in it. */
  leave(device: Interface, group: IpAddress): boolean {
    const members = this.#of(device);
    const before = members.get(keyOf(group)) ?? 0;
    if (before > 1) members.set(keyOf(group), before - 1);
    if (before !== 1) return false;
    members.delete(keyOf(group));
    device.leaveHardware(hardwareOf(group));
    return true;
  }

  #of(device: Interface): Map<string | number, number> {
    let members = this.#members[device.index];
    if (members === undefined) {
      members = new Map();
      this.#members[device.index] = members;
    }
    return members;
  }
}

const keyOf = (group: IpAddress): string | number => (isIpv4(group) ? group : format(group));

const hardwareOf = (group: IpAddress): Uint8Array =>
  isIpv4(group) ? ipv4MulticastHardware(group) : multicastHardware(group);

/** RFC 1112 §6.4: the low 23 bits. */
export const ipv4MulticastHardware = (group: Ipv4Address): Uint8Array =>
  Uint8Array.of(0x01, 0x00, 0x5e, (group >>> 16) & 0x7f, (group >>> 8) & 0xff, group & 0xff);
