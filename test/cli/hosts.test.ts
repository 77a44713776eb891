/** The commands that run a host, on a mocked board with a neighbour at the other end of its cable. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeCapture } from '../../src/capture/pcapng-reader.ts';
import { type FailureDocument, netlab, ownFolder, type Running, startNetlab } from './netlab.ts';

const BENCH = ['--on', 'mock', '--address', '192.0.2.2/24', '--neighbour', '192.0.2.1/24'];

/** As a pipe that ends: what the process waits for on standard input. */
function say(running: Running, text = ''): Running {
  running.child.stdin.end(text);
  return running;
}

describe('netlab ping', () => {
  it('sums up what was answered', async () => {
    const { code, stdout } = await netlab(['ping', '192.0.2.1', ...BENCH, '-c', '3', '-i', '0.01']);
    expect(stdout).toMatch(/^PING 192\.0\.2\.1 \(192\.0\.2\.1\): 56 octets of data$/m);
    expect(stdout).toMatch(/^64 octets from 192\.0\.2\.1: icmp_seq=3 ttl=64 time=\d+\.\d{3} ms$/m);
    expect(stdout).toContain('192.0.2.1: 3 sent, 3 received, 0 % lost');
    expect(stdout).toMatch(/min\/avg\/max\/mdev = [\d.]+\/[\d.]+\/[\d.]+\/[\d.]+ ms/);
    expect(code).toBe(0);
  });

  it('prints one document with --json', async () => {
    const { code, stdout } = await netlab([
      'ping',
      '192.0.2.1',
      ...BENCH,
      '-c',
      '2',
      '-i',
      '0.01',
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      target: '192.0.2.1',
      transmitted: 2,
      received: 2,
      answers: [{ sequence: 1, ttl: 64, from: '192.0.2.1' }, { sequence: 2 }],
    });
    expect(code).toBe(0);
  });

  it('ends with 1 when only errors came: too long a datagram that may not be cut', async () => {
    const args = ['ping', '192.0.2.1', ...BENCH, '-c', '1', '--df', '-s', '3000'];
    const { code, stdout } = await netlab(args);
    expect(stdout).toContain('icmp_seq=1 too-big');
    expect(code).toBe(1);
  });

  it('ends with 7 when nothing came', async () => {
    const args = ['ping', '192.0.2.9', ...BENCH, '-c', '1', '-W', '0.2'];
    const { code, stdout } = await netlab(args);
    expect(stdout).toContain('No answer to icmp_seq=1');
    expect(code).toBe(7);
  });

  it('cuts a long one, and loses what it is told to', async () => {
    const args = ['ping', '192.0.2.1', ...BENCH, '-c', '40', '-i', '0.01', '-W', '0.3'];
    const { stdout } = await netlab([
      ...args,
      '-s',
      '2000',
      '--loss',
      '10',
      '--seed',
      '3',
      '--json',
    ]);
    const { received } = JSON.parse(stdout) as { received: number };
    expect(received).toBeGreaterThan(10);
    expect(received).toBeLessThan(40);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s shows the sum and ends with 130', async (signal) => {
    const running = startNetlab(['ping', '192.0.2.1', ...BENCH, '-i', '0.05']);
    await running.shows(/icmp_seq=2/);
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect(stdout).toMatch(/\d+ sent, \d+ received/);
    expect(stderr).toBe('');
    expect(code).toBe(130);
  });

  it('looks a name up, and says when nobody knows it', async () => {
    const args = ['ping', 'www.example', ...BENCH, '--dns', '192.0.2.1'];
    const { code, stderr } = await netlab(args);
    expect(stderr).toContain('The name www.example has no address.');
    expect(code).toBe(6);
  });
});

describe('netlab traceroute', () => {
  it.each([
    ['UDP', []],
    ['ICMP', ['--icmp']],
  ])('by %s reaches the neighbour at once', async (_, more) => {
    const args = ['traceroute', '192.0.2.1', ...BENCH, ...more];
    const { code, stdout } = await netlab(args);
    expect(stdout).toMatch(/^ 1 {2}192\.0\.2\.1( {2}[\d.]+ ms){3}$/m);
    expect(code).toBe(0);
  });

  it('ends with 7 when nobody answers', async () => {
    const args = ['traceroute', '192.0.2.9', ...BENCH, '-m', '2', '-w', '0.2', '-q', '2'];
    const { code, stdout } = await netlab(args);
    expect(stdout).toMatch(/^ 1 {2}\* {2}\*$\n^ 2 {2}\* {2}\*$/m);
    expect(code).toBe(7);
  });
});

describe('netlab nc', () => {
  it('says what comes on standard input, and shows the answer', async () => {
    const running = say(startNetlab(['nc', '192.0.2.1', '7', ...BENCH, '-v']), 'hello\n');
    const { code, stdout, stderr } = await running.ended;
    expect(stdout).toBe('hello\n');
    expect(stderr).toContain('6 octets sent, 6 received');
    expect(code).toBe(0);
  });

  it('reads all that the peer says, though nothing is said to it', async () => {
    const { stdout, code } = await say(startNetlab(['nc', '192.0.2.1', '13', ...BENCH])).ended;
    expect(stdout).toMatch(/^\w+, \w+ \d+, \d{4} \d\d:\d\d:\d\d-UTC\r\n$/);
    expect(code).toBe(0);
  });

  it('over UDP ends when nothing comes any more', async () => {
    const args = ['nc', '192.0.2.1', '7', ...BENCH, '--udp', '-w', '0.5'];
    const { stdout, code } = await say(startNetlab(args), 'datagram').ended;
    expect(stdout).toBe('datagram');
    expect(code).toBe(0);
  });

  it('that nobody answers ends with 6, and says why', async () => {
    const { code, stderr } = await netlab(['nc', '192.0.2.1', '9999', ...BENCH]);
    expect(stderr).toContain('The peer refused the connection.');
    expect(code).toBe(6);
  });

  it('to a UDP port that nobody has ends with 6', async () => {
    const args = ['nc', '192.0.2.1', '9999', ...BENCH, '--udp'];
    const { code, stderr } = await say(startNetlab(args), '?').ended;
    expect(stderr).toContain('192.0.2.1 says so by ICMP');
    expect(code).toBe(6);
  });

  it('ends with 7 when nothing comes or goes for the time given', async () => {
    const running = startNetlab(['nc', '192.0.2.1', '7', ...BENCH, '-w', '0.3']);
    expect((await running.ended).code).toBe(7);
  });

  it('that has heard the end waits for its own no longer than the time given', async () => {
    // Daytime says all that it has to say at once; standard input stays open.
    const running = startNetlab(['nc', '192.0.2.1', '13', ...BENCH, '-w', '0.3']);
    const { code, stdout } = await running.ended;
    expect(stdout).toMatch(/UTC\r\n$/);
    expect(code).toBe(7);
  });

  it('that waits for nobody is ended by Ctrl-C', async () => {
    const running = startNetlab(['nc', '-l', '9000', ...BENCH, '-v']);
    await new Promise<void>((resolve) => {
      running.child.stderr.on('data', (text) => /Listening/.test(String(text)) && resolve());
    });
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });
});

describe('netlab host', () => {
  it('says where it is, counts, and ends with 130', async () => {
    const cwd = ownFolder();
    const args = [
      'host',
      ...BENCH,
      '--no-detect',
      '--services',
      'echo,http',
      '--capture',
      'a.pcapng',
    ];
    const running = startNetlab(args, { cwd });
    const begun = await running.shows(/Address 192\.0\.2\.2\/24/);
    expect(begun).toContain('The host is at mock.');
    expect(begun).toContain('Services: echo, http');
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(stdout).toMatch(/frames \d+ in, \d+ out/);
    expect(stderr).toBe('');
    expect(code).toBe(130);
    const { interfaces, damage } = decodeCapture(readFileSync(join(cwd, 'a.pcapng')));
    expect(interfaces).toMatchObject([{ name: 'mock' }]);
    expect(damage).toBeUndefined();
  });

  it('does not use an address that another has: exit 4', async () => {
    const args = [
      'host',
      '--on',
      'mock',
      '--address',
      '192.0.2.1/24',
      '--neighbour',
      '192.0.2.1/24',
    ];
    const { code, stderr, stdout } = await netlab(args);
    expect(stderr).toContain('Another station on the link has 192.0.2.1/24.');
    expect(stdout).not.toContain('Address 192.0.2.1/24\n');
    expect(code).toBe(4);
  });

  it('ends with one document for a program', async () => {
    const running = startNetlab(['host', ...BENCH, '--no-detect', '--no-slaac', '--json']);
    // It says nothing before its end; what it answers shows that it is there.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      interfaces: [{ name: 'mock', addresses: ['192.0.2.2/24'] }],
      services: ['echo', 'discard', 'daytime', 'chargen', 'time', 'http'],
    });
  });
});

interface Misuse {
  readonly args: readonly string[];
  readonly exitCode?: number;
  readonly code: string;
  readonly says: RegExp;
}

describe('what cannot be meant', () => {
  it.each<[string, Misuse]>([
    ['no place for the host', { args: ['host'], code: 'no-attachment', says: /Where is the host/ }],
    [
      'an address without a length',
      {
        args: ['host', '--on', 'mock', '--address', '192.0.2.2'],
        code: 'bad-prefix',
        says: /192\.0\.2\.2\/24/,
      },
    ],
    [
      'an address that is none',
      {
        args: ['host', '--on', 'mock', '--address', '192.0.2.256/24'],
        code: 'bad-prefix',
        says: /256/,
      },
    ],
    [
      'an address that no host can have',
      {
        args: ['host', '--on', 'mock', '--address', '224.0.0.1/24'],
        code: 'unusable-address',
        says: /224\.0\.0\.1/,
      },
    ],
    [
      'an address twice',
      {
        args: ['host', '--on', 'mock', '--address', '192.0.2.2/24', '--address', '192.0.2.2/24'],
        code: 'address-in-use',
        says: /in use/,
      },
    ],
    [
      'a side that is not there',
      {
        args: ['host', '--on', 'mock', '--address', '192.0.2.2/24%tap'],
        code: 'no-such-side',
        says: /It has: board/,
      },
    ],
    [
      'a gateway on no link',
      {
        args: ['host', '--on', 'mock', '--address', '192.0.2.2/24', '--gateway', '198.51.100.1'],
        code: 'gateway-off-link',
        says: /192\.0\.2\.2\/24/,
      },
    ],
    [
      'a DNS server that is no address',
      { args: ['ping', 'x', '--on', 'mock', '--dns', 'x'], code: 'bad-ip-address', says: /`x`/ },
    ],
    [
      'a name without a DNS server',
      {
        args: ['ping', 'www.example', ...BENCH],
        code: 'no-dns',
        says: /www\.example cannot be looked up/,
      },
    ],
    [
      'a service that does not exist',
      {
        args: ['host', '--on', 'mock', '--services', 'ecko'],
        code: 'unknown-service',
        says: /Did you mean `echo`\?/,
      },
    ],
    [
      'a port out of range',
      { args: ['nc', '192.0.2.1', '65536', ...BENCH], code: 'bad-port', says: /65536/ },
    ],
    [
      'a port that is none',
      { args: ['nc', '-l', 'http', ...BENCH], code: 'bad-port', says: /http/ },
    ],
    ['no port', { args: ['nc', '192.0.2.1', ...BENCH], code: 'missing-argument', says: /PORT/ }],
    [
      'more loss than there is',
      {
        args: ['ping', '192.0.2.1', ...BENCH, '--loss', '101'],
        code: 'out-of-range',
        says: /0 to 100/,
      },
    ],
    [
      'a loss that is no number',
      { args: ['ping', '192.0.2.1', ...BENCH, '--loss', 'x'], code: 'out-of-range', says: /`x`/ },
    ],
    [
      'a name that no interface can have',
      { args: ['host', '--tap', 'a/b'], code: 'tap-name', says: /a\/b/ },
    ],
    [
      'a capture where no file can be',
      {
        args: ['ping', '192.0.2.1', ...BENCH, '--capture', 'no/such/folder.pcapng'],
        code: 'file-missing',
        says: /no\/such/,
      },
    ],
    [
      'a port of a board that does not exist',
      {
        args: ['host', '--on', '/dev/ttyACM42'],
        exitCode: 4,
        code: 'no-such-port',
        says: /ttyACM42/,
      },
    ],
    [
      'a way that does not exist',
      {
        args: ['ping', '203.0.113.1', ...BENCH, '-c', '1'],
        exitCode: 6,
        code: 'no-route',
        says: /No route/,
      },
    ],
  ])('%s', async (_, { args, exitCode = 2, code, says }) => {
    const [read, machine] = await Promise.all([
      netlab(args),
      args[0] === 'nc' ? undefined : netlab([...args, '--json']),
    ]);
    expect(read.stderr).toMatch(says);
    expect(read.stderr).toMatch(/Next: /);
    expect(read.stderr).not.toMatch(/^\s+at /m);
    expect(read.code).toBe(exitCode);
    if (machine === undefined) return;
    const { error } = JSON.parse(machine.stdout) as FailureDocument;
    expect(error).toMatchObject({ code, exitCode });
    expect(machine.code).toBe(exitCode);
  });
});

describe('completion', () => {
  it.each([
    ['what --services takes', ['host', '--services', 'dis'], 'discard'],
    ['where a host can be', ['ping', '192.0.2.1', '--on', 'mo'], 'mock'],
    ['profiles', ['packetdrill', 'x.pkt', '--profile', 'free'], 'freebsd'],
    ['flags of a host', ['nc', '--neigh'], '--neighbour'],
  ])('knows %s', async (_, words, expected) => {
    const { stdout } = await netlab(['completion', '--words', '--', ...words]);
    expect(stdout).toBe(`${expected}\n`);
  });
});

describe('help', () => {
  it.each(['host', 'ping', 'traceroute', 'nc', 'packetdrill'])(
    'of %s has examples',
    async (name) => {
      const { code, stdout } = await netlab([name, '--help']);
      expect(stdout).toMatch(/EXAMPLES\n {2}.*netlab /);
      expect(code).toBe(0);
    },
  );

  it('is Korean in a Korean locale', async () => {
    const { stdout } = await netlab(['ping', '--help'], { env: { LC_ALL: 'ko_KR.UTF-8' } });
    expect(stdout).toContain('netlab 의 호스트에서');
    expect(stdout).toContain('호스트 옵션');
  });
});
