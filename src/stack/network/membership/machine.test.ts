import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import {
  after,
  type Duration,
  type Instant,
  milliseconds,
  START,
  seconds,
} from '../../../base/time.ts';
import * as igmp from '../igmp/message.ts';
import { IGMP } from '../igmp/parameters.ts';
import { address, type Ipv4Address } from '../ipv4/address.ts';
import { type Ipv6Address, parse } from '../ipv6/address.ts';
import * as mld from '../mld/message.ts';
import { MLD } from '../mld/parameters.ts';
import { type Form, type GroupRecord, Membership, type Output, type Query } from './machine.ts';

const group = (i: number): Ipv4Address => address(0xef00_0000 + i);
const source = (i: number): Ipv4Address => address(0xc633_6400 + i);
const ALL_SYSTEMS = address(0xe000_0001);
const A = group(1);
const B = group(2);

const query = (form: Form, over: Partial<Query<Ipv4Address>> = {}): Query<Ipv4Address> => ({
  form,
  group: undefined,
  sources: [],
  maxResponse: seconds(10),
  robustness: 0,
  interval: 0 as Duration,
  ...over,
});
const record = (
  type: GroupRecord<Ipv4Address>['type'],
  of: Ipv4Address,
  sources: Ipv4Address[] = [],
) => ({
  type,
  group: of,
  sources,
});
const report = (...records: GroupRecord<Ipv4Address>[]) => ({ kind: 'report', records });
const groupReport = (form: 'bare' | 'plain', of: Ipv4Address) => ({
  kind: 'group report',
  form,
  group: of,
});

class Bench {
  readonly machine: Membership<Ipv4Address>;
  readonly #sent: { readonly at: Instant; readonly output: Output<Ipv4Address> }[] = [];
  now: Instant = START;

  constructor(seed = 1) {
    this.machine = new Membership(IGMP, seededRng(seed));
  }

  join(of: Ipv4Address): this {
    this.machine.join(of, this.now);
    return this.#collect();
  }

  leave(of: Ipv4Address): this {
    this.machine.leave(of, this.now);
    return this.#collect();
  }

  ask(form: Form, over: Partial<Query<Ipv4Address>> = {}): this {
    this.machine.handleQuery(query(form, over), this.now);
    return this.#collect();
  }

  wait_s(delay: number): this {
    const end = after(this.now, milliseconds(delay * 1000));
    for (let due = this.machine.pollTimeout(); due !== undefined && due <= end; ) {
      this.now = due;
      this.machine.handleTimeout(due);
      this.#collect();
      due = this.machine.pollTimeout();
    }
    this.now = end;
    return this;
  }

  outputs(): Output<Ipv4Address>[] {
    return this.sent().map(({ output }) => output);
  }

  sent() {
    return this.#sent.splice(0);
  }

  #collect(): this {
    for (let one = this.machine.pollOutput(); one; one = this.machine.pollOutput()) {
      this.#sent.push({ at: this.now, output: one });
    }
    return this;
  }
}

/** In both groups, and all is told. */
const joined = (form: Form = 'full', seed = 1): Bench => {
  const bench = new Bench(seed);
  if (form !== 'full') bench.ask(form);
  bench.join(A).join(B).wait_s(30);
  bench.outputs();
  return bench;
};

describe('group membership in the full form (RFC 3376 §5, RFC 3810 §6)', () => {
  it('tells a join at once and once more within a second (§5.1)', () => {
    const bench = new Bench().join(A);
    expect(bench.outputs()).toEqual([report(record('TO_EX', A))]);
    expect(bench.wait_s(1).outputs()).toEqual([report(record('TO_EX', A))]);
    expect(bench.machine.pollTimeout()).toBeUndefined();
    expect(bench.join(A).outputs()).toEqual([]);
  });

  it('tells a leave so, and then knows the group no more', () => {
    const bench = joined().leave(A).wait_s(1);
    expect(bench.outputs()).toEqual([report(record('TO_IN', A)), report(record('TO_IN', A))]);
    expect(bench.leave(A).wait_s(1).outputs()).toEqual([]);
  });

  it('tells the last state alone of what changes in between, and several in one report', () => {
    const bench = new Bench().join(A).join(B).leave(A);
    const [last] = bench.wait_s(1).outputs().slice(3);
    expect(last).toEqual(report(record('TO_IN', A), record('TO_EX', B)));
  });

  it('repeats as often as the querier says', () => {
    const bench = new Bench().ask('full', { robustness: 5 }).wait_s(10).join(A).wait_s(10);
    expect(bench.outputs().length).toBe(5);
    bench.ask('full').leave(A).wait_s(20);
    expect(bench.outputs()).toEqual([report(record('TO_IN', A)), report(record('TO_IN', A))]);
  });

  it('answers a general query once, with all groups, within its response time', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const bench = joined('full', seed);
        const asked = bench.now;
        const sent = bench
          .ask('full', { maxResponse: seconds(3) })
          .wait_s(60)
          .sent();
        expect(sent.map(({ output }) => output)).toEqual([
          report(record('IS_EX', A), record('IS_EX', B)),
        ]);
        expect((sent[0]?.at ?? START) - asked).toBeLessThanOrEqual(seconds(3));
      }),
      { numRuns: 20 },
    );
  });

  it('answers for the group that is asked for, and not for one that it is not in', () => {
    const bench = joined()
      .ask('full', { group: A })
      .ask('full', { group: group(9) })
      .wait_s(10);
    expect(bench.outputs()).toEqual([report(record('IS_EX', A))]);
  });

  it('says that it wants the sources that are asked for, of several queries at once', () => {
    const bench = joined().ask('full', { group: A, sources: [source(1), source(2)] });
    bench.ask('full', { group: A, sources: [source(2), source(3)] }).wait_s(10);
    const sources = [source(1), source(2), source(3)];
    expect(bench.outputs()).toEqual([report(record('IS_IN', A, sources))]);
  });

  it.each<[string, Partial<Query<Ipv4Address>>[]]>([
    ['before', [{ group: A }, { group: A, sources: [source(1)] }]],
    ['after', [{ group: A, sources: [source(1)] }, { group: A }]],
  ])('answers for the whole group when that is asked for too, %s', (_name, queries) => {
    const bench = joined();
    for (const one of queries) bench.ask('full', one);
    expect(bench.wait_s(10).outputs()).toEqual([report(record('IS_EX', A))]);
  });

  it('answers for the whole group when more sources are asked for than a report takes', () => {
    const bench = joined();
    for (let i = 0; i < 50; i++) {
      const sources = Array.from({ length: 10 }, (_, k) => address(0xc633_0000 + 10 * i + k));
      bench.ask('full', { group: A, sources });
    }
    expect(bench.wait_s(10).outputs()).toEqual([report(record('IS_EX', A))]);
  });

  it('spares an answer that a general one will give first (§5.2, rule 1)', () => {
    const bench = joined().ask('full', { maxResponse: milliseconds(1) });
    bench.ask('full', { group: A, maxResponse: seconds(1000) }).wait_s(1000);
    expect(bench.outputs()).toEqual([report(record('IS_EX', A), record('IS_EX', B))]);
  });

  it('never tells of all systems', () => {
    const bench = new Bench().join(ALL_SYSTEMS).ask('full').wait_s(20).leave(ALL_SYSTEMS);
    expect(bench.outputs()).toEqual([]);
  });

  it('takes 1024 groups, and tells of them in reports that fit', () => {
    const bench = new Bench();
    const taken = Array.from({ length: 1030 }, (_, i) => bench.machine.join(group(i), bench.now));
    expect(taken.filter((one) => one).length).toBe(1024);
    bench.wait_s(5).outputs();
    const reports = bench.ask('full').wait_s(10).outputs();
    const sizes = reports.map((one) => igmp.encode(one).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1500 - 24);
    expect(reports.flatMap((one) => (one.kind === 'report' ? one.records : [])).length).toBe(1024);
  });

  it('tells all anew when the link comes up', () => {
    const bench = joined();
    bench.machine.refresh(bench.now);
    const all = report(record('TO_EX', A), record('TO_EX', B));
    expect(bench.wait_s(1).outputs()).toEqual([all, all]);
  });
});

describe('group membership in the plain form (RFC 2236 §3, RFC 2710 §4)', () => {
  it('reports a join at once and again within ten seconds', () => {
    const bench = new Bench().ask('plain').join(A);
    expect(bench.outputs()).toEqual([groupReport('plain', A)]);
    expect(bench.wait_s(10).outputs()).toEqual([groupReport('plain', A)]);
    expect(bench.wait_s(100).outputs()).toEqual([]);
  });

  it('says when it leaves a group that it reported last', () => {
    const bench = joined('plain').leave(A);
    expect(bench.outputs()).toEqual([{ kind: 'leave', group: A }]);
    bench.machine.handleGroupReport(B);
    expect(bench.leave(B).wait_s(60).outputs()).toEqual([]);
  });

  it('answers for each group by itself, unless another does so first', () => {
    const bench = joined('plain').ask('plain');
    bench.machine.handleGroupReport(A);
    expect(bench.wait_s(10).outputs()).toEqual([groupReport('plain', B)]);
  });

  it('answers for each group at a time of its own', () => {
    const times = joined('plain')
      .ask('plain')
      .wait_s(10)
      .sent()
      .map(({ at }) => at);
    expect(new Set(times).size).toBe(2);
  });

  it('answers a newer query in the older form', () => {
    const bench = joined('plain')
      .ask('full', { group: A, sources: [source(1)] })
      .wait_s(10);
    expect(bench.outputs()).toEqual([groupReport('plain', A)]);
  });

  it('answers sooner when a later query wants that, and no later', () => {
    const bench = joined('plain');
    const asked = bench.now;
    bench.ask('plain', { maxResponse: seconds(25) });
    bench.ask('plain', { maxResponse: milliseconds(100) });
    bench.ask('plain', { maxResponse: seconds(25) });
    const sent = bench.wait_s(30).sent();
    expect(sent.length).toBe(2);
    for (const { at } of sent) expect(at - asked).toBeLessThanOrEqual(100_000);
  });

  it('tells nothing of what was pending when the form changes (§7.2.1)', () => {
    const bench = new Bench().join(A).leave(B);
    bench.join(B).leave(B).outputs();
    bench.ask('plain', { maxResponse: 0 as Duration }).wait_s(1);
    expect(bench.outputs()).toEqual([groupReport('plain', A)]);
  });

  it('is left when no older querier was heard for 2 × 125 s + 10 s, as it was said (§8.12)', () => {
    const bench = joined('plain').ask('plain').wait_s(259);
    expect(bench.machine.form).toBe('plain');
    expect(bench.wait_s(1).machine.form).toBe('full');
    bench.outputs();
    expect(bench.ask('full').wait_s(10).outputs()).toEqual([
      report(record('IS_EX', A), record('IS_EX', B)),
    ]);
  });

  it('is not entered for a query for one group', () => {
    expect(new Bench().join(A).ask('plain', { group: A }).machine.form).toBe('full');
  });

  it('reckons the silence from what the last full query said', () => {
    const bench = new Bench().ask('full', { robustness: 3, interval: seconds(20) });
    bench.ask('plain', { maxResponse: seconds(5) }).wait_s(64);
    expect(bench.machine.form).toBe('plain');
    expect(bench.wait_s(1).machine.form).toBe('full');
  });
});

describe('group membership in the bare form (RFC 1112)', () => {
  it('reports, and says nothing when it leaves', () => {
    const bench = new Bench().ask('bare').join(A);
    expect(bench.outputs()).toEqual([groupReport('bare', A)]);
    expect(bench.leave(A).wait_s(60).outputs()).toEqual([]);
  });

  it('takes ten seconds for its answers, whatever a newer querier says (RFC 3376 §7.2.1)', () => {
    const late = Array.from({ length: 20 }, (_, seed) => {
      const bench = joined('bare', seed);
      const asked = bench.now;
      const sent = bench
        .ask('plain', { maxResponse: milliseconds(100) })
        .wait_s(60)
        .sent();
      return Math.max(...sent.map(({ at }) => at - asked));
    });
    expect(Math.max(...late)).toBeLessThanOrEqual(seconds(10));
    expect(Math.max(...late)).toBeGreaterThan(seconds(5));
  });

  it('gives way to the plain form, and that to the full one', () => {
    const bench = new Bench().ask('bare').wait_s(100).ask('plain');
    expect(bench.machine.form).toBe('bare');
    expect(bench.wait_s(160).machine.form).toBe('plain');
    expect(bench.wait_s(100).machine.form).toBe('full');
  });
});

describe('group membership and its codecs', () => {
  it('is IGMP: what it says can be sent, and what comes can be heard', () => {
    const bench = new Bench().join(A);
    const [octets] = bench.outputs().map((one) => igmp.encode(one));
    const decoded = igmp.decode(octets ?? new Uint8Array(), true);
    expect(decoded).toMatchObject({ ok: true, value: report(record('TO_EX', A)) });
    const asked = igmp.encode({ ...query('plain'), kind: 'query', suppress: false });
    const heard = igmp.decode(asked, true);
    if (heard.ok && heard.value.kind === 'query') bench.machine.handleQuery(heard.value, bench.now);
    expect(bench.machine.form).toBe('plain');
  });

  it('is MLD: likewise', () => {
    const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
    const machine = new Membership<Ipv6Address, 'plain'>(MLD, seededRng(1));
    const envelope = { hopLimit: 1, source: ip('fe80::1'), routerAlert: true };
    const asked: mld.Message = {
      kind: 'query',
      form: 'full',
      group: ip('ff05::1'),
      sources: [ip('2001:db8::1')],
      maxResponse: seconds(1),
      suppress: false,
      robustness: 2,
      interval: seconds(125),
    };
    expect(machine.join(ip('ff02::1'), START)).toBe(true);
    expect(machine.pollOutput()).toBeUndefined();
    machine.join(ip('ff05::1'), START);
    const heard = mld.decode(mld.encode(asked), envelope);
    if (heard.ok && heard.value.kind === 'query') machine.handleQuery(heard.value, START);
    machine.handleTimeout(after(START, seconds(2)));
    const messages: unknown[] = [];
    for (let one = machine.pollOutput(); one; one = machine.pollOutput()) {
      const back = mld.decode(mld.encode(one), envelope);
      if (back.ok && back.value.kind === 'report') messages.push(...back.value.records);
    }
    const none: Ipv6Address[] = [];
    expect(messages).toEqual([
      { type: 'TO_EX', group: ip('ff05::1'), sources: none },
      { type: 'TO_EX', group: ip('ff05::1'), sources: none },
      { type: 'IS_IN', group: ip('ff05::1'), sources: [ip('2001:db8::1')] },
    ]);
  });

  it('answers every query for a group that it is in, within its time, whatever else happens', () => {
    const step = fc.oneof(
      fc.constant((bench: Bench) => bench.ask('full')),
      fc.constant((bench: Bench) => bench.ask('full', { group: A })),
      fc.constant((bench: Bench) => bench.ask('full', { group: A, sources: [source(1)] })),
      fc.constant((bench: Bench) => bench.join(B)),
      fc.constant((bench: Bench) => bench.leave(B)),
      fc.integer({ min: 0, max: 20_000 }).map((ms) => (bench: Bench) => bench.wait_s(ms / 1000)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const bench = joined();
        for (const go of steps) go(bench);
        bench.wait_s(20).outputs();
        const asked = bench.ask('full', { group: A, maxResponse: seconds(10) }).wait_s(10);
        expect(asked.outputs()).toEqual([report(record('IS_EX', A))]);
        expect(bench.machine.pollTimeout()).toBeUndefined();
      }),
    );
  });
});
