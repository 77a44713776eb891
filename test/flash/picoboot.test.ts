/** The client of PICOBOOT against a twin of the ROM: at every transfer of a flashing, whatever can go wrong there. */
import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../src/hardware/flash/image.ts';
import type { LoaderEvent, LoaderFault } from '../../src/hardware/flash/loader.ts';
import { Picoboot } from '../../src/hardware/flash/picoboot.ts';
import { type PicobootFault, PicobootRomTwin, STATUS } from './picoboot-rom-twin.ts';

const BASE = 0x1000_0000;
const SECTOR = 4096;
/** Two sectors and a page of a third. */
const IMAGE = Uint8Array.from({ length: 2 * SECTOR + 256 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const SECTORS = pagesOf([{ address: BASE, octets: IMAGE }], SECTOR);
/** More than any flashing of this image takes: a machine that is still at it hangs. */
const TURNS_MAX = 1000;

interface Flashed {
  readonly events: readonly LoaderEvent[];
  readonly fault: LoaderFault | undefined;
}

function flash(twin: PicobootRomTwin, sectors = SECTORS): Flashed {
  const client = new Picoboot(sectors);
  const events: LoaderEvent[] = [];
  client.start();
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    for (let event = client.pollEvent(); event; event = client.pollEvent()) events.push(event);
    const last = events.at(-1);
    if (last?.kind === 'failed') return { events, fault: last.fault };
    if (last?.kind === 'done') return { events, fault: undefined };
    const transfer = client.pollTransfer();
    if (transfer === undefined) throw new Error('neither a transfer nor an end');
    client.handleOutcome(twin.handle(transfer));
  }
  throw new Error('the client neither ended nor gave up');
}

const holds = ({ flash: octets }: PicobootRomTwin): boolean =>
  IMAGE.every((octet, i) => octets[i] === octet);

const faulty = (fault: PicobootFault, flash?: Uint8Array): PicobootRomTwin => {
  const twin = new PicobootRomTwin(flash && { flash });
  twin.fault = fault;
  return twin;
};

/** Of a flashing in which nothing goes wrong. */
const TRANSFERS = ((): number => {
  const twin = new PicobootRomTwin();
  flash(twin);
  return twin.transfers;
})();
const EACH = Array.from({ length: TRANSFERS }, (_, at) => at);

describe('a chip that does as it is told', () => {
  it('holds the image, has shown it, and runs it', () => {
    const twin = new PicobootRomTwin({ flash: new Uint8Array(2 << 20).fill(0x11) });
    const { events, fault } = flash(twin);
    expect(fault).toBeUndefined();
    expect(holds(twin)).toBe(true);
    expect(twin.restarted).toBe(true);
    expect(twin.exclusive).toBe(true);
    expect(twin.erased).toBe(3);
    const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
    expect(phases).toEqual(['enter', 'write', 'verify', 'restart']);
    const progress = events.flatMap((event) => (event.kind === 'progress' ? [event.done] : []));
    expect(progress).toEqual([4096, 8192, 12_288, 4096, 8192, 12_288]);
  });

  it('loses the rest of the sectors that the image touches, and nothing beyond', () => {
    const twin = new PicobootRomTwin({ flash: new Uint8Array(2 << 20).fill(0x11) });
    flash(twin);
    expect([...new Set(twin.flash.subarray(IMAGE.length, 3 * SECTOR))]).toEqual([0xff]);
    expect(twin.flash[3 * SECTOR]).toBe(0x11);
  });

  it('is not written where there are only ones, and shows them all the same', () => {
    const twin = new PicobootRomTwin({ flash: new Uint8Array(2 << 20).fill(0x11) });
    const blank = new Uint8Array(SECTOR).fill(0xff);
    const before = new PicobootRomTwin();
    flash(before, [{ address: BASE, octets: blank.map(() => 0) }]);
    expect(flash(twin, [{ address: BASE, octets: blank }]).fault).toBeUndefined();
    expect(before.transfers - twin.transfers).toBe(3);
    expect(twin.flash[0]).toBe(0xff);
  });
});

describe('once, at any transfer,', () => {
  const REFUSALS = Object.values(STATUS).map((status) => ({ kind: 'stall', status }) as const);
  it.each([{ kind: 'silence' }, { kind: 'unheard' }, { kind: 'altered' }, ...REFUSALS] as const)(
    '%j is mended',
    (kind) => {
      for (const at of EACH) {
        const twin = faulty({ ...kind, at });
        const { fault } = flash(twin);
        expect({ at, fault, held: holds(twin), ran: twin.restarted }).toEqual({
          at,
          fault: undefined,
          held: true,
          ran: true,
        });
      }
    },
  );

  it('the plug that is pulled ends it, and the next flash mends', () => {
    for (const at of EACH) {
      const twin = faulty({ kind: 'gone', at });
      const { fault } = flash(twin);
      // Once all was read back, it was to leave the bus.
      const over = at >= TRANSFERS - 2;
      expect({ at, code: fault?.code }).toEqual({ at, code: over ? undefined : 'loader-gone' });
      const again = new PicobootRomTwin({ flash: twin.flash });
      expect(flash(again).fault).toBeUndefined();
      expect(holds(again)).toBe(true);
    }
  });
});

describe('from any transfer on,', () => {
  it('silence is told in a bounded time, and the next flash mends', () => {
    for (const at of EACH) {
      const twin = faulty({ kind: 'silence', at, lasting: true });
      const { fault } = flash(twin);
      // The first command's end is its answer.
      expect({ at, code: fault?.code }).toEqual({
        at,
        code: at < 5 ? 'loader-silent' : 'loader-lost',
      });
      expect(twin.waited).toBeLessThanOrEqual(60_000_000);
      const again = new PicobootRomTwin({ flash: twin.flash });
      expect(flash(again).fault).toBeUndefined();
      expect(holds(again)).toBe(true);
    }
  });

  it('a ROM that refuses is told with its words', () => {
    // All but requests, which go on.
    for (const at of [3, 8, 20, TRANSFERS - 1]) {
      const twin = new PicobootRomTwin();
      const { handle } = twin;
      twin.handle = (transfer) => {
        twin.fault = undefined;
        const bulk = transfer.kind === 'in' || transfer.kind === 'out';
        if (bulk && twin.transfers >= at) {
          twin.fault = { kind: 'stall', status: STATUS.interleaved, at: twin.transfers };
        }
        return handle.call(twin, transfer);
      };
      expect(flash(twin).fault).toMatchObject({
        code: 'loader-refused',
        status: 'interleaved write',
      });
    }
  });
});

it('a command that the chip does not know is refused by its status', () => {
  const beyond = [{ address: BASE + (2 << 20), octets: new Uint8Array(SECTOR) }];
  expect(flash(new PicobootRomTwin(), beyond).fault).toEqual({
    code: 'loader-refused',
    op: 'write',
    address: BASE + (2 << 20),
    status: 'invalid address',
  });
});

it.each([
  [[0x4d, 0x75, 2], 'RP2350'],
  [[0, 0, 0], 'ROM 000000'],
] as const)('a ROM %j is a wrong chip, and nothing is erased', (magic, found) => {
  const twin = new PicobootRomTwin(undefined, magic);
  expect(flash(twin).fault).toEqual({ code: 'wrong-chip', expected: 'RP2040', found });
  expect(twin.erased).toBe(0);
});

it('flash that is worn out is told, with its place', () => {
  const twin = new PicobootRomTwin();
  const address = BASE + SECTOR + 3;
  twin.worn = { address, octet: 0x5a };
  const expected = IMAGE[SECTOR + 3];
  expect(flash(twin).fault).toEqual({ code: 'verify-failed', address, expected, actual: 0x5a });
});
