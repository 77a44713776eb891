/** What a script's commands set. Each is read, none is run; what is not known is an error, never skipped. */
import { type Duration, milliseconds, seconds } from '../../base/time.ts';
import type { TcpConfig } from '../../stack/transport/tcp/config.ts';
import type { CommandAction } from '../language/ast.ts';
import { Misfit } from '../script-error.ts';
import { type ShellCommand, splitCommands } from './shell.ts';
import { readSysctl } from './sysctl.ts';

export interface Settings {
  readonly tcp: Partial<TcpConfig>;
  /** Of the route to the peer; undefined: not set. */
  readonly mtu: number | undefined;
  /** How long the commands would take. */
  readonly pause: Duration;
  readonly notes: readonly string[];
}

interface Mutable {
  tcp: Partial<TcpConfig>;
  mtu: number | undefined;
  pause: number;
  notes: string[];
}

/** `before` is the whole configuration so far. @throws Misfit */
export function readSettings(command: CommandAction, before: TcpConfig): Settings {
  const settings: Mutable = {
    tcp: {},
    mtu: undefined,
    pause: 0,
    notes: [],
  };
  for (const shell of splitCommands(command.text, command.line)) apply(settings, shell, before);
  return { ...settings, pause: settings.pause as Duration };
}

/** Programs that look at things, or set up what is not there. */
const HARMLESS = new Set([
  'cat',
  'chmod',
  'conntrack',
  'dd',
  'echo',
  'egrep',
  'ethtool',
  'grep',
  'ifconfig',
  'ip6tables',
  'iptables',
  'kldload',
  'mkdir',
  'modprobe',
  'netstat',
  'nstat',
  'rm',
  'set',
  'sockstat',
  'ss',
  'tc',
  'tcpdump',
  'touch',
  'true',
]);

/**
 * What `common/defaults.sh` sets, with which nearly all of Linux's scripts begin, as far as it is not the
 * profile's own.
 */
const DEFAULTS: readonly string[] = [
  'net.ipv4.tcp_rmem=4096 540000 15728640',
  'net.ipv4.tcp_wmem=4096 262144 4194304',
  'net.ipv4.tcp_timestamps=1',
  'net.ipv4.tcp_sack=1',
  'net.ipv4.tcp_syn_retries=5',
  'net.ipv4.tcp_synack_retries=5',
  'net.ipv4.tcp_congestion_control=cubic',
  'net.ipv4.tcp_slow_start_after_idle=0',
  'net.ipv4.tcp_early_retrans=4',
  'net.ipv4.tcp_recovery=1',
  'net.ipv4.tcp_ecn=0',
  'net.ipv4.tcp_fastopen=0x3',
  'net.ipv4.tcp_syncookies=1',
];

function apply(settings: Mutable, command: ShellCommand, before: TcpConfig): void {
  const [path = '', ...rest] = command.words;
  const program = path.replace(/^\/(?:usr\/)?s?bin\//, '');
  // Scripts of a project's own that take variables as `/proc/sys/net/ipv4/tcp_sack=0`, or none.
  const isScript = /\.(?:sh|py)$/.test(program);
  const setsVariables = isScript && rest.some((word) => word.includes('='));
  if (/(?:^|\/)defaults\.sh$/.test(program)) applySysctls(settings, DEFAULTS, command, before);
  else if (program === 'sysctl' || setsVariables) applySysctls(settings, rest, command, before);
  else if (program === 'ip') applyIp(settings, rest, command);
  else if (program === 'sleep') applySleep(settings, rest, command);
  else if (isScript || HARMLESS.has(program)) {
    settings.notes.push(`line ${command.line}: ${program} is not run`);
  } else {
    throw new Misfit(command.line, `the command ${program} is not known`);
  }
}

function applySysctls(
  settings: Mutable,
  words: readonly string[],
  { line }: ShellCommand,
  before: TcpConfig,
): void {
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 0) continue;
    const name = word
      .slice(0, at)
      .replace(/^\/proc\/sys\//, '')
      .replaceAll('/', '.');
    const outcome = readSysctl(name, word.slice(at + 1), { ...before, ...settings.tcp });
    switch (outcome.kind) {
      case 'set':
        Object.assign(settings.tcp, outcome.tcp);
        break;
      case 'ignored':
        settings.notes.push(`line ${line}: ${name} changes nothing here`);
        break;
      case 'unknown':
        throw new Misfit(line, `the variable ${name} is not known`);
      case 'bad-value':
        throw new Misfit(line, `${name} cannot be ${word.slice(at + 1)}`);
    }
  }
}

/** `ip route` with metrics; all else of `ip` is about interfaces, which are not there. */
function applyIp(settings: Mutable, words: readonly string[], command: ShellCommand): void {
  const object = words.find((word) => !word.startsWith('-'));
  if (object !== 'route' && object !== 'ro' && object !== 'r') {
    settings.notes.push(`line ${command.line}: ip ${object ?? ''} is not run`);
    return;
  }
  for (let i = 0; i < words.length; i++) {
    const metric = METRICS[words[i] ?? ''];
    if (metric === undefined) continue;
    const value = words[i + 1] === 'lock' ? words[i + 2] : words[i + 1];
    metric(settings, value ?? '', command);
  }
}

type Metric = (settings: Mutable, value: string, command: ShellCommand) => void;

const METRICS: Readonly<Record<string, Metric>> = {
  mtu: (settings, value, command) => {
    settings.mtu = whole(value, command);
  },
  advmss: unsupported('advmss'),
  initcwnd: (settings, value, command) => {
    Object.assign(settings.tcp, { initialWindow: whole(value, command) });
  },
  rto_min: (settings, value, command) => {
    const [, number = '', unit = 's'] = /^(\d+)(ms|s)?$/.exec(value) ?? [];
    const n = whole(number, command);
    Object.assign(settings.tcp, { rtoMin: unit === 'ms' ? milliseconds(n) : seconds(n) });
  },
  quickack: (settings, value, command) => {
    if (whole(value, command) !== 0) {
      Object.assign(settings.tcp, { quickAcks: Number.MAX_SAFE_INTEGER });
    }
  },
  congctl: (settings, value, { line }) => {
    if (value !== 'cubic' && value !== 'reno')
      throw new Misfit(line, `no congestion control ${value}`);
    Object.assign(settings.tcp, { congestion: value === 'cubic' ? 'cubic' : 'reno' });
  },
  features: (settings, value, { line }) => {
    if (value !== 'ecn') throw new Misfit(line, `no feature ${value} of a route`);
    Object.assign(settings.tcp, { ecn: 'active' });
  },
  initrwnd: unsupported('initrwnd'),
  window: unsupported('window'),
  cwnd: unsupported('cwnd'),
  ssthresh: unsupported('ssthresh'),
  rtt: unsupported('rtt'),
  rttvar: unsupported('rttvar'),
  reordering: unsupported('reordering'),
};

function unsupported(name: string): Metric {
  return (_, __, { line }) => {
    throw new Misfit(line, `the metric ${name} of a route is not supported`);
  };
}

function whole(value: string, { line }: ShellCommand): number {
  if (!/^\d+$/.test(value)) throw new Misfit(line, `${value || 'nothing'} is no number`);
  return Number(value);
}

function applySleep(
  settings: Mutable,
  [value = '']: readonly string[],
  command: ShellCommand,
): void {
  if (!/^\d*\.?\d+$/.test(value))
    throw new Misfit(command.line, `sleep ${value} is not understood`);
  settings.pause += seconds(Number(value));
}
