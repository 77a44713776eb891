import { describe, expect, it } from 'vitest';
import { milliseconds, seconds } from '../base/time.ts';
import { NO_FLAGS } from './language/packet.ts';
import { parseScript } from './language/script.ts';
import { formatOutcome, type ScriptOutcome } from './run/outcome.ts';
import { type Answer, ISN, Puppet, type Strings } from './run/puppet.ts';
import { type RunOptions, runScript } from './run-script.ts';
import type { CallResult } from './subject.ts';
import { patternFrom } from './wire/stream.ts';

function run(text: string, strings: Strings = {}, options: RunOptions = {}): ScriptOutcome {
  const script = parseScript(text, 'a.pkt');
  if (!script.ok) throw new Error(script.error.message);
  return runScript(script.value, {
    strict: true,
    subject: (config) => new Puppet(config, strings),
    ...options,
  });
}

const SYN_ACK: Answer = {
  delay: 0,
  segment: {
    sequence: ISN,
    acknowledgment: 1,
    flags: { ...NO_FLAGS, syn: true, ack: true },
    options: [{ kind: 'mss', value: 1460 }],
  },
};

const OPENING = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 1000 <mss 1000>
+0 > S. 0:0(0) ack 1 win 1000 <mss 1460>
+.1 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
`;

const DATA: Answer = {
  delay: 0,
  segment: {
    acknowledgment: 1,
    flags: { ...NO_FLAGS, psh: true, ack: true },
    payload: patternFrom(0, 10),
  },
};

describe('a script that the stack keeps to', () => {
  it('passes, and tells each step with its time', () => {
    const outcome = run(
      `${OPENING}+0 write(4, ..., 10) = 10\n+.1 < . 1:1(0) ack 1 win 1000\n+0 > P. 1:11(10) ack 1`,
      { answers: [[SYN_ACK], [], [DATA]] },
    );
    expect(formatOutcome(outcome)).toBe('a.pkt: pass');
    expect(outcome).toMatchObject({ verdict: 'pass', line: null, kind: null, unmatched: [] });
    expect(outcome.steps.map(({ line, at }) => [line, at])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
      [6, 0.1],
      [7, 0.1],
      [8, 0.1],
      [9, 0.2],
      [10, 0.2],
    ]);
    expect(outcome.steps[4]?.text).toBe('> S. 0:0(0) ack 1 win 1000 <mss 1460>');
    expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
  });
});

describe('a packet that is not the one expected is shown field by field', () => {
  it.each<[string, Answer, string, Partial<ScriptOutcome>]>([
    [
      'another acknowledgment number',
      { ...SYN_ACK, segment: { ...SYN_ACK.segment, acknowledgment: 2 } },
      '> S. 0:0(0) ack 1 win 1000 <mss 1460>',
      {
        line: 5,
        kind: 'packet',
        message: 'the packet differs in acknowledgment number',
        expected: '> S. 0:0(0) ack 1 win 1000 <mss 1460>',
        actual: '> S. 0:0(0) ack 2 win 1000 <mss 1460>',
        differences: [{ field: 'acknowledgment number', expected: '1', actual: '2' }],
      },
    ],
    [
      'other flags and another window',
      SYN_ACK,
      '> SE. 0:0(0) ack 1 win 7 <mss 1460>',
      {
        message: 'the packet differs in flags, window',
        differences: [
          { field: 'flags', expected: 'SE.', actual: 'S.' },
          { field: 'window', expected: '7', actual: '1000' },
        ],
      },
    ],
    [
      'another value of an option',
      SYN_ACK,
      '> S. 0:0(0) ack 1 <mss 1400>',
      { differences: [{ field: 'option mss', expected: 'mss 1400', actual: 'mss 1460' }] },
    ],
    [
      'other options',
      SYN_ACK,
      '> S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>',
      {
        differences: [
          { field: 'options', expected: 'mss 1460,nop,nop,sackOK', actual: 'mss 1460' },
        ],
      },
    ],
    [
      'a mark of ECN',
      { ...SYN_ACK, trafficClass: 3 },
      '> [ect01] S. 0:0(0) ack 1 <mss 1460>',
      { differences: [{ field: 'ECN', expected: 'ect0 or ect1', actual: '3' }] },
    ],
    [
      'bits that are reserved',
      { ...SYN_ACK, segment: { ...SYN_ACK.segment, reserved: 2 } },
      '> S. 0:0(0) ack 1 <mss 1460>',
      { differences: [{ field: 'reserved bits', expected: '0', actual: '2' }] },
    ],
    [
      'another protocol',
      SYN_ACK,
      '> udp (10)',
      { differences: [{ field: 'protocol', expected: 'udp', actual: 'tcp' }] },
    ],
  ])('%s', (_, answer, expected, outcome) => {
    const text = `${OPENING.split('\n').slice(0, 4).join('\n')}\n+0 ${expected}`;
    expect(run(text, { answers: [[answer]] })).toMatchObject({ verdict: 'fail', ...outcome });
  });

  it('a payload that the application did not write', () => {
    const other = { ...DATA, segment: { ...DATA.segment, payload: patternFrom(1, 10) } };
    const outcome = run(
      `${OPENING}+0 write(4, ..., 10) = 10\n+0 < . 1:1(0) ack 1 win 1000\n+0 > P. 1:11(10) ack 1`,
      { answers: [[SYN_ACK], [], [other]] },
    );
    expect(outcome).toMatchObject({
      line: 10,
      message: 'octet 0 of the payload is not what was written',
    });
  });

  it('and is only noted where the script says that it is not fatal', () => {
    const text = `--non_fatal=packet\n${OPENING.split('\n').slice(0, 4).join('\n')}\n+0 > S 0:0(0)`;
    const outcome = run(text, { answers: [[SYN_ACK]] });
    expect(outcome.verdict).toBe('pass');
    expect(outcome.notes).toEqual([expect.stringContaining('line 6: the packet differs in flags')]);
  });
});

describe('when a packet comes', () => {
  const wait = (time: string, delay: number, options = ''): ScriptOutcome =>
    run(`${options}${OPENING}+.1 < . 1:1(0) ack 1 win 1000\n${time} > P. 1:11(10) ack 1`, {
      answers: [[SYN_ACK], [], [{ ...DATA, delay }]],
    });

  it.each([
    ['4 ms late', '+0', 4000],
    ['an eighth of the time late', '+.1', 112_000],
    ['in its range', '+.1~+.3', 250_000],
    ['at any time', '*', 50_000_000],
  ])('%s is in time', (_, time, delay) => {
    expect(wait(time, delay).verdict).toBe('pass');
  });

  it('too late is told with both times', () => {
    expect(wait('+0', 4001)).toMatchObject({
      verdict: 'fail',
      line: 9,
      kind: 'timing',
      message: 'the packet was sent at 0.204001 s and not at 0.200000 s (±0.004000 s)',
      differences: [{ field: 'time', expected: '0.200000', actual: '0.204001' }],
    });
  });

  it('too early is told too', () => {
    expect(wait('+.1', 80_000)).toMatchObject({ kind: 'timing' });
  });

  it('as late as the script lets it be', () => {
    expect(wait('+0', 9000, '--tolerance_usecs=10000\n').verdict).toBe('pass');
  });

  it('never is told as that', () => {
    const text = `${OPENING}+.1 < . 1:1(0) ack 1 win 1000\n+0 > . 1:1(0) ack 1`;
    expect(run(text, { answers: [[SYN_ACK]] })).toMatchObject({
      line: 9,
      kind: 'no-packet',
      expected: '> . 1:1(0) ack 1',
      actual: 'none',
    });
  });
});

describe('packets that the script does not have', () => {
  const strings: Strings = { answers: [[SYN_ACK], [DATA]] };

  it('are a failure in the place of the next', () => {
    const text = `${OPENING}+.1 < . 1:1(0) ack 1 win 1000\n+0 > . 1:1(0) ack 1`;
    expect(run(text, strings)).toMatchObject({ line: 9, kind: 'packet' });
  });

  it('are a failure at the end when it is strict', () => {
    expect(run(OPENING, strings)).toMatchObject({
      line: 7,
      kind: 'unexpected-packet',
      actual: '> P. 1:11(10) ack 1 win 1000',
    });
  });

  it('are told and no more when it is not, as the original does', () => {
    expect(run(OPENING, strings, { strict: false })).toMatchObject({
      verdict: 'pass',
      unmatched: ['> P. 1:11(10) ack 1 win 1000'],
    });
  });
});

describe('several segments for a long one', () => {
  const part = (first: number, length: number): Answer => ({
    delay: 0,
    segment: {
      sequence: ISN + first,
      acknowledgment: 1,
      flags: { ...NO_FLAGS, ack: true },
      payload: patternFrom(first - 1, length),
    },
  });
  const strings: Strings = { answers: [[SYN_ACK], [], [part(1, 100), part(101, 100)]] };
  const rest = '+0 write(4, ..., 200) = 200\n+0 < . 1:1(0) ack 1 win 1000\n+0 > . 1:201(200) ack 1';

  it('are put together', () => {
    expect(run(OPENING + rest, strings).verdict).toBe('pass');
  });

  it('are not when the script wants each for itself', () => {
    const outcome = run(`--strict_segments\n${OPENING}${rest}`, strings);
    expect(outcome.differences).toEqual([
      { field: 'payload length', expected: '200', actual: '100' },
    ]);
  });
});

describe('calls', () => {
  it.each<[string, string, CallResult, string, string]>([
    ['another value', 'write(4, ..., 10) = 10', { value: 7 }, '10', '7'],
    ['an error', 'write(4, ..., 10) = 10', { value: -1, errno: 'EPIPE' }, '10', '-1 EPIPE'],
    [
      'another error',
      'write(4, ..., 10) = -1 EAGAIN (try again)',
      { value: -1, errno: 'EPIPE' },
      '-1 EAGAIN',
      '-1 EPIPE',
    ],
    ['no error', 'write(4, ..., 10) = -1 EPIPE (x)', { value: 10 }, '-1 EPIPE', '10'],
  ])('with %s fail', (_, text, send, expected, actual) => {
    const outcome = run(`${OPENING}+0 ${text}`, { answers: [[SYN_ACK]], results: { send } });
    expect(outcome).toMatchObject({ verdict: 'fail', line: 8, kind: 'call', expected, actual });
  });

  it('take two names of one error for the same', () => {
    const results = { receive: { value: -1, errno: 'EAGAIN' } } as const;
    const text = `${OPENING}+0 read(4, ..., 10) = -1 EWOULDBLOCK (again)`;
    expect(run(text, { answers: [[SYN_ACK]], results }).verdict).toBe('pass');
  });

  it('give what the peer sent there, or fail', () => {
    const octets = patternFrom(3, 5);
    const results = { receive: { value: 5, octets } } as const;
    const text = `${OPENING}+0 read(4, ..., 10) = 5`;
    expect(run(text, { answers: [[SYN_ACK]], results })).toMatchObject({
      message: 'octet 0 of what was read is not what the peer sent there',
    });
  });

  it('compare the value of an option', () => {
    const results = { 'get-option': { value: 0, option: 'ECONNRESET' } } as const;
    const of = (value: string): ScriptOutcome =>
      run(`${OPENING}+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [${value}], [4]) = 0`, {
        answers: [[SYN_ACK]],
        results,
      });
    expect(of('ECONNRESET').verdict).toBe('pass');
    expect(of('104').verdict).toBe('pass');
    expect(of('0')).toMatchObject({ expected: '[0]', actual: 'ECONNRESET' });
  });

  it('that block return when the script says', () => {
    const of = (end: string, takes: number): ScriptOutcome =>
      run(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n1.0...${end} listen(3, 1) = 0`, {
        takes,
      });
    // The socket takes as long: 0.5 s of its own.
    expect(of('1.5', 500_000).verdict).toBe('pass');
    expect(of('2.5', 500_000)).toMatchObject({
      line: 2,
      kind: 'timing',
      differences: [{ field: 'time', expected: '2.500000', actual: '1.500000' }],
    });
  });

  it('that never return fail', () => {
    const results = { listen: 'blocks' } as const;
    const socket = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n';
    expect(run(`${socket}+0 listen(3, 1) = 0`, { results })).toMatchObject({
      line: 2,
      message: 'listen does not return',
    });
    expect(run(`${socket}+0...1 listen(3, 1) = 0`, { results })).toMatchObject({
      message: 'a call that blocks never returned',
    });
  });
});

describe('assertions', () => {
  it('fail with the values in them', () => {
    const outcome = run(`${OPENING}+0 %{\nassert tcpi_snd_cwnd == 11 }%`, { answers: [[SYN_ACK]] });
    expect(outcome).toMatchObject({
      verdict: 'fail',
      kind: 'assertion',
      line: 9,
      message: 'the assertion does not hold (tcpi_snd_cwnd = 10)',
    });
  });

  it('hold', () => {
    const text = `${OPENING}+0 %{ assert tcpi_state == TCP_ESTABLISHED }%`;
    expect(run(text, { answers: [[SYN_ACK]] }).verdict).toBe('pass');
  });
});

describe('a script that cannot be run is an error with its line, and no pass', () => {
  it.each([
    ['a call that is not known', '0 fork() = 0', 1, 'the system call fork is not supported'],
    [
      'a constant that is not known',
      '0 epoll_create(X) = 3\n+0 shutdown(3, X) = 0',
      2,
      'the constant X',
    ],
    ['a flag that is not known', `${OPENING}+0 send(4, ..., 1, MSG_X) = 1`, 8, 'the flag MSG_X'],
    ['too few arguments', '0 listen(3) = 0', 1, 'listen needs more than 1 arguments'],
    [
      'an error that is not known',
      '0 epoll_create(1) = -1 EFOO (x)',
      1,
      'the error EFOO is not known',
    ],
    ['a variable that is not known', '0 `sysctl net.ipv4.tcp_foo=1`', 1, 'net.ipv4.tcp_foo'],
    ['one before its first event', '`sysctl net.ipv4.tcp_foo=1`\n0 `true`', 1, 'net.ipv4.tcp_foo'],
    ['one at its end', '0 `true`\n`reboot`', 2, 'the command reboot is not known'],
    ['an option that is not known', '--foo=1\n0 `true`', 1, 'the option --foo is not known'],
    ['no time 0', '0.5 `true`', 1, 'the first event stands at the time 0'],
    ['time that goes back', '0 `true`\n2 `true`\n1 `true`', 3, 'time goes backward'],
    ['no socket for a packet', '0 > . 1:1(0) ack 1', 1, 'no socket that could send'],
    [
      'a timestamp that was never sent',
      '0 < . 1:1(0) ack 1 win 1 <nop,nop,TS val 1 ecr 7>',
      1,
      'value 7',
    ],
    [
      'a name that is not known',
      `${OPENING}+0 %{ assert tcpi_foo == 1 }%`,
      8,
      'tcpi_foo is not known',
    ],
    ['tcp_info of nothing', '0 %{ assert tcpi_state == 1 }%', 1, 'no connected socket'],
    ['an ICMP type that is not known', `${OPENING}+0 < icmp strange`, 8, 'strange is no ICMP type'],
  ])('%s', (_, text, line, message) => {
    const outcome = run(text, { answers: [[SYN_ACK]] });
    expect(outcome).toMatchObject({ verdict: 'error', kind: 'script', line });
    expect(outcome.message).toContain(message);
  });
});

describe('time', () => {
  it('is what the commands and the packets before take', () => {
    const outcome = run('0 `sleep 0.5`\n+1 `true`\n2 `true`');
    expect(outcome.steps.map((s) => s.at)).toEqual([0.5, 1.5, 2]);
  });

  it('stands for a day without work', () => {
    expect(run('0 `true`\n+86400 `true`').steps[1]?.at).toBe(seconds(86_400) / milliseconds(1000));
  });
});
