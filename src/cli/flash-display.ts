/** Shows a flashing while it goes on: rows with a bar in a terminal, plain lines anywhere else. */
import { sizeOf } from '../hardware/flash/image.ts';
import type { FlashEvent } from '../node/flash/flash-request.ts';
import type { Say } from './messages/message.ts';

export interface FlashDisplay {
  handleEvent(event: FlashEvent): void;
  /** Resolves when all that it shows stands still. */
  end(succeeded: boolean): Promise<void>;
}

export const imageLine = (event: Extract<FlashEvent, { kind: 'image' }>, say: Say): string => {
  const { board, image } = event;
  return say('flash.image', { board, name: image.name, octets: sizeOf(image.parts) });
};

export class PlainFlashDisplay implements FlashDisplay {
  private readonly say: Say;
  private phase = '';

  constructor(say: Say) {
    this.say = say;
  }

  handleEvent(event: FlashEvent): void {
    const line = this.lineOf(event);
    if (line !== undefined) process.stdout.write(`${line}\n`);
  }

  async end(): Promise<void> {}

  private lineOf(event: FlashEvent): string | undefined {
    switch (event.kind) {
      case 'image':
        return imageLine(event, this.say);
      case 'button':
        return this.say('flash.button', event);
      case 'progress':
        // A line a page would hide the rest of a log.
        return event.done === event.total ? `  ${this.say('flash.progress', event)}` : undefined;
      default: {
        const again = this.phase === event.phase;
        this.phase = event.phase;
        return again ? undefined : this.say(`flash.phase.${event.phase}`, { at: event.at });
      }
    }
  }
}

const BAR_COLUMNS = 24;

/** `████████░░░░░░░░░░░░░░░░  33 %` */
export function bar(done: number, total: number): string {
  const part = total === 0 ? 1 : done / total;
  const full = Math.floor(part * BAR_COLUMNS);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_COLUMNS - full)} ${percent} %`;
}
