import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOctets, seededRng } from '../../src/base/random.ts';
import { START } from '../../src/base/time.ts';
import { type Part, pagesOf } from '../../src/hardware/flash/image.ts';
import { Stk500 } from '../../src/hardware/flash/stk500.ts';
import { flash } from './line-loader.ts';
import { type OptibootFault, type OptibootOptions, OptibootTwin } from './optiboot-twin.ts';

const ATMEGA328P = Uint8Array.of(0x1e, 0x95, 0x0f);
const IMAGE = randomOctets(seededRng(1), 700);
const pages = pagesOf([{ address: 0, octets: IMAGE }], 128);
const client = (of: readonly Part[] = pages): Stk500 =>
  new Stk500({ signature: ATMEGA328P, pages: of });

const holds = (twin: OptibootTwin): boolean => IMAGE.every((octet, i) => twin.flash[i] === octet);

/** How many commands a flashing without a fault takes, the syncs not counted. */
const commandsOf = (twin: OptibootTwin): number => {
  flash(client(), twin);
  return twin.commands.length;
};

describe('flashing over STK500v1', () => {
  it('resets the board, writes every page, reads each back, and starts the program', () => {
    const twin = new OptibootTwin();
    const { done, events } = flash(client(), twin);
    expect(done).toBe(true);
    expect(holds(twin)).toBe(true);
    expect({ resets: twin.resets, left: twin.left }).toEqual({ resets: 1, left: true });
    expect(events.filter(({ kind }) => kind === 'phase')).toEqual(
      ['enter', 'write', 'verify', 'restart'].map((phase) => ({ kind: 'phase', phase })),
    );
  });

  it('leaves what is beside its pages as it was', () => {
    const twin = new OptibootTwin();
    flash(client(pagesOf([{ address: 0x200, octets: IMAGE.subarray(0, 10) }], 128)), twin);
    expect(twin.flash[0x1ff]).toBe(0x5a);
    expect(twin.flash[0x200]).toBe(IMAGE[0]);
    expect(twin.flash[0x20a]).toBe(0xff);
    expect(twin.flash[0x280]).toBe(0x5a);
  });

  it('says after each page how far it is', () => {
    const progress = flash(client(), new OptibootTwin()).events.filter(
      ({ kind }) => kind === 'progress',
    );
    const six = [128, 256, 384, 512, 640, 768].map((done) => ({
      kind: 'progress',
      done,
      total: 768,
    }));
    expect(progress).toEqual([...six, ...six]);
  });

  it('sends what AVR061 says, octet for octet', () => {
    const twin = new OptibootTwin({ resident: true });
    const sent: string[] = [];
    const machine = client(pagesOf([{ address: 0x180, octets: IMAGE.subarray(0, 1) }], 128));
    const { pollOutput } = machine;
    machine.pollOutput = () => {
      const action = pollOutput.call(machine);
      if (action?.kind === 'write') sent.push(Buffer.from(action.octets).toString('hex'));
      return action;
    };
    flash(machine, twin);
    const page = `${IMAGE[0]?.toString(16).padStart(2, '0')}${'ff'.repeat(127)}`;
    expect(sent[0]).toBe('3020'); // Cmnd_STK_GET_SYNC
    expect(sent.filter((command) => command !== '3020')).toEqual([
      '7520', // Cmnd_STK_READ_SIGN
      '5020', // Cmnd_STK_ENTER_PROGMODE
      '55c00020', // Cmnd_STK_LOAD_ADDRESS, of words
      `64008046${page}20`, // Cmnd_STK_PROG_PAGE, the length's high octet first
      '55c00020',
      '7400804620', // Cmnd_STK_READ_PAGE
      '5120', // Cmnd_STK_LEAVE_PROGMODE
    ]);
  });
});

describe('a board that cannot be flashed', () => {
  it.each<[string, OptibootOptions, object]>([
    ['says nothing at all', { fault: () => 'hang' }, { code: 'loader-silent' }],
    [
      'is another chip',
      { signature: Uint8Array.of(0x1e, 0x93, 0x0b) },
      { code: 'wrong-chip', expected: '1e950f', found: '1e930b' },
    ],
    [
      'has worn flash',
      { wornAt: 0x103 },
      { code: 'verify-failed', address: 0x103, expected: (IMAGE[0x103] ?? 0) | 1 },
    ],
    [
      'refuses all pages',
      { fault: (_, op) => (op === 0x64 ? 'refuse' : undefined) },
      { code: 'loader-lost', op: 'write', address: 0 },
    ],
  ])('because it %s is told so', (_, options, fault) => {
    // A worn bit shows only where the image has a 1.
    const odd = IMAGE.map((octet, i) => (i === 0x103 ? octet | 1 : octet));
    const machine = client(pagesOf([{ address: 0, octets: odd }], 128));
    expect(flash(machine, new OptibootTwin(options)).fault).toMatchObject(fault);
  });

  it('gets nothing written when it is another chip', () => {
    const twin = new OptibootTwin({ signature: Uint8Array.of(0x1e, 0x93, 0x0b) });
    flash(client(), twin);
    expect(twin.commands).not.toContain(0x64);
    expect(twin.flash.every((octet) => octet === 0x5a)).toBe(true);
  });
});

describe('a fault at one command', () => {
  const count = commandsOf(new OptibootTwin());
  const everywhere = Array.from({ length: count }, (_, n) => n);

  it.each<OptibootFault>(['hang', 'mute', 'refuse', 'garble', 'alter'])(
    '%s, whichever it is, is got over',
    (fault) => {
      for (const at of everywhere) {
        const twin = new OptibootTwin({ fault: (n) => (n === at ? fault : undefined) });
        const { done } = flash(client(), twin);
        expect({ at, done, holds: holds(twin) }).toEqual({ at, done: true, holds: true });
      }
    },
  );

  it('an unplugged board, whenever it was, is flashed by the next try', () => {
    for (const at of everywhere) {
      const twin = new OptibootTwin({ fault: (n) => (n === at ? 'unplug' : undefined) });
      const { fault } = flash(client(), twin);
      expect(['loader-silent', 'loader-lost']).toContain(fault?.code);
      const replugged = new OptibootTwin();
      replugged.flash.set(twin.flash);
      expect({ at, done: flash(client(), replugged).done, holds: holds(replugged) }).toEqual({
        at,
        done: true,
        holds: true,
      });
    }
  });

  it('and a client that stops in between leaves a board that the next one flashes', () => {
    for (const at of everywhere) {
      const twin = new OptibootTwin({ fault: (n) => (n >= at ? 'mute' : undefined) });
      flash(client(), twin);
      const again = new OptibootTwin();
      again.flash.set(twin.flash);
      const { done } = flash(client(), again);
      expect({ at, done, holds: holds(again) }).toEqual({ at, done: true, holds: true });
    }
  });
});

describe('whatever comes', () => {
  it('never throws, and ends', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 40 }), (chunks) => {
        const machine = client();
        let now = START;
        machine.start(now);
        for (const chunk of chunks) {
          machine.handleOctets(chunk, now);
          now = machine.pollTimeout() ?? now;
          machine.handleTimeout(now);
        }
        for (let turn = 0; turn < 1000 && machine.pollTimeout() !== undefined; turn++) {
          now = machine.pollTimeout() ?? now;
          machine.handleTimeout(now);
        }
        expect(machine.pollTimeout()).toBeUndefined();
      }),
    );
  });

  it('how the answers are cut into chunks does not matter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), (size) => {
        const twin = new OptibootTwin();
        const machine = client();
        const { handleOctets } = machine;
        machine.handleOctets = (octets, now) => {
          for (let at = 0; at < octets.length; at += size) {
            handleOctets.call(machine, octets.subarray(at, at + size), now);
          }
        };
        expect(flash(machine, twin).done).toBe(true);
        expect(holds(twin)).toBe(true);
      }),
      { numRuns: 7 },
    );
  });

  it('any image, at any address, is what the flash has afterwards', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        fc.integer({ min: 0, max: 0x7000 }),
        (octets, address) => {
          const twin = new OptibootTwin();
          expect(flash(client(pagesOf([{ address, octets }], 128)), twin).done).toBe(true);
          expect(twin.flash.slice(address, address + octets.length)).toEqual(octets);
        },
      ),
      { numRuns: 30 },
    );
  });
});
