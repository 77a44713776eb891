/** `netlab capture --on`, `netlab share` and `netlab extcap`, as processes of their own. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seededRng } from '../../src/base/random.ts';
import { decodeCapture } from '../../src/capture/pcapng-reader.ts';
import { Board } from '../../src/hardware/board/board.ts';
import { emulate } from '../../src/node/emulation.ts';
import { loadImage } from '../../src/node/images.ts';
import { openLine } from '../../src/node/open-line.ts';
import { type FailureDocument, netlab, ownFolder, startNetlab } from './netlab.ts';

/** Two emulated boards on a cable; the second sends a frame every tenth of a second. */
async function busyCable(): Promise<{ readonly port: string; readonly frame: Uint8Array }> {
  const emulation = await emulate({
    image: loadImage('w5500-evb-pico'),
    boards: 2,
    wire: 'cable',
    place: { host: '127.0.0.1', tcp: 0 },
    seed: 1,
  });
  const [port = '', other = ''] = emulation.ports;
  const peer = await Board.open(await openLine(other), { rng: seededRng(1) });
  await peer.mac.open(peer.address, 0);
  const frame = new Uint8Array(64).fill(0xff);
  frame.set(peer.address, 6);
  frame.set([0x88, 0xb5], 12);
  // While the cable has no link yet the board says so: that frame is not missed.
  const timer = setInterval(() => void peer.mac.send(frame).catch(() => {}), 100);
  const attending = setInterval(() => void peer.echo(Uint8Array.of(1)).catch(() => {}), 500);
  onTestFinished(async () => {
    clearInterval(timer);
    clearInterval(attending);
    await peer.close().catch(() => {});
    emulation.close();
  });
  return { port, frame };
}

const error = (stdout: string): FailureDocument['error'] =>
  (JSON.parse(stdout) as FailureDocument).error;

describe('netlab capture --on', () => {
  it('writes what the board receives to a file', async () => {
    const { port, frame } = await busyCable();
    const cwd = ownFolder();
    const { code, stderr } = await netlab(
      ['capture', '--on', port, '--write', 'f.pcapng', '--count', '3', '--duration', '40'],
      { cwd },
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/3 frames, 192 octets in f\.pcapng/);
    const { packets, damage } = decodeCapture(readFileSync(join(cwd, 'f.pcapng')));
    expect(damage).toBeUndefined();
    expect(packets.map(({ octets }) => Uint8Array.from(octets))).toEqual([frame, frame, frame]);
    expect(packets[0]?.direction).toBe('inbound');
  });

  it('leaves the file of before alone when the board does not answer', async () => {
    const cwd = ownFolder();
    writeFileSync(join(cwd, 'f.pcapng'), 'of before');
    const run = ['capture', '--on', 'tcp://127.0.0.1:9', '--write', 'f.pcapng'];
    const { code, stderr } = await netlab(run, { cwd });
    expect(code).toBe(4);
    expect(stderr).not.toContain('Captures at');
    expect(readFileSync(join(cwd, 'f.pcapng'), 'utf8')).toBe('of before');
  });

  it('ends after its time, with a document', async () => {
    const { port } = await busyCable();
    const run = ['capture', '--on', port, '--write', 'f.pcapng', '--duration', '1', '--json'];
    const { code, stdout } = await netlab(run);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ port, path: 'f.pcapng', missed: 0, dropped: 0 });
  });

  it.each([
    [['--on', 'tcp://127.0.0.1:9'], 'capture-needs-target', 2],
    [['--on', 'tcp://127.0.0.1:9', '--write', 'f'], 'connection-failed', 4],
    [['--on', 'tcp://[::1', '--write', 'f'], 'bad-address', 2],
    [['--count', '3'], 'capture-flag-alone', 2],
  ])('%j: %s', async (args, code, exitCode) => {
    const { stdout } = await netlab(['capture', ...args, '--json']);
    expect(error(stdout)).toMatchObject({ code, exitCode });
  });
});

describe('netlab share', () => {
  it('gives a board to another process, by RFC 2217', async () => {
    const { port } = await busyCable();
    const running = startNetlab(['share', port, '--tcp', '0']);
    const shown = await running.shows(/rfc2217:\/\/127\.0\.0\.1:\d+/);
    const name = /rfc2217:\S+/.exec(shown)?.[0] ?? '';
    const run = ['capture', '--on', name, '--write', 'f.pcapng', '--count', '2', '--json'];
    const { code, stdout } = await netlab([...run, '--duration', '40']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ port: name, frames: 2 });
    await running.shows(/has left: \d+ octets to the port/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });
});

describe('netlab extcap', () => {
  const PORT = 'tcp://127.0.0.1:9';
  const call = (...args: string[]) => netlab(['extcap', '--port', PORT, ...args]);

  it('lists the interfaces that it was told of', async () => {
    const { stdout } = await call('--extcap-interfaces', '--extcap-version=4.0');
    expect(stdout).toMatch(/^extcap \{version=[^}]+\}\{display=netlab\}$/m);
    expect(stdout).toContain('interface {value=netlab-tcp_127.0.0.1_9}{display=netlab: board (');
  });

  it('tells the link type and the options', async () => {
    const name = ['--extcap-interface', 'netlab-tcp_127.0.0.1_9'];
    expect((await call('--extcap-dlts', ...name)).stdout).toBe(
      'dlt {number=1}{name=EN10MB}{display=Ethernet}\n',
    );
    expect((await call('--extcap-config', ...name)).stdout).toMatch(
      /^arg \{number=0\}\{call=--block-broadcast\}\{display=[^}]+\}\{type=boolflag\}/,
    );
  });

  it('says why it cannot capture', async () => {
    const gone = await call('--capture', '--extcap-interface', 'netlab-x', '--fifo', '/dev/null');
    expect(gone.code).toBe(4);
    expect(gone.stderr).toMatch(/no interface netlab-x any more/);
    expect((await netlab(['extcap'])).code).toBe(2);
  });

  it.skipIf(process.platform === 'win32')(
    'puts a launcher in place, and takes it away',
    async () => {
      const folder = ownFolder();
      const names = ["it's", 'rfc2217://[::1]:2217'];
      const ports = names.flatMap((name) => ['--port', name]);
      const args = ['extcap', '--folder', folder, '--json'];
      const installed = JSON.parse((await netlab([...args, '--install', ...ports])).stdout);
      expect(installed).toEqual({ path: join(folder, 'netlab'), installed: true });
      const text = readFileSync(installed.path, 'utf8');
      expect(text).toMatch(/^#!\/bin\/sh\nexec '.*' 'extcap' '--port' 'it'\\''s' '--port' /);
      expect(statSync(installed.path).mode & 0o111).not.toBe(0);
      expect(JSON.parse((await netlab([...args, '--remove'])).stdout).installed).toBe(false);
      expect(() => statSync(installed.path)).toThrow(/ENOENT/);
    },
  );
});

/** Answers as `labgrid-client` does, by its documentation; what it was asked is in the file `asked`. */
const LABGRID = `#!/bin/sh
echo "$@" >> "$ASKED"
case "$3" in
show)
  echo "Place 'bench-3':"
  if [ -f "$ASKED.taken" ]; then
    echo "  acquired: $(cat "$ASKED.taken")"
    echo "Acquired resource 'net' (exporter/group/NetworkSerialPort/net):"
    echo "  {'acquired': 'bench-3',"
    echo "   'avail': True,"
    echo "   'cls': 'NetworkSerialPort',"
    echo "   'params': {'extra': {'proxy': 'exporter', 'proxy_required': False},"
    echo "              'host': '127.0.0.1',"
    echo "              'port': $BOARD,"
    echo "              'protocol': 'raw',"
    echo "              'speed': 115200}}"
  else
    echo "  acquired: None"
  fi ;;
acquire)
  if [ -n "$REFUSED" ]; then echo "Error: $REFUSED" >&2; exit 1; fi
  echo "here/me" > "$ASKED.taken" ;;
release) rm "$ASKED.taken" ;;
esac
`;

describe.skipIf(process.platform === 'win32')('a labgrid place', () => {
  async function place(refused = '', taken = '') {
    const { port } = await busyCable();
    const folder = ownFolder();
    const client = join(folder, 'labgrid-client');
    writeFileSync(client, LABGRID);
    chmodSync(client, 0o755);
    const asked = join(folder, 'asked');
    const { PATH = '' } = process.env;
    if (taken !== '') writeFileSync(`${asked}.taken`, taken);
    const env = {
      ...{ PATH: `${folder}:${PATH}`, ASKED: asked, REFUSED: refused },
      ...{ BOARD: port.replace(/.*:/, ''), LG_USERNAME: 'me', LG_HOSTNAME: 'here' },
    };
    const run = ['capture', '--on', 'labgrid://bench-3', '--write', 'f', '--count', '1', '--json'];
    const ended = await netlab([...run, '--duration', '40'], { env });
    return { ...ended, asked: readFileSync(asked, 'utf8').trim().split('\n') };
  }

  it('is acquired, used, and released', async () => {
    const { code, stdout, asked } = await place();
    expect(JSON.parse(stdout)).toMatchObject({ port: 'labgrid://bench-3', frames: 1 });
    expect(code).toBe(0);
    expect(asked).toEqual([
      '-p bench-3 show',
      '-p bench-3 acquire',
      '-p bench-3 show',
      '-p bench-3 release',
    ]);
  });

  it('that is its user’s already is left acquired', async () => {
    const { code, asked } = await place('', 'here/me');
    expect(code).toBe(0);
    expect(asked).toEqual(['-p bench-3 show', '-p bench-3 show']);
  });

  it('that another has is refused, in labgrid’s words', async () => {
    const { stdout } = await place('place bench-3 is already acquired by there/you');
    expect(error(stdout)).toMatchObject({
      code: 'labgrid-failed',
      exitCode: 4,
      details: { place: 'bench-3', command: 'acquire' },
    });
    expect(stdout).toContain('already acquired by there/you');
  });
});
