/**
 * What a run runs on: an emulated board, the firmware's twin on a mocked port, a board at a port, or the
 * cassette of an earlier run. A check cannot tell which; a report says it.
 */
import type { WireFlaws } from '../medium/wire.ts';
import type { Carrying } from './carrying.ts';
import type { Fixture, LineStation, Segment, SerialStation, Station } from './lab.ts';

/** `memory`: no board at all, for labs without fixtures. */
export type SubstrateKind = 'emulated' | 'mock' | 'port' | 'replay' | 'memory';

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
  /** Where there are more: the first is `board` and `peer`. */
  readonly segments?: readonly Segment[];
  /** Its raw lines, one a board; none without it. */
  readonly lines?: readonly LineStation[];
  /** The line to `board`; none where there is no board. Whoever uses it takes it from the driver. */
  readonly serial?: SerialStation;
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
  /** Of an emulated wire; a real one is as it is. */
  readonly wire?: WireFlaws | undefined;
  /** What the board says passes through it. */
  readonly carrying?: Carrying | undefined;
}
