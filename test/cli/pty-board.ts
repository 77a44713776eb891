/** The firmware's twin behind a pseudo-terminal, with a loopback plug, and ways to make it misbehave. */
import { onTestFinished } from 'vitest';
import { Twin, type TwinOptions } from '../../src/hardware/twin/twin.ts';
import { monotonicNow } from '../../src/node/clock.ts';
import { openPty, type Pty } from '../../src/node/pty.ts';

/** What happens to octets on the line. */
export type Line = (octets: Uint8Array) => Uint8Array;

export interface PtyBoard {
  readonly path: string;
  /** Everything goes away at once, as when the plug is pulled. */
  vanish(): void;
  /** The reset button. */
  reset(): void;
  /** The octets that came from the host. */
  received(): number;
}

export async function ptyBoard(
  options: TwinOptions = {},
  line: Line = (octets) => octets,
): Promise<PtyBoard> {
  const pty = await testPty();
  const twin = new Twin(options);
  let received = 0;
  let timer: NodeJS.Timeout | undefined;
  const work = (): void => {
    clearTimeout(timer);
    const now = monotonicNow();
    const due = twin.pollTimeout();
    if (due !== undefined && due <= now) twin.handleTimeout(now);
    for (let frame = twin.pollFrame(); frame; frame = twin.pollFrame())
      twin.receiveFrame(frame, now);
    for (let out = twin.pollOutput(now); out; out = twin.pollOutput(now)) pty.write(line(out));
    const next = twin.pollTimeout();
    if (next !== undefined) timer = setTimeout(work, Math.max(1, (next - now) / 1000));
  };
  pty.onData((octets) => {
    received += octets.length;
    twin.handleOctets(line(octets), monotonicNow());
    work();
  });
  twin.setCable(true, monotonicNow());
  onTestFinished(() => clearTimeout(timer));
  return {
    path: pty.path,
    vanish: () => pty.close(),
    reset: () => {
      twin.restart('pin', monotonicNow());
      work();
    },
    received: () => received,
  };
}

export async function testPty(): Promise<Pty> {
  const pty = await openPty();
  onTestFinished(() => pty.close());
  return pty;
}
