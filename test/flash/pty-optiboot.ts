/** The twin of an Uno's loader behind a pseudo-terminal, which has no modem lines: it stays in its loader. */
import { onTestFinished } from 'vitest';
import { monotonicNow } from '../../src/node/clock.ts';
import { openPty } from '../../src/node/pty.ts';
import { type OptibootOptions, OptibootTwin } from './optiboot-twin.ts';

export interface PtyOptiboot {
  readonly path: string;
  readonly twin: OptibootTwin;
  /** What the button does: a pseudo-terminal has no DTR to pull. */
  reset(): void;
}

export async function ptyOptiboot(
  options: Omit<OptibootOptions, 'resident'> = {},
): Promise<PtyOptiboot> {
  const pty = await openPty();
  onTestFinished(() => pty.close());
  const twin = new OptibootTwin({ ...options, resident: true });
  pty.onData((octets) => {
    twin.handleOctets(octets, monotonicNow());
    const answer = twin.pollOutput();
    if (answer !== undefined) pty.write(answer);
    if (twin.unplugged) pty.close();
  });
  const reset = (): void => {
    const now = monotonicNow();
    for (const dtr of [false, true]) twin.handleSignals(dtr, false, now);
    twin.handleTimeout(twin.pollTimeout() ?? now);
  };
  return { path: pty.path, twin, reset };
}
