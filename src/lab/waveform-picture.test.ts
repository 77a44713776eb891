import { expect, it } from 'vitest';
import { pictureFlaw } from './picture.ts';
import { waveform } from './waveform-picture.ts';

const title = { en: 'a <wave>', ko: '파형' };
const levels = (text: string): Uint8Array => Uint8Array.from(text, Number);

it('draws levels, edges, clock marks and labels', () => {
  const picture = waveform({
    title,
    samples: levels('000011110000'),
    marks: [2, 6, 10],
    labels: [{ at: 4, text: 'bit' }],
  });
  expect(picture.text).toEqual(['       ___', '  ____|   |___', '    ^   ^   ^', '     bit']);
  expect(picture.svg).toContain('a &lt;wave&gt;');
  expect(picture.svg.match(/stroke-dasharray/g)).toHaveLength(3);
});

it('goes on in a further row, with the edge where it is', () => {
  const { text } = waveform({
    title,
    samples: levels(`${'0'.repeat(72)}11`),
    marks: [73],
    labels: [],
  });
  expect(text.slice(4)).toEqual(['   _', '  |', '   ^', '']);
});

it('may be kept, however long the waveform is', () => {
  const samples = new Uint8Array(100_000).fill(1);
  const marks = Array.from({ length: 10_000 }, (_, i) => 10 * i);
  const labels = marks.map((at) => ({ at, text: 'a long label' }));
  expect(pictureFlaw('long', waveform({ title, samples, marks, labels }))).toBeUndefined();
  expect(
    pictureFlaw('none', waveform({ title, samples: new Uint8Array(0), marks: [], labels: [] })),
  ).toBeUndefined();
});
