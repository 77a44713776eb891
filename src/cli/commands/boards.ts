import { relative } from 'node:path';
import * as Flags from '@oclif/core/flags';
import {
  startInventory,
  type WrittenInventory,
  writeInventory,
} from '../../node/bench/inventory-writer.ts';
import { type SurveyedBoard, survey, type Tenant } from '../../node/bench/survey.ts';
import { BaseCommand } from '../base-command.ts';
import { describeFailure, type Failure } from '../failure.ts';
import { en } from '../messages/en.ts';
import { table } from '../terminal.ts';

interface BoardDocument {
  readonly name: string | null;
  readonly port: string | null;
  readonly state: SurveyedBoard['state'];
  readonly board: string | null;
  readonly what: string | null;
  readonly firmware: string | null;
  readonly serialNumber: string | null;
  readonly location: string | null;
  readonly usb: string | null;
  readonly fixtures: readonly string[];
  readonly notes: string | null;
  readonly lease: Tenant | null;
  readonly error: Pick<Failure, 'code' | 'details' | 'next'> | null;
}

interface BoardsDocument {
  readonly boards: readonly BoardDocument[];
  readonly inventory?: WrittenInventory;
}

/** What a board says, or does not, until netlab's firmware is on it. */
const UNFIT_FIRMWARE = ['board-silent', 'board-foreign', 'board-version'];

export default class Boards extends BaseCommand {
  static override readonly aliases = ['ports'];
  static override readonly summary = en['help.boards.summary'];
  static override readonly description = en['help.boards.description'];
  static override readonly examples = [
    '<%= config.bin %> boards',
    '<%= config.bin %> boards --write',
    '<%= config.bin %> boards --no-greet --json',
  ];
  static override readonly flags = {
    greet: Flags.boolean({
      summary: en['help.boards.flag.greet'],
      default: true,
      allowNo: true,
    }),
    write: Flags.boolean({ summary: en['help.boards.flag.write'] }),
  };

  async run(): Promise<BoardsDocument> {
    const { flags } = await this.parse(Boards);
    if (flags.write) startInventory();
    const surveyed = await survey(flags.greet);
    const boards = surveyed.map((board) => this.document(board));
    for (const line of table(surveyed.map((board) => this.row(board)))) this.print(line);
    if (boards.length === 0) this.print(this.say('boards.none'));
    const inventory = flags.write ? writeInventory(surveyed) : undefined;
    if (inventory !== undefined) this.tellOf(inventory);
    this.suggest(boards);
    return { boards, ...(inventory === undefined ? {} : { inventory }) };
  }

  private document({ state, name, port, usb, listed, ...more }: SurveyedBoard): BoardDocument {
    const { identity, tenant, error } = more;
    return {
      name: name ?? null,
      port: port ?? null,
      state,
      board: identity?.board ?? listed?.kind ?? usb?.board ?? null,
      what: usb?.what ?? usb?.manufacturer ?? null,
      firmware: identity?.firmware ?? null,
      serialNumber: usb?.serialNumber ?? null,
      location: usb?.location ?? null,
      usb: usb?.vendorId === undefined ? null : `${usb.vendorId}:${usb.productId ?? ''}`,
      fixtures: listed?.fixtures ?? [],
      notes: listed?.notes ?? null,
      lease: tenant ?? null,
      error: error === undefined ? null : this.failure(error),
    };
  }

  private failure(error: NonNullable<SurveyedBoard['error']>): BoardDocument['error'] {
    const { code, details, next } = describeFailure(error, this.language, this.id ?? '');
    const { port = '' } = details;
    const command = UNFIT_FIRMWARE.includes(code) ? `netlab flash --port ${port}` : next;
    return { code, details, ...(command === undefined ? {} : { next: command }) };
  }

  private row(board: SurveyedBoard): string[] {
    const { green, dim, bold, yellow, red } = this.paint;
    const { board: kind, what, firmware, fixtures } = this.document(board);
    const mark = { free: green('✔'), held: yellow('•'), failed: red('✖'), unasked: dim('-') };
    return [
      mark[board.state],
      bold(board.name ?? '-'),
      board.port ?? '-',
      kind ?? what ?? '-',
      firmware ?? '-',
      this.state(board),
      dim(fixtures.join(' ')),
    ];
  }

  private state({ state, tenant, error }: SurveyedBoard): string {
    if (tenant !== undefined) {
      const { user, host, command, pid, age_s, expires_s } = tenant;
      const [age, expiry] = [this.span(age_s), this.span(expires_s)];
      return this.say('boards.held', { command, user, host, pid, age, expiry });
    }
    if (error !== undefined) return describeFailure(error, this.language, this.id ?? '').what;
    return this.say(state === 'free' ? 'boards.free' : 'boards.unasked');
  }

  private span(seconds: number): string {
    const minutes = Math.floor(seconds / 60);
    if (minutes === 0) return this.say('boards.seconds', { seconds });
    if (minutes < 60) return this.say('boards.minutes', { minutes });
    return this.say('boards.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  }

  private tellOf({ path, added }: WrittenInventory): void {
    const shown = relative(process.cwd(), path);
    if (added.length === 0) this.print(this.say('boards.unchanged', { path: shown }));
    else this.print(this.say('boards.written', { path: shown, added: added.join(', ') }));
  }

  /** What mends the first that cannot be used; else the first that can be. */
  private suggest(boards: readonly BoardDocument[]): void {
    const broken = boards.find(({ error }) => error?.next && error.next !== 'netlab boards');
    const free = boards.find(({ state }) => state === 'free');
    const on = free === undefined ? 'emulated' : (free.name ?? free.port ?? 'auto');
    const command = broken?.error?.next ?? `netlab run lab03 --on ${on}`;
    this.print(this.say('next', { command: this.paint.cyan(command) }));
  }
}
