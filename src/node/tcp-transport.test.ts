import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { after, seconds } from '../base/time.ts';
import { openTcp } from './tcp-transport.ts';

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
    const transport = await openTcp(address);
    transport.write(Uint8Array.of(2, 9, 0));
    await transport.drain();
    expect(await transport.read(after(transport.now(), seconds(5)))).toEqual([Buffer.of(2, 9)]);
    expect(transport.lineRate()).toBe(0);
    await transport.close();
  });

  it('is lost when the other side hangs up', async () => {
    const address = await serve((socket) => socket.end());
    const transport = await openTcp(address);
    await expect(transport.read(after(transport.now(), seconds(5)))).rejects.toMatchObject({
      code: 'port-lost',
    });
    await transport.close();
  });

  it('says that nobody answers', async () => {
    const address = await serve(() => {});
    const free = `127.0.0.1:${await freePort()}`;
    expect(free).not.toBe(address);
    await expect(openTcp(free)).rejects.toMatchObject({
      code: 'connection-failed',
      exitCode: 4,
      details: { address: free, reason: 'ECONNREFUSED' },
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
