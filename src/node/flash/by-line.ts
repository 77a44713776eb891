/** Flashing a board whose loader answers on the serial line: drives the loader's client. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Instant } from '../../base/time.ts';
import { portLost } from '../../hardware/board/errors.ts';
import type { LineBoard } from '../../hardware/flash/chips.ts';
import { EspRom } from '../../hardware/flash/esp-rom.ts';
import { pagesOf } from '../../hardware/flash/image.ts';
import type { LoaderEvent, LoaderFault, LoaderMachine } from '../../hardware/flash/loader.ts';
import { Stk500 } from '../../hardware/flash/stk500.ts';
import { loaderFailure } from './errors.ts';
import type { Flashing } from './flash-request.ts';
import type { LoaderLine } from './flash-world.ts';

/**
 * Resolves when the chip has shown what it holds, octet by octet or by its digest, and started its program.
 * @throws NetlabError `loader-silent`, `loader-lost`, `wrong-chip`, `verify-failed`, `digest-differs`, and of the port
 */
export async function flashByLine(
  flashing: Flashing,
  board: LineBoard,
  port: string,
): Promise<void> {
  const { world, signal } = flashing;
  const line = await world.openLoaderLine(port, board.rate);
  try {
    const fault = await new Drive(clientOf(flashing, board), line, flashing, port).run();
    signal.throwIfAborted();
    if (fault !== undefined) throw loaderFailure(port, board, fault);
  } finally {
    await line.close();
  }
}

function clientOf({ image }: Flashing, board: LineBoard): LoaderMachine {
  if (board.loader === 'stk500') {
    const { signature, pageSize } = board;
    return new Stk500({ signature, pages: pagesOf(image.parts, pageSize) });
  }
  const parts = image.parts.map((part) => ({
    ...part,
    md5: createHash('md5').update(part.octets).digest('hex'),
    deflated: new Uint8Array(deflateSync(part.octets, { level: 9 })),
  }));
  const { chipId: chip, flash, fastRate } = board;
  return new EspRom({ chip, parts, flashSize: flash.size, erase: image.erase, fastRate });
}

class Drive {
  private readonly client: LoaderMachine;
  private readonly line: LoaderLine;
  private readonly flashing: Flashing;
  private readonly port: string;
  private readonly received: Uint8Array[] = [];
  private lost: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(client: LoaderMachine, line: LoaderLine, flashing: Flashing, port: string) {
    this.client = client;
    this.line = line;
    this.flashing = flashing;
    this.port = port;
    line.onOctets((octets) => {
      this.received.push(octets);
      this.wake?.();
    });
    line.onLost((error) => {
      this.lost = error;
      this.wake?.();
    });
  }

  /** Until the client is done, has given up, or nobody wants it any more. */
  async run(): Promise<LoaderFault | undefined> {
    const { world, signal } = this.flashing;
    const onAbort = (): void => this.wake?.();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      this.client.start(world.now());
      for (;;) {
        const end = await this.turn();
        if (end !== undefined) return end.kind === 'failed' ? end.fault : undefined;
        if (signal.aborted) return undefined;
        if (this.lost !== undefined) throw portLost(this.port, this.lost);
        await this.something(this.client.pollTimeout());
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  private async turn(): Promise<Extract<LoaderEvent, { kind: 'done' | 'failed' }> | undefined> {
    const { world } = this.flashing;
    for (const octets of this.received.splice(0)) this.client.handleOctets(octets, world.now());
    this.client.handleTimeout(world.now());
    for (let action = this.client.pollOutput(); action; action = this.client.pollOutput()) {
      if (action.kind === 'write') this.line.write(action.octets);
      else if (action.kind === 'rate') await this.line.setRate(action.rate);
      else await this.line.setSignals(action.dtr, action.rts);
    }
    for (let event = this.client.pollEvent(); event; event = this.client.pollEvent()) {
      if (event.kind === 'done' || event.kind === 'failed') return event;
      if (event.kind === 'phase') this.flashing.tell({ ...event, at: this.port });
      else this.flashing.tell(event);
    }
    return undefined;
  }

  private something(until: Instant | undefined): Promise<void> {
    if (this.received.length > 0 || until === undefined) return Promise.resolve();
    const wait_ms = Math.max(0, (until - this.flashing.world.now()) / 1000);
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(finish, Math.ceil(wait_ms));
      this.wake = finish;
    });
  }
}
