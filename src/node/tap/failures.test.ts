import { describe, expect, it } from 'vitest';
import { parsePrefix } from '../../stack/network/ipv4/address.ts';
import { parsePrefix as parseIpv6Prefix } from '../../stack/network/ipv6/address.ts';
import { EBADFD, EINVAL, failed, lost, noPermission } from './failures.ts';

const known = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('a constant of this test cannot be read');
  return value;
};
const WANTED = {
  name: 'netlab%d',
  mtu: 1400,
  queueLength: 1000,
  addresses: [known(parsePrefix('192.0.2.1/24')), known(parseIpv6Prefix('2001:db8::1/64'))],
};
const SETTINGS =
  'sudo ip address replace 192.0.2.1/24 dev netlab0 && ' +
  'sudo ip address replace 2001:db8::1/64 dev netlab0 && ' +
  'sudo ip link set dev netlab0 mtu 1400 txqueuelen 1000 up';

describe('what mends a lack of permission', () => {
  it('gives addresses and MTU to an interface that is there', () => {
    expect(noPermission(WANTED, 'setting').details).toMatchObject({ remedy: SETTINGS });
  });

  it('makes an interface that is not', () => {
    expect(noPermission(WANTED, 'interface').details).toMatchObject({
      remedy: expect.stringMatching(
        /^sudo ip tuntap add dev netlab0 mode tap user \S+ && sudo ip address/,
      ),
    });
  });

  it('opens the device node to all, as distributions do', () => {
    expect(noPermission(WANTED, 'node').details).toMatchObject({
      remedy: expect.stringMatching(/^sudo chmod 0666 \/dev\/net\/tun && sudo ip tuntap add/),
    });
  });
});

describe('other failures', () => {
  it('have the system’s own name for the reason', () => {
    expect(failed('tap0', 'SIOCSIFMTU', EINVAL).details).toMatchObject({
      reason: 'SIOCSIFMTU: EINVAL',
    });
  });

  it('have one that Node does not know', () => {
    expect(lost('tap0', EBADFD).details).toMatchObject({ reason: 'EBADFD' });
  });
});
