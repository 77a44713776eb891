/** What can go wrong with a TAP device, and the one command that mends it. */
import { constants, userInfo } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { EXIT, NetlabError } from '../../base/errors.ts';
import { formatPrefix as formatIpv4, type Ipv4Prefix } from '../../stack/network/ipv4/address.ts';
import { formatPrefix as formatIpv6, type Ipv6Prefix } from '../../stack/network/ipv6/address.ts';

export const { EPERM, EACCES, EAGAIN, EBUSY, EINVAL, EIO, ENOBUFS } = constants.errno;
/** The interface was deleted while we held it; Node has no name for it. */
export const EBADFD = 77;

/** What the kernel's side of the interface is to have. */
export interface Wanted {
  readonly name: string;
  readonly mtu: number;
  readonly addresses: readonly (Ipv4Prefix | Ipv6Prefix)[];
  readonly queueLength: number;
}

export const isIpv4 = (prefix: Ipv4Prefix | Ipv6Prefix): prefix is Ipv4Prefix =>
  typeof prefix.address === 'number';

const formatPrefix = (prefix: Ipv4Prefix | Ipv6Prefix): string =>
  isIpv4(prefix) ? formatIpv4(prefix) : formatIpv6(prefix);

/** What is done once by root, so that the user who runs us needs no right. */
export type Lacking = 'node' | 'interface' | 'setting';

export function noPermission(wanted: Wanted, lacking: Lacking): NetlabError {
  const name = wanted.name.replace('%d', '0');
  const steps = [
    ...(lacking === 'node' ? ['chmod 0666 /dev/net/tun'] : []),
    ...(lacking === 'setting' ? [] : [`ip tuntap add dev ${name} mode tap user ${userName()}`]),
    ...wanted.addresses.map((prefix) => `ip address replace ${formatPrefix(prefix)} dev ${name}`),
    `ip link set dev ${name} mtu ${wanted.mtu} txqueuelen ${wanted.queueLength} up`,
  ];
  const remedy = steps.map((step) => `sudo ${step}`).join(' && ');
  return new NetlabError(
    'tap-permission',
    EXIT.noBoard,
    `no permission to set up the TAP device ${name}: run ${remedy}`,
    { name, remedy },
  );
}

export const nameTaken = (name: string): NetlabError =>
  new NetlabError('tap-busy', EXIT.noBoard, `${name} is taken`, { name });

export const failed = (name: string, call: string, errno: number): NetlabError => {
  const reason = `${call}: ${errorName(errno)}`;
  return new NetlabError('tap-failed', EXIT.boardFault, `${name}: ${reason}`, { name, reason });
};

export const lost = (name: string, errno: number): NetlabError => {
  const reason = errorName(errno);
  return new NetlabError('tap-lost', EXIT.boardFault, `${name} is gone`, { name, reason });
};

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 0); // A user whom the system has no name for.
  }
}

const errorName = (errno: number): string =>
  errno === EBADFD ? 'EBADFD' : getSystemErrorName(-errno);
