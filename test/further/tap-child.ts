/**
 * A process that opens a TAP device for the tests: `tap-child.ts NAME IPV4 IPV6`. It says `open NAME`, or
 * prints the error as JSON and ends with its exit code. SIGUSR2 makes it call `process.exit(0)`.
 */
import { NetlabError } from '../../src/base/errors.ts';
import { openTap } from '../../src/node/tap/tap-device.ts';
import { parsePrefix } from '../../src/stack/network/ipv4/address.ts';
import { parsePrefix as parseIpv6Prefix } from '../../src/stack/network/ipv6/address.ts';

const [name = '', ipv4 = '', ipv6 = ''] = process.argv.slice(2);
const addresses = [parsePrefix(ipv4), parseIpv6Prefix(ipv6)].filter((p) => p !== undefined);

try {
  const device = await openTap({ name, addresses });
  process.on('SIGUSR2', () => process.exit(0));
  setInterval(() => {}, 1000);
  device.onReadable(() => {
    while (device.pollFrame());
  });
  process.stdout.write(`open ${device.name}\n`);
} catch (error) {
  if (!(error instanceof NetlabError)) throw error;
  const { code, exitCode, details } = error;
  process.stdout.write(`${JSON.stringify({ code, exitCode, details })}\n`);
  process.exitCode = exitCode;
}
