/** Why a serial port would not open, and what its user can do about it. */
import {
  accessSync,
  constants,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { EXIT, NetlabError } from '../base/errors.ts';
import { listPorts } from './discovery.ts';

/** Windows says "denied" where another program has the port; elsewhere it means what it says. */
const REFUSALS: readonly (readonly [RegExp, 'no-such-port' | 'no-permission' | 'port-busy'])[] = [
  [/no such (file|device)|file not found|cannot find/i, 'no-such-port'],
  [/cannot lock|resource (temporarily unavailable|busy)|device or resource busy/i, 'port-busy'],
  [/access (is )?denied/i, 'port-busy'],
  [/permission denied|operation not permitted/i, 'no-permission'],
];

export async function explainOpenFailure(port: string, cause: Error): Promise<NetlabError> {
  const refusal = accessRefusal(port) ?? REFUSALS.find(([text]) => text.test(cause.message))?.[1];
  switch (refusal) {
    case 'no-such-port':
      return noSuchPort(port, cause);
    case 'no-permission': {
      const details = { port, remedy: permissionRemedy(port) };
      return new NetlabError(
        refusal,
        EXIT.noBoard,
        `no permission to open ${port}`,
        details,
        cause,
      );
    }
    case 'port-busy': {
      const details = { port, holder: portHolder(port) };
      return new NetlabError(refusal, EXIT.noBoard, `${port} is in use`, details, cause);
    }
    default: {
      const details = { port, reason: cause.message };
      return new NetlabError('port-failed', EXIT.noBoard, `cannot open ${port}`, details, cause);
    }
  }
}

async function noSuchPort(port: string, cause: Error): Promise<NetlabError> {
  const ports = (await listPorts()).map((found) => found.path).join(', ');
  const details = { port, ports };
  return new NetlabError('no-such-port', EXIT.noBoard, `there is no port ${port}`, details, cause);
}

/** What the file system says, which is surer than the text of an error. */
function accessRefusal(port: string): 'no-such-port' | 'no-permission' | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    accessSync(port, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'no-such-port';
    return code === 'EACCES' || code === 'EPERM' ? 'no-permission' : undefined;
  }
}

const UDEV_RULE = 'SUBSYSTEM=="tty", KERNEL=="ttyACM*|ttyUSB*", TAG+="uaccess"';

/** The command that gives this user the port: joining its group, or a udev rule where it is root's own. */
export function permissionRemedy(port: string): string {
  const group = groupOf(port);
  if (process.platform !== 'linux') return `sudo chmod a+rw ${port}`;
  if (group !== undefined && group !== 'root') return `sudo usermod -aG ${group} "$USER"`;
  return `echo '${UDEV_RULE}' | sudo tee /etc/udev/rules.d/60-netlab.rules && sudo udevadm control --reload && sudo udevadm trigger`;
}

function groupOf(port: string): string | undefined {
  try {
    const gid = String(statSync(port).gid);
    const lines = readFileSync('/etc/group', 'utf8').split('\n');
    return lines.map((line) => line.split(':')).find((fields) => fields[2] === gid)?.[0];
  } catch {
    return undefined;
  }
}

/** `minicom (4242)`, or nothing where the system does not say. */
function portHolder(port: string): string {
  if (process.platform !== 'linux') return '';
  try {
    const device = realpathSync(port);
    const holders = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && holds(pid, device));
    return holders.map(programOf).join(', ');
  } catch {
    return '';
  }
}

/** A process of another user hides its descriptors: that reads as "does not hold". */
function holds(pid: string, device: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => linkTarget(`${folder}/${fd}`) === device);
  } catch {
    return false;
  }
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function programOf(pid: string): string {
  try {
    return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (${pid})`;
  } catch {
    return pid;
  }
}
