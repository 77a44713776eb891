/** Which boards Wireshark is told of. */
import { interfaceValue } from '../../capture/extcap.ts';
import { attachedBoards } from '../bench/attached.ts';
import { listPorts } from '../discovery.ts';

export interface CapturePort {
  /** What it is opened by. */
  readonly port: string;
  /** The interface's name. */
  readonly value: string;
  /** What board it is, as far as that is known without asking it. */
  readonly board: string;
}

/**
 * Those that are plugged in or in the inventory, and those named. None of them is opened: Wireshark asks whenever
 * it starts.
 */
export async function capturePorts(named: readonly string[]): Promise<readonly CapturePort[]> {
  const ports = await listPorts();
  const found = await attachedBoards().catch(() => []);
  const names = [...found.map(({ port }) => port), ...named];
  return [...new Set(names)].map((port) => ({
    port,
    value: interfaceValue(port),
    board:
      found.find((each) => each.port === port)?.listed?.name ??
      ports.find(({ path }) => path === port)?.what ??
      'board',
  }));
}
