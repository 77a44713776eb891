/** Where a host is to be, opened: TAP first, then the board. */
import { attachedBoards, firstThatOpens } from '../bench/attached.ts';
import { loadImage } from '../images.ts';
import type { Attachment, Prefix } from './attachment.ts';
import type { BoardBench } from './board-attachment.ts';

export interface AttachmentChoice {
  readonly tap?: { readonly name: string; readonly kernel: readonly Prefix[] } | undefined;
  /** `auto`, `emulated`, `mock`, or the port of a board. */
  readonly on?: string | undefined;
  /** Which board to emulate. */
  readonly board: string;
  readonly withNeighbour: boolean;
  readonly mtu: number;
  readonly seed: number;
}

export type Side = 'tap' | 'board';

export interface Opened {
  readonly attachments: readonly Attachment[];
  /** Which of them is which. */
  readonly sides: readonly Side[];
  readonly neighbour?: Attachment;
}

/** @throws NetlabError of the TAP device, the port, the board or the image */
export async function openAttachments(choice: AttachmentChoice): Promise<Opened> {
  const tap = choice.tap && (await openTap(choice.tap, choice));
  try {
    const bench = choice.on === undefined ? undefined : await openBoard(choice.on, choice);
    return {
      attachments: [tap, bench?.board].filter((one) => one !== undefined),
      sides: [...(tap ? ['tap' as const] : []), ...(bench ? ['board' as const] : [])],
      ...(bench?.neighbour === undefined ? {} : { neighbour: bench.neighbour }),
    };
  } catch (error) {
    await tap?.close();
    throw error;
  }
}

async function openTap(
  { name, kernel }: NonNullable<AttachmentChoice['tap']>,
  { mtu, seed }: AttachmentChoice,
): Promise<Attachment> {
  const { attachTap } = await import('./tap-attachment.ts');
  return attachTap({ name, kernel, mtu, seed });
}

async function openBoard(on: string, choice: AttachmentChoice): Promise<BoardBench> {
  const { seed, board, withNeighbour } = choice;
  const { attachEmulated, attachMock, attachPort } = await import('./board-attachment.ts');
  if (on === 'auto') {
    const attached = await attachedBoard(seed);
    if (attached !== undefined) return { board: attached };
  }
  if (on === 'auto' || on === 'emulated') {
    return attachEmulated(loadImage(board), seed, withNeighbour);
  }
  if (on === 'mock') return attachMock(seed);
  return { board: await attachPort(on, seed) };
}

async function attachedBoard(seed: number): Promise<Attachment | undefined> {
  const { attachPort } = await import('./board-attachment.ts');
  return firstThatOpens(
    await attachedBoards(),
    ({ port }) => attachPort(port, seed),
    () => {},
  );
}
