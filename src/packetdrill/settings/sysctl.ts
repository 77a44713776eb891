/** The kernel variables of Linux and FreeBSD that mean something to this stack, and those that mean nothing. */
import { microseconds, milliseconds, seconds } from '../../base/time.ts';
import type { TcpConfig } from '../../stack/transport/tcp/config.ts';

/** Undefined: the value is not one that the variable can have here. */
type Reader = (value: string, before: TcpConfig) => Partial<TcpConfig> | undefined;

const integer = (value: string): number | undefined =>
  /^(?:0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : undefined;

const whole =
  (use: (n: number, before: TcpConfig) => Partial<TcpConfig> | undefined): Reader =>
  (value, before) => {
    const n = integer(value);
    return n === undefined ? undefined : use(n, before);
  };

const flag = (use: (on: boolean) => Partial<TcpConfig>): Reader => whole((n) => use(n !== 0));

/** `min default max`: a socket has the second. */
const middle =
  (use: (n: number) => Partial<TcpConfig>): Reader =>
  (value) => {
    const parts = value.trim().split(/[\s,]+/);
    const n = integer(parts[1] ?? parts[0] ?? '');
    return n === undefined ? undefined : use(n);
  };

/** Above 2 is AccECN, which is not there. */
const ecn: Reader = whole((n) => {
  const name = (['off', 'active', 'passive'] as const)[n];
  return name === undefined ? undefined : { ecn: name };
});

/** The stack does as this value says, and cannot do otherwise. */
const only = (value: number): Reader => whole((n) => (n === value ? {} : undefined));

const congestion: Reader = (value) => {
  if (value === 'cubic') return { congestion: 'cubic' };
  return value === 'reno' || value === 'newreno' ? { congestion: 'reno' } : undefined;
};

const WINDOW_MAX = 0xffff;
const SHIFT_MAX = 14;

/** With which a window of so many octets could be told. */
function shiftFor(octets: number): number {
  let shift = 0;
  while (octets / 2 ** shift > WINDOW_MAX && shift < SHIFT_MAX) shift++;
  return shift;
}

/**
 * `min default max`. Linux shifts its windows so far that the largest could be told, and gives half of a
 * buffer to the window.
 */
const receiveMemory: Reader = (value) => {
  const [, usual, most] = value
    .trim()
    .split(/[\s,]+/)
    .map(integer);
  if (usual === undefined || most === undefined) return undefined;
  return { receiveBuffer: Math.trunc(usual / 2), windowShiftMin: shiftFor(most) };
};

/** The bits of Linux's tcp_fastopen. */
const FAST_OPEN = { client: 1, server: 2, serverWithoutCookie: 0x200, serverWithoutOption: 0x400 };
/** A server opens fast if both are set; else it must ask for it by TCP_FASTOPEN. */
const ALL_SERVERS = FAST_OPEN.server | FAST_OPEN.serverWithoutOption;

const READERS: Readonly<Record<string, Reader>> = {
  'net.ipv4.tcp_timestamps': flag((on) => ({ timestamps: on })),
  'net.ipv4.tcp_sack': flag((on) => ({ sack: on })),
  'net.ipv4.tcp_window_scaling': flag((on) => ({ windowScaling: on })),
  'net.ipv4.tcp_ecn': ecn,
  // Path MTU discovery by probes of its own (RFC 4821) is not there, so that it can only be off.
  'net.ipv4.tcp_mtu_probing': whole((n) => (n === 0 ? {} : undefined)),
  'net.ipv4.tcp_congestion_control': congestion,
  'net.ipv4.tcp_syn_retries': whole((n) => ({ synRetries: n })),
  'net.ipv4.tcp_synack_retries': whole((n) => ({ synAckRetries: n })),
  'net.ipv4.tcp_retries2': whole((n) => ({ retries: n })),
  'net.ipv4.tcp_orphan_retries': whole((n) => ({ orphanRetries: n === 0 ? 8 : n })),
  'net.ipv4.tcp_keepalive_time': whole((n) => ({ keepAliveIdle: seconds(n) })),
  'net.ipv4.tcp_keepalive_intvl': whole((n) => ({ keepAliveInterval: seconds(n) })),
  'net.ipv4.tcp_keepalive_probes': whole((n) => ({ keepAliveProbes: n })),
  'net.ipv4.tcp_fin_timeout': whole((n) => ({ finWait2: seconds(n) })),
  'net.ipv4.tcp_early_retrans': whole((n) => ({ tailLossProbe: n >= 3 })),
  'net.ipv4.tcp_recovery': whole((n) => ({ rack: (n & 1) !== 0 })),
  'net.ipv4.tcp_slow_start_after_idle': flag((on) => ({ restartAfterIdle: on })),
  'net.ipv4.tcp_dsack': only(1),
  'net.ipv4.tcp_reordering': only(3),
  'net.ipv4.tcp_shrink_window': only(0),
  'net.ipv4.tcp_rmem': receiveMemory,
  'net.ipv4.tcp_wmem': middle((n) => ({ sendBuffer: n })),
  'net.ipv4.tcp_syncookies': whole((n) => ({
    synCookies: n === 0 ? 'off' : n === 1 ? 'when full' : 'always',
  })),
  'net.ipv4.tcp_max_syn_backlog': whole((n) => ({ synBacklog: n })),
  'net.ipv4.tcp_challenge_ack_limit': whole((n) => ({ challengeAcks: n })),
  'net.ipv4.tcp_invalid_ratelimit': whole((n) => ({ challengeInterval: milliseconds(n) })),
  'net.ipv4.tcp_min_snd_mss': whole((n) => ({ segmentMin: n })),
  'net.ipv4.tcp_rto_min_us': whole((n) => ({ rtoMin: microseconds(n) })),
  'net.ipv4.tcp_rto_max_ms': whole((n) => ({ rtoMax: milliseconds(n) })),
  'net.ipv4.tcp_fastopen': whole((n) => ({
    fastOpen: { client: (n & FAST_OPEN.client) !== 0, server: (n & ALL_SERVERS) === ALL_SERVERS },
    fastOpenWithoutCookie: (n & FAST_OPEN.serverWithoutCookie) !== 0,
  })),
  'net.inet.tcp.rfc1323': flag((on) => ({ timestamps: on, windowScaling: on })),
  'net.inet.tcp.sack.enable': flag((on) => ({ sack: on })),
  'net.inet.tcp.ecn.enable': ecn,
  'net.inet.tcp.cc.algorithm': congestion,
  'net.inet.tcp.delacktime': whole((n) => ({ delayedAck: milliseconds(n) })),
  'net.inet.tcp.delayed_ack': whole((n) => (n === 0 ? { delayedAck: milliseconds(0) } : {})),
  'net.inet.tcp.keepidle': whole((n) => ({ keepAliveIdle: milliseconds(n) })),
  'net.inet.tcp.keepintvl': whole((n) => ({ keepAliveInterval: milliseconds(n) })),
  'net.inet.tcp.keepcnt': whole((n) => ({ keepAliveProbes: n })),
  'net.inet.tcp.msl': whole((n) => ({ timeWait: milliseconds(2 * n) })),
  'net.inet.tcp.finwait2_timeout': whole((n) => ({ finWait2: milliseconds(n) })),
  'net.inet.tcp.recvspace': whole((n) => ({ receiveBuffer: n })),
  'net.inet.tcp.sendspace': whole((n) => ({ sendBuffer: n })),
  'net.inet.tcp.initcwnd_segments': whole((n) => (n === 0 ? {} : { initialWindow: n })),
  'net.inet.tcp.rexmit_min': whole((n) => ({ rtoMin: milliseconds(n) })),
  'net.inet.tcp.rexmit_initial': whole((n) => ({ rtoInitial: milliseconds(n) })),
  'net.inet.tcp.rexmit_drop_options': only(0),
  'net.inet.tcp.insecure_rst': only(0),
  'net.inet.tcp.insecure_syn': only(0),
  'net.inet.tcp.icmp_may_rst': only(1),
  'kern.ipc.maxsockbuf': whole((n) => ({ windowShiftMin: shiftFor(n) })),
  'net.inet.tcp.mssdflt': whole((n, before) => ({
    segmentDefault: { ...before.segmentDefault, ipv4: n },
  })),
  'net.inet.tcp.syncookies': flag((on) => ({ synCookies: on ? 'when full' : 'off' })),
  'net.inet.tcp.syncookies_only': flag((on) => (on ? { synCookies: 'always' } : {})),
  'net.inet.tcp.fastopen.server_enable': whole((n, { fastOpen }) => ({
    fastOpen: { ...fastOpen, server: n !== 0 },
  })),
  'net.inet.tcp.fastopen.client_enable': whole((n, { fastOpen }) => ({
    fastOpen: { ...fastOpen, client: n !== 0 },
  })),
  'net.inet.tcp.tolerate_missing_ts': flag((on) => ({ timestampsRequired: !on })),
};

/** About offload, pacing, memory, metrics and other hosts' business: they change nothing that is seen here. */
const HARMLESS: readonly RegExp[] = [
  /^net\.ipv4\.tcp_(?:allowed_congestion_control|autocorking|fack|frto|tso_win_divisor)$/,
  /^net\.ipv4\.tcp_(?:limit_output_bytes|low_latency|mem|metrics_save|min_tso_segs|tso_rtt_log)$/,
  /^net\.ipv4\.tcp_(?:min_rtt_wlen|moderate_rcvbuf|no_metrics_save|notsent_lowat|pacing_\w+)$/,
  /^net\.ipv4\.tcp_(?:max_reordering|thin_\w+|workaround_\w+)$/,
  /^net\.ipv4\.tcp_(?:adv_win_scale|app_win|backlog_ack_defer|comp_sack_\w+)$/,
  /^net\.ipv4\.tcp_(?:fastopen_key|fastopen_cookies|fastopen_blackhole_timeout\w*|reflect_tos|abort_on_overflow)$/,
  /^net\.ipv4\.tcp_(?:rfc1337|tw_reuse|tw_recycle|max_tw_buckets|max_orphans|stdurg|ecn_fallback)$/,
  /^net\.ipv4\.tcp_(?:retries1|base_mss|mtu_probe_floor|probe_\w+|wan_\w+|plb_\w+|gso|l3mdev_\w+)$/,
  /^net\.ipv4\.(?:ip_local_port_range|icmp_ratelimit|icmp_ratemask|ip_nonlocal_bind|ip_forward)$/,
  /^net\.ipv4\.(?:conf|route|neigh)\./,
  /^net\.ipv6\.(?:conf|route|neigh|auto_flowlabels|flowlabel\w*)/,
  /^net\.(?:core|mptcp|netfilter)\./,
  /^net\.inet\.tcp\.(?:abc_l_var|blackhole|do_tcpdrain|drop_synfin|fast_finwait2_recycle|tso)$/,
  /^net\.inet\.tcp\.(?:hostcache|functions_\w+|log_\w+|isn_reseed_interval|rfc3042)\b/,
  /^net\.inet\.tcp\.(?:rfc3390|rfc3465|rfc6675_pipe|rexmit_slop|slowstart_\w+)$/,
  /^net\.inet\.tcp\.(?:recvbuf_\w+|sendbuf_\w+|reass\.\w+|path_mtu_discovery|pmtud_blackhole\w*)/,
  /^net\.inet\.tcp\.(?:minmss|do_prr\w*|newcwv|per_cpu_timers|persmax|persmin|nolocaltimewait)$/,
  /^net\.inet\.(?:ip|icmp|udp)\./,
  /^net\.inet6\./,
  /^kern\./,
  /^vm\./,
];

export type SysctlOutcome =
  | { readonly kind: 'set'; readonly tcp: Partial<TcpConfig> }
  | { readonly kind: 'ignored' | 'unknown' | 'bad-value' };

/** `name` with dots; `before` is what is set so far. */
export function readSysctl(name: string, value: string, before: TcpConfig): SysctlOutcome {
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (read === undefined) {
    return { kind: HARMLESS.some((pattern) => pattern.test(name)) ? 'ignored' : 'unknown' };
  }
  const tcp = read(value.trim(), before);
  return tcp === undefined ? { kind: 'bad-value' } : { kind: 'set', tcp };
}
