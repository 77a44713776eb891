import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatScriptError } from '../script-error.ts';
import type { Script, ScriptEvent } from './ast.ts';
import { parseScript } from './script.ts';

function parsed(text: string): Script {
  const result = parseScript(text, 'a.pkt');
  if (!result.ok) throw new Error(formatScriptError(result.error));
  return result.value;
}

function event(text: string): ScriptEvent {
  const [only] = parsed(text).events;
  if (only === undefined) throw new Error('no event');
  return only;
}

const packet = (text: string) => {
  const { action } = event(`0 ${text}`);
  if (action.kind !== 'packet') throw new Error('no packet');
  return action;
};

const tcp = (text: string) => {
  const { transport } = packet(text);
  if (transport.protocol !== 'tcp') throw new Error('no segment');
  return transport;
};

const flagsOf = (text: string): string[] =>
  Object.entries(tcp(text).flags)
    .filter(([, set]) => set)
    .map(([name]) => name);

const call = (text: string) => {
  const { action } = event(`0 ${text}`);
  if (action.kind !== 'call') throw new Error('no call');
  return action;
};

describe('times', () => {
  it.each([
    ['0.1 > . 1:1(0) ack 1', { kind: 'absolute', at: 100_000 }],
    ['+.01 > . 1:1(0) ack 1', { kind: 'relative', at: 10_000 }],
    ['0.1~0.2 > . 1:1(0) ack 1', { kind: 'absolute-range', from: 100_000, to: 200_000 }],
    ['+0~+2 > . 1:1(0) ack 1', { kind: 'relative-range', from: 0, to: 2_000_000 }],
    ['* > . 1:1(0) ack 1', { kind: 'any' }],
  ])('reads %s', (text, time) => {
    expect(event(text).time).toEqual(time);
  });

  it('reads when a call that blocks returns', () => {
    expect(call('...0.3 read(3, ..., 1) = 1').end).toBe(300_000);
    expect(event('+.1...0.3 connect(3, ..., ...) = 0').time).toEqual({
      kind: 'relative',
      at: 100_000,
    });
  });

  it('has the line of each event', () => {
    const script = parsed('// one\n\n0 close(3) = 0\n+0 read(3,\n   ..., 1) = 1\n+1 `true`');
    expect(script.events.map((e) => e.line)).toEqual([3, 4, 6]);
  });
});

describe('segments', () => {
  it.each([
    ['< S 0:0(0) win 1', ['syn']],
    ['> S. 0:0(0) ack 1', ['syn', 'ack']],
    ['< FPR. 1:1(0) ack 1 win 1', ['fin', 'rst', 'psh', 'ack']],
    ['< . 1:1(0) ack 1 win 1', ['ack']],
    ['< - 1:1(0) win 1', []],
    ['> SEW 0:0(0)', ['syn', 'ece', 'cwr']],
    ['> U. 1:2(1) ack 1 urg 1', ['ack', 'urg']],
    ['> SEWA 0:0(0)', ['syn', 'ece', 'cwr', 'ae']],
  ])('reads the flags of %s', (text, flags) => {
    expect(flagsOf(text)).toEqual(flags);
  });

  it('reads numbers, window and urgent pointer', () => {
    expect(tcp('< PU. 1:11(10) ack 20 win 300 urg 4')).toMatchObject({
      sequence: 1,
      length: 10,
      acknowledgment: 20,
      window: 300,
      urgent: 4,
      options: [],
    });
  });

  it('takes a range that wraps round', () => {
    expect(tcp('> . 4294967290:4(10) ack 1')).toMatchObject({ sequence: 4294967290, length: 10 });
  });

  it('leaves open what is not said of an outbound segment', () => {
    expect(tcp('> . 1:1(0) ack * win * <...>')).toMatchObject({
      acknowledgment: 'any',
      window: 'any',
      options: 'any',
    });
  });

  it('reads options in their order', () => {
    expect(tcp('> S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>').options).toEqual([
      { kind: 'mss', value: 1460 },
      { kind: 'sackOK' },
      { kind: 'timestamp', value: 100, echo: 0 },
      { kind: 'nop' },
      { kind: 'wscale', value: 7 },
    ]);
    expect(tcp('< . 1:1(0) ack 1 win 1 <nop,nop,sack 1:3 5:7>').options).toEqual([
      { kind: 'nop' },
      { kind: 'nop' },
      {
        kind: 'sack',
        blocks: [
          [1, 3],
          [5, 7],
        ],
      },
    ]);
  });

  it('reads an MD5 signature, of digits alone too', () => {
    const digest = Uint8Array.from({ length: 16 }, () => 0x12);
    const [signature] = tcp(`> . 1:1(0) ack 1 <md5 ${'12'.repeat(16)},nop,nop>`).options;
    expect(signature).toEqual({ kind: 'md5', digest });
    expect(() => tcp('> . 1:1(0) ack 1 <md5 1234,nop,nop>')).toThrow('no MD5 digest of 16 octets');
  });

  it('reads fast open cookies, of digits alone too', () => {
    const cookie = Uint8Array.of(0x12, 0x34, 0x56, 0x78);
    const fast = { kind: 'fast-open', cookie, experimental: false };
    expect(tcp('> S 0:0(0) <nop,nop,FO 12345678>').options).toContainEqual(fast);
    const own = { kind: 'fast-open', cookie: 'own', experimental: false };
    expect(tcp('> S 0:0(0) <nop,nop,FO TFO_COOKIE>').options).toContainEqual(own);
    expect(tcp('> S 0:0(0) <FOEXP 12345678>').options).toEqual([{ ...fast, experimental: true }]);
    expect(tcp('> S 0:0(0) <nop,nop,FO>').options).toContainEqual({
      ...fast,
      cookie: new Uint8Array(),
    });
  });

  it.each([
    ['[ect0]', { ecn: 'ect0' }],
    ['(ce)', { ecn: 'ce' }],
    ['[ect01]', { ecn: 'ect01' }],
    ['[noecn]', { ecn: 'noecn' }],
    ['[tos 0x28]', { trafficClass: 0x28 }],
    ['(class 0x28)', { trafficClass: 0x28 }],
    ['(ttl 255)', { timeToLive: 255 }],
    ['[ect1, flowlabel 0x5]', { ecn: 'ect1', flowLabel: 5 }],
  ])('reads %s of IP', (text, ip) => {
    expect(packet(`> ${text} . 1:1(0) ack 1`).ip).toMatchObject(ip);
  });

  it('reads ports', () => {
    expect(packet('< 5001 > 80 S 0:0(0) win 1').ports).toEqual({ source: 5001, destination: 80 });
  });

  it('reads datagrams of UDP and messages of ICMP', () => {
    expect(packet('> udp (1472)').transport).toEqual({ protocol: 'udp', length: 1472 });
    expect(packet('< icmp unreachable frag_needed mtu 1000 [1:1001(1000)]').transport).toEqual({
      protocol: 'icmp',
      type: 'unreachable',
      code: 'frag_needed',
      mtu: 1000,
      identifier: undefined,
      quoted: { protocol: 'tcp', sequence: 1, length: 1000 },
    });
    expect(packet('< [1:1001(1000)] icmp unreachable frag_needed mtu 1000')).toEqual(
      packet('< icmp unreachable frag_needed mtu 1000 [1:1001(1000)]'),
    );
    expect(packet('< icmp echo_request id 7 [udp (8)]').transport).toMatchObject({
      identifier: 7,
      quoted: { protocol: 'udp', length: 8 },
    });
  });
});

describe('calls', () => {
  it('reads arguments of all forms', () => {
    const { parameters } = call('poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}], 1, -1) = 1');
    expect(parameters).toMatchObject([
      {
        kind: 'list',
        items: [
          {
            kind: 'struct',
            items: [
              { kind: 'field', name: 'fd', value: { kind: 'number', value: 4 } },
              { kind: 'field', name: 'events', value: { kind: 'or' } },
              { kind: 'field', name: 'revents', value: { kind: 'word', name: 'POLLIN' } },
            ],
          },
        ],
      },
      { kind: 'number', value: 1 },
      { kind: 'number', value: -1 },
    ]);
  });

  it('reads a message with its vector', () => {
    const text = 'sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 100}], msg_flags=0}, 0) = 100';
    expect(call(text).parameters[1]).toMatchObject({
      kind: 'struct',
      items: [{ name: 'msg_name' }, { name: 'msg_iov' }, { name: 'msg_flags' }],
    });
  });

  it('reads an error with its words', () => {
    expect(call('connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)')).toMatchObject(
      {
        result: { kind: 'number', value: -1 },
        errno: 'EINPROGRESS',
      },
    );
    expect(call('fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)').errno).toBeUndefined();
  });

  it('joins strings that stand side by side', () => {
    expect(call('write(4, "ab" "c\\n", 4) = 4').parameters[1]).toMatchObject({ value: 'abc\n' });
  });
});

describe('what stands around the events', () => {
  it('has options, a first and a last command', () => {
    const script = parsed(
      '--tolerance_usecs=10000\n--send_omit_free\n`sysctl -q a=b`\n0 close(3) = 0\n`rm x`',
    );
    expect(script.options).toEqual([
      { line: 1, name: 'tolerance_usecs', value: '10000' },
      { line: 2, name: 'send_omit_free', value: undefined },
    ]);
    expect(script.init?.text).toBe('sysctl -q a=b');
    expect(script.cleanup?.text).toBe('rm x');
  });

  it('reads the profiles that a comment names', () => {
    expect(parsed('// profiles: rfc, linux\n0 close(3) = 0').profiles).toEqual(['rfc', 'linux']);
    expect(parsed('// of profiles: none\n0 close(3) = 0').profiles).toEqual([]);
  });

  it('puts what was defined in place of its name', () => {
    const script = parsed('--define=PROTO=IPPROTO_TCP\n--define=N=5\n0 listen(3, N) = PROTO');
    expect(script.events[0]?.action).toMatchObject({
      parameters: [{ value: 3 }, { kind: 'number', value: 5 }],
      result: { kind: 'word', name: 'IPPROTO_TCP' },
    });
  });
});

describe('errors have their line and say what is wrong', () => {
  it.each([
    ['nothing at all', '// empty', 'a.pkt:1: a script has at least one event'],
    ['a word that is no flags', '0 < X 0:0(0) win 1', 'a.pkt:1: X is neither TCP flags'],
    ['a wrong length', '\n0 < S 0:5(4) win 1', 'a.pkt:2: 0:5 does not hold 4 octets'],
    ['no window', '0 < S 0:0(0)', 'a.pkt:1: an inbound segment needs a window'],
    ['any options inbound', '0 < S 0:0(0) win 1 <...>', 'a.pkt:1: <...> is for outbound'],
    ['options without padding', '0 > S 0:0(0) <sackOK>', 'a.pkt:1: the TCP options take 2 octets'],
    ['an unknown option', '0 > S 0:0(0) <ao 00>', 'a.pkt:1: the TCP option ao is not supported'],
    [
      'a call at any time',
      '* close(3) = 0',
      'a.pkt:1: only an outbound packet may come at any time',
    ],
    ['a range backwards', '.2~.1 > . 1:1(0) ack 1', 'a.pkt:1: the time range is backwards'],
    ['a call without result', '0 close(3)', 'a.pkt:1: expected "=" before the result of close'],
    ['an encapsulation', '0 < gre: . 1:1(0) win 1', 'a.pkt:1: gre is not supported in a packet'],
    ['a late option', '0 close(3) = 0\n--mtu=1', 'a.pkt:2: an option stands before the events'],
    [
      'code that is no Python',
      '0 %{ for x in y: z }%',
      'a.pkt:1: not supported in code, found "for"',
    ],
    [
      'an unknown profile',
      '// profiles: windows\n0 close(3) = 0',
      'a.pkt:1: there is no profile windows',
    ],
    ['a negative time', '-1 close(3) = 0', 'a.pkt:1: a time is not negative'],
    ['a window of 17 bits', '0 < S 0:0(0) win 65536', 'a.pkt:1: a window is out of range: 65536'],
    ['brackets without end', `0 f(${'['.repeat(500)}`, 'a.pkt:1: nested too deep'],
  ])('%s', (_, text, message) => {
    const result = parseScript(text, 'a.pkt');
    if (result.ok) throw new Error('it was read');
    expect(formatScriptError(result.error)).toContain(message);
  });

  it('never throws, whatever stands in a script', () => {
    const words = fc.constantFrom(
      ...['0', '+.1', '<', '>', 'S', '.', '1:1(0)', 'ack', 'win', '(', ')', '[', '{', '=', '`a`'],
      ...[
        '%{ a }%',
        '%{ assert }%',
        '...',
        'icmp',
        'udp',
        '"x"',
        '|',
        ',',
        '~',
        '*',
        '\n',
        '--a=b',
      ],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), (all) => {
        parseScript(all.join(' '), 'a.pkt');
      }),
      { numRuns: 300 },
    );
  });
});
