/** Where a lab runs: what `--on`, `--board` and `--peer` mean. */
import { NetlabError } from '../base/errors.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { recognisedBoards } from '../node/discovery.ts';
import { loadImage } from '../node/images.ts';
import type { Recording } from '../node/recording.ts';

export interface BenchFlags {
  /** `auto`, `emulated`, `mock`, a port, or `tcp://host:port`. */
  readonly on: string;
  readonly board: string;
  readonly peer?: string | undefined;
}

/** Told when `auto` found a board that does not answer as one. */
export type OnPassedOver = (port: string, error: NetlabError) => void;

/** What a board with other firmware does, behind the same USB identity. */
const NOT_OURS = ['board-silent', 'board-foreign'];

/** @throws NetlabError of the port, the board or the image */
export async function openBench(
  { on, board, peer }: BenchFlags,
  request: SubstrateRequest,
  recording: Recording,
  onPassedOver: OnPassedOver,
): Promise<Substrate> {
  if (on === 'auto') {
    const attached = await attachedBoard(request, recording, peer, onPassedOver);
    if (attached !== undefined) return attached;
  }
  if (on === 'auto' || on === 'emulated') {
    const { openEmulated } = await import('../node/substrate-emulated.ts');
    return openEmulated(loadImage(board), request, recording);
  }
  if (on === 'mock') {
    const { openMock } = await import('../node/substrate-mock.ts');
    return openMock(request, recording);
  }
  const { openPort } = await import('../node/substrate-port.ts');
  return openPort({ port: on, peer }, request, recording);
}

async function attachedBoard(
  request: SubstrateRequest,
  recording: Recording,
  peer: string | undefined,
  onPassedOver: OnPassedOver,
): Promise<Substrate | undefined> {
  for (const { path } of await recognisedBoards()) {
    const { openPort } = await import('../node/substrate-port.ts');
    try {
      return await openPort({ port: path, peer }, request, recording);
    } catch (error) {
      if (!(error instanceof NetlabError) || !NOT_OURS.includes(error.code)) throw error;
      onPassedOver(path, error);
    }
  }
  return undefined;
}
