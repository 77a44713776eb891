/** The emulator's ATmega328P against simavr: the same programs leave the same memory, the same image says the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, toHex } from '../../src/base/octets.ts';
import { randomOctets, seededRng } from '../../src/base/random.ts';
import type { Instant } from '../../src/base/time.ts';
import { decodeFrame, FrameEncoder, KIND, type Kind } from '../../src/hardware/control/frame.ts';
import { OP } from '../../src/hardware/control/messages.ts';
import { encodeOpen } from '../../src/hardware/control/open.ts';
import { Splitter } from '../../src/hardware/control/splitter.ts';
import { STATISTIC, zeroed } from '../../src/hardware/control/statistics.ts';
import { loadImage } from '../../src/node/images.ts';
import { assembleAvr, canCompare, lineOfBoard, memoryOfCore, Simavr } from './avr-machine.ts';
import {
  betweenRegisters,
  IMMEDIATES,
  onOneRegister,
  onWords,
  PAIRS,
  SINGLES,
  stream,
  tortureMachine,
  WORDS,
  withImmediate,
} from './avr-programs.ts';

const MILLISECOND = 16_000;
const SESSION = 0x1234;

describe.runIf(canCompare)('the ATmega328P as simavr has it', () => {
  let simavr: Simavr;
  beforeAll(() => {
    simavr = new Simavr();
  });
  afterAll(() => simavr.close());

  function compare(text: string): void {
    const program = assembleAvr(text);
    const [ours, theirs] = [memoryOfCore(program), simavr.memory(program)];
    expect(theirs.memory.length).toBe(32 + 2048);
    const at = ours.memory.findIndex((octet, i) => octet !== theirs.memory[i]);
    expect({ at, octets: [...ours.memory.subarray(at, at + 8)] }).toEqual({
      at: -1,
      octets:
        at === -1 ? [...ours.memory.subarray(-1, 7)] : [...theirs.memory.subarray(at, at + 8)],
    });
    expect(ours.memory.some((octet) => octet !== 0)).toBe(true);
  }

  it.each(PAIRS)('%s between registers, at its edges', (op) => compare(betweenRegisters(op)));
  it.each(SINGLES)('%s at its edges', (op) => compare(onOneRegister(op)));
  it.each(IMMEDIATES)('%s with an immediate, at its edges', (op) => compare(withImmediate(op)));
  it.each(WORDS)('%s at its edges', (op) => compare(onWords(op)));
  it('memory, flash, the stack, calls, skips, bits and branches', () => compare(tortureMachine()));
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('2000 instructions by chance, seed %i', (seed) => {
    compare(stream(seed, 2000));
  });

  it('the image says the same, octet for octet, when it is opened and asked', () => {
    const { octets: image } = loadImage('uno');
    const encoder = new FrameEncoder(zeroed(STATISTIC));
    const say = (ms: number, kind: Kind, seq: number, ack: number, payload?: Uint8Array) => ({
      cycle: ms * MILLISECOND,
      octets: encoder.encode(kind, SESSION, seq, ack, 9000, (ms * 1000) as Instant, payload),
    });
    const hello = { versionMin: 1, versionMax: 1, window: 8, messageMax: 1589, nonce: 7 };
    const ask = (op: number, ...body: number[]) => Uint8Array.of(op, 1, ...body);
    const long = concat([ask(OP.SYSTEM_ECHO), randomOctets(seededRng(1), 700)]);
    const script = [
      say(150, KIND.OPEN, 0, 0, encodeOpen(hello)),
      say(250, KIND.DATA, 0, 0, ask(OP.SYSTEM_IDENTIFY)),
      say(350, KIND.DATA, 1, 1, ask(OP.SYSTEM_ECHO, 1, 2, 3, 0)),
      say(400, KIND.DATA, 2, 2, long),
      say(800, KIND.DATA, 3, 3, ask(OP.MAC_OPEN, 2, 0, 0, 0, 0, 1, 0)),
      say(900, KIND.DATA, 4, 4, ask(OP.MAC_CLOSE)),
      say(1000, KIND.ACK, 5, 5),
      say(1050, KIND.POLL, 5, 5),
    ];
    const end = 1100 * MILLISECOND;
    const [ours, theirs] = [lineOfBoard(image, end, script), simavr.line(image, end, script)];
    const kinds: (number | string)[] = [];
    new Splitter().handleOctets(theirs, (encoded) => {
      const frame = decodeFrame(encoded);
      kinds.push(frame.ok ? frame.value.kind : frame.error);
    });
    expect(kinds).toEqual([KIND.BOOT, KIND.OPENED, ...new Array(5).fill(KIND.DATA), KIND.ACK]);
    const at = ours.findIndex((octet, i) => octet !== theirs[i]);
    const around = (octets: Uint8Array) => toHex(octets.subarray(Math.max(0, at - 40), at + 40));
    expect({ at, length: ours.length, octets: around(ours) }).toEqual({
      ...{ at: -1, length: theirs.length, octets: around(theirs) },
    });
  });
});
