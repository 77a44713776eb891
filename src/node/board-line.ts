/** A board's raw line as a lab's station. */
import type { Instant } from '../base/time.ts';
import type { Board } from '../hardware/board/board.ts';
import type { LineSetup as BoardSetup } from '../hardware/control/line.ts';
import { LINE_FEATURE } from '../hardware/control/line.ts';
import type { LineExchange, LineLimits, LineOutcome, LineSetup, LineStation } from '../lab/lab.ts';

export class BoardLine implements LineStation {
  private readonly board: () => Board;
  /** The board that was set up: another one, after a fault, has to be again. */
  private ready: Board | undefined;
  private setup: Partial<BoardSetup> = {};

  constructor(board: () => Board) {
    this.board = board;
  }

  get limits(): LineLimits {
    const { lowestRate, highestRate, sendDepth, sampleDepth, features } = this.board().line.limits;
    return {
      lowestRate,
      highestRate,
      sendDepth: 8 * sendDepth,
      sampleDepth: 8 * sampleDepth,
      openDrain: (features & LINE_FEATURE.openDrain) !== 0,
      twoRates: (features & LINE_FEATURE.twoRates) !== 0,
    };
  }

  now(): Instant {
    return this.board().now();
  }

  async setUp({ drive = 'push-pull', idle, pull = 'none' }: LineSetup): Promise<void> {
    this.setup = { drive, pull, idle: idle ?? (drive === 'open-drain' ? 1 : 0) };
    this.ready = undefined;
    await this.prepare();
  }

  async exchange(exchange: LineExchange): Promise<LineOutcome> {
    await this.prepare();
    const { samples, rate, sampleRate, ended } = await this.board().line.exchange(exchange);
    return { samples, rate, sampleRate, ended };
  }

  private async prepare(): Promise<void> {
    const board = this.board();
    if (this.ready === board) return;
    await board.line.open(this.setup);
    this.ready = board;
  }
}
