import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { after, seconds } from '../../base/time.ts';
import { openLine } from '../open-line.ts';

/** A server on a port of the system's choice, for one test. */
async function serve(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a board behind a TCP port', () => {
  it('carries frames both ways', async () => {
    const address = await serve((socket) => socket.pipe(socket));
    const transport = await openLine(`tcp://${address}`);
    transport.write(Uint8Array.of(2, 9, 0));
    await transport.drain();
    expect(await transport.read(after(transport.now(), seconds(5)))).toEqual([Buffer.of(2, 9)]);
    expect(transport.lineRate()).toBe(0);
    await transport.close();
  });

  it('is lost when the other side hangs up', async () => {
    const address = await serve((socket) => socket.end());
    const transport = await openLine(`tcp://${address}`);
    await expect(transport.read(after(transport.now(), seconds(5)))).rejects.toMatchObject({
      code: 'port-lost',
    });
    await transport.close();
  });

  it.each(['tcp', 'rfc2217'])('says that nobody answers: %s', async (scheme) => {
    const name = `${scheme}://127.0.0.1:${await freePort()}`;
    await expect(openLine(name)).rejects.toMatchObject({
      code: 'connection-failed',
      exitCode: 4,
      details: { address: name, reason: 'ECONNREFUSED' },
    });
  });
});

describe('a peer that does not speak RFC 2217', () => {
  it.each([
    ['is another protocol’s server', 'SSH-2.0-x\r\n', 'what came is no Telnet: SSH-2.0-x'],
    ['refuses the option', Uint8Array.of(255, 254, 44), 'no COM-PORT-OPTION'],
  ])('%s', { timeout: 20_000 }, async (_, greeting, reason) => {
    const address = await serve((socket) => socket.write(greeting));
    await expect(openLine(`rfc2217://${address}`)).rejects.toMatchObject({
      code: 'not-rfc2217',
      exitCode: 4,
      details: { port: `rfc2217://${address}`, reason },
    });
  });

  it('hangs up', async () => {
    const address = await serve((socket) => socket.end());
    await expect(openLine(`rfc2217://${address}`)).rejects.toMatchObject({
      code: 'not-rfc2217',
      details: { reason: 'connection closed' },
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
