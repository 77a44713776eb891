/**
 * USART0 and the host's end of its two wires: ten bits an octet (8N1) at the rate of either end, a receive buffer of
 * two octets and the shift register before it, a send buffer of one. Datasheet §20. Parity, nine bits, synchronous
 * modes and the receiver's and transmitter's switches are not modelled.
 */
import type { Alarm, Clock } from '../clock.ts';
import { FRAMING_ERROR, SerialWire } from '../serial-wire.ts';
import type { UartLine } from '../uart-line.ts';
import type { Core, Interrupt } from './core.ts';

const UCSR0A = 0xc0;
const UCSR0B = 0xc1;
const UBRR0L = 0xc4;
const UBRR0H = 0xc5;
const UDR0 = 0xc6;

const RXC = 0x80;
const TXC = 0x40;
const UDRE = 0x20;
const FE = 0x10;
const DOR = 0x08;
const U2X = 0x02;
const RXCIE = 0x80;
const TXCIE = 0x40;
const UDRIE = 0x20;
const RXEN = 0x10;

const OSCILLATOR = 16e6;
/** With the one in the shift register. */
const RECEIVE_DEPTH = 3;

export class Usart {
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #line: UartLine;
  readonly #toHost = new SerialWire(0);
  /** Octets received, with FRAMING_ERROR or OVERRUN beside. */
  readonly #received: number[] = [];
  readonly #receiving: Alarm;
  readonly #sending: Alarm;
  readonly #emptying: Alarm;
  readonly #receiveComplete: Interrupt;
  readonly #registerEmpty: Interrupt;
  readonly #transmitComplete: Interrupt;
  #rate = 0;

  constructor(core: Core, clock: Clock, line: UartLine) {
    this.#core = core;
    this.#clock = clock;
    this.#line = line;
    this.#receiving = clock.createAlarm(() => this.#receive());
    this.#sending = clock.createAlarm(() => this.#deliver());
    this.#emptying = clock.createAlarm(() => this.#watchSending());
    const interrupt = (
      address: number,
      flagMask: number,
      enableMask: number,
      constant: boolean,
    ) => ({
      ...{ address, flagMask, enableMask, constant },
      ...{ flagRegister: UCSR0A, enableRegister: UCSR0B },
    });
    this.#receiveComplete = interrupt(0x24, RXC, RXCIE, true);
    this.#registerEmpty = interrupt(0x26, UDRE, UDRIE, true);
    this.#transmitComplete = interrupt(0x28, TXC, TXCIE, false);
    core.cpu.data[UCSR0A] = UDRE;
    core.cpu.data[UCSR0B + 1] = 0x06;
    this.#hook();
    this.#setRate();
  }

  /** The host puts octets on the line. */
  hostWrites(octets: Uint8Array): void {
    this.#receive();
    this.#line.toBoard.put(octets, this.#clock.nanos);
    this.#receive();
  }

  /** Octets of the host that have not arrived. */
  get queued(): number {
    const { toBoard } = this.#line;
    return toBoard.length - toBoard.whole(this.#clock.nanos);
  }

  setHostRate(rate: number): void {
    this.#receive();
    this.#deliver();
    this.#line.rate = rate;
    this.#line.toBoard.setRate(rate, this.#clock.nanos);
    this.#receive();
  }

  /** The chip is reset: of what it was saying the host hears what is whole. */
  cut(): void {
    this.#deliver();
  }

  #hook(): void {
    const { cpu } = this.#core;
    cpu.writeHooks[UDR0] = (value) => this.#send(value);
    cpu.readHooks[UDR0] = () => this.#pull();
    cpu.writeHooks[UCSR0A] = (value) => {
      const status = cpu.data[UCSR0A] ?? 0;
      cpu.data[UCSR0A] = (status & ~(U2X | 1)) | (value & (U2X | 1));
      if ((value & TXC) !== 0) cpu.clearInterrupt(this.#transmitComplete);
      this.#setRate();
      return true;
    };
    cpu.writeHooks[UCSR0B] = (value) => {
      this.#core.touch();
      this.#receive();
      cpu.data[UCSR0B] = value;
      for (const each of [this.#receiveComplete, this.#registerEmpty, this.#transmitComplete]) {
        cpu.updateInterruptEnable(each, value);
      }
      return true;
    };
    for (const address of [UBRR0L, UBRR0H]) {
      cpu.writeHooks[address] = (value) => {
        cpu.data[address] = value;
        this.#setRate();
        return true;
      };
    }
  }

  #setRate(): void {
    const { data } = this.#core.cpu;
    const divider = ((((data[UBRR0H] ?? 0) & 15) << 8) | (data[UBRR0L] ?? 0)) + 1;
    const rate = OSCILLATOR / (divider * (((data[UCSR0A] ?? 0) & U2X) === 0 ? 16 : 8));
    if (rate === this.#rate) return;
    this.#core.touch();
    this.#receive();
    this.#deliver();
    this.#rate = rate;
    this.#toHost.setRate(rate, this.#clock.nanos);
    this.#deliver();
  }

  #pull(): number {
    this.#core.touch();
    const octet = this.#received.shift() ?? 0;
    this.#flagReceived();
    this.#receive();
    return octet & 0xff;
  }

  /** What has come in by now goes to the buffer. */
  #receive(): void {
    const wire = this.#line.toBoard;
    const count = wire.whole(this.#clock.nanos);
    if (count > 0) {
      const octets = wire.take(count);
      const heard = this.#line.heardByBoard(octets, this.#rate);
      if (((this.#core.cpu.data[UCSR0B] ?? 0) & RXEN) !== 0)
        for (const each of heard) this.#take(each);
    }
    this.#flagReceived();
    const due = wire.length === 0 ? Infinity : wire.wholeAt(0);
    if (Number.isFinite(due)) this.#receiving.schedule(Math.max(0, due - this.#clock.nanos));
    else this.#receiving.cancel();
  }

  #take(octet: number): void {
    const last = this.#received.length - 1;
    if (last + 1 < RECEIVE_DEPTH) this.#received.push(octet);
    else this.#received[last] = (this.#received[last] ?? 0) | OVERRUN;
  }

  /** RXC, FE and DOR are of the octet that is read next. */
  #flagReceived(): void {
    const { cpu } = this.#core;
    const next = this.#received[0];
    let status = (cpu.data[UCSR0A] ?? 0) & ~(FE | DOR);
    if (next !== undefined && (next & FRAMING_ERROR) !== 0) status |= FE;
    if (next !== undefined && (next & OVERRUN) !== 0) status |= DOR;
    cpu.data[UCSR0A] = status;
    if (next === undefined) cpu.clearInterrupt(this.#receiveComplete);
    else this.#core.raise(this.#receiveComplete);
  }

  /** Octets in the send buffer; the one on its way is not. */
  get #waiting(): number {
    const wire = this.#toHost;
    return Math.max(0, wire.length - wire.whole(this.#clock.nanos) - 1);
  }

  #send(octet: number): true {
    this.#core.touch();
    if (this.#waiting > 0) return true;
    this.#deliver();
    this.#toHost.put(Uint8Array.of(octet), this.#clock.nanos);
    this.#deliver();
    this.#watchSending();
    return true;
  }

  /** UDRE holds while the send buffer is empty, TXC rises when the line falls silent. */
  #watchSending(): void {
    const { cpu } = this.#core;
    const wire = this.#toHost;
    const whole = wire.whole(this.#clock.nanos);
    if (this.#waiting > 0) cpu.clearInterrupt(this.#registerEmpty);
    else this.#core.raise(this.#registerEmpty);
    if (whole < wire.length) {
      this.#emptying.schedule(Math.max(0, wire.wholeAt(whole) - this.#clock.nanos));
    } else {
      this.#core.raise(this.#transmitComplete);
    }
  }

  /** Tells the host what is whole, and sets the alarm for the next octets. */
  #deliver(): void {
    const now = this.#clock.nanos;
    const due = this.#line.deliver(this.#toHost, this.#rate, now);
    if (Number.isFinite(due)) this.#sending.schedule(Math.max(0, due - now));
    else this.#sending.cancel();
  }
}

/** An octet behind this one found no room. */
const OVERRUN = 1 << 9;
