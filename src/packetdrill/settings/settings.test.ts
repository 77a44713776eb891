import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../stack/transport/tcp/config.ts';
import { Misfit } from '../script-error.ts';
import { readSettings } from './settings.ts';
import { splitCommands } from './shell.ts';

const read = (text: string) => readSettings({ kind: 'command', line: 1, text }, PROFILES.linux);

describe('commands as words', () => {
  it.each([
    ['one a line', 'a b\nc', [['a', 'b'], ['c']]],
    ['with separators', 'a; b && c || d', [['a'], ['b'], ['c'], ['d']]],
    ['with quotes', 'a "b c" d=\'e f\'', [['a', 'b c', 'd=e f']]],
    ['with comments', '# all\na b # rest', [['a', 'b']]],
    ['with output thrown away', 'a b > /dev/null 2>&1', [['a', 'b']]],
    ['with errors thrown away too', 'a &> /dev/null || b', [['a'], ['b']]],
    ['without what only looks at their output', 'a | grep -q " 3 " > /dev/null', [['a']]],
    ['with sums', 'a="1 $((2*(3+4))) $((7/2))"', [['a=1 14 3']]],
    ['over two lines', 'a \\\n b', [['a', 'b']]],
  ])('%s', (_, text, expected) => {
    expect(splitCommands(text, 1).map((c) => c.words)).toEqual(expected);
  });

  it('has the line of each', () => {
    expect(splitCommands('a\n\nb', 10).map((c) => c.line)).toEqual([10, 12]);
  });
});

describe('variables and routes become settings of the stack', () => {
  it.each([
    ['sysctl -q net.ipv4.tcp_timestamps=0', { timestamps: false }],
    ['sysctl -w net.ipv4.tcp_sack=0 net.ipv4.tcp_ecn=1', { sack: false, ecn: 'active' }],
    ['./set_sysctls.py /proc/sys/net/ipv4/tcp_ecn=0', { ecn: 'off' }],
    ['sysctl net.ipv4.tcp_wmem="4096 $((256*1024)) 4194304"', { sendBuffer: 262_144 }],
    ['sysctl net.ipv4.tcp_slow_start_after_idle=0', { restartAfterIdle: false }],
    ['sysctl net.ipv4.tcp_dsack=1 net.ipv4.tcp_reordering=3', {}],
    ['sysctl net.ipv4.tcp_congestion_control=reno', { congestion: 'reno' }],
    [
      'sysctl net.ipv4.tcp_fastopen=0x203',
      {
        fastOpen: { client: true, server: false },
        fastOpenWithoutCookie: true,
      },
    ],
    [
      'sysctl net.ipv4.tcp_fastopen=0x402',
      {
        fastOpen: { client: false, server: true },
        fastOpenWithoutCookie: false,
      },
    ],
    ['sysctl net.ipv4.tcp_keepalive_time=10', { keepAliveIdle: 10_000_000 }],
    ['sysctl kern.ipc.maxsockbuf=2097152', { windowShiftMin: 6 }],
    ['sysctl kern.ipc.maxsockbuf=4294967295', { windowShiftMin: 14 }],
    ['sysctl net.inet.tcp.delacktime=100', { delayedAck: 100_000 }],
    ['sysctl net.inet.tcp.rfc1323=0', { timestamps: false, windowScaling: false }],
    [
      'sysctl net.ipv4.tcp_rmem="4096 540000 $((15*1024*1024))"',
      { receiveBuffer: 270_000, windowShiftMin: 8 },
    ],
    ['ip route change 192.0.2.0/24 dev tun0 initcwnd 20', { initialWindow: 20 }],
    ['ip ro replace 192.0.2.1 via 1.1.1.1 rto_min 5ms', { rtoMin: 5000 }],
  ])('%s', (text, tcp) => {
    expect(read(text).tcp).toEqual(tcp);
  });

  it("knows what the original's own first script sets", () => {
    expect(read('../../common/defaults.sh').tcp).toMatchObject({
      ecn: 'off',
      windowShiftMin: 8,
      synRetries: 5,
    });
  });

  it('reads the MTU of the path', () => {
    expect(read('ip route add default dev tun0 mtu lock 1300').mtu).toBe(1300);
  });

  it('knows programs by their name, wherever they lie', () => {
    const { notes } = read('/bin/rm -f /tmp/a; /bin/dd if=/dev/zero of=/tmp/a');
    expect(notes).toEqual(['line 1: rm is not run', 'line 1: dd is not run']);
  });

  it('lets time pass', () => {
    expect(read('sleep 0.5; sleep 1').pause).toBe(1_500_000);
  });

  it('says what it takes and does not do', () => {
    const { notes, tcp } = read(
      '../common/clean.sh\nsysctl net.core.rmem_max=1\ntc qdisc add dev tun0',
    );
    expect(tcp).toEqual({});
    expect(notes).toEqual([
      'line 1: ../common/clean.sh is not run',
      'line 2: net.core.rmem_max changes nothing here',
      'line 3: tc is not run',
    ]);
  });
});

describe('what is not known is an error with its line', () => {
  it.each([
    ['\nsysctl net.ipv4.tcp_new_thing=1', 2, 'the variable net.ipv4.tcp_new_thing is not known'],
    ['sysctl net.ipv4.tcp_sack=maybe', 1, 'net.ipv4.tcp_sack cannot be maybe'],
    ['sysctl net.ipv4.tcp_congestion_control=vegas', 1, 'cannot be vegas'],
    ['reboot', 1, 'the command reboot is not known'],
    ['ip route change default initrwnd 5', 1, 'initrwnd of a route is not supported'],
    ['echo $(date)', 1, "the shell's $ is not supported"],
    ['sysctl net.ipv4.tcp_dsack=0', 1, 'tcp_dsack cannot be 0'],
    ['sysctl net.inet.tcp.rexmit_drop_options=1', 1, 'rexmit_drop_options cannot be 1'],
    ['cat a | sysctl -p', 1, "the shell's | is not supported"],
    ['sleep long', 1, 'sleep long is not understood'],
  ])('%j', (text, line, message) => {
    try {
      read(text);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      expect(error.line).toBe(line);
      expect(error.message).toContain(message);
      return;
    }
    throw new Error('it was read');
  });
});
