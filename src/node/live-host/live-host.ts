/**
 * A host in real time: the stack, its loop, what it is attached by, and what is kept of what it said.
 *
 *   attachments ──▶ HostLoop ──▶ Sockets ──▶ Host
 *                      └──▶ FrameCapture
 *
 * Invariants:
 *   (1) After `close` nothing of it keeps the process alive, and each attachment was given up.
 *   (2) `lost` rejects with why an attachment is gone; it never resolves.
 */
import { seededRng } from '../../base/random.ts';
import type { Duration } from '../../base/time.ts';
import type { ImpairmentSettings } from '../../medium/fate.ts';
import type { HostEvent } from '../../stack/host/events.ts';
import { Host } from '../../stack/host/host.ts';
import { Sockets } from '../../stack/host/sockets/sockets.ts';
import { monotonicNow } from '../clock.ts';
import { FrameCapture } from '../frame-capture.ts';
import { type DrivenInterface, HostLoop } from '../host-loop.ts';
import type { Attachment } from './attachment.ts';

export interface LiveHostOptions {
  readonly seed: number;
  readonly forwarding: boolean;
  readonly mtu: number;
  /** Of each direction, on each attachment. */
  readonly impairments?: Omit<ImpairmentSettings, 'seed'>;
  readonly capture?: { readonly path: string; readonly application: string };
}

type Listener = (event: HostEvent) => void;

export class LiveHost {
  readonly host: Host;
  readonly sockets: Sockets;
  readonly lost: Promise<never>;
  readonly #attachments: readonly Attachment[];
  readonly #loop: HostLoop;
  readonly #capture: FrameCapture | undefined;
  readonly #listeners = new Set<Listener>();

  /** @throws NetlabError of the capture's file */
  constructor(attachments: readonly Attachment[], options: LiveHostOptions) {
    const { seed, forwarding, mtu, impairments, capture } = options;
    const rng = seededRng(seed);
    this.#attachments = attachments;
    this.host = new Host({ seed: rng.next(), forwarding });
    for (const { name, hardware } of attachments) {
      this.host.addInterface({ name, hardware, mtu });
    }
    this.#capture =
      capture && new FrameCapture(capture.path, capture.application, attachments.map(asInterface));
    const driver = { now: monotonicNow, wake: () => this.#loop.wake() };
    this.sockets = new Sockets(this.host, driver, (event) => this.#tell(event));
    let lose: (error: Error) => void = () => {};
    this.lost = new Promise((_, reject) => {
      lose = reject;
    });
    // Who never looks at it must not hear of it as an error of the process's.
    this.lost.catch(() => {});
    const impaired = (): Pick<DrivenInterface, 'impairments'> => {
      if (impairments === undefined) return {};
      const inbound = { ...impairments, seed: rng.next() };
      return { impairments: { inbound, outbound: { ...impairments, seed: rng.next() } } };
    };
    this.#loop = new HostLoop(
      this.sockets,
      attachments.map(({ device }) => ({ device, ...impaired() })),
      {
        onLost: (_, error) => lose(error),
        ...(this.#capture === undefined ? {} : { tap: this.#capture.tap }),
      },
    );
  }

  start(): void {
    this.#loop.start();
  }

  /** The returned function ends it. */
  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Why the capture ends before the host did. */
  get captureTrouble(): Error | undefined {
    return this.#capture?.trouble;
  }

  /** Lets what was said last leave, and gives up everything. */
  async close(): Promise<void> {
    this.#loop.stop();
    this.#capture?.close();
    await Promise.all(this.#attachments.map((attachment) => attachment.close()));
  }

  #tell(event: HostEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const asInterface = ({ name }: Attachment): { readonly name: string } => ({ name });

export const untilPassed = (duration: Duration): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, duration / 1000));
