import { describe, expect, it } from 'vitest';
import { crc32 } from '../base/crc32.ts';
import { concat, fromAscii } from '../base/octets.ts';
import { encodeCobs, encodedLengthMax } from '../hardware/control/cobs.ts';
import { Carrying } from './carrying.ts';
import type { Carrier } from './lab.ts';
import { type GradedLearner, LearnerError } from './learner.ts';

/** A frame on the line, its delimiter taken off. */
function encoded(content: Uint8Array): Uint8Array {
  const crc = crc32(content);
  const tail = Uint8Array.of(crc >>> 24, (crc >> 16) & 255, (crc >> 8) & 255, crc & 255);
  const plain = concat([content, tail]);
  const target = new Uint8Array(encodedLengthMax(plain.length));
  return target.slice(0, encodeCobs(plain, plain.length, target, 0));
}

const carrier: Carrier = {
  begin: async (learner) => void (await learner.call('begin')),
  receive: (learner, octets) => learner.call('receive', octets),
};

const learner = (answer: (name: string, octets: unknown) => unknown): GradedLearner => ({
  call: async (name, octets) => answer(name, octets),
});

const HELLO = fromAscii('hello, board');
const DAMAGED = encoded(fromAscii('damaged')).map((octet, i) => (i === 3 ? octet ^ 1 : octet));

describe('a board’s line through an earlier lab’s decoder', () => {
  it('is right when the decoder gives every good frame and no bad one', async () => {
    const given: unknown[] = [];
    const carrying = new Carrying(
      'lab00',
      carrier,
      learner((name, octets) => {
        if (name === 'receive') given.push(octets);
        return name === 'receive' ? [HELLO] : undefined;
      }),
    );
    await carrying.begin();
    await carrying.take([encoded(HELLO), DAMAGED]);
    expect(carrying.pollFault()).toBeUndefined();
    expect(given).toEqual([concat([encoded(HELLO), Uint8Array.of(0), DAMAGED, Uint8Array.of(0)])]);
  });

  it.each([
    ['loses a frame', []],
    ['gives a damaged one too', [HELLO, fromAscii('damaged')]],
    ['gives nonsense', 7],
  ])('is that lab’s fault when the decoder %s', async (_, answer) => {
    const carrying = new Carrying(
      'lab00',
      carrier,
      learner((name) => (name === 'receive' ? answer : undefined)),
    );
    await carrying.begin();
    await carrying.take([encoded(HELLO), DAMAGED]);
    expect(carrying.pollFault()).toMatchObject({ code: 'carrier', lab: 'lab00' });
    expect(carrying.pollFault()).toBeUndefined();
  });

  it('is that lab’s fault when the decoder throws, and the driver hears nothing of it', async () => {
    const carrying = new Carrying(
      'lab00',
      carrier,
      learner((name) => {
        if (name === 'receive') throw new LearnerError('threw', { en: 'x', ko: 'x' });
      }),
    );
    await carrying.begin();
    await carrying.take([encoded(HELLO)]);
    expect(carrying.pollFault()).toMatchObject({ code: 'threw', lab: 'lab00' });
  });

  it('is nobody’s business outside of a check', async () => {
    const carrying = new Carrying(
      'lab00',
      carrier,
      learner(() => []),
    );
    await carrying.take([encoded(HELLO)]);
    await carrying.begin();
    carrying.end();
    await carrying.take([encoded(HELLO)]);
    expect(carrying.pollFault()).toBeUndefined();
  });
});
