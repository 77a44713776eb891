/** The substrates that need nothing attached, by the name that `--on` gives them. Each is loaded when it is asked for. */
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import type { Recording } from './recording.ts';

export const VIRTUAL = ['memory', 'mock', 'emulated'] as const;
export type Virtual = (typeof VIRTUAL)[number];

/** @throws NetlabError of the image */
export async function openVirtual(
  on: Virtual,
  board: string,
  request: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  switch (on) {
    case 'memory': {
      const { openMemory } = await import('./substrate-memory.ts');
      return openMemory(request, recording);
    }
    case 'mock': {
      const { openMock } = await import('./substrate-mock.ts');
      return openMock(request, recording);
    }
    case 'emulated': {
      const { openEmulated } = await import('./substrate-emulated.ts');
      const { loadImage } = await import('./images.ts');
      return openEmulated(loadImage(board), request, recording);
    }
  }
}
