import { expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, START, seconds } from '../../../base/time.ts';
import { address, parse, UNSPECIFIED } from '../../network/ipv4/address.ts';
import { Client } from './client.ts';
import { OPTION, ofAddresses } from './options.ts';
import { SERVER_DEFAULTS, Server } from './server.ts';

const ip = (text: string) => parse(text) ?? UNSPECIFIED;
const SERVER = ip('192.0.2.1');
const DAY_END = after(START, seconds(86_400));

it('client and server come to terms, renew for a day, and part', () => {
  const pool = {
    network: { address: ip('192.0.2.0'), length: 24 },
    first: ip('192.0.2.100'),
    last: ip('192.0.2.102'),
    options: new Map([[OPTION.router, ofAddresses(SERVER)]]),
  };
  const leaseTime = seconds(1000);
  const server = new Server({ ...SERVER_DEFAULTS, address: SERVER, leaseTime, pools: [pool] });
  const hardware = Uint8Array.of(2, 0, 0, 0, 0, 2);
  const client = new Client({ hardware, hostName: 'bench' }, seededRng(1));
  const kinds: string[] = [];
  let now = START;
  const exchange = () => {
    for (let one = client.pollOutput(); one; one = client.pollOutput()) {
      server.handleMessage(one.payload, now);
      for (let two = server.pollOutput(); two; two = server.pollOutput()) {
        client.handleMessage(two.payload, now);
      }
    }
    for (let one = client.pollEvent(); one; one = client.pollEvent()) kinds.push(one.kind);
  };
  client.start(now);
  exchange();
  expect(client.lease).toMatchObject({
    address: { address: ip('192.0.2.100'), length: 24 },
    routes: [{ destination: { address: address(0), length: 0 }, router: SERVER }],
  });
  for (let due = client.pollTimeout(); due !== undefined && due <= DAY_END; ) {
    now = due;
    client.handleTimeout(now);
    server.handleTimeout(now);
    exchange();
    due = client.pollTimeout();
  }
  client.release();
  exchange();
  expect(kinds).toEqual(['bound', ...new Array(172).fill('renewed'), 'lost']);
  expect(server.bindings).toMatchObject([{ state: 'FREE', address: ip('192.0.2.100') }]);
});
