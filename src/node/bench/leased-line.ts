import type { Line } from '../stream-transport.ts';
import { leaseLost } from './lease-errors.ts';
import type { Lease } from './leases.ts';

/** The lease goes with the line: given back when it is closed or lost; and without the lease there is no line. */
export function leasedLine(line: Line, lease: Lease): Line {
  const { stream, name } = line;
  lease.onLost(() => stream.destroy(leaseLost(name)));
  stream.once('close', () => lease.release());
  return {
    ...line,
    close: async () => {
      await line.close();
      lease.release();
    },
  };
}
