import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newPacket } from '../base/packet.ts';
import { type Instant, seconds } from '../base/time.ts';
import { type Capture, decodeCapture } from '../capture/pcapng-reader.ts';
import { epochNow, monotonicNow } from './clock.ts';
import { FrameCapture } from './frame-capture.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netlab-capture-'));
  path = join(folder, 'frames.pcapng');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const kept = (): Capture => decodeCapture(new Uint8Array(readFileSync(path)));

const packet = newPacket(62);
packet.octets.forEach((_, i) => {
  packet.octets[i] = i;
});
const FRAME = packet.octets.slice(2);
const SPAN = { packet, start: 2, end: 62 };

describe('a capture of a host’s loop', () => {
  it('has each frame with its interface, direction and time of day', () => {
    const capture = new FrameCapture(path, 'netlab test', [{ name: 'tap0' }, { name: 'board' }]);
    const now = monotonicNow();
    capture.tap('inbound', 0, SPAN, now);
    capture.tap('outbound', 1, SPAN, (now + 1500) as Instant);
    capture.close();

    const { application, interfaces, packets, damage } = kept();
    expect(damage).toBeUndefined();
    expect(application).toBe('netlab test');
    expect(interfaces.map(({ name }) => name)).toEqual(['tap0', 'board']);
    const [one, two] = packets;
    expect(one).toMatchObject({ interface: 0, direction: 'inbound', octets: FRAME });
    expect(two).toMatchObject({ interface: 1, direction: 'outbound', octets: FRAME });
    expect(Number(two?.at) - Number(one?.at)).toBe(1500);
    expect(Math.abs(Number(one?.at) - epochNow())).toBeLessThan(seconds(60));
  });

  it('is with the system after the turn, for a process that will be killed', async () => {
    const capture = new FrameCapture(path, 'netlab test', [{ name: 'tap0' }]);
    capture.tap('inbound', 0, SPAN, monotonicNow());
    await new Promise((resolve) => setImmediate(resolve));
    expect(kept().packets).toHaveLength(1);
    capture.close();
  });

  it('takes nothing after its end', () => {
    const capture = new FrameCapture(path, 'netlab test', [{ name: 'tap0' }]);
    capture.close();
    capture.tap('inbound', 0, SPAN, monotonicNow());
    capture.close();
    expect(kept().packets).toEqual([]);
  });

  it('cannot be where no folder is', () => {
    expect(() => new FrameCapture(join(folder, 'no', 'where'), 'netlab test', [])).toThrow(
      expect.objectContaining({ code: 'file-missing' }),
    );
  });

  it.runIf(process.platform === 'linux')('ends where the disk is full, and says so', () => {
    const capture = new FrameCapture('/dev/full', 'netlab test', []);
    expect(capture.trouble).toBeUndefined();
    capture.close();
    expect(capture.trouble).toMatchObject({ code: 'disk-full' });
  });
});
