/** sigrok as the judge of our waveforms: what it reads, and what its UART decoder makes of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomOctets, seededRng } from '../../src/base/random.ts';
import { encodeSigrok } from '../../src/capture/sigrok.ts';
import { encodeVcd } from '../../src/capture/vcd.ts';
import type { Waveform } from '../../src/capture/waveform.ts';

/** A power of ten: the dump's unit of time is then one sample. */
const RATE = 100_000;
/** Samples of a UART's bit. */
const OVERSAMPLING = 4;
const MESSAGE = 'bits on a wire';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netlab-sigrok-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sigrok = (...args: readonly string[]): string =>
  execFileSync('sigrok-cli', args, { encoding: 'utf8', timeout: 60_000 });

/** 8N1, idle between the characters. */
function uart(text: string): Uint8Array {
  const bits = [...text].flatMap((character) => {
    const octet = character.charCodeAt(0);
    return [1, 1, 0, ...Array.from({ length: 8 }, (_, i) => (octet >> i) & 1), 1];
  });
  return Uint8Array.from(bits.flatMap((bit) => Array.from({ length: OVERSAMPLING }, () => bit)));
}

const noise = randomOctets(seededRng(3), 500).map((octet) => octet & 1);
const WAVES: readonly Waveform[] = [
  { name: 'sent', rate: RATE, levels: uart(`${MESSAGE}\0`) },
  { name: 'sampled', rate: RATE, levels: noise },
];

/** The levels of a channel as sigrok's own CSV has them, a sample a line. */
function levelsOf(csv: string, channel: string): string {
  const rows = csv.split('\n').filter((line) => line !== '' && !line.startsWith('META'));
  const column = (rows[0] ?? '').split(',').indexOf(channel);
  return rows
    .slice(1)
    .map((row) => row.split(',')[column] ?? '')
    .join('');
}

describe.each([
  ['a value change dump', 'waves.vcd', 'vcd', () => encodeVcd(WAVES, 'netlab')],
  ['a session', 'waves.sr', undefined, () => encodeSigrok(WAVES)],
] as const)('sigrok reads %s', (_kind, name, format, encode) => {
  const input = (): string[] => {
    const path = join(folder, name);
    writeFileSync(path, encode());
    return ['-i', path, ...(format === undefined ? [] : ['-I', format])];
  };

  it('finds our levels', () => {
    const csv = sigrok(...input(), '-O', 'csv:header=false:label=channel');
    for (const { name, levels } of WAVES) {
      expect(levelsOf(csv, name).slice(0, levels.length)).toBe(levels.join(''));
    }
  });

  it('decodes the characters of a UART', () => {
    const decoder = `uart:rx=sent:baudrate=${RATE / OVERSAMPLING}:format=ascii`;
    const text = sigrok(...input(), '-P', decoder, '-A', 'uart=rx-data');
    const characters = text.split('\n').map((line) => line.replace(/^uart-1: /, ''));
    expect(characters.slice(0, MESSAGE.length).join('')).toBe(MESSAGE);
  });
});
