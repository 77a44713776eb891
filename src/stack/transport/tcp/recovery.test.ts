import { describe, expect, it } from 'vitest';
import {
  type Line,
  Pair,
  type PairOptions,
  type Sent,
  type TestPath,
} from '../../../../test/tcp/pair.ts';
import { type Duration, milliseconds } from '../../../base/time.ts';
import type { Connection } from './connection.ts';
import { RECOVERY } from './tcb.ts';

const ONE_WAY = milliseconds(50);
const MSS = 1448;

/** A connection whose line treats the client's data segments, counted from 1, as `fate` says. */
function connected(
  fate: (nth: number, sent: Sent) => readonly Duration[] | undefined,
  options: PairOptions = {},
): { pair: Pair; client: Connection<TestPath>; begin: number } {
  const pair = new Pair({ delay: ONE_WAY, ...options });
  const [client] = pair.connected();
  let nth = 0;
  const line: Line = (sent) => {
    const isData = sent.from === 'a' && sent.text > 0;
    return (isData ? fate(++nth, sent) : undefined) ?? [ONE_WAY];
  };
  pair.line = line;
  return { pair, client, begin: pair.now };
}

const lost = (...which: number[]) => {
  const set = new Set(which);
  return (nth: number): readonly Duration[] | undefined => (set.has(nth) ? [] : undefined);
};

/** When and which of the client's segments left a second time: milliseconds after the first, number of the segment. */
function again(pair: Pair, begin: number): (readonly [number, number])[] {
  const seen = new Set<number>();
  const found: (readonly [number, number])[] = [];
  for (const { from, seq, text, at } of pair.sent) {
    if (from !== 'a' || text === 0) continue;
    if (seen.has(seq)) found.push([(at - begin) / 1000, (seq - 1) / MSS + 1]);
    seen.add(seq);
  }
  return found;
}

const write = (pair: Pair, client: Connection<TestPath>, segments: number): number =>
  client.send(new Uint8Array(segments * MSS), pair.now);

describe('fast recovery', () => {
  it('sends what is lost a round trip after it left, once (RFC 8985 §6.2, RFC 6675)', () => {
    const { pair, client, begin } = connected(lost(3));
    write(pair, client, 10);
    pair.run_ms(1000);
    expect(again(pair, begin)).toEqual([[100, 3]]);
    expect(client.unacknowledged).toBe(0);
    expect(pair.tcp.a.counters).toMatchObject({ fastRecoveries: 1, timeouts: 0 });
  });

  it('mends several losses of one window in one episode', () => {
    const { pair, client, begin } = connected(lost(2, 4, 7));
    write(pair, client, 10);
    pair.run_ms(1000);
    expect(again(pair, begin).map(([, n]) => n)).toEqual([2, 4, 7]);
    expect(pair.tcp.a.counters).toMatchObject({ fastRecoveries: 1, timeouts: 0 });
  });

  it('finds a lost retransmission without a timeout (RFC 8985 §6.2)', () => {
    const { pair, client, begin } = connected(lost(3, 11));
    write(pair, client, 24);
    pair.run_ms(2000);
    const times = again(pair, begin).filter(([, n]) => n === 3);
    expect(times.length).toBe(2);
    expect(pair.tcp.a.counters).toMatchObject({ timeouts: 0 });
    expect(client.unacknowledged).toBe(0);
  });

  it('lowers the window once, and ends at ssthresh (RFC 9937)', () => {
    const { pair, client } = connected(lost(3));
    write(pair, client, 10);
    pair.runUntil(() => client.info(pair.now).tcpi_ca_state === RECOVERY.recovery);
    const { tcpi_snd_ssthresh } = client.info(pair.now);
    pair.run_ms(1000);
    const after = client.info(pair.now);
    expect(after.tcpi_ca_state).toBe(RECOVERY.open);
    expect(after.tcpi_snd_cwnd).toBe(tcpi_snd_ssthresh);
    expect(tcpi_snd_ssthresh).toBeLessThan(10);
  });

  it('takes what is only overtaken for what it is, and waits (RFC 8985 §6.2 step 4)', () => {
    const late = [milliseconds(70)];
    const { pair, client, begin } = connected((nth) => (nth === 2 ? late : undefined));
    write(pair, client, 3);
    pair.run_ms(1000);
    expect(again(pair, begin)).toEqual([]);
    expect(pair.tcp.a.counters.fastRecoveries).toBe(0);
  });

  it('without SACK sends again at the third duplicate, and each hole by a partial acknowledgment (RFC 6582)', () => {
    const { pair, client, begin } = connected(lost(2, 5), { a: { sack: false } });
    write(pair, client, 10);
    pair.run_ms(2000);
    expect(again(pair, begin).map(([, n]) => n)).toEqual([2, 5]);
    expect(pair.tcp.a.counters).toMatchObject({ fastRecoveries: 1, timeouts: 0 });
  });

  it('without SACK new data leaves for the first two duplicates (RFC 3042)', () => {
    const { pair, client } = connected(lost(2), { a: { sack: false, initialWindow: 3 } });
    // The first acknowledgment tells a window that the SYN could not: it is no duplicate of anything.
    client.send(Uint8Array.of(0), pair.now);
    pair.run_ms(1000);
    const begin = pair.sent.length;
    write(pair, client, 8);
    pair.run_ms(110);
    // Three in the window, and one for each of the duplicates of the other two.
    expect(pair.sentBy('a', begin).length).toBe(5);
  });

  it('without RACK counts what lies above a hole (RFC 6675)', () => {
    const { pair, client, begin } = connected(lost(3), { a: { rack: false } });
    write(pair, client, 10);
    pair.run_ms(1000);
    expect(again(pair, begin)).toEqual([[100, 3]]);
  });
});

describe('tail loss probe (RFC 8985 §7)', () => {
  it('asks after two round trips for what nothing behind it can tell of', () => {
    const { pair, client, begin } = connected(lost(9, 10));
    write(pair, client, 10);
    pair.run_ms(2000);
    // The last again at 2 SRTT after the acknowledgment; its SACK tells of the other.
    expect(again(pair, begin)).toEqual([
      [300, 10],
      [400, 9],
    ]);
    expect(pair.tcp.a.counters).toMatchObject({ tailProbes: 1, timeouts: 0 });
  });

  it('sends new data if there is any', () => {
    const { pair, client } = connected(lost(1, 2, 3), { a: { initialWindow: 3 } });
    write(pair, client, 8);
    pair.run_ms(250);
    const sizes = pair.sentBy('a').filter((s) => s.text > 0);
    expect(sizes.map((s) => (s.seq - 1) / MSS + 1)).toEqual([1, 2, 3, 4]);
  });

  it('that mended a loss by itself makes the window smaller all the same (§7.4)', () => {
    const { pair, client } = connected(lost(4), { a: { rtoMin: milliseconds(1000) } });
    write(pair, client, 4);
    pair.run_ms(1000);
    write(pair, client, 1);
    pair.run_ms(1000);
    expect(pair.tcp.a.counters).toMatchObject({ tailProbes: 1, timeouts: 0 });
    expect(client.info(pair.now).tcpi_snd_ssthresh).toBeLessThan(0x7fff_ffff);
  });
});

describe('retransmission timeout (RFC 6298)', () => {
  it('waits twice as long each time, MUST-19', () => {
    const { pair, client, begin } = connected(() => [], { a: { tailLossProbe: false } });
    write(pair, client, 1);
    pair.run_ms(10_000);
    const times = [0, ...again(pair, begin).map(([at]) => at)];
    const gaps = times.slice(1).map((at, i) => at - (times[i] as number));
    expect(gaps.slice(0, 4)).toEqual([300, 600, 1200, 2400]);
  });

  it('sends one segment, then grows again by slow start (RFC 5681 §3.1, MUST-19)', () => {
    const { pair, client } = connected((nth) => (nth <= 10 ? [] : undefined), {
      a: { tailLossProbe: false },
    });
    write(pair, client, 10);
    pair.run_ms(3000);
    const bursts = new Map<number, number>();
    for (const { from, text, at } of pair.sent) {
      if (from === 'a' && text > 0) bursts.set(at, (bursts.get(at) ?? 0) + 1);
    }
    expect([...bursts.values()].slice(0, 4)).toEqual([10, 1, 2, 3]);
    expect(client.unacknowledged).toBe(0);
  });

  it('is undone when an echo shows that the first transmission had arrived (RFC 3522, RFC 4015)', () => {
    const spike = [milliseconds(400)];
    const fate = (nth: number) => (nth <= 10 ? spike : nth === 11 ? [] : undefined);
    const { pair, client } = connected(fate, { a: { tailLossProbe: false } });
    const before = client.info(pair.now).tcpi_snd_cwnd;
    write(pair, client, 10);
    pair.run_ms(320);
    expect(client.info(pair.now).tcpi_ca_state).toBe(RECOVERY.loss);
    pair.run_ms(2000);
    expect(pair.tcp.a.counters).toMatchObject({ timeouts: 1, undos: 1 });
    expect(client.info(pair.now).tcpi_snd_cwnd).toBeGreaterThanOrEqual(before);
  });

  it('is undone when DSACKs say that all came twice (RFC 3708)', () => {
    const late = [milliseconds(260)];
    const { pair, client } = connected((nth) => (nth <= 2 ? late : undefined), {
      a: { timestamps: false, tailLossProbe: false, rtoMin: milliseconds(100) },
    });
    write(pair, client, 2);
    pair.run_ms(3000);
    expect(pair.tcp.a.counters.undos).toBe(1);
  });

  it('gives the connection up in the end, not before R2 of a hundred seconds, MUST-20', () => {
    const { pair, client } = connected(() => []);
    const begun = pair.now;
    write(pair, client, 1);
    pair.runUntil(() => client.state === 'CLOSED');
    expect(client.error).toBe('timed-out');
    expect(pair.now - begun).toBeGreaterThan(milliseconds(100_000));
  });
});
