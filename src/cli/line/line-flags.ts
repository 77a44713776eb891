/** What the flags of `netlab line` say, read with bounds. */
import { readFileSync } from 'node:fs';
import * as Flags from '@oclif/core/flags';
import { UsageError } from '../../base/errors.ts';
import { SAMPLES_MAX } from '../../hardware/board/line.ts';
import { unpackLevels } from '../../hardware/control/line.ts';
import { fileError } from '../../node/store/file-error.ts';

const SUFFIXES: Readonly<Record<string, number>> = { k: 1e3, M: 1e6 };

/** `9600`, `100k`, `1.5M`: hertz. @throws UsageError `bad-line-rate` */
function readRate(text: string): number {
  const [, figures = '', suffix = ''] = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text) ?? [];
  const rate = Math.round(Number(figures) * (SUFFIXES[suffix] ?? 1));
  if (figures !== '' && rate >= 1 && rate <= 0xffff_ffff) return rate;
  throw new UsageError('bad-line-rate', `${text} is no rate`, { rate: text });
}

/** A flag in hertz. It is read with the others, so that a bad one is told whatever the command does. */
export const rateFlag = Flags.custom<number>({ parse: async (text) => readRate(text) });

/** @throws UsageError `bad-line-bits` */
export function readBits(text: string): Uint8Array {
  const bits = text.replace(/[\s_]/g, '');
  if (/^[01]+$/.test(bits) && bits.length <= SAMPLES_MAX) return Uint8Array.from(bits, Number);
  throw new UsageError('bad-line-bits', `${text} are no bits`, { bits: text.slice(0, 64) });
}

/** A file's octets, the top bit of each first. @throws UsageError `bad-line-bits`, NetlabError of the file */
export function readLevels(path: string): Uint8Array {
  let octets: Uint8Array;
  try {
    octets = readFileSync(path);
  } catch (error) {
    throw fileError(error, path);
  }
  if (octets.length === 0 || 8 * octets.length > SAMPLES_MAX) {
    throw new UsageError('bad-line-bits', `${path} has ${octets.length} octets`, { bits: path });
  }
  const levels = new Uint8Array(8 * octets.length);
  unpackLevels(octets, levels, 0);
  return levels;
}
