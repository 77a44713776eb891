import { describe, expect, it } from 'vitest';
import { type Impairment, noise } from '../../../test/contract/line.ts';
import {
  pass,
  VirtualBench,
  type VirtualBenchOptions,
} from '../../../test/contract/virtual-bench.ts';
import { equal } from '../../base/octets.ts';
import { randomOctets, seededRng } from '../../base/random.ts';
import { milliseconds, seconds, since } from '../../base/time.ts';
import { Board } from './board.ts';

const ANSWERED = 5; // Seconds that a request may take.

async function opened(options: VirtualBenchOptions = {}) {
  const bench = new VirtualBench(options);
  const board = await Board.open(bench.transport, { rng: seededRng(7) });
  return { bench, board };
}

const frame = (n: number, length = 60): Uint8Array => {
  const octets = new Uint8Array(length).map((_, i) => i * n);
  octets.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5, n >> 8, n]);
  return octets;
};

/** Nobody waits for the link any more, and it has seen that. */
async function settled(): Promise<void> {
  for (let i = 0; i < 64; i++) await Promise.resolve();
}

const silence: Impairment = () => new Uint8Array(0);

describe('opening a board', () => {
  it('tells who it is', async () => {
    const { board } = await opened({ identity: { board: 'host', serial: 'abc' } });
    expect(board.identity).toMatchObject({ board: 'host', serial: 'abc', chip: 4 });
    expect(board.address).toHaveLength(6);
  });

  it('finds board-silent when nothing comes, after 2 s', async () => {
    const bench = new VirtualBench();
    bench.toHost.impair = silence;
    bench.hung = true;
    await expect(Board.open(bench.transport, { rng: seededRng(1) })).rejects.toMatchObject({
      code: 'board-silent',
      exitCode: 4,
      details: { port: 'virtual twin' },
    });
    expect(bench.now).toBe(seconds(2));
  });

  it('finds board-foreign when what comes is not ours, and shows some of it', async () => {
    const bench = new VirtualBench();
    bench.hung = true;
    const hello = Uint8Array.from('Grbl 1.1f [$]\r\n', (c) => c.charCodeAt(0));
    bench.toHost.impair = () => hello;
    bench.inject(hello);
    await expect(Board.open(bench.transport, { rng: seededRng(1) })).rejects.toMatchObject({
      code: 'board-foreign',
      exitCode: 4,
      details: {
        received: expect.any(Number),
        ascii: 'Grbl 1.1f [$]..',
        hex: expect.stringMatching(/^47 72/),
      },
    });
  });

  it('says what the port reported of its line, where it did', async () => {
    const bench = new VirtualBench();
    bench.hung = true;
    const { transport } = bench;
    const errors = { breaks: 0, framing: 3, parity: 0, overruns: 0 };
    const reporting = {
      ...transport,
      diagnostics: () => ({ ...transport.diagnostics(), errors }),
    };
    await expect(Board.open(reporting, { rng: seededRng(1) })).rejects.toMatchObject({
      code: 'board-silent',
      message: expect.stringContaining('line errors: framing 3'),
      details: { port: 'virtual twin', ...errors },
    });
  });

  it('finds board-version when the firmware speaks another version', async () => {
    const bench = new VirtualBench({ version: 2, identity: { firmware: '9.1.0' } });
    await expect(Board.open(bench.transport, { rng: seededRng(1) })).rejects.toMatchObject({
      code: 'board-version',
      exitCode: 4,
      details: { version: 2, firmware: '9.1.0', expected: 1 },
    });
  });

  it('finds board-reset when the board boots again and again', async () => {
    const bench = new VirtualBench();
    bench.toBoard.impair = silence;
    const open = Board.open(bench.transport, { rng: seededRng(1) });
    await expect(open).rejects.toMatchObject({ code: 'board-reset' });
  });

  it('opens over a noisy line', async () => {
    const bench = new VirtualBench({ rate: 115_200 });
    const levels = { lost: 0.0005, flipped: 0.0005, inserted: 0, duplicated: 0, burst: 0 };
    bench.toBoard.impair = noise(seededRng(1), levels);
    bench.toHost.impair = noise(seededRng(2), levels);
    const board = await Board.open(bench.transport, { rng: seededRng(3) });
    const sent = randomOctets(seededRng(4), 300);
    for (let i = 0; i < 20; i++) expect(equal(await board.echo(sent), sent)).toBe(true);
    expect(board.lineStatistics.data_resent).toBeGreaterThan(0);
  });
});

describe('a session that ends', () => {
  it('is board-reset when the board resets in the middle', async () => {
    const { bench, board } = await opened();
    const echo = board.echo(new Uint8Array(100));
    await bench.reset();
    await expect(echo).rejects.toMatchObject({ code: 'board-reset', exitCode: 6 });
    await expect(board.phy.read(), 'and stays so').rejects.toMatchObject({ code: 'board-reset' });
  });

  it('is board-reset when even the BOOT was lost: the board knows no such session', async () => {
    const { bench, board } = await opened();
    bench.toHost.impair = silence;
    await bench.reset();
    pass(bench, milliseconds(1));
    bench.toHost.impair = undefined;
    await expect(board.phy.read()).rejects.toMatchObject({ code: 'board-reset' });
  });

  it('is board-lost after a second of silence', async () => {
    const { bench, board } = await opened();
    bench.hung = true;
    const before = bench.now;
    await expect(board.receive(seconds(60))).rejects.toMatchObject({
      code: 'board-lost',
      exitCode: 6,
      details: { silence_ms: 1000 },
    });
    expect(since(bench.now, before)).toBeLessThanOrEqual(seconds(1));
  });

  it('is link-failed when the board is heard but never hears', async () => {
    const { bench, board } = await opened();
    bench.toBoard.impair = (octets) => (octets.length > 40 ? new Uint8Array(0) : octets);
    await expect(
      Promise.all([board.echo(new Uint8Array(100)), board.attend(seconds(60))]),
    ).rejects.toMatchObject({ code: expect.stringMatching(/link-failed|request-timeout/) });
    await expect(board.attend(seconds(60))).rejects.toMatchObject({
      code: 'link-failed',
      exitCode: 6,
    });
  });

  it('is port-lost when the port vanishes', async () => {
    const { bench, board } = await opened();
    bench.present = false;
    await expect(board.echo(new Uint8Array(1))).rejects.toMatchObject({
      code: 'port-lost',
      exitCode: 6,
    });
    await board.close();
  });

  it('is board-closed once it was closed', async () => {
    const { board } = await opened();
    await board.close();
    await expect(board.phy.read()).rejects.toMatchObject({ code: 'board-closed' });
  });

  it('is alive for a host that was busy elsewhere for a minute', async () => {
    const { bench, board } = await opened();
    await settled();
    pass(bench, seconds(60));
    expect(await board.echo(Uint8Array.of(1))).toEqual(Uint8Array.of(1));
  });
});

describe('requests', () => {
  it('time out on a board that is alive but does not answer', async () => {
    const { bench, board } = await opened();
    const before = bench.now;
    // The board's credit is gone as far as the host can tell: the request never leaves.
    const wrong: Impairment = (octets) => (octets.length > 20 ? new Uint8Array(0) : octets);
    bench.toBoard.impair = wrong;
    await expect(board.echo(new Uint8Array(50))).rejects.toMatchObject({
      code: 'request-timeout',
      exitCode: 7,
      details: { op: 'SYSTEM_ECHO', waited_ms: ANSWERED * 1000 },
    });
    expect(since(bench.now, before)).toBe(seconds(ANSWERED));
  });

  it('are refused with the name of the status', async () => {
    const { board } = await opened();
    await expect(board.mac.close()).rejects.toMatchObject({
      code: 'request-refused',
      exitCode: 6,
      details: { op: 'MAC_CLOSE', status: 'BAD_STATE' },
    });
  });

  it('find board-no-chip where there is none', async () => {
    const { board } = await opened({ identity: { chip: 0 } });
    await expect(board.phy.read()).rejects.toMatchObject({ code: 'board-no-chip', exitCode: 6 });
    expect(board.identity.chip).toBe(0);
  });

  it('are refused before they leave when they are too long or too many', async () => {
    const { board } = await opened();
    await expect(board.echo(new Uint8Array(5000))).rejects.toMatchObject({ exitCode: 2 });
    const all = Array.from({ length: 2000 }, () => board.phy.read());
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.filter((o) => o.status === 'fulfilled').length).toBeGreaterThan(1000);
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'too-many-requests' } });
  });

  it('may be many at a time, from callers who do not know each other', async () => {
    const { board } = await opened({ rate: 921_600 });
    const one = async (caller: number): Promise<void> => {
      for (let i = 0; i < 20; i++) {
        const octets = Uint8Array.of(caller, i, 0, 255);
        expect(equal(await board.echo(octets), octets)).toBe(true);
      }
    };
    await Promise.all([1, 2, 3, 4, 5].map(one));
  });

  it('end at the deadline of whoever waits shortest, and the others wait on', async () => {
    const { bench, board } = await opened();
    await board.mac.open(board.address, 0);
    const start = bench.now;
    const ends: number[] = [];
    const wait = async (ms: number) => {
      expect(await board.receive(milliseconds(ms))).toBeUndefined();
      ends.push(since(bench.now, start) / 1000);
    };
    await Promise.all([wait(300), wait(100), wait(200)]);
    expect(ends).toEqual([100, 200, 300]);
  });
});

describe('received frames', () => {
  it('wait for a slow reader, in order, none lost, while requests are still answered', async () => {
    const { bench, board } = await opened();
    await board.mac.open(board.address, 0);
    for (let n = 0; n < 40; n++) {
      await bench.peer.send(frame(n, 1514));
      pass(bench, milliseconds(5));
      if (n % 10 === 0) await board.phy.read();
    }
    expect((await board.mac.counters(false)).receive_buffer_full).toBe(0);
    for (let n = 0; n < 40; n++) {
      const received = await board.receive(seconds(1));
      expect(received && equal(received.octets, frame(n, 1514))).toBe(true);
    }
  });

  it('carry the times of the board, past the wrap of its 32 bits', async () => {
    const clock = 2 ** 32 - 50_000; // 50 ms before the wrap.
    const { bench, board } = await opened({ clock });
    await board.mac.open(board.address, 0);
    const times: number[] = [];
    for (let n = 0; n < 10; n++) {
      await bench.peer.send(frame(n));
      pass(bench, milliseconds(20));
      times.push((await board.receive(seconds(1)))?.at ?? -1);
      expect(Math.abs(board.now() - (bench.now + clock))).toBeLessThan(1000);
    }
    times.forEach((time, n) => {
      expect(time - (times[0] as number)).toBe(n * 20_000);
    });
    expect(times.at(-1)).toBeGreaterThan(2 ** 32);
  });
});

describe('the line rate', () => {
  it('changes at both ends', async () => {
    const { bench, board } = await opened({ rate: 115_200 });
    expect(await board.setLineRate(921_600)).toBe(true);
    expect(bench.twin.lineRate).toBe(921_600);
    expect((await board.identify()).lineRate).toEqual({ present: 921_600, highest: 3_000_000 });
  });

  it('goes back at both ends when they do not hear each other', async () => {
    const { bench, board } = await opened({ rate: 115_200 });
    const changed = board.setLineRate(921_600);
    const deaf: Impairment = (octets) =>
      bench.transport.lineRate() === 921_600 ? octets.fill(3) : octets;
    bench.toBoard.impair = deaf;
    expect(await changed).toBe(false);
    expect(bench.transport.lineRate()).toBe(115_200);
    expect(await board.echo(Uint8Array.of(5))).toEqual(Uint8Array.of(5));
    expect(bench.twin.lineRate).toBe(115_200);
  });

  it('stays on a line that has none', async () => {
    const { board } = await opened();
    expect(await board.setLineRate(1)).toBe(true);
  });
});
