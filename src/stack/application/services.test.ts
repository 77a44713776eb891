import { beforeEach, describe, expect, it } from 'vitest';
import { equal, fromAscii, toHex } from '../../base/octets.ts';
import { milliseconds, seconds } from '../../base/time.ts';
import type { TcpSocket } from '../host/sockets/tcp-socket.ts';
import { address } from '../host/test-bench.ts';
import { LINE_LENGTH, patternLines } from './chargen/pattern.ts';
import type { Service } from './service.ts';
import { SERVICE_NAMES, type ServiceName, startServices } from './services.ts';
import { asText, Bench, readAll } from './test-bench.ts';

const SERVER = address('192.0.2.2');

let bench: Bench;
let services: Service[];

beforeEach(() => {
  bench = new Bench();
  services = startServices(SERVICE_NAMES, bench.setting);
});

const connect = (port: number): Promise<TcpSocket> =>
  bench.during(bench.client.connect(SERVER, port));

async function ask(port: number, question: string): Promise<Uint8Array> {
  const udp = bench.client.udp();
  udp.send(fromAscii(question), SERVER, port);
  return (await bench.during(udp.receive({ timeout: seconds(1) }))).octets;
}

/** All that comes on a connection to `port`, on which `said` is said. */
async function told(port: number, said = ''): Promise<Uint8Array> {
  const socket = await connect(port);
  await socket.write(fromAscii(said));
  await socket.end();
  return bench.during(readAll(socket));
}

describe('over TCP', () => {
  it('echo gives back all, whatever it is, and then ends', async () => {
    const octets = Uint8Array.from({ length: 500_000 }, (_, i) => (i * 7) >>> 3);
    const socket = await connect(7);
    const back = readAll(socket);
    await bench.during(socket.write(octets));
    await socket.end();
    expect(equal(await bench.during(back), octets)).toBe(true);
    await bench.during(socket.finished());
  });

  it('discard takes all and says nothing', async () => {
    expect(await told(9, 'anything')).toHaveLength(0);
  });

  it('daytime says what time it is', async () => {
    expect(asText(await told(13))).toBe('Friday, January 2, 2026 03:04:05-UTC\r\n');
  });

  it('time says it for machines', async () => {
    // printf %x $((1767323045 + 2208988800))
    expect(toHex(await told(37))).toBe('ed01b425');
  });

  it('chargen goes on until its reader ends, at 260 kB a second or less', async () => {
    const socket = await connect(19);
    const reading = readAll(socket);
    await bench.pass(seconds(1));
    await socket.end();
    const octets = await bench.during(reading);
    expect(octets.length).toBeGreaterThan(200_000);
    expect(octets.length).toBeLessThan(270_000);
    const whole = octets.length / LINE_LENGTH;
    expect(equal(octets, patternLines(0, whole))).toBe(true);
  });

  it('chargen waits for a reader that does not read', async () => {
    const socket = await connect(19);
    await bench.pass(seconds(10));
    const { inSegs } = bench.host.tcpCounters;
    await bench.pass(seconds(4));
    // Probes of the closed window, and no data.
    expect(bench.host.tcpCounters.inSegs - inSegs).toBeLessThan(10);
    socket.abort();
  });

  it('HTTP shows the page, and marks what could be taken for HTML', async () => {
    const text = asText(await told(80, 'GET / HTTP/1.0\r\nHost: x\r\n\r\n'));
    expect(text).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
    expect(text).toContain('<h1>a &lt;host&gt;</h1>');
    expect(text).toContain('frames &amp; octets: 1\n&#8212;');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toContain(`Content-Length: ${body.length}`);
  });

  it.each([
    ['the head alone', 'HEAD / HTTP/1.0\r\n\r\n', /^HTTP\/1\.0 200 OK\r\n[\s\S]*\r\n\r\n$/],
    ['the body alone to HTTP/0.9', 'GET /\r\n', /^<!DOCTYPE html>/],
    ['404 to another page', 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.0 404 /],
    ['501 to another method', 'POST / HTTP/1.0\r\n\r\n', /^HTTP\/1\.0 501 /],
    ['400 to what is no request', '\r\n\r\n', /^HTTP\/1\.0 400 /],
    ['400 to half a request', 'GET / HTTP/1.0\r\n', /^HTTP\/1\.0 400 /],
    [
      '400 to a head without end',
      `GET / HTTP/1.0\r\n${'X: y\r\n'.repeat(2000)}`,
      /^HTTP\/1\.0 400 /,
    ],
  ])('HTTP answers %s', async (_, said, expected) => {
    expect(asText(await told(80, said))).toMatch(expected);
  });

  it('one who is silent is left after five minutes', async () => {
    const socket = await connect(7);
    const reading = bench.during(socket.read(), seconds(301));
    await expect(reading).rejects.toMatchObject({ code: 'connection-reset' });
    expect(bench.network.now).toBeGreaterThan(seconds(300));
  }, 20_000);

  it('one who vanishes does not end the service', async () => {
    (await connect(7)).abort();
    await bench.pass(milliseconds(5));
    expect(asText(await told(7, 'still there?'))).toBe('still there?');
  });

  it('more than 256 at once wait for one of them to go', async () => {
    const held: TcpSocket[] = [];
    for (let i = 0; i < 256; i++) held.push(await connect(7));
    const late = await connect(7);
    await late.write(fromAscii('me too'));
    const reading = late.read();
    await bench.pass(milliseconds(20));
    held[0]?.abort();
    expect(asText((await bench.during(reading)) ?? new Uint8Array())).toBe('me too');
  });
});

describe('over UDP', () => {
  it('echo gives the datagram back', async () => {
    expect(asText(await ask(7, 'hello'))).toBe('hello');
  });

  it('daytime and time answer anything', async () => {
    expect(asText(await ask(13, ''))).toContain('2026');
    expect(await ask(37, '')).toHaveLength(4);
  });

  it('chargen answers with up to 512 octets, a hundred times a second at most', async () => {
    const udp = bench.client.udp();
    const lengths = new Set<number>();
    const receive = async (): Promise<void> => {
      for (;;) lengths.add((await udp.receive()).octets.length);
    };
    receive().catch(() => {});
    for (let i = 0; i < 1000; i++) {
      udp.send(fromAscii('?'), SERVER, 19);
      await bench.pass(milliseconds(1));
    }
    expect(bench.host.counters.udp.inDatagrams).toBeLessThanOrEqual(101);
    expect(bench.host.counters.udp.inDatagrams).toBeGreaterThan(90);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(512);
    expect(lengths.size).toBeGreaterThan(10);
    udp.close();
  });

  it.each([7, 13, 19, 37])('no answer goes to port %i, which would answer it', async (port) => {
    const udp = bench.client.udp({ port });
    udp.send(fromAscii('?'), SERVER, 7);
    await expect(bench.during(udp.receive({ timeout: seconds(1) }))).rejects.toMatchObject({
      code: 'timed-out',
    });
  });
});

describe('a service that is closed', () => {
  it('is over, its connections too', async () => {
    const sockets = await Promise.all([7, 9, 19].map(connect));
    for (const service of services) service.close();
    await bench.during(Promise.all(services.map(({ ended }) => ended)));
    for (const socket of sockets) {
      await expect(bench.during(readAll(socket))).rejects.toMatchObject({
        code: 'connection-reset',
      });
    }
    await expect(connect(7)).rejects.toMatchObject({ code: 'connection-refused' });
  });

  it('cannot be had twice', () => {
    const twice = () => startServices(['echo' satisfies ServiceName], bench.setting);
    expect(twice).toThrow(/7/);
  });
});
