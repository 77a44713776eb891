import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { UsageError } from '../../base/errors.ts';
import { findBench } from '../../node/bench/inventory-file.ts';
import { listPorts } from '../../node/discovery.ts';
import { bundledBoards } from '../../node/images.ts';
import { findLab, labNames } from '../../node/store/labs.ts';
import { SERVICE_NAMES } from '../../stack/application/services.ts';
import { BaseCommand } from '../base-command.ts';
import { type CommandShape, complete } from '../completion.ts';
import { en } from '../messages/en.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Each asks `netlab completion --words -- WORD…`, the last word being the one that is typed. */
const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `# eval "$(netlab completion bash)"
_netlab() {
  mapfile -t COMPREPLY < <("\${COMP_WORDS[0]}" completion --words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _netlab netlab`,
  zsh: `# eval "$(netlab completion zsh)"
_netlab() {
  compadd -- \${(f)"$(\${words[1]} completion --words -- \${(@)words[2,CURRENT]} 2>/dev/null)"} || _files
}
compdef _netlab netlab`,
  fish: `# netlab completion fish | source
complete -c netlab -a '(netlab completion --words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

export default class Completion extends BaseCommand {
  static override readonly summary = en['help.completion.summary'];
  static override readonly description = en['help.completion.description'];
  static override readonly examples = [
    'eval "$(<%= config.bin %> completion bash)"',
    '<%= config.bin %> completion fish | source',
  ];
  static override readonly strict = false;
  static override readonly args = {
    shell: Args.string({ description: en['help.completion.arg.shell'] }),
  };
  static override readonly flags = { words: Flags.boolean({ hidden: true }) };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Completion);
    if (flags.words) return this.printCandidates(argv as string[]);
    const [wanted = 'bash'] = argv as string[];
    const shell = SHELLS.find((name) => name === wanted);
    if (shell === undefined) {
      const reason = `${wanted}: ${SHELLS.join(', ')}`;
      throw new UsageError('bad-usage', `no completion for ${wanted}`, { reason });
    }
    this.print(SCRIPTS[shell]);
  }

  private async printCandidates(words: readonly string[]): Promise<void> {
    const commands: Record<string, CommandShape> = {};
    for (const { id, flags, args } of this.config.commands) {
      commands[id] = { flags, args: Object.keys(args) };
    }
    const values = (name: string, before: readonly string[]) => candidateValues(name, before);
    for (const candidate of await complete(words, { commands, values })) this.print(candidate);
  }
}

async function candidateValues(
  name: string,
  before: readonly string[],
): Promise<readonly string[]> {
  const ports = async (): Promise<string[]> => [
    ...boardNames(),
    ...(await listPorts()).map(({ path }) => path),
  ];
  switch (name) {
    case 'lab':
      return labNames().map((lab) => lab.split('-')[0] ?? lab);
    case 'check': {
      const source = await findLab(before[1] ?? '').catch(() => undefined);
      return (
        source?.lab.checks
          .filter(({ visibility }) => visibility === 'visible')
          .map(({ id }) => id) ?? []
      );
    }
    case 'shell':
      return SHELLS;
    case 'port':
      return ['flash', 'monitor', 'share', 'extcap'].includes(before[0] ?? '') ? ports() : [];
    case 'on':
      return ['auto', 'emulated', 'mock', ...(await ports())];
    case 'peer':
      return ['loopback', ...(await ports())];
    case 'services':
      return ['all', 'none', ...SERVICE_NAMES];
    case 'code':
      return ['solution', 'starter'];
    case 'board':
      return bundledBoards();
    default:
      return [];
  }
}

/** None while somebody is still writing the inventory. */
function boardNames(): string[] {
  try {
    return findBench()?.boards.map(({ name }) => name) ?? [];
  } catch {
    return [];
  }
}
