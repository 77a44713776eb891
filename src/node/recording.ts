/** What a run leaves as it goes: the frames on the cable and what crossed the serial line. */

import type { Instant } from '../base/time.ts';
import { type About, CassetteWriter } from '../capture/cassette.ts';
import { encodeInterface, encodePacket, encodeSectionHeader } from '../capture/pcapng.ts';
import { type Evidence, type GrowingFile, RUN_FILES } from './store/runs.ts';

/** Seen from the board under test. */
export type Direction = 'outbound' | 'inbound';

export class Recording {
  readonly cassette: CassetteWriter;
  private readonly frames: GrowingFile;
  private step: string | undefined;

  /** @param netlab its version */
  constructor(evidence: Evidence, netlab: string, about: About) {
    const text = new TextEncoder();
    const cassette = evidence.grow(RUN_FILES.cassette);
    this.cassette = new CassetteWriter((line) => cassette.write(text.encode(line)), about);
    this.frames = evidence.grow(RUN_FILES.frames);
    this.frames.write(encodeSectionHeader(`netlab ${netlab}`));
    this.frames.write(encodeInterface({ name: 'cable', description: 'at the board under test' }));
  }

  /** From now on packets belong to `label`. */
  setStep(label: string): void {
    this.step = label;
  }

  addFrame(octets: Uint8Array, at: Instant, direction: Direction): void {
    const comment = this.step === undefined ? {} : { comment: this.step };
    this.frames.write(encodePacket({ interface: 0, at, octets, direction, ...comment }));
  }

  /** The cassette is whole. */
  end(): void {
    this.cassette.end();
  }
}
