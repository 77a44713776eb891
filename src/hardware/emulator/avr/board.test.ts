/** An emulated Uno without firmware of ours: programs of a few words, by the instruction set manual's opcodes. */
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { UnoBoard } from './board.ts';

const START_UP = 65e6;
const SECOND = 1e9;
/** cli; ldi r16, 1; out SMCR, r16; sleep; rjmp to the sleep. */
const SLEEPER = [0x94f8, 0xe001, 0xbf03, 0x9588, 0xcffe];
/** ldi r16, 8; sts UCSR0B, r16; ldi r16, 'U'; sts UDR0, r16; rjmp to itself. */
const SPEAKER = [0xe008, 0x9300, 0x00c1, 0xe505, 0x9300, 0x00c6, 0xcfff];
/** ldi r16, WDCE | WDE; ldi r17, WDE; sts WDTCSR, r16; sts WDTCSR, r17; rjmp to itself. */
const HANGER = [0xe108, 0xe018, 0x9300, 0x0060, 0x9310, 0x0060, 0xcfff];

function board(program: readonly number[]) {
  const heard: number[] = [];
  const nothing = () => undefined;
  const uno = new UnoBoard({
    image: new Uint8Array(Uint16Array.from(program).buffer),
    interpreted: true,
    start: 0,
    rng: seededRng(1),
    negotiation: 0,
    onOutput: nothing,
    onUart: (octets) => heard.push(...octets),
    onTransmit: nothing,
    onFault: nothing,
  });
  return { uno, heard };
}

const run = (uno: UnoBoard, until: number): void => {
  while (uno.nanos < until) uno.run(until);
};

describe('an emulated Uno', () => {
  it('asleep with nothing due, has nothing to do for ever', () => {
    const { uno } = board(SLEEPER);
    run(uno, START_UP + 1e6);
    expect(uno.nextDue).toBe(Number.POSITIVE_INFINITY);
    run(uno, 3600 * SECOND);
    expect(uno.nanos).toBe(3600 * SECOND);
  });

  it('says nothing before its start-up time is over, and an octet ten bits later', () => {
    const { uno, heard } = board(SPEAKER);
    run(uno, START_UP);
    expect(heard).toEqual([]);
    uno.setUartRate(1_000_000); // UBRR0 is 0: 16 MHz / 16.
    run(uno, START_UP + 9e3);
    expect(heard).toEqual([]);
    run(uno, START_UP + 12e3);
    expect(heard).toEqual([0x55]);
  });

  it('starts anew when DTR falls, and not while it stays', () => {
    const { uno, heard } = board(SPEAKER);
    uno.setUartRate(1_000_000);
    run(uno, SECOND);
    uno.setLineState(true);
    run(uno, 2 * SECOND);
    uno.setLineState(true);
    run(uno, 3 * SECOND);
    expect({ resets: uno.resets, heard }).toEqual({ resets: 1, heard: [0x55, 0x55] });
  });

  it('is reset by its watchdog 16 ms after it was left alone, again and again', () => {
    const { uno } = board(HANGER);
    run(uno, START_UP + 15e6);
    expect(uno.resets).toBe(0);
    run(uno, START_UP + 17e6);
    expect(uno.resets).toBe(1);
    run(uno, 2 * (START_UP + 16e6) + 1e6);
    expect(uno.resets).toBe(2);
  });
});
