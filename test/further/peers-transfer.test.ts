/** Octets by the million between `netlab nc` and the kernel's TCP, compared by hash. Wants root and ncat. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomOctets, seededRng } from '../../src/base/random.ts';
import { createNamespace, faults, ownFolder, shell } from './kernel-bench.ts';
import type { Namespace } from './netns.ts';

const MIB = 1 << 20;
const PORT = 9000;
const AT = '--tap netlab0 --kernel 192.0.2.1/24 --address 192.0.2.2/24 --no-slaac';

let namespace: Namespace;
let folder: ReturnType<typeof ownFolder>;
const hashes = new Map<string, string>();

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

beforeAll(async () => {
  folder = ownFolder();
  const block = randomOctets(seededRng(7), MIB);
  for (const [name, count] of [
    ['large', 100],
    ['small', 4],
    ['smallest', 1],
  ] as const) {
    // Another block each time, so that one in the place of another is seen.
    const blocks = Array.from({ length: count }, (_, i) => block.map((octet) => octet ^ i));
    const path = folder.file(name);
    await writeFile(path, Buffer.concat(blocks));
    hashes.set(name, await hashOf(path));
  }
});

afterAll(() => folder.remove());

beforeEach(() => {
  namespace = createNamespace();
});

afterEach(() => namespace.close());

/** The kernel listens, netlab connects and sends. */
async function send(name: string, more = ''): Promise<string> {
  const got = folder.file('got');
  const { code, stderr } = await shell(
    namespace,
    `ncat -l ${PORT} --recv-only >'${got}' & listener=$!
     until ss -Hltn 'sport = :${PORT}' | grep -q .; do sleep 0.02; done
     $NETLAB nc 192.0.2.1 ${PORT} ${AT} ${more} <'${folder.file(name)}' && wait $listener`,
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return hashOf(got);
}

/** netlab listens, the kernel connects and sends. */
async function receive(name: string, more = ''): Promise<string> {
  const got = folder.file('got');
  const said = folder.file('said');
  const { code } = await shell(
    namespace,
    `: >'${said}'
     $NETLAB nc -v -l ${PORT} ${AT} ${more} >'${got}' 2>'${said}' </dev/null & listener=$!
     until grep -q Listening '${said}'; do sleep 0.05; done
     ncat --send-only 192.0.2.2 ${PORT} <'${folder.file(name)}' && wait $listener`,
  );
  expect(code).toBe(0);
  return hashOf(got);
}

describe('100 MiB', () => {
  it('go from netlab to the kernel', async () => {
    expect(await send('large')).toBe(hashes.get('large'));
  });

  it('go from the kernel to netlab', async () => {
    expect(await receive('large')).toBe(hashes.get('large'));
  });
});

/** What a sender has to time out for, again and again, takes its time. */
describe.each<[what: string, impairments: string, size: string]>([
  ['1 % loss', '--loss 1', 'small'],
  ['10 % loss', '--loss 10', 'smallest'],
  ['10 % reordering', '--reorder 10', 'small'],
  ['10 % duplication', '--duplicate 10', 'small'],
  ['10 % wrong bits', '--corrupt 10', 'smallest'],
  ['10 ms delay and 10 ms jitter', '--delay 10 --jitter 10', 'small'],
  ['5 % of each and delay', '--loss 5 --reorder 5 --duplicate 5 --delay 2 --jitter 2', 'small'],
])('with %s a file goes whole:', (_, impairments, size) => {
  it('from netlab to the kernel', async () => {
    expect(await send(size, `${impairments} --seed 3`)).toBe(hashes.get(size));
  });

  it('from the kernel to netlab', async () => {
    expect(await receive(size, `${impairments} --seed 3`)).toBe(hashes.get(size));
  });
});

it('tshark finds no fault in what went both ways with loss', async () => {
  const capture = folder.file('loss.pcapng');
  expect(await send('small', `--loss 2 --seed 5 --capture '${capture}'`)).toBe(hashes.get('small'));
  expect(faults(capture)).toEqual([]);
});
