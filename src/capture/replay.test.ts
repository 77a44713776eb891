import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT, NetlabError } from '../base/errors.ts';
import { fromHex, toHex } from '../base/octets.ts';
import { type Duration, type Instant, START } from '../base/time.ts';
import type { Transport } from '../hardware/board/transport.ts';
import { CassetteWriter } from './cassette.ts';
import { decodeCassette } from './cassette-reader.ts';
import { type Patience, Playback } from './playback.ts';
import { type RecordableStation, RecordingStation } from './recording-station.ts';
import { RecordingTransport } from './recording-transport.ts';
import { ReplayStation } from './replay-station.ts';
import { ReplayTransport } from './replay-transport.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const later = (time: Instant, n: number): Instant => (time + n) as Instant;
const endless: Patience = () => new Promise(() => {});

/** Echoes each write 100 µs later. Its clock runs on whenever it is looked at, as a wall clock does. */
class EchoTransport implements Transport {
  readonly name = 'echo';
  #now: Instant = START;
  #rate = 115200;
  #line: { octets: Uint8Array; at: Instant }[] = [];
  #wake: (() => void) | undefined;
  lost = false;

  now(): Instant {
    this.#now = later(this.#now, 1);
    return this.#now;
  }
  write(octets: Uint8Array): void {
    this.#line.push({ octets, at: later(this.#now, 100) });
  }
  async read(until: Instant): Promise<readonly Uint8Array[]> {
    if (this.lost) throw new NetlabError('port-lost', EXIT.boardFault, 'gone', { port: 'echo' });
    const first = this.#line[0];
    if (first === undefined && until > 1e6) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      return [];
    }
    this.#now = Math.max(this.#now, Math.min(first?.at ?? until, until)) as Instant;
    const due = this.#line.filter((echo) => echo.at <= this.#now);
    this.#line = this.#line.filter((echo) => echo.at > this.#now);
    return due.map((echo) => echo.octets);
  }
  wake(): void {
    this.#wake?.();
  }
  async drain(): Promise<void> {
    this.#now = later(this.#now, 50);
  }
  async setLineRate(rate: number): Promise<void> {
    this.#rate = rate;
  }
  lineRate(): number {
    return this.#rate;
  }
  async resetBoard(): Promise<boolean> {
    return true;
  }
  diagnostics() {
    const errors = { breaks: 0, framing: 2, parity: 0, overruns: 1 };
    return { received: this.#now as number, sample: hex('abcd'), errors };
  }
  async close(): Promise<void> {}
}

function recorder() {
  let text = '';
  const writer = new CassetteWriter((line) => {
    text += line;
  }, {});
  return { writer, cassette: () => decodeCassette(text) };
}

type Step = 'now' | 'drain' | 'reset' | 'diagnostics' | { write: Uint8Array } | { read: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom('now' as const, 'drain' as const, 'reset' as const, 'diagnostics' as const),
  fc.record({ write: fc.uint8Array({ maxLength: 5 }) }),
  fc.record({ read: fc.nat(300) }),
);

/** What a driver sees that takes these steps. */
async function drive(transport: Transport, steps: readonly Step[]): Promise<unknown[]> {
  const seen: unknown[] = [transport.name, transport.lineRate()];
  await transport.setLineRate(921600);
  seen.push(transport.lineRate());
  for (const s of steps) {
    if (s === 'now') seen.push(transport.now());
    else if (s === 'drain') await transport.drain();
    else if (s === 'reset') seen.push(await transport.resetBoard());
    else if (s === 'diagnostics') seen.push(transport.diagnostics());
    else if ('write' in s) transport.write(s.write);
    else seen.push(await transport.read(later(transport.now(), s.read)));
  }
  await transport.close();
  return seen;
}

/** Writes, reads an echo, writes and reads again. */
async function dialogue(transport: Transport, first = '0102', second = '0304'): Promise<void> {
  transport.write(hex(first));
  await transport.read(later(transport.now(), 500));
  transport.write(hex(second));
  await transport.read(later(transport.now(), 500));
}

async function recorded(
  run: (transport: Transport) => Promise<unknown>,
  transport = new EchoTransport(),
) {
  const { writer, cassette } = recorder();
  await run(new RecordingTransport(transport, writer));
  writer.end();
  return cassette();
}

describe('replay of a serial line', () => {
  it('shows a driver all that it saw, its clock included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const plain = await drive(new EchoTransport(), []);
        expect(plain.slice(0, 3)).toEqual(['echo', 115200, 921600]);
        const { writer, cassette } = recorder();
        const seen = await drive(new RecordingTransport(new EchoTransport(), writer), steps);
        writer.end();
        const replay = new ReplayTransport(new Playback(cassette(), endless));
        expect(await drive(replay, steps)).toEqual(seen);
      }),
    );
  });

  it('keeps the clock exact when it is read for ever', async () => {
    const watch = async (transport: Transport) => {
      const times: Instant[] = [];
      for (let i = 0; i < 2500; i++) times.push(transport.now());
      await dialogue(transport);
      return times;
    };
    let seen: Instant[] = [];
    const cassette = await recorded(async (transport) => {
      seen = await watch(transport);
    });
    expect(await watch(new ReplayTransport(new Playback(cassette, endless)))).toEqual(seen);
  });

  it('lets the clock stand still when it is asked more often than in the recording', async () => {
    const cassette = await recorded((transport) => dialogue(transport));
    const replay = new ReplayTransport(new Playback(cassette, endless));
    const times = [1, 2, 3].map(() => replay.now());
    expect(times).toEqual([times[0], times[0], times[0]]);
    await dialogue(replay);
  });

  it.each([
    ['another octet', ['0102', '03ff'], { octet: 1, line: 5 }],
    ['one octet more', ['0102', '030405'], { octet: 2, line: 5 }],
    ['another first write', ['ff', '0304'], { octet: 0, line: 3 }],
  ])('finds %s in what the host writes', async (_name, [first, second], details) => {
    const cassette = await recorded((transport) => dialogue(transport));
    const replay = new ReplayTransport(new Playback(cassette, endless));
    const failure = await dialogue(replay, first, second).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'replay-diverged',
      exitCode: EXIT.nothingToCheck,
      details,
    });
    // Whatever is asked afterwards fails with the same.
    await expect(replay.read(START)).rejects.toBe(failure);
    expect(() => replay.write(hex('0304'))).toThrow(failure as NetlabError);
    await replay.close();
  });

  it('finds a write where the recording has a read, and one after its end', async () => {
    const cassette = await recorded((transport) => dialogue(transport));
    const early = new ReplayTransport(new Playback(cassette, endless));
    early.write(hex('0102'));
    expect(() => early.write(hex('0304'))).toThrow(
      'line 4 has board read, but board write 0304 came',
    );
    const late = new ReplayTransport(new Playback(cassette, endless));
    await dialogue(late);
    expect(() => late.write(hex('05'))).toThrow('line 7 has its end, but board write 05 came');
  });

  it('fails as the line failed', async () => {
    const transport = new EchoTransport();
    const lose = async (line: Transport) => {
      line.write(hex('01'));
      transport.lost = true;
      await line.read(START).catch(() => {});
    };
    const cassette = await recorded(lose, transport);
    const replay = new ReplayTransport(new Playback(cassette, endless));
    replay.write(hex('01'));
    await expect(replay.read(START)).rejects.toMatchObject({
      code: 'port-lost',
      exitCode: EXIT.boardFault,
      message: 'gone',
      details: { port: 'echo' },
    });
  });

  it('lets a read wait for a write that another task made meanwhile', async () => {
    const far = 1e9 as Instant;
    const both = async (transport: Transport) => {
      const pending = transport.read(far);
      await Promise.resolve();
      transport.write(hex('01'));
      const told = transport.now();
      transport.wake();
      return [await pending, told, await transport.read(later(told, 500))];
    };
    let seen: unknown;
    const cassette = await recorded(async (transport) => {
      seen = await both(transport);
    });
    expect(cassette.entries.map((e) => e.call)).toEqual(['open', 'write', 'read', 'read']);
    expect(await both(new ReplayTransport(new Playback(cassette, endless)))).toEqual(seen);
  });

  it('does not wait for ever for a write that never comes', async () => {
    const cassette = await recorded((transport) => dialogue(transport));
    let lose = () => {};
    const patience = () => new Promise<void>((resolve) => (lose = resolve));
    const replay = new ReplayTransport(new Playback(cassette, patience));
    const read = replay.read(START);
    await Promise.resolve();
    lose();
    await expect(read).rejects.toThrow('line 3 has board write 0102, but board read came');
  });

  it('refuses a cassette without the source, and entries that no recorder writes', async () => {
    const { writer, cassette } = recorder();
    expect(() => new ReplayTransport(new Playback(cassette(), endless))).toThrow(
      'its end, but board open came',
    );
    writer.append({ source: 'board', call: 'open', at: START, result: 'echo' });
    expect(() => new ReplayTransport(new Playback(cassette(), endless))).toThrow(
      'line 2 of the recording',
    );
    const result = { name: 'echo', lineRate: 0 };
    writer.append({ source: 'twin', call: 'open', at: START, result });
    writer.append({ source: 'twin', call: 'read', at: START, result: ['0g'] });
    const replay = new ReplayTransport(new Playback(cassette(), endless), 'twin');
    await expect(replay.read(START)).rejects.toMatchObject({ code: 'cassette-damaged' });
  });
});

/** Hears its own frames. */
class EchoStation implements RecordableStation {
  readonly address = hex('020000000001');
  #now: Instant = START;
  #frames: Uint8Array[] = [];
  now(): Instant {
    return this.#now;
  }
  async send(frame: Uint8Array): Promise<void> {
    this.#now = later(this.#now, 10);
    this.#frames.push(frame);
  }
  async receive(timeout: Duration) {
    const octets = this.#frames.shift();
    this.#now = later(this.#now, octets === undefined ? timeout : 1);
    return octets && { octets, at: later(this.#now, -1) };
  }
}

describe('replay of a station', () => {
  const converse = async (station: RecordableStation, frames: readonly Uint8Array[]) => {
    const seen: unknown[] = [station.address, station.now()];
    for (const frame of frames) {
      await station.send(frame);
      seen.push(await station.receive(100 as Duration), await station.receive(100 as Duration));
      seen.push(station.now());
    }
    return seen;
  };

  it('shows a lab all that it saw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }),
        async (frames) => {
          const { writer, cassette } = recorder();
          const seen = await converse(new RecordingStation(new EchoStation(), writer), frames);
          writer.end();
          expect(
            await converse(new ReplayStation(new Playback(cassette(), endless)), frames),
          ).toEqual(seen);
        },
      ),
    );
  });

  it('finds a frame that is not the recorded one', async () => {
    const { writer, cassette } = recorder();
    await converse(new RecordingStation(new EchoStation(), writer), [hex('0102')]);
    const replay = converse(new ReplayStation(new Playback(cassette(), endless)), [hex('0103')]);
    await expect(replay).rejects.toMatchObject({
      code: 'replay-diverged',
      details: {
        line: 3,
        source: 'peer',
        expected: 'peer send 0102',
        actual: 'peer send 0103',
        octet: 1,
      },
    });
  });

  it('keeps board and peer apart, in whatever order they are opened', async () => {
    const { writer, cassette } = recorder();
    const line = new RecordingTransport(new EchoTransport(), writer);
    const peer = new RecordingStation(new EchoStation(), writer);
    await Promise.all([dialogue(line), converse(peer, [hex('01'), hex('02')])]);
    const playback = new Playback(cassette(), endless);
    const replay = new ReplayStation(playback); // In another order than they were opened then.
    expect(toHex(replay.address)).toBe('020000000001');
    const other = new ReplayTransport(playback);
    await Promise.all([converse(replay, [hex('01'), hex('02')]), dialogue(other)]);
  });

  it('lets a driver do what it did while the lab waited for the peer', async () => {
    // Recorded: while the peer waited, the driver read nothing and acknowledged; then the lab wrote.
    const { writer, cassette } = recorder();
    const note = (source: string, call: string, rest: object) =>
      writer.append({ source, call, at: START, ...rest });
    note('board', 'open', { result: { name: 'echo', lineRate: 0 } });
    note('peer', 'open', { result: { address: '020000000001' } });
    note('board', 'read', { result: [] });
    note('board', 'write', { argument: 'ac' });
    note('peer', 'receive', { result: null });
    note('board', 'write', { argument: '01' });
    const playback = new Playback(cassette(), endless);
    const board = new ReplayTransport(playback);
    const peer = new ReplayStation(playback);
    const lab = peer.receive(1 as Duration).then(() => board.write(hex('01')));
    for (let turn = 0; turn < 20; turn++) await Promise.resolve(); // A driver that is slow to come.
    const driver = board.read(START).then(() => board.write(hex('ac')));
    await Promise.all([lab, driver]);
  });
});
