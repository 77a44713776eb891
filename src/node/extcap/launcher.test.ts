import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extcapFolder, launcherPath, launcherText } from './launcher.ts';

const HOME = join('/', 'home', 'u');

describe('the personal extcap folder', () => {
  it.each([
    ['Wireshark 4.4 on Linux', 'linux', '4.4.1', {}, join(HOME, '.local/lib/wireshark/extcap')],
    ['Wireshark 4.2 on macOS', 'darwin', '4.2.0', {}, join(HOME, '.local/lib/wireshark/extcap')],
    ['Wireshark 4.0 on Linux', 'linux', '4.0.17', {}, join(HOME, '.config/wireshark/extcap')],
    ['none installed', 'linux', undefined, {}, join(HOME, '.local/lib/wireshark/extcap')],
    [
      'Wireshark 3.6, configured elsewhere',
      'linux',
      '3.6.2',
      { XDG_CONFIG_HOME: join('/', 'c') },
      join('/', 'c', 'wireshark', 'extcap'),
    ],
    [
      'Windows',
      'win32',
      '4.4.1',
      { APPDATA: join('/', 'roaming') },
      join('/', 'roaming', 'Wireshark', 'extcap'),
    ],
  ] as const)('of %s', (_, platform, wireshark, environment, folder) => {
    expect(extcapFolder({ platform, home: HOME, environment, wireshark })).toBe(folder);
  });
});

describe('the launcher', () => {
  it('is a shell script on Unix, with its words quoted', () => {
    const text = launcherText(["it's; rm -rf"], 'linux');
    expect(text.startsWith("#!/bin/sh\nexec '")).toBe(true);
    expect(text.endsWith(` 'extcap' '--port' 'it'\\''s; rm -rf' "$@"\n`)).toBe(true);
    expect(launcherPath('f', 'linux')).toBe(join('f', 'netlab'));
  });

  it('is a batch file on Windows', () => {
    const text = launcherText(['50%"&x'], 'win32');
    expect(text.startsWith('@echo off\r\n"')).toBe(true);
    expect(text.endsWith(' "extcap" "--port" "50%%&x" %*\r\n')).toBe(true);
    expect(launcherPath('f', 'win32')).toBe(join('f', 'netlab.bat'));
  });
});
