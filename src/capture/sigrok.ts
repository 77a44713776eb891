/**
 * Sessions of sigrok, `.sr`: a ZIP archive of `version`, `metadata` and the samples, `logic-1-1`, as version 2 of the
 * format has them and PulseView and sigrok-cli read them. A sample holds a bit of each channel, channel 1 the lowest.
 */
import { UsageError } from '../base/errors.ts';
import { fromAscii } from '../base/octets.ts';
import { START } from '../base/time.ts';
import type { Waveform } from './waveform.ts';
import { encodeZip } from './zip.ts';

const CHANNELS_MAX = 64;
/** Of the samples. */
const OCTETS_MAX = 2 ** 27;
const MICROSECONDS_A_SECOND = 1e6;

/**
 * A channel a wave, at the highest of their rates: each sample is the level that a slower wave had just then, low before
 * it began and after it ended.
 * @throws UsageError `bad-line` for more than 64 waves or 128 MiB
 */
export function encodeSigrok(waves: readonly Waveform[]): Uint8Array {
  const rate = Math.round(waves.reduce((most, wave) => Math.max(most, wave.rate), 1));
  const unit = Math.max(1, Math.ceil(waves.length / 8));
  const origin = waves.reduce((first, { at = START }) => Math.min(first, at), Infinity);
  const startOf = ({ at = START }: Waveform): number =>
    Math.round(((at - origin) * rate) / MICROSECONDS_A_SECOND);
  const endOf = (wave: Waveform): number =>
    startOf(wave) + Math.round((wave.levels.length * rate) / wave.rate);
  const count = waves.reduce((last, wave) => Math.max(last, endOf(wave)), 0);
  if (waves.length > CHANNELS_MAX || count * unit > OCTETS_MAX) {
    const why = `${waves.length} signals of ${count} samples are too much for one session`;
    throw new UsageError('bad-line', why, { what: 'sigrok', why });
  }
  const logic = new Uint8Array(count * unit);
  waves.forEach((wave, channel) => {
    const end = endOf(wave);
    for (let i = startOf(wave), start = i; i < end; i++) {
      const level = wave.levels[Math.floor(((i - start) * wave.rate) / rate)] ?? 0;
      const at = i * unit + (channel >> 3);
      logic[at] = (logic[at] as number) | (level << (channel & 7));
    }
  });
  return encodeZip([
    { name: 'version', octets: fromAscii('2') },
    { name: 'metadata', octets: fromAscii(metadata(waves, rate, unit)) },
    { name: 'logic-1-1', octets: logic },
  ]);
}

function metadata(waves: readonly Waveform[], rate: number, unit: number): string {
  const probes = waves.map(({ name }, i) => `probe${i + 1}=${name.replace(/[^!-~]/g, '_')}`);
  return [
    '[global]',
    'sigrok version=0.5.2',
    '',
    '[device 1]',
    'capturefile=logic-1',
    `total probes=${waves.length}`,
    `samplerate=${rate} Hz`,
    'total analog=0',
    ...probes,
    `unitsize=${unit}`,
    '',
  ].join('\n');
}
