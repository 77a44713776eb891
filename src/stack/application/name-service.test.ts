import { beforeEach, describe, expect, it } from 'vitest';
import { fromAscii } from '../../base/octets.ts';
import { seededRng } from '../../base/random.ts';
import { seconds } from '../../base/time.ts';
import { Cancellation } from '../host/sockets/wait.ts';
import { address } from '../host/test-bench.ts';
import { format } from '../network/ip/address.ts';
import { PORT } from './dns/message.ts';
import { type Name, parse } from './dns/name.ts';
import { CLASS, type RecordData, type ResourceRecord, TYPE } from './dns/record.ts';
import { respond } from './dns/server.ts';
import { frame, StreamReader } from './dns/stream.ts';
import { Zone } from './dns/zone.ts';
import { NameService } from './name-service.ts';
import { serveTcp, serveUdp } from './service.ts';
import { Bench } from './test-bench.ts';

const SERVER = address('192.0.2.2');
const ORIGIN = 'lab.example';

const name = (text: string): Name => {
  const parsed = parse(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const record = (owner: string, data: RecordData): ResourceRecord => ({
  name: name(`${owner}.${ORIGIN}`),
  class: CLASS.IN,
  ttl: 300,
  data,
});
const SOA = {
  kind: 'SOA',
  mname: name('ns.lab.example'),
  rname: name('root.lab.example'),
  serial: 1,
  refresh: 1200,
  retry: 120,
  expire: 86_400,
  minimum: 60,
} as const;
const a = (text: string) => ({ kind: 'A', address: address(text) }) as RecordData;
const aaaa = (text: string) => ({ kind: 'AAAA', address: address(text) }) as RecordData;
const long: RecordData = { kind: 'TXT', strings: new Array(8).fill(fromAscii('x'.repeat(240))) };
const ZONES = [
  new Zone(name(ORIGIN), SOA, 300, [
    record('both', a('198.51.100.1')),
    record('both', aaaa('2001:db8::1')),
    record('six', aaaa('2001:db8::2')),
    record('alias', { kind: 'CNAME', target: name('six.lab.example') }),
    record('long', long),
  ]),
];

let bench: Bench;
let names: NameService;

beforeEach(() => {
  bench = new Bench();
  names = new NameService(bench.client, seededRng(1), [SERVER]);
});

function serve(): void {
  serveUdp(bench.server, PORT, ({ octets }) => respond(ZONES, octets, 'udp'));
  serveTcp(bench.server, PORT, async (socket, wait) => {
    const reader = new StreamReader();
    for (let part = await socket.read(); part !== undefined; part = await socket.read()) {
      reader.handleOctets(part);
      for (let query = reader.pollMessage(); query; query = reader.pollMessage()) {
        const answer = respond(ZONES, query, 'tcp') ?? new Uint8Array();
        await socket.write(frame(answer), wait);
      }
    }
  });
}

const find = async (text: string, version?: 4 | 6): Promise<string> =>
  format(await bench.during(names.addressOf(`${text}.${ORIGIN}`, version)));

describe('the address of a name', () => {
  it('is that of IPv4 if there is one, else that of IPv6, by way of an alias too', async () => {
    serve();
    expect(await find('both')).toBe('198.51.100.1');
    expect(await find('both', 6)).toBe('2001:db8::1');
    expect(await find('six')).toBe('2001:db8::2');
    expect(await find('alias')).toBe('2001:db8::2');
  });

  it('is asked for once', async () => {
    serve();
    await find('both');
    const before = bench.host.counters.udp.outDatagrams;
    await find('both');
    expect(bench.host.counters.udp.outDatagrams).toBe(before);
  });

  it('does not exist', async () => {
    serve();
    await expect(find('nobody')).rejects.toMatchObject({
      code: 'name-unknown',
      details: { name: 'nobody.lab.example', reason: 'no-such-name' },
    });
    await expect(find('six', 4)).rejects.toMatchObject({ details: { reason: 'no-data' } });
  });

  it('is not to be had where no DNS server is: a refusal ends it soon', async () => {
    await expect(find('both')).rejects.toMatchObject({ code: 'name-unknown' });
    expect(bench.network.now).toBeLessThan(seconds(1));
  });

  it('is not to be had of a server that is away', async () => {
    const away = new NameService(bench.client, seededRng(1), [address('192.0.2.9')]);
    await expect(bench.during(away.addressOf(`both.${ORIGIN}`))).rejects.toMatchObject({
      details: { reason: expect.stringMatching(/timed-out|server-failure/) },
    });
  });

  it('is one of several for who tries them all, those of IPv6 first', async () => {
    serve();
    const all = async (text: string, version?: 4 | 6) =>
      (await bench.during(names.addressesOf(`${text}.${ORIGIN}`, version))).map(format);
    expect(await all('both')).toEqual(['2001:db8::1', '198.51.100.1']);
    expect(await all('both', 4)).toEqual(['198.51.100.1']);
    expect(await all('six')).toEqual(['2001:db8::2']);
    await expect(all('nobody')).rejects.toMatchObject({ details: { reason: 'no-such-name' } });
    await expect(all('six', 4)).rejects.toMatchObject({ details: { reason: 'no-data' } });
  });

  it('is not waited for any longer than asked', async () => {
    const cancellation = new Cancellation();
    const looking = names.lookup('both.lab.example', TYPE.A, { cancellation });
    cancellation.cancel();
    await expect(looking).rejects.toMatchObject({ code: 'cancelled' });
    // Nothing is left behind that would keep a driver awake.
    await bench.pass(seconds(1));
    expect(bench.client.deadlines.pollTimeout()).toBeUndefined();
  });
});

it('an answer too long for UDP comes over TCP', async () => {
  serve();
  const records = await bench.during(names.lookup('long.lab.example', TYPE.TXT));
  expect(records.map(({ data }) => data)).toEqual([long]);
  expect(bench.host.tcpCounters.activeOpens).toBe(1);
});

describe('servers that the network names', () => {
  const unset = () => new NameService(bench.client, seededRng(1), []);

  it('are asked, with the search domains that came with them', async () => {
    serve();
    const heard = unset();
    expect(heard.hasServers).toBe(false);
    // Of a router on interface 0 (RFC 8106); the second domain is no name.
    heard.advise(0, [SERVER], [ORIGIN, 'a..b']);
    expect(heard.hasServers).toBe(true);
    expect(format(await bench.during(heard.addressOf('both')))).toBe('198.51.100.1');
  });

  it('are forgotten when the network takes them back', () => {
    const heard = unset();
    heard.advise('dhcp', [SERVER]);
    heard.advise(1, [address('2001:db8::53')]);
    heard.advise('dhcp', []);
    expect(heard.hasServers).toBe(true);
    heard.advise(1, []);
    expect(heard.hasServers).toBe(false);
  });

  it("are asked in DHCP's order before that of routers", async () => {
    serve();
    const heard = unset();
    heard.advise(0, [address('192.0.2.9')]);
    heard.advise('dhcp', [SERVER]);
    await bench.during(heard.addressOf(`both.${ORIGIN}`));
    // Had the other been asked first, it would have been waited for.
    expect(bench.network.now).toBeLessThan(seconds(1));
  });

  it('are not asked where a person named others', async () => {
    serve();
    names.advise('dhcp', [address('192.0.2.9')]);
    expect(await find('both')).toBe('198.51.100.1');
    expect(bench.network.now).toBeLessThan(seconds(1));
  });
});
