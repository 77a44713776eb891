/** The program in Wireshark's extcap folder: a few lines that start netlab. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root.ts';
import { fileError } from '../store/file-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Environment;
  /** What Wireshark says of itself, `4.0.17`; undefined where none was found. */
  readonly wireshark: string | undefined;
}

const VERSION_DEADLINE_MS = 10_000;

export const thisMachine = (): Machine => ({
  platform: process.platform,
  home: homedir(),
  environment: process.env,
  wireshark: wiresharkVersion(),
});

function wiresharkVersion(): string | undefined {
  for (const program of ['tshark', 'wireshark']) {
    try {
      const said = execFileSync(program, ['--version'], {
        timeout: VERSION_DEADLINE_MS,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        windowsHide: true,
      });
      const version = /\b(\d+\.\d+\.\d+)/.exec(said)?.[1];
      if (version !== undefined) return version;
    } catch {
      // It is not installed, or cannot be started.
    }
  }
  return undefined;
}

/** The personal extcap folder: since 4.2 it lies with the libraries on Unix, before with the configuration. */
export function extcapFolder({ platform, home, environment, wireshark }: Machine): string {
  if (platform === 'win32') {
    const { APPDATA = join(home, 'AppData', 'Roaming') } = environment;
    return join(APPDATA, 'Wireshark', 'extcap');
  }
  const [major = 0, minor = 0] = (wireshark ?? '4.2').split('.').map(Number);
  if (major > 4 || (major === 4 && minor >= 2)) {
    return join(home, '.local', 'lib', 'wireshark', 'extcap');
  }
  const { XDG_CONFIG_HOME: configuration } = environment;
  return join(configuration || join(home, '.config'), 'wireshark', 'extcap');
}

export const launcherPath = (folder: string, platform = process.platform): string =>
  join(folder, platform === 'win32' ? 'netlab.bat' : 'netlab');

const CLI = join(PACKAGE_ROOT, 'bin', 'netlab.js');

/** @param ports interfaces besides the boards that are plugged in */
export function launcherText(ports: readonly string[], platform = process.platform): string {
  const words = [process.execPath, CLI, 'extcap', ...ports.flatMap((port) => ['--port', port])];
  if (platform === 'win32') {
    // A percent sign begins a variable in a batch file; a quotation mark is in no path.
    const quoted = words.map((word) => `"${word.replace(/%/g, '%%').replace(/"/g, '')}"`);
    return `@echo off\r\n${quoted.join(' ')} %*\r\n`;
  }
  const quoted = words.map((word) => `'${word.replace(/'/g, "'\\''")}'`);
  return `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`;
}

/** @throws NetlabError of file-error.ts */
export function installLauncher(path: string, ports: readonly string[]): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, launcherText(ports));
    chmodSync(path, 0o755);
  } catch (error) {
    throw fileError(error, path);
  }
}

/**
 * False when there was none.
 * @throws NetlabError of file-error.ts
 */
export function removeLauncher(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    rmSync(path);
    return true;
  } catch (error) {
    throw fileError(error, path);
  }
}
