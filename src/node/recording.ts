/** What a run leaves as it goes: the frames on the cable, what crossed the serial line, and the waves on a raw line. */

import type { Instant } from '../base/time.ts';
import { type About, CassetteWriter } from '../capture/cassette.ts';
import { encodeInterface, encodePacket, encodeSectionHeader } from '../capture/pcapng.ts';
import { encodeVcd } from '../capture/vcd.ts';
import type { Waveform } from '../capture/waveform.ts';
import { type Evidence, type GrowingFile, RUN_FILES } from './store/runs.ts';

/** Seen from the board under test. */
export type Direction = 'outbound' | 'inbound';

/** Levels of all waves together; what comes after is in the cassette alone. */
const LEVELS_MAX = 2 ** 24;

export class Recording {
  readonly cassette: CassetteWriter;
  private readonly frames: GrowingFile;
  private readonly evidence: Pick<Evidence, 'grow'>;
  private readonly netlab: string;
  private readonly waves: Waveform[] = [];
  private levels = 0;
  private step: string | undefined;
  private segments = 0;

  /** @param netlab its version */
  constructor(evidence: Pick<Evidence, 'grow'>, netlab: string, about: About) {
    this.evidence = evidence;
    this.netlab = netlab;
    const text = new TextEncoder();
    const cassette = evidence.grow(RUN_FILES.cassette);
    this.cassette = new CassetteWriter((line) => cassette.write(text.encode(line)), about);
    this.frames = evidence.grow(RUN_FILES.frames);
    this.frames.write(encodeSectionHeader(`netlab ${netlab}`));
    this.describeSegment();
  }

  /** From now on packets belong to `label`. */
  setStep(label: string): void {
    this.step = label;
  }

  /** @param segment from 0 on: the capture has an interface for each of which a frame came */
  addFrame(octets: Uint8Array, at: Instant, direction: Direction, segment = 0): void {
    while (this.segments <= segment) this.describeSegment();
    const comment = this.step === undefined ? {} : { comment: this.step };
    this.frames.write(encodePacket({ interface: segment, at, octets, direction, ...comment }));
  }

  private describeSegment(): void {
    this.segments += 1;
    const further = { name: `cable ${this.segments}`, description: `at board ${this.segments}` };
    const first = { name: 'cable', description: 'at the board under test' };
    this.frames.write(encodeInterface(this.segments === 1 ? first : further));
  }

  addWave(wave: Waveform): void {
    this.levels += wave.levels.length;
    if (this.levels <= LEVELS_MAX) this.waves.push({ ...wave, levels: wave.levels.slice() });
  }

  /** The cassette is whole, and the waves are written where there was a wire. */
  end(): void {
    this.cassette.end();
    if (this.waves.length === 0) return;
    const left = this.levels > LEVELS_MAX ? ', the rest of the run is left out' : '';
    const file = this.evidence.grow(RUN_FILES.waves);
    file.write(new TextEncoder().encode(encodeVcd(this.waves, `netlab ${this.netlab}${left}`)));
    file.close();
  }
}

/** A recording that keeps nothing, for runs whose verdict alone is wanted. */
export function unrecorded(): Recording {
  const nowhere: GrowingFile = { write() {}, close() {} };
  return new Recording({ grow: () => nowhere }, '', {});
}
