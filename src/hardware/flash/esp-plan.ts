/** What is asked of an ESP's mask ROM to have its flash written, one exchange after another. */
import { type Duration, seconds } from '../../base/time.ts';
import { C3, C3_WATCHDOGS, CLASSIC, MAGIC_ADDRESS } from './esp-chip.ts';
import { type Answer, BLOCK, dataOf, OP, wordsOf } from './esp-packet.ts';
import type { Part } from './image.ts';
import type { LoaderFault, LoaderPhase } from './loader.ts';

const ANSWER = seconds(3);
/** A flash of the slow kind takes 30 s a MiB to erase. */
const perMebibyte = (size: number, time: Duration): Duration =>
  Math.max(seconds(10), Math.ceil((size / (1 << 20)) * time)) as Duration;

export interface EspPart extends Part {
  /** Of its octets, as hexadecimal digits. */
  readonly md5: string;
  /** Its octets as a zlib stream (RFC 1950), for who has one. */
  readonly deflated?: Uint8Array;
}

export interface EspRomOptions {
  /** As esp_image_format.h numbers it: 0 is the ESP32, 5 the ESP32-C3. */
  readonly chip: number;
  readonly parts: readonly EspPart[];
  readonly flashSize: number;
  /** All of the flash, before anything is written. */
  readonly erase: boolean;
  /** In bit/s: what a first attempt goes on with, once the ROM has answered; else it stays at its own rate. */
  readonly fastRate?: number;
}

export interface Exchange {
  readonly phase: LoaderPhase;
  readonly op: number;
  readonly body: () => Uint8Array;
  readonly address: number;
  readonly deadline: Duration;
  /** Octets of its phase that are done with it. */
  readonly done?: number;
  /** The line's rate once it is answered. */
  readonly rate?: number;
  /** What is wrong with the answer; without it a refusal is. */
  readonly check?: (answer: Answer) => LoaderFault | 'again' | undefined;
}

/** How the chip is recognised, and what it says that it holds: the machine's to judge. */
export interface Checks {
  readonly security: (answer: Answer) => LoaderFault | 'again' | undefined;
  readonly magic: (answer: Answer) => LoaderFault | 'again' | undefined;
  readonly digest: (part: EspPart, answer: Answer) => LoaderFault | 'again' | undefined;
}

/** @param fast by what the ROM has beyond its beginnings: another rate, and compressed blocks */
export const planOf = (
  options: EspRomOptions,
  checks: Checks,
  fast: boolean,
): readonly Exchange[] => [
  ...preparation(options, checks, fast),
  ...writing(options, fast),
  ...verifying(options, checks),
];

function preparation(
  { chip, flashSize, erase, fastRate }: EspRomOptions,
  checks: Checks,
  fast: boolean,
): readonly Exchange[] {
  const ask = (op: number, words: readonly number[], more: Partial<Exchange> = {}): Exchange => ({
    ...{ phase: 'enter', op, address: 0, deadline: ANSWER, body: () => wordsOf(words) },
    ...more,
  });
  const set = (address: number, value: number, mask: number): Exchange =>
    ask(OP.writeRegister, [address, value, mask, 0]);
  const hurry =
    fast && fastRate !== undefined ? [ask(OP.changeRate, [fastRate, 0], { rate: fastRate })] : [];
  return [
    ask(OP.securityInfo, [], { check: checks.security }),
    ask(OP.readRegister, [MAGIC_ADDRESS], { check: checks.magic }),
    ...(chip === C3 ? C3_WATCHDOGS.map(([at, value, mask]) => set(at, value, mask)) : []),
    ...hurry,
    ask(OP.spiAttach, [0, 0]),
    // Id, size, block, sector, page, status mask.
    ask(OP.spiSetParameters, [0, flashSize, 0x1_0000, 0x1000, 0x100, 0xffff]),
    ...(erase ? [begin(OP.flashBegin, chip, 0, flashSize, 0)] : []),
  ];
}

function begin(op: number, chip: number, address: number, size: number, blocks: number): Exchange {
  const words = [size, blocks, BLOCK, address];
  // Later chips than the first have a word more: whether the flash is encrypted.
  if (chip !== CLASSIC) words.push(0);
  const deadline = perMebibyte(size, seconds(40));
  return { phase: 'write', op, address, deadline, body: () => wordsOf(words) };
}

function writing({ chip, parts }: EspRomOptions, fast: boolean): readonly Exchange[] {
  let before = 0;
  return parts.flatMap((part) => {
    const { address, octets, deflated } = part;
    const sent =
      fast && deflated !== undefined && deflated.length < octets.length ? deflated : octets;
    const plain = sent === octets;
    const blocks = Math.ceil(sent.length / BLOCK);
    const start = before;
    before += octets.length;
    const data = Array.from({ length: blocks }, (_, i): Exchange => {
      const block = sent.subarray(i * BLOCK, (i + 1) * BLOCK);
      const done = Math.min(
        octets.length,
        Math.round((octets.length * (i + 1) * BLOCK) / sent.length),
      );
      return {
        phase: 'write',
        op: plain ? OP.flashData : OP.deflateData,
        address: address + done - Math.min(done, BLOCK),
        // A block of compressed ones may be very much flash.
        deadline: plain ? ANSWER : perMebibyte(octets.length, seconds(40)),
        body: () => dataOf(block, i, plain ? BLOCK : block.length),
        done: start + done,
      };
    });
    // The ROM wants the size of whole blocks where it unpacks.
    const size = plain ? octets.length : Math.ceil(octets.length / BLOCK) * BLOCK;
    const op = plain ? OP.flashBegin : OP.deflateBegin;
    return [begin(op, chip, address, size, blocks), ...data];
  });
}

function verifying({ parts }: EspRomOptions, checks: Checks): readonly Exchange[] {
  let verified = 0;
  return parts.map((part): Exchange => {
    const { address, octets } = part;
    verified += octets.length;
    return {
      phase: 'verify',
      op: OP.flashMd5,
      address,
      deadline: perMebibyte(octets.length, seconds(8)),
      body: () => wordsOf([address, octets.length, 0, 0]),
      done: verified,
      check: (answer) => checks.digest(part, answer),
    };
  });
}
