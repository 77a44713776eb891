import { expect, it } from 'vitest';
import { toAscii, toHex } from '../base/octets.ts';
import { encodeSigrok } from './sigrok.ts';
import { encodeZip } from './zip.ts';

// What Python's zipfile writes of one stored file with the time 1980-01-01, without the system and the mode of a file.
it('writes a ZIP archive of stored files', () => {
  const zip = encodeZip([{ name: 'version', octets: Uint8Array.of(0x32) }]);
  expect(toHex(zip)).toBe(
    [
      '504b0304 1400 0000 0000 0000 2100 0dbed51a 01000000 01000000 0700 0000 76657273696f6e 32',
      '504b0102 1400 1400 0000 0000 0000 2100 0dbed51a 01000000 01000000 0700 0000 0000 0000 0000',
      '00000000 00000000 76657273696f6e',
      '504b0506 0000 0000 0100 0100 35000000 26000000 0000',
    ]
      .join('')
      .replaceAll(' ', ''),
  );
});

it('has a bit of each wave in a sample, the slower ones held', () => {
  const session = encodeSigrok([
    { name: 'sent', rate: 1000, levels: Uint8Array.of(1, 0, 1) },
    { name: 'as sampled', rate: 2000, levels: Uint8Array.of(0, 1, 1, 1) },
  ]);
  const text = toAscii(session);
  expect(text).toContain(
    'samplerate=2000 Hz.total analog=0.probe1=sent.probe2=as_sampled.unitsize=1',
  );
  expect(toHex(session)).toContain(`${toHex(ascii('logic-1-1'))}010302020101`);
});

it('refuses more than a session holds', () => {
  const waves = Array.from({ length: 65 }, () => ({ name: '', rate: 1, levels: Uint8Array.of(1) }));
  expect(() => encodeSigrok(waves)).toThrow('too much');
});

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
