/** A twin of a loader as a port of the Web Serial API (WICG): what esptool-js asks of one, and no more. */
import { monotonicNow } from '../src/node/clock.ts';
import type { LoaderTwin } from '../test/flash/line-loader.ts';

interface Signals {
  readonly dataTerminalReady?: boolean;
  readonly requestToSend?: boolean;
}

export class WebSerialTwin extends EventTarget {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  readonly #twin: LoaderTwin;
  #received: ReadableStreamDefaultController<Uint8Array> | undefined;
  #dtr = false;
  #rts = false;

  constructor(twin: LoaderTwin) {
    super();
    this.#twin = twin;
  }

  getInfo() {
    return { usbVendorId: 0x10c4, usbProductId: 0xea60 };
  }

  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    this.#twin.handleRate?.(baudRate);
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#received = controller;
      },
      cancel: () => {
        this.#received = undefined;
      },
    });
    this.writable = new WritableStream({
      write: (octets) => {
        this.#twin.handleOctets(octets, monotonicNow());
        this.#pump();
      },
    });
  }

  async close(): Promise<void> {
    this.#received = undefined;
    this.readable = null;
    this.writable = null;
  }

  async setBaudRate(rate: number): Promise<void> {
    this.#twin.handleRate?.(rate);
  }

  /** What is not given stays as it is. */
  async setSignals({ dataTerminalReady, requestToSend }: Signals): Promise<void> {
    this.#dtr = dataTerminalReady ?? this.#dtr;
    this.#rts = requestToSend ?? this.#rts;
    this.#twin.handleSignals(this.#dtr, this.#rts, monotonicNow());
    this.#pump();
  }

  #pump(): void {
    for (let octets = this.#twin.pollOutput(); octets; octets = this.#twin.pollOutput()) {
      this.#received?.enqueue(octets);
    }
  }
}
