/** The one place where the port of a board is opened, whatever it is and wherever. */
import type { Transport } from '../hardware/board/transport.ts';
import { leasedLine } from './bench/leased-line.ts';
import { takeLease } from './bench/leases.ts';
import { locate } from './bench/locate.ts';
import { type PortName, parsePortName } from './port-name.ts';
import { INITIAL_LINE_RATE, type Line, StreamTransport } from './stream-transport.ts';

/**
 * The transport that a port's name means: `/dev/ttyACM0`, `COM5`, `rfc2217://host:port`, `tcp://host:port`,
 * `labgrid://place`, or a board of the inventory.
 * @throws as `openOctets`
 */
export const openLine = async (name: string): Promise<Transport> =>
  new StreamTransport(await openOctets(name));

/**
 * The same, octet by octet, for those who do not speak the control protocol: loaders, monitors, sharing. While it
 * is open this process has the board's lease.
 * @param rate in bit/s, where the line has one
 * @throws UsageError `bad-address`; NetlabError `no-such-port`, `no-permission`, `port-busy`, `port-failed`,
 * `board-leased`, `no-such-board`, `board-absent`, `connection-failed`, `no-such-host`, `not-rfc2217`, `remote-refused`, `labgrid-failed`, `labgrid-no-port`
 */
export async function openOctets(name: string, rate: number = INITIAL_LINE_RATE): Promise<Line> {
  const where = await locate(name);
  const port = parsePortName(where);
  const lease = await takeLease(where, name);
  try {
    return leasedLine(await openPort(port, rate), lease);
  } catch (error) {
    lease.release();
    throw error;
  }
}

async function openPort(port: PortName, rate: number): Promise<Line> {
  switch (port.kind) {
    case 'device': {
      const { openSerialLine } = await import('./serial-transport.ts');
      return openSerialLine(port.path, rate);
    }
    case 'labgrid': {
      const { openLabgrid } = await import('./remote/labgrid.ts');
      return openLabgrid(port.place, rate);
    }
    default: {
      const { openNetworkPort } = await import('./remote/network-port.ts');
      return openNetworkPort(port, rate);
    }
  }
}
