/** The board that a command is about when its user named none. */
import { EXIT, NetlabError } from '../base/errors.ts';
import { attachedBoards } from '../node/bench/attached.ts';

/**
 * The name as it is; of `auto` and of none the likeliest board that is plugged in.
 * @throws NetlabError `no-attached-board`; UsageError of the inventory
 */
export async function chosenPort(named: string | undefined): Promise<string> {
  if (named !== undefined && named !== 'auto') return named;
  const [first] = await attachedBoards();
  if (first !== undefined) return first.port;
  throw new NetlabError('no-attached-board', EXIT.noBoard, 'no board is plugged in');
}
