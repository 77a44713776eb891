/**
 * The access server's end of an RFC 2217 connection: a serial port that others use.
 *
 *               WILL COM-PORT
 *   DATA ONLY ─────────────────▶ CONTROLLED
 *
 * A client without the option is served too: its octets go through, as Telnet's.
 *
 * Invariants:
 *   (1) Data and settings come as events in the client's order: what was written before a setting is to be on
 *       the line before it is made.
 *   (2) Each setting is answered by the owner, once, with what holds by then.
 */
import { assert } from '../../base/errors.ts';
import { COM_PORT, type ComPortCommand, type ComPortMessage } from './com-port.ts';
import { OPTION } from './telnet.ts';
import { TelnetEnd } from './telnet-end.ts';

export type ServerEvent =
  | { readonly kind: 'data'; readonly octets: Uint8Array }
  | { readonly kind: 'setting'; readonly command: ComPortCommand; readonly value: number }
  /** The client takes no more for now, or takes it again. */
  | { readonly kind: 'flow'; readonly suspended: boolean };

/** What the client says of masks and flow is no setting of the port. */
const MASKS: readonly ComPortCommand[] = [
  COM_PORT.SET_LINESTATE_MASK,
  COM_PORT.SET_MODEMSTATE_MASK,
];

export class ComPortServer {
  readonly #end: TelnetEnd;
  readonly #signature: string;
  readonly #events: ServerEvent[] = [];
  #lineStateMask = 0;
  #modemStateMask = 0xff;

  /** @param signature what it says it is, ASCII */
  constructor(signature: string) {
    assert(signature.length < 128, 'a signature is short');
    this.#signature = signature;
    this.#end = new TelnetEnd('him', {
      handleData: (octets) => this.#events.push({ kind: 'data', octets: octets.slice() }),
      handleMessage: (message) => this.#handleMessage(message),
    });
  }

  handleOctets(chunk: Uint8Array): void {
    this.#end.handleOctets(chunk);
  }

  pollEvent(): ServerEvent | undefined {
    return this.#events.shift();
  }

  pollOutput(): Uint8Array | undefined {
    return this.#end.pollOutput();
  }

  /** Octets from the port; they must not change any more. */
  write(octets: Uint8Array): void {
    this.#end.sendData(octets);
  }

  /** Tells what holds after a setting, or what was asked for. */
  answer(command: ComPortCommand, value: number): void {
    this.#end.sendMessage({ command, from: 'server', value, text: '' });
  }

  /** Told to the client as far as it wants to know. */
  notify(kind: 'modem-state' | 'line-state', state: number): void {
    const modem = kind === 'modem-state';
    const value = state & (modem ? this.#modemStateMask : this.#lineStateMask);
    if (value === 0 || !this.#controlled()) return;
    this.answer(modem ? COM_PORT.NOTIFY_MODEMSTATE : COM_PORT.NOTIFY_LINESTATE, value);
  }

  #controlled(): boolean {
    return this.#end.options.inForce('him', OPTION.COM_PORT);
  }

  #handleMessage({ command, from, value, text }: ComPortMessage): void {
    if (from !== 'client' || !this.#controlled()) return;
    if (command === COM_PORT.SIGNATURE) {
      if (text === '')
        this.#end.sendMessage({ command, from: 'server', value: 0, text: this.#signature });
    } else if (MASKS.includes(command)) {
      if (command === COM_PORT.SET_MODEMSTATE_MASK) this.#modemStateMask = value;
      else this.#lineStateMask = value;
      this.answer(command, value);
    } else if (
      command === COM_PORT.FLOWCONTROL_SUSPEND ||
      command === COM_PORT.FLOWCONTROL_RESUME
    ) {
      const suspended = command === COM_PORT.FLOWCONTROL_SUSPEND;
      this.#events.push({ kind: 'flow', suspended });
    } else this.#events.push({ kind: 'setting', command, value });
  }
}
