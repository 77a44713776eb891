/** The rows of a flashing in a terminal: one a phase, below the present one its bar or what is to be done. */
import { type DefaultRenderer, Listr, type ListrTaskWrapper, type SimpleRenderer } from 'listr2';
import type { FlashEvent } from '../node/flash/flash-request.ts';
import { bar, type FlashDisplay, imageLine } from './flash-display.ts';
import type { Say } from './messages/message.ts';

type Row = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

interface Present {
  readonly phase: string;
  readonly row: Promise<Row>;
  readonly settle: (succeeded: boolean) => void;
  readonly shown: Promise<unknown>;
}

export class FlashList implements FlashDisplay {
  private readonly say: Say;
  private present: Present | undefined;

  constructor(say: Say) {
    this.say = say;
  }

  handleEvent(event: FlashEvent): void {
    if (event.kind === 'image') process.stdout.write(`${imageLine(event, this.say)}\n`);
    else if (event.kind === 'phase') this.begin(event);
    else if (event.kind === 'button') this.note(this.say('flash.button', event));
    else this.note(`${bar(event.done, event.total)}  ${this.say('flash.progress', event)}`);
  }

  async end(succeeded: boolean): Promise<void> {
    this.present?.settle(succeeded);
    await this.present?.shown;
  }

  private begin({ phase, at }: Extract<FlashEvent, { kind: 'phase' }>): void {
    if (this.present?.phase === phase) return;
    const before = this.present;
    before?.settle(true);
    const { promise: row, resolve: begun } = withResolvers<Row>();
    const { promise: ended, resolve: settle } = withResolvers<boolean>();
    const task = {
      title: this.say(`flash.phase.${phase}`, { at }),
      task: async (_: unknown, wrapper: Row) => {
        begun(wrapper);
        if (!(await ended)) throw new Error(phase);
      },
    };
    // Each phase is a list of its own, since which will follow is not known; they must not be drawn at once.
    const shown = Promise.resolve(before?.shown).then(() => show(task));
    this.present = { phase, row, settle, shown };
  }

  private note(text: string): void {
    void this.present?.row.then((row) => {
      row.output = text;
    });
  }
}

const show = (task: ConstructorParameters<typeof Listr>[0]): Promise<unknown> =>
  new Listr(task, {
    exitOnError: false,
    // As in list-display.ts: the shell looks after Ctrl-C.
    registerSignalListeners: false,
    rendererOptions: { showErrorMessage: false, collapseErrors: false },
  }).run();

/** Promise.withResolvers is not in Node 20. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
