/**
 * What a run runs on: an emulated board, the firmware's twin on a mocked port, a board at a port, or the
 * cassette of an earlier run. A check cannot tell which; a report says it.
 */
import type { Fixture, Station } from './lab.ts';

export type SubstrateKind = 'emulated' | 'mock' | 'port' | 'replay';

/** Who was there, for the report. What a board does not tell is ''. */
export interface SubstrateDescription {
  readonly kind: SubstrateKind;
  /** What a person calls it: `emulated w5500-evb-pico`, `/dev/ttyACM0`. */
  readonly name: string;
  /** As the identity has it: `w5500-evb-pico`, `mock`. */
  readonly board: string;
  readonly firmwareVersion: string;
  /** Hex of the identity's source hash. */
  readonly sourceHash: string;
  /** What is at the other end of the cable: `emulated station`, `eth1`. */
  readonly peer: string;
}

export interface Substrate {
  readonly kind: SubstrateKind;
  /** A replay: what the recorded run ran on. It is graded by the rules of that, retries included. */
  readonly recordedOn?: SubstrateKind;
  readonly name: string;
  readonly description: SubstrateDescription;
  /** What this bench has of what a lab may need. */
  readonly fixtures: readonly Fixture[];
  readonly board: Station;
  readonly peer: Station;
  /** From now on packets belong to `label`: the capture makes it their comment. */
  setStep(label: string): void;
  /**
   * After a fault of the board or the link: resets the board and opens it anew, with the filters and
   * addresses that a run starts with. False when that did not help. Absent where nothing can be done.
   */
  recover?(): Promise<boolean>;
  /** Frees the port and stops what runs. Never throws, may be called twice, ends within a second. */
  close(): Promise<void>;
}

export interface SubstrateRequest {
  /** Decides all chance on the substrate's side: addresses, timing, impairments. */
  readonly seed: number;
  readonly fixtures: readonly Fixture[];
}
