import { describe, expect, it } from 'vitest';
import { explainOpenFailure, permissionRemedy } from './port-access.ts';

describe.skipIf(process.platform === 'win32')('why a port would not open', () => {
  // As node-serialport words them; /dev/null exists and may be opened, so that the text alone decides.
  it.each([
    ['Error: Permission denied, cannot open /dev/null', 'no-permission'],
    ['Error: Operation not permitted, cannot open /dev/null', 'no-permission'],
    ['Error Resource temporarily unavailable Cannot lock port', 'port-busy'],
    ['Error: Device or resource busy, cannot open /dev/null', 'port-busy'],
    ['Opening COM5: Access denied', 'port-busy'],
    ['Opening COM5: File not found', 'no-such-port'],
    ['Error: Inappropriate ioctl for device', 'port-failed'],
  ])('%s: %s', async (message, code) => {
    const error = await explainOpenFailure('/dev/null', new Error(message));
    expect(error).toMatchObject({ code, exitCode: 4 });
  });

  it.runIf(process.platform === 'linux')('a port of root’s own needs a udev rule', () => {
    expect(permissionRemedy('/dev/null')).toContain('/etc/udev/rules.d/60-netlab.rules');
  });
});
