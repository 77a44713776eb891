/** Where a lab runs: what `--on`, `--board` and `--peer` mean. */
import type { BenchBoard } from '../lab/inventory.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { attachedBoards, firstThatOpens, type OnPassedOver } from '../node/bench/attached.ts';
import { groupOf } from '../node/bench/group.ts';
import { findBench } from '../node/bench/inventory-file.ts';
import { namedBoard } from '../node/bench/locate.ts';
import { openVirtual, VIRTUAL } from '../node/open-virtual.ts';
import type { Recording } from '../node/recording.ts';

export interface BenchFlags {
  /** `auto`, `emulated`, `mock`, `memory`, a port or its URL, or a board of the inventory. */
  readonly on: string;
  readonly board: string;
  readonly peer?: string | undefined;
}

/** @throws NetlabError of the port, the board or the image */
export async function openBench(
  { on, board, peer }: BenchFlags,
  request: SubstrateRequest,
  recording: Recording,
  onPassedOver: OnPassedOver,
): Promise<Substrate> {
  if (on === 'auto') {
    if (request.fixtures.length === 0) return openVirtual('memory', board, request, recording);
    const attached = await attachedBoard(request, recording, peer, onPassedOver);
    return attached ?? openVirtual('emulated', board, request, recording);
  }
  const virtual = VIRTUAL.find((name) => name === on);
  if (virtual !== undefined) return openVirtual(virtual, board, request, recording);
  return openListed(namedBoard(on), on, peer, request, recording);
}

async function attachedBoard(
  request: SubstrateRequest,
  recording: Recording,
  peer: string | undefined,
  onPassedOver: OnPassedOver,
): Promise<Substrate | undefined> {
  const boards = await attachedBoards(request.fixtures, onPassedOver);
  return firstThatOpens(
    boards,
    ({ port, listed }) => openListed(listed, port, peer, request, recording),
    onPassedOver,
  );
}

/** With what the inventory says is plugged into the board, where it is of the inventory. */
async function openListed(
  listed: BenchBoard | undefined,
  port: string,
  peer: string | undefined,
  request: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const { openPort } = await import('../node/substrate-port.ts');
  if (listed === undefined) return openPort({ port, peer }, request, recording);
  const { fixtures } = listed;
  const group = groupOf(listed, findBench()?.boards ?? [], request.fixtures);
  const needsPeer = request.fixtures.includes('cable:peer') || group.segments.length > 0;
  const cabled = peer ?? (needsPeer ? listed.peer : undefined);
  return openPort({ port, peer: cabled, fixtures, ...group }, request, recording);
}
