/** What goes wrong between processes that want one board. */
import { EXIT, NetlabError } from '../../base/errors.ts';
import { epochNow } from '../clock.ts';
import type { Claim } from './lease-claim.ts';

/** Another netlab has the board. */
export function boardLeased(port: string, { user, host, command, pid, since }: Claim): NetlabError {
  const age_s = Math.max(0, Math.round((epochNow() - since) / 1e6));
  const details = { port, user, host, command, pid, age_s };
  const who = `${command} of ${user} at ${host}, PID ${pid}`;
  return new NetlabError('board-leased', EXIT.noBoard, `${port} is in use: ${who}`, details);
}

/** Another netlab took the board over: this process had given no sign of life for too long. */
export const leaseLost = (port: string): NetlabError =>
  new NetlabError('lease-lost', EXIT.boardFault, `another process took ${port} over`, { port });
