import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { after, type Instant, milliseconds } from '../base/time.ts';
import { type Line, StreamTransport } from './stream-transport.ts';

/** A line whose far end is the test. */
function testLine() {
  const written: number[][] = [];
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push([...chunk]);
      done();
    },
  });
  const line: Line = {
    name: 'test line',
    stream,
    rate: 115_200,
    setRate: async () => {},
    drain: async () => {},
    setSignals: async () => false,
    purge: async () => {},
    reset: async () => false,
    close: async () => void stream.destroy(),
  };
  return { stream, written, transport: new StreamTransport(line) };
}

const far = (now: Instant): Instant => after(now, milliseconds(10_000));

describe('a transport over a stream', () => {
  it('reads a frame as soon as it comes', async () => {
    const { stream, transport } = testLine();
    const reading = transport.read(far(transport.now()));
    stream.push(Uint8Array.of(3, 1, 0));
    expect(await reading).toEqual([Buffer.of(3, 1)]);
  });

  it('reads nothing when the time is up', async () => {
    const { transport } = testLine();
    expect(await transport.read(transport.now())).toEqual([]);
  });

  it('reads nothing when it is woken', async () => {
    const { transport } = testLine();
    const reading = transport.read(far(transport.now()));
    transport.wake();
    expect(await reading).toEqual([]);
  });

  it('writes what it is given', () => {
    const { transport, written } = testLine();
    transport.write(Uint8Array.of(1, 2, 0));
    expect(written).toEqual([[1, 2, 0]]);
  });

  it('gives out what came before the port vanished, then says so', async () => {
    const { stream, transport } = testLine();
    const first = transport.read(far(transport.now()));
    stream.push(Uint8Array.of(5, 0));
    expect(await first).toHaveLength(1);
    stream.destroy();
    await expect(transport.read(far(transport.now()))).rejects.toMatchObject({
      code: 'port-lost',
      exitCode: 6,
      details: { port: 'test line' },
    });
    await expect(transport.drain()).rejects.toMatchObject({ code: 'port-lost' });
  });

  it('does not call its own closing a loss', async () => {
    const { transport } = testLine();
    const reading = transport.read(far(transport.now()));
    await transport.close();
    await transport.close();
    expect(await reading).toEqual([]);
  });

  it('remembers how much came, and the last of it', async () => {
    const { stream, transport } = testLine();
    const text = 'login: '.repeat(20);
    const reading = transport.read(far(transport.now()));
    stream.push(Buffer.from(text));
    stream.push(Uint8Array.of(0));
    await reading;
    const { received, sample } = transport.diagnostics();
    expect(received).toBe(text.length + 1);
    expect(Buffer.from(sample).toString('latin1')).toBe(`${text.slice(-63)}\0`);
  });
});
