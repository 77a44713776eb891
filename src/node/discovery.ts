/** The serial ports of this machine, and which of them a netlab board is behind. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Recognition, recognise } from '../hardware/board/recognise.ts';

/** With what its USB identity tells, where it has one. */
export interface PortDescription extends Partial<Recognition> {
  readonly path: string;
  /** Four lower-case hexadecimal digits each; absent on what is not USB. */
  readonly vendorId?: string;
  readonly productId?: string;
  readonly manufacturer?: string;
  readonly serialNumber?: string;
  /** The USB socket, by the way to it: `1-1.2` on Linux. It stays when another board is plugged in there. */
  readonly location?: string;
}

/** Never throws: a machine that cannot list its ports has none to offer. */
export async function listPorts(): Promise<readonly PortDescription[]> {
  const ports = await withSerialport().catch(() => fromSysfs());
  return ports.map(recognised).sort((a, b) => a.path.localeCompare(b.path));
}

/**
 * The ports that a board of ours may be behind, the likeliest first. Serial adapters are not among them:
 * greeting whatever else is behind one could do harm.
 */
export const recognisedBoards = async (): Promise<readonly PortDescription[]> =>
  (await listPorts())
    .filter(({ certainty }) => certainty === 'ours' || certainty === 'board')
    .sort((a, b) => Number(b.certainty === 'ours') - Number(a.certainty === 'ours'));

function recognised(port: PortDescription): PortDescription {
  const { vendorId, productId, manufacturer } = port;
  if (vendorId === undefined || productId === undefined) return port;
  return { ...port, ...recognise({ vendorId, productId, manufacturer }) };
}

async function withSerialport(): Promise<PortDescription[]> {
  // On Linux it asks udevadm, and rejects where there is none: then sysfs tells the same.
  const { SerialPort } = await import('serialport');
  const ports = await SerialPort.list();
  return ports
    .filter((port) => port.vendorId !== undefined || !/\/ttyS\d+$/.test(port.path))
    .map(({ path, vendorId, productId, manufacturer, serialNumber, locationId }) => ({
      path,
      ...(vendorId === undefined ? {} : { vendorId }),
      ...(productId === undefined ? {} : { productId }),
      ...(manufacturer === undefined ? {} : { manufacturer }),
      ...(serialNumber === undefined ? {} : { serialNumber }),
      ...(locationId === undefined ? {} : { location: locationId }),
      ...socketOf(path),
    }));
}

const SYSFS_TTY = '/sys/class/tty';

function fromSysfs(root = SYSFS_TTY): PortDescription[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => /^tty(ACM|USB)\d+$/.test(name))
    .map((name) => ({ path: `/dev/${name}`, ...usbAttributes(join(root, name, 'device')) }));
}

/** Where serialport tells no location, sysfs does. */
function socketOf(path: string): Pick<PortDescription, 'location'> {
  const name = /^\/dev\/(tty(?:ACM|USB)\d+)$/.exec(path)?.[1];
  if (process.platform !== 'linux' || name === undefined) return {};
  const { location } = usbAttributes(join(SYSFS_TTY, name, 'device'));
  return location === undefined ? {} : { location };
}

/** The attributes lie in the USB device's folder, one or two above the interface's. Its name is the way to it. */
function usbAttributes(device: string): Omit<PortDescription, 'path'> {
  try {
    const node = realpathSync(device);
    for (const folder of [join(node, '..'), join(node, '..', '..')]) {
      if (!existsSync(join(folder, 'idVendor'))) continue;
      const attribute = (name: string): string | undefined =>
        existsSync(join(folder, name))
          ? readFileSync(join(folder, name), 'utf8').trim()
          : undefined;
      const [vendorId, productId] = [attribute('idVendor'), attribute('idProduct')];
      const [manufacturer, serialNumber] = [attribute('manufacturer'), attribute('serial')];
      return {
        location: basename(folder),
        ...(vendorId === undefined ? {} : { vendorId }),
        ...(productId === undefined ? {} : { productId }),
        ...(manufacturer === undefined ? {} : { manufacturer }),
        ...(serialNumber === undefined ? {} : { serialNumber }),
      };
    }
  } catch {
    // The device went away while we looked.
  }
  return {};
}
