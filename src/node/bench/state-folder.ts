/** Where netlab keeps what belongs to a user and to no working folder: which process has which board. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * `$NETLAB_STATE` where several users share boards: a folder that all of them can write. Else the place that
 * the system has for a user's state (XDG Base Directory Specification on Linux).
 */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { NETLAB_STATE, XDG_STATE_HOME, LOCALAPPDATA } = env;
  if (NETLAB_STATE) return NETLAB_STATE;
  if (process.platform === 'win32') {
    return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'netlab');
  }
  if (process.platform === 'darwin') {
    return join(homedir(), 'Library', 'Application Support', 'netlab');
  }
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'netlab');
}
