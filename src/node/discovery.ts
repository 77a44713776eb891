/** The serial ports of this machine, and which of them a netlab board is behind. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

export interface PortDescription {
  readonly path: string;
  /** Four lower-case hexadecimal digits each; absent on what is not USB. */
  readonly vendorId?: string;
  readonly productId?: string;
  readonly manufacturer?: string;
  readonly serialNumber?: string;
  /** The board that this USB identity belongs to. Only greeting it makes sure. */
  readonly board?: string;
}

interface UsbIdentity {
  readonly vendorId: string;
  readonly productId: string;
  readonly board: string;
}

/** What firmware/boards/<board> puts into its USB device descriptor; other firmware may have the same. */
const BOARD_IDENTITIES: readonly UsbIdentity[] = [
  { vendorId: '2e8a', productId: '000a', board: 'w5500-evb-pico' },
];

/** Never throws: a machine that cannot list its ports has none to offer. */
export async function listPorts(): Promise<readonly PortDescription[]> {
  const ports = await withSerialport().catch(() => fromSysfs());
  return ports.map(recognise).sort((a, b) => a.path.localeCompare(b.path));
}

export const recognisedBoards = async (): Promise<readonly PortDescription[]> =>
  (await listPorts()).filter((port) => port.board !== undefined);

function recognise(port: PortDescription): PortDescription {
  const known = BOARD_IDENTITIES.find(
    (identity) =>
      identity.vendorId === port.vendorId?.toLowerCase() &&
      identity.productId === port.productId?.toLowerCase(),
  );
  return known === undefined ? port : { ...port, board: known.board };
}

async function withSerialport(): Promise<PortDescription[]> {
  // On Linux it asks udevadm, and rejects where there is none: then sysfs tells the same.
  const { SerialPort } = await import('serialport');
  const ports = await SerialPort.list();
  return ports
    .filter((port) => port.vendorId !== undefined || !/\/ttyS\d+$/.test(port.path))
    .map(({ path, vendorId, productId, manufacturer, serialNumber }) => ({
      path,
      ...(vendorId === undefined ? {} : { vendorId }),
      ...(productId === undefined ? {} : { productId }),
      ...(manufacturer === undefined ? {} : { manufacturer }),
      ...(serialNumber === undefined ? {} : { serialNumber }),
    }));
}

const SYSFS_TTY = '/sys/class/tty';

function fromSysfs(root = SYSFS_TTY): PortDescription[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => /^tty(ACM|USB)\d+$/.test(name))
    .map((name) => ({ path: `/dev/${name}`, ...usbAttributes(join(root, name, 'device')) }));
}

/** The attributes lie in the USB device's folder, one or two above the interface's. */
function usbAttributes(device: string): Omit<PortDescription, 'path'> {
  try {
    const node = realpathSync(device);
    for (const folder of [join(node, '..'), join(node, '..', '..')]) {
      if (!existsSync(join(folder, 'idVendor'))) continue;
      const attribute = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();
      return { vendorId: attribute('idVendor'), productId: attribute('idProduct') };
    }
  } catch {
    // The device went away while we looked.
  }
  return {};
}
