/**
 * A process that wants one board again and again: `contender.ts PORT FOLDER TIMES [FATAL]`. In each of its TIMES
 * turns it shows that nobody else is in FOLDER, and writes its PID into FOLDER/turns. In turn FATAL it is killed
 * while it has the board.
 */
import { appendFileSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onLeaseNotice } from '../../src/node/bench/lease-notices.ts';
import { type Lease, takeLease } from '../../src/node/bench/leases.ts';

const [port = '', folder = '', times = '1', fatal = '0'] = process.argv.slice(2);
const inside = join(folder, 'inside');
const note = (text: string): void => appendFileSync(join(folder, 'turns'), `${text}\n`);

onLeaseNotice((notice) => {
  if (notice.kind === 'taken-over') note(`over ${notice.from.pid}`);
  else throw notice.error;
});

async function untilMine(): Promise<Lease> {
  for (;;) {
    try {
      return await takeLease(port);
    } catch (error) {
      if ((error as { code?: string }).code !== 'board-leased') throw error;
      // Not all at the same moment again.
      await sleep(1 + ((process.pid * 7) % 13));
    }
  }
}

for (let turn = 1; turn <= Number(times); turn++) {
  const lease = await untilMine();
  mkdirSync(inside); // Fails, and so does the process, when another is there.
  note(`turn ${process.pid}`);
  await sleep(2);
  rmdirSync(inside);
  if (turn === Number(fatal)) process.kill(process.pid, 'SIGKILL');
  lease.release();
}
