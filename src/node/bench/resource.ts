/** One name for a board's way in, whatever a person calls it: what leases are taken of. */
import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/([^?#]*)/i;
const LOOPBACK = /^(localhost|127\.|\[::1\])/;

/**
 * `host:/dev/ttyACM0` for every link to that port; `rfc2217://lab:4000` whoever asks. A port of this machine has
 * the machine's name in it, for users whose state folder is on several.
 */
export function resourceOf(port: string): string {
  const [, scheme = '', rest = ''] = URL_FORM.exec(port) ?? [];
  if (scheme === '') return `${hostname()}:${devicePath(port)}`;
  const address = rest.toLowerCase().replace(/\/+$/, '');
  const url = `${scheme.toLowerCase()}://${address}`;
  return LOOPBACK.test(address) ? `${hostname()}:${url}` : url;
}

function devicePath(port: string): string {
  if (process.platform === 'win32') return port.replace(/^\\\\\.\\/, '').toUpperCase();
  try {
    return realpathSync(port);
  } catch {
    return resolve(port); // It is not plugged in.
  }
}
