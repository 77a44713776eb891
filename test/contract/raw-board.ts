/** A board without a driver's manners: any message, any octets. */
import type { Rng } from '../../src/base/random.ts';
import { after, milliseconds, seconds } from '../../src/base/time.ts';
import { Link } from '../../src/hardware/board/link.ts';
import type { Transport } from '../../src/hardware/board/transport.ts';
import { RESPONSE, STATUS } from '../../src/hardware/control/messages.ts';

const DEADLINES = { open: seconds(2), request: seconds(5), silence: seconds(1) };

const STATUS_NAMES = new Map<number, string>(
  Object.entries(STATUS).map(([name, status]) => [status, name]),
);

export interface RawResponse {
  /** The status's name. */
  readonly status: string;
  readonly result: Uint8Array;
}

export class RawBoard {
  readonly link: Link;
  readonly #transport: Transport;
  readonly #messages: Uint8Array[] = [];
  #tag = 0;

  private constructor(transport: Transport, rng: Rng) {
    this.#transport = transport;
    this.link = new Link(transport, rng, DEADLINES, {
      handleMessage: (message) => {
        this.#messages.push(message);
        this.link.consume(message);
      },
      handleRoom: () => {},
    });
  }

  static async open(transport: Transport, rng: Rng): Promise<RawBoard> {
    const raw = new RawBoard(transport, rng);
    await raw.link.open();
    return raw;
  }

  /** Asks with any op and any body; the response to just this request. */
  async ask(op: number, ...body: readonly number[]): Promise<RawResponse> {
    this.#tag = (this.#tag % 255) + 1;
    const tag = this.#tag;
    await this.send(op, tag, ...body);
    const response = await this.message((m) => m[0] === ((op | RESPONSE) & 0xff) && m[1] === tag);
    const status = response?.[2];
    if (response === undefined || status === undefined) throw new Error(`op ${op}: no response`);
    return {
      status: STATUS_NAMES.get(status) ?? `status ${status}`,
      result: response.subarray(3),
    };
  }

  /** Sends the octets of a message as they are. */
  async send(...octets: readonly number[]): Promise<void> {
    const message = Uint8Array.from(octets);
    const sent = () => this.link.send(message) || undefined;
    const until = after(this.#transport.now(), seconds(5));
    if ((await this.link.wait(sent, until)) === undefined) throw new Error('no room to send');
    this.link.flush();
  }

  /** The first message that came and fits. */
  message(
    fits: (message: Uint8Array) => boolean,
    within = seconds(5),
  ): Promise<Uint8Array | undefined> {
    const find = (): Uint8Array | undefined => {
      const index = this.#messages.findIndex(fits);
      return index < 0 ? undefined : this.#messages.splice(index, 1)[0];
    };
    return this.link.wait(find, after(this.#transport.now(), within));
  }

  /** Runs the link for `ms` milliseconds. */
  async pass(ms: number): Promise<void> {
    await this.link.wait(() => undefined, after(this.#transport.now(), milliseconds(ms)));
  }
}
