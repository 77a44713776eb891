import { UsageError } from '../base/errors.ts';
import type { Transport } from '../hardware/board/transport.ts';

const TCP = 'tcp://';

/**
 * The line that a port's name means: `/dev/ttyACM0`, `COM5`, `tcp://host:port`.
 * @throws UsageError `bad-address`; NetlabError `no-such-port`, `no-permission`, `port-busy`,
 * `port-failed`, `connection-failed`
 */
export async function openLine(name: string): Promise<Transport> {
  if (!name.startsWith(TCP)) {
    const { openSerial } = await import('./serial-transport.ts');
    return openSerial(name);
  }
  const address = name.slice(TCP.length);
  if (!/^.+:\d{1,5}$/.test(address)) {
    throw new UsageError('bad-address', `${address} is not host:port`, { address });
  }
  const { openTcp } = await import('./tcp-transport.ts');
  return openTcp(address);
}
