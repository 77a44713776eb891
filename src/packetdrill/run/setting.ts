/** What holds for a whole run of a script. */
import type { Profile, TcpConfig } from '../../stack/transport/tcp/config.ts';
import type { ScriptConfig } from '../script-config.ts';

export interface Setting {
  readonly profile: Profile;
  readonly config: ScriptConfig;
  /** The stack's, with what the script changed before its first event. */
  readonly tcp: TcpConfig;
  /** What the script says nothing of is a failure, at its end too. */
  readonly strict: boolean;
}
