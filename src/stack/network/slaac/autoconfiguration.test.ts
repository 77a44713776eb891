import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, milliseconds, START, seconds } from '../../../base/time.ts';
import {
  format,
  formatPrefix,
  type Ipv6Address,
  parse,
  parsePrefix,
  UNSPECIFIED,
} from '../ipv6/address.ts';
import { type AdvertisedPrefix, Autoconfiguration } from './autoconfiguration.ts';
import { fromHardware, type IdentifierSource } from './identifier.ts';

const HARDWARE = Uint8Array.of(2, 0, 0, 0, 0, 1);
const LINK_LOCAL = 'fe80::ff:fe00:1';
const GLOBAL = '2001:db8::ff:fe00:1';
const HOUR = 3600;
const INFINITE = 0xffff_ffff;

const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const prefix = (text: string) => parsePrefix(text) ?? { address: ip('::'), length: 0 };
/** Four identifiers, ::1 … ::4 and no more. */
const numbered: IdentifierSource = (_prefix, attempt) =>
  attempt < 4 ? Uint8Array.of(0, 0, 0, 0, 0, 0, 0, attempt + 1) : undefined;

class Bench {
  readonly machine: Autoconfiguration;
  readonly events: string[] = [];
  readonly solicited: string[] = [];
  now: Instant = START;
  #removedAt: Instant = START;

  constructor(identifiers: IdentifierSource = fromHardware(HARDWARE)) {
    this.machine = new Autoconfiguration(identifiers, () => seconds(1), seededRng(1));
  }

  start(): this {
    this.machine.start(this.now);
    return this.#collect();
  }

  add(text: string): this {
    this.machine.add(prefix(text), this.now);
    return this.#collect();
  }

  /** A prefix is advertised. */
  hear(valid_s: number, preferred_s: number, over: Partial<AdvertisedPrefix> = {}): this {
    const option = { prefix: prefix('2001:db8::/64'), autonomous: true, valid_s, preferred_s };
    this.machine.handlePrefix({ ...option, ...over }, this.now);
    return this.#collect();
  }

  /** Another has the address. */
  taken(address: string): this {
    this.machine.handleAdvertisement(ip(address), this.now);
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

  get states(): Record<string, string> {
    return Object.fromEntries(
      this.machine.addresses.map(({ prefix: p, state }) => [formatPrefix(p), state]),
    );
  }

  /** How many seconds the global address is good for from now on. */
  left_s(): number {
    const from = this.now;
    this.wait_s(1e6);
    return (this.#removedAt - from) / seconds(1);
  }

  fresh(): string[] {
    return this.events.splice(0);
  }

  #collect(): this {
    for (let one = this.machine.pollEvent(); one; one = this.machine.pollEvent()) {
      this.events.push(`${one.kind} ${formatPrefix(one.prefix)}`);
      if (one.kind === 'removed') this.#removedAt = this.now;
    }
    for (let one = this.machine.pollOutput(); one; one = this.machine.pollOutput()) {
      this.solicited.push(format(one.target));
    }
    return this;
  }
}

/** With a global address, valid and preferred for so long, which was tested. */
const configured = (valid_s: number, preferred_s: number): Bench => {
  const bench = new Bench().hear(valid_s, preferred_s).wait_s(2);
  bench.fresh();
  return bench;
};

describe('address autoconfiguration (RFC 4862)', () => {
  it('forms the link-local address, tests it, and then has it', () => {
    const bench = new Bench().start();
    expect(bench.fresh()).toEqual([`tentative ${LINK_LOCAL}/64`]);
    expect(bench.machine.isAssigned(ip(LINK_LOCAL))).toBe(false);
    bench.wait_s(2);
    expect(bench.solicited).toEqual([LINK_LOCAL]);
    expect(bench.fresh()).toEqual([`preferred ${LINK_LOCAL}/64`]);
    expect(bench.machine.isAssigned(ip(LINK_LOCAL))).toBe(true);
    expect(bench.machine.pollTimeout()).toBeUndefined();
  });

  it('forms an address of an advertised prefix, deprecates it in time, and removes it', () => {
    const bench = new Bench().hear(100, 50);
    expect(bench.wait_s(49).states).toEqual({ [`${GLOBAL}/64`]: 'PREFERRED' });
    expect(bench.wait_s(1).states).toEqual({ [`${GLOBAL}/64`]: 'DEPRECATED' });
    expect(bench.machine.isAssigned(ip(GLOBAL))).toBe(true);
    expect(bench.wait_s(50).states).toEqual({});
    const kinds = ['tentative', 'preferred', 'deprecated', 'removed'];
    expect(bench.fresh()).toEqual(kinds.map((kind) => `${kind} ${GLOBAL}/64`));
  });

  it('prefers a deprecated address again when it is advertised so', () => {
    const bench = configured(10_000, 50).wait_s(60).hear(10_000, 50).wait_s(60);
    const kinds = ['deprecated', 'preferred', 'deprecated'];
    expect(bench.fresh()).toEqual(kinds.map((kind) => `${kind} ${GLOBAL}/64`));
    expect(bench.hear(10_000, 0).fresh()).toEqual([]);
  });

  it('keeps for ever what is so advertised', () => {
    const bench = configured(INFINITE, INFINITE);
    expect(bench.machine.pollTimeout()).toBeUndefined();
    expect(bench.wait_s(1e9).machine.isAssigned(ip(GLOBAL))).toBe(true);
  });

  it.each<[string, Partial<AdvertisedPrefix>]>([
    ['without the autonomous flag (a)', { autonomous: false }],
    ['that is link-local (b)', { prefix: prefix('fe80::/64') }],
    ['preferred for longer than valid (c)', { preferred_s: 101 }],
    ['of no lifetime (d)', { valid_s: 0, preferred_s: 0 }],
    ['of another length than 64 (d)', { prefix: prefix('2001:db8::/63') }],
  ])('forms none of a prefix %s', (_name, over) => {
    expect(new Bench().hear(100, 100, over).wait_s(5).states).toEqual({});
  });

  // §5.5.3 e, 1 … 3: what was left, what is advertised, what is left then.
  it.each([
    ['more than is left: taken', 100, 200, 200],
    ['less, but more than two hours: taken', 10 * HOUR, 3 * HOUR, 3 * HOUR],
    ['less than two hours, of more than two: two hours', 10 * HOUR, 1, 2 * HOUR],
    ['nothing at all, of more than two hours: two hours', INFINITE, 0, 2 * HOUR],
    ['less, of less than two hours: not heeded', HOUR, 1, HOUR],
    ['two hours, of more: two hours', 3 * HOUR, 2 * HOUR, 2 * HOUR],
  ])('lets the valid lifetime be set to %s', (_name, left_s, told_s, expected_s) => {
    const bench = new Bench().hear(left_s + 2, 2).wait_s(2);
    expect(bench.hear(told_s, 0).left_s()).toBe(expected_s);
  });

  it('never lets an advertisement take an address away within two hours', () => {
    const told = fc.record({
      valid_s: fc.integer({ min: 0, max: 4 * HOUR }),
      delay_s: fc.integer({ min: 0, max: 600 }),
    });
    fc.assert(
      fc.property(fc.array(told, { maxLength: 8 }), (all) => {
        const bench = configured(INFINITE, INFINITE);
        for (const { valid_s, delay_s } of all) bench.hear(valid_s, 0).wait_s(delay_s);
        expect(bench.wait_s(0).machine.isAssigned(ip(GLOBAL))).toBe(true);
        bench.hear(0, 0).wait_s(2 * HOUR - 600 * 8 - 1);
        expect(bench.machine.isAssigned(ip(GLOBAL))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  describe('when an address is taken', () => {
    it('has no other to try with the hardware address, and does not try again', () => {
      const bench = new Bench().hear(100, 100).taken(GLOBAL).hear(100, 100).wait_s(5);
      expect(bench.states).toEqual({ [`${GLOBAL}/64`]: 'DUPLICATE' });
      expect(bench.fresh()).toEqual([`tentative ${GLOBAL}/64`, `duplicate ${GLOBAL}/64`]);
      expect(bench.machine.isAssigned(ip(GLOBAL))).toBe(false);
      expect(bench.wait_s(100).fresh()).toEqual([`removed ${GLOBAL}/64`]);
    });

    it('tries another identifier a second later (RFC 7217 §6)', () => {
      const bench = new Bench(numbered).hear(INFINITE, INFINITE).taken('2001:db8::1');
      expect(bench.wait_s(0.9).states).toEqual({ '2001:db8::1/64': 'DUPLICATE' });
      bench.wait_s(0.1);
      expect(bench.states).toEqual({ '2001:db8::2/64': 'TENTATIVE' });
      expect(bench.wait_s(2).states).toEqual({ '2001:db8::2/64': 'PREFERRED' });
      expect(bench.fresh()).toEqual([
        'tentative 2001:db8::1/64',
        'duplicate 2001:db8::1/64',
        'removed 2001:db8::1/64',
        'tentative 2001:db8::2/64',
        'preferred 2001:db8::2/64',
      ]);
      expect(bench.hear(INFINITE, INFINITE).fresh()).toEqual([]);
    });

    it('gives up when all identifiers are taken', () => {
      const bench = new Bench(numbered).hear(INFINITE, INFINITE);
      for (let i = 1; i <= 4; i++) bench.taken(`2001:db8::${i}`).wait_s(1);
      expect(bench.wait_s(1000).states).toEqual({ '2001:db8::4/64': 'DUPLICATE' });
    });

    it('keeps messages about it from the resolver, and only about it', () => {
      const bench = new Bench().start().hear(100, 100);
      const { machine, now } = bench;
      const dad = (address: string) =>
        machine.handleSolicitation(ip(address), UNSPECIFIED, undefined, now);
      expect(machine.handleSolicitation(ip(GLOBAL), ip('fe80::2'), undefined, now)).toBe(true);
      expect(bench.states[`${GLOBAL}/64`]).toBe('TENTATIVE');
      expect(dad('fe80::9')).toBe(false);
      expect(dad(GLOBAL)).toBe(true);
      expect(bench.states[`${GLOBAL}/64`]).toBe('DUPLICATE');
      expect(dad(GLOBAL)).toBe(true);
      bench.wait_s(2);
      expect(dad(LINK_LOCAL)).toBe(false);
      expect(machine.handleAdvertisement(ip(LINK_LOCAL), bench.now)).toBe(false);
      expect(bench.states[`${LINK_LOCAL}/64`]).toBe('PREFERRED');
    });
  });

  it('tests an address that is given by hand, and keeps it whatever is advertised', () => {
    const bench = new Bench().add('2001:db8::7/64').add('2001:db8::7/64').wait_s(2);
    expect(bench.states).toEqual({ '2001:db8::7/64': 'PREFERRED' });
    bench.hear(1, 1).wait_s(5);
    expect(bench.states).toEqual({ '2001:db8::7/64': 'PREFERRED' });
    bench.machine.remove(ip('2001:db8::7'));
    expect(bench.wait_s(0).states).toEqual({});
  });

  it('forms sixteen addresses at most, however many prefixes are advertised', () => {
    const bench = new Bench().start();
    for (let i = 1; i <= 1000; i++) {
      bench.hear(1000, 1000, { prefix: prefix(`2001:db8:${i.toString(16)}::/64`) });
    }
    expect(bench.machine.addresses.length).toBe(16);
    expect(bench.add('2001:db8::7/64').wait_s(2).states['2001:db8::7/64']).toBe('PREFERRED');
  });

  it('tests all anew when the link comes up again, what was taken too', () => {
    const bench = new Bench().start().add('2001:db8::77/64').taken('2001:db8::77').wait_s(5);
    expect(bench.states).toEqual({
      [`${LINK_LOCAL}/64`]: 'PREFERRED',
      '2001:db8::77/64': 'DUPLICATE',
    });
    bench.machine.restart(bench.now);
    expect(bench.machine.isAssigned(ip(LINK_LOCAL))).toBe(false);
    bench.wait_s(5);
    expect(Object.values(bench.states)).toEqual(['PREFERRED', 'PREFERRED']);
    expect(bench.solicited.filter((target) => target === LINK_LOCAL).length).toBe(2);
  });

  it('loses all when the interface goes down', () => {
    const bench = new Bench().start().wait_s(2).hear(100, 100);
    bench.fresh();
    bench.machine.stop();
    expect(bench.wait_s(10).fresh()).toEqual([]);
    expect(bench.start().fresh()).toEqual([
      `removed ${LINK_LOCAL}/64`,
      `removed ${GLOBAL}/64`,
      `tentative ${LINK_LOCAL}/64`,
    ]);
  });
});
