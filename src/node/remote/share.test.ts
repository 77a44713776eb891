import { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seededRng } from '../../base/random.ts';
import { after, seconds } from '../../base/time.ts';
import { Board } from '../../hardware/board/board.ts';
import { portLost } from '../../hardware/board/errors.ts';
import { MockBench } from '../mock-bench.ts';
import { openLine, openOctets } from '../open-line.ts';
import type { Line } from '../stream-transport.ts';
import { type Share, type ShareEvent, sharePort } from './share.ts';

/** A port whose far end echoes, and that writes down what it was told. */
function echoPort(faults: { rate?: (rate: number) => void; signals?: boolean } = {}) {
  const told: string[] = [];
  let closed = 0;
  const open = async (): Promise<Line> => {
    const stream = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        told.push(`write ${chunk.toString('hex')}`);
        stream.push(Buffer.from(chunk));
        done();
      },
    });
    return {
      name: 'echo',
      stream,
      rate: 115_200,
      setRate: async (rate) => {
        faults.rate?.(rate);
        told.push(`rate ${rate}`);
      },
      drain: async () => {},
      setSignals: async (dtr, rts, brk = false) => {
        told.push(`signals ${Number(dtr)}${Number(rts)}${Number(brk)}`);
        return faults.signals ?? true;
      },
      purge: async () => void told.push('purge'),
      reset: async () => false,
      close: async () => {
        closed += 1;
        stream.destroy();
      },
    };
  };
  return { open, told, closed: () => closed };
}

async function shared(
  open: () => Promise<Line>,
  onEvent: (event: ShareEvent) => void = () => {},
): Promise<Share> {
  const share = await sharePort({ open, host: '127.0.0.1', port: 0, signature: 'test', onEvent });
  onTestFinished(() => share.close());
  return share;
}

async function client(name: string): Promise<Line> {
  const line = await openOctets(name);
  onTestFinished(() => line.close());
  return line;
}

const octetsOf = (line: Line, count: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    line.stream.on('data', (chunk: Buffer) => {
      parts.push(chunk);
      length += chunk.length;
      if (length >= count) resolve(Buffer.concat(parts));
    });
    line.stream.on('close', () => reject(new Error('closed')));
  });

describe('a shared port', () => {
  it('carries all octets, in order, and much of them', { timeout: 60_000 }, async () => {
    const line = await client((await shared(echoPort().open)).name);
    const all = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) & 0xff));
    const back = octetsOf(line, all.length);
    for (let at = 0; at < all.length; at += 777) line.stream.write(all.subarray(at, at + 777));
    expect((await back).equals(all)).toBe(true);
  });

  it('opens at the rate that is wanted and changes it between the octets', async () => {
    const port = echoPort();
    const line = await client((await shared(port.open)).name);
    line.stream.write(Buffer.of(1));
    await line.setRate(921_600);
    line.stream.write(Buffer.of(2));
    await line.drain();
    expect(port.told).toEqual(['rate 115200', 'write 01', 'rate 921600', 'write 02']);
  });

  it('refuses a rate that the port cannot make, and keeps the old one', async () => {
    const port = echoPort({
      rate: (rate) => {
        if (rate > 1_000_000) throw new Error('too fast');
      },
    });
    const line = await client((await shared(port.open)).name);
    await expect(line.setRate(3_000_000)).rejects.toMatchObject({
      code: 'remote-refused',
      details: { setting: '3000000 bit/s', actual: '115200' },
    });
    await line.setRate(9600);
  });

  it('carries DTR, RTS, BREAK and purging', async () => {
    const port = echoPort();
    const line = await client((await shared(port.open)).name);
    port.told.length = 0;
    expect(await line.setSignals(false, true, true)).toBe(true);
    await line.purge();
    expect(port.told.at(-2)).toBe('signals 011');
    expect(port.told.at(-1)).toBe('purge');
  });

  it('resets a board: RTS alone, neither, both', async () => {
    const port = echoPort();
    const line = await client((await shared(port.open)).name);
    port.told.length = 0;
    expect(await line.reset()).toBe(true);
    const states = port.told.filter((each) => each.startsWith('signals'));
    expect(states).toContain('signals 010');
    expect(states).toContain('signals 000');
    expect(states.at(-1)).toBe('signals 110');
  });

  it('has one user at a time, and is free when he has gone', async () => {
    const port = echoPort();
    const events: string[] = [];
    const share = await shared(port.open, ({ kind }) => events.push(kind));
    const first = await openOctets(share.name);
    await expect(openOctets(share.name)).rejects.toMatchObject({
      code: 'not-rfc2217',
      details: { reason: 'connection closed: Port already in use' },
    });
    await first.close();
    await expect.poll(port.closed).toBe(1);
    await client(share.name);
    expect(events).toEqual(['connected', 'turned-away', 'disconnected', 'connected']);
  });

  it('tells why the port does not open, and of no user then', async () => {
    const events: ShareEvent[] = [];
    const gone = portLost('echo');
    const share = await shared(
      () => Promise.reject(gone),
      (event) => events.push(event),
    );
    await expect(openOctets(share.name)).rejects.toMatchObject({
      code: 'not-rfc2217',
      details: { reason: expect.stringMatching(/^connection closed: echo has vanished/) },
    });
    await expect
      .poll(() => events)
      .toEqual([expect.objectContaining({ kind: 'failed', error: gone })]);
  });

  it('hangs up when the port vanishes', async () => {
    let vanish = (): void => {};
    const port = echoPort();
    const share = await shared(async () => {
      const line = await port.open();
      vanish = () => void line.stream.destroy();
      return line;
    });
    const transport = await openLine(share.name);
    onTestFinished(() => transport.close());
    vanish();
    await expect(transport.read(after(transport.now(), seconds(5)))).rejects.toMatchObject({
      code: 'port-lost',
    });
  });

  it('carries a session with a board, its line rate changed', async () => {
    const bench = new MockBench({ address: Uint8Array.of(2, 0, 0, 0, 0, 9) });
    onTestFinished(() => bench.close());
    const share = await shared(() => bench.connectOctets());
    const board = await Board.open(await openLine(share.name), { rng: seededRng(1) });
    expect(board.identity.board).toBe('mock');
    expect(await board.setLineRate(921_600)).toBe(true);
    const longest = new Uint8Array(board.echoMax).fill(0xff);
    expect(await board.echo(longest)).toEqual(longest);
    await board.close();
  });
});
