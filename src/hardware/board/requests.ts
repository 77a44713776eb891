/** Requests and their responses, many at a time (docs/control-protocol.md §5). */
import { assert, type DecodeError, UsageError } from '../../base/errors.ts';
import type { Result } from '../../base/result.ts';
import { after } from '../../base/time.ts';
import {
  encodeMessage,
  type Message,
  OP,
  type OpName,
  STATUS,
  TAG_MAX,
} from '../control/messages.ts';
import { badAnswer, boardNoChip, requestRefused, requestTimeout } from './errors.ts';
import type { Link } from './link.ts';

/** A caller who asks more at once than this is not waiting for anything. */
const WAITING_MAX = 1024;

interface Request {
  readonly op: OpName;
  readonly body: Uint8Array;
  /** Without it the request has tag 0, and nobody answers. */
  readonly answered: boolean;
  /** Encoded once it has a tag. */
  message: Uint8Array | undefined;
  tag: number;
  sent: boolean;
  /** Status and result. */
  response: Uint8Array | undefined;
}

export class Requests {
  readonly #link: Link;
  #waiting: Request[] = []; // In order; the first of them found no room or no tag.
  readonly #tags: number[] = Array.from({ length: TAG_MAX }, (_, i) => TAG_MAX - i);
  readonly #unanswered = new Map<number, Request>();

  constructor(link: Link) {
    this.#link = link;
  }

  /**
   * Asks, and gives the result.
   * @throws NetlabError `request-timeout`, `request-refused`, `board-no-chip`, or what ended the session
   */
  async ask(op: OpName, body: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
    const request = this.#enter(op, body, true);
    const response = await this.#wait(request, () => request.response);
    const status = response[0];
    if (status === undefined) throw badAnswer(this.#link.port, op, 'no status');
    if (status === STATUS.OK) return response.subarray(1);
    if (status === STATUS.NO_CHIP) throw boardNoChip(this.#link.port, op);
    const name = Object.entries(STATUS).find(([, value]) => value === status)?.[0];
    throw requestRefused(this.#link.port, op, name ?? `status ${status}`);
  }

  /** Asks, and decodes the result. */
  async askFor<T>(
    op: OpName,
    body: Uint8Array,
    decode: (result: Uint8Array) => Result<T, DecodeError>,
  ): Promise<T> {
    const decoded = decode(await this.ask(op, body));
    if (!decoded.ok) throw badAnswer(this.#link.port, op, decoded.error.code);
    return decoded.value;
  }

  /** Tells, and wants no answer; resolves when the link has taken it. */
  async tell(op: OpName, body: Uint8Array): Promise<void> {
    const request = this.#enter(op, body, false);
    await this.#wait(request, () => request.sent || undefined);
  }

  handleResponse({ op, tag, body }: Message): void {
    const request = this.#unanswered.get(tag);
    if (request === undefined || OP[request.op] !== op) return;
    request.response = body;
    this.#unanswered.delete(tag);
    this.#tags.push(tag);
  }

  /** Sends what waits, as far as there is room. */
  advance(): void {
    let taken = 0;
    for (const request of this.#waiting) {
      if (!this.#send(request)) break;
      taken += 1;
    }
    if (taken > 0) this.#waiting = this.#waiting.slice(taken);
  }

  /** A new session: nothing that was asked before it is answered any more. */
  reset(): void {
    this.#waiting = [];
    for (const tag of this.#unanswered.keys()) this.#tags.push(tag);
    this.#unanswered.clear();
  }

  #enter(op: OpName, body: Uint8Array, answered: boolean): Request {
    if (body.length + 2 > this.#link.messageMax) {
      const details = { op, octets: body.length, most: this.#link.messageMax - 2 };
      throw new UsageError('message-too-long', `${op} takes ${details.most} octets`, details);
    }
    if (this.#waiting.length >= WAITING_MAX) {
      throw new UsageError('too-many-requests', `${WAITING_MAX} requests wait already`, { op });
    }
    const request: Request = {
      op,
      body,
      answered,
      message: undefined,
      tag: 0,
      sent: false,
      response: undefined,
    };
    this.#waiting.push(request);
    if (this.#waiting.length === 1) this.advance();
    this.#link.flush();
    return request;
  }

  async #wait<T>(request: Request, ready: () => T | undefined): Promise<T> {
    const patience = this.#link.deadlines.request;
    const value = await this.#link.wait(ready, after(this.#link.now(), patience));
    if (value !== undefined) return value;
    // Its tag stays taken until the response comes after all: nobody else may get that.
    if (!request.sent) this.#withdraw(request);
    throw requestTimeout(this.#link.port, request.op, patience / 1000);
  }

  #withdraw(request: Request): void {
    this.#waiting = this.#waiting.filter((other) => other !== request);
    if (request.tag !== 0) this.#tags.push(request.tag);
  }

  #send(request: Request): boolean {
    if (request.message === undefined) {
      if (request.answered) {
        const tag = this.#tags.pop();
        if (tag === undefined) return false;
        request.tag = tag;
      }
      request.message = encodeMessage(OP[request.op], request.tag, request.body);
    }
    if (!this.#link.send(request.message)) return false;
    request.sent = true;
    if (request.answered) {
      assert(!this.#unanswered.has(request.tag), `tag ${request.tag} is taken`);
      this.#unanswered.set(request.tag, request);
    }
    return true;
  }
}
