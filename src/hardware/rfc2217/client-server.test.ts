import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../base/octets.ts';
import { after, type Instant, START, seconds } from '../../base/time.ts';
import { type ClientEvent, ComPortClient } from './client.ts';
import { COM_PORT, CONTROL, type ComPortCommand, PRESENT } from './com-port.ts';
import { ComPortServer } from './server.ts';

/** Both ends, joined; the owner of the server makes every setting but those that `refuse` changes. */
class Pair {
  now: Instant = START;
  readonly client = new ComPortClient(115_200, START);
  readonly server = new ComPortServer('twin 1.0');
  /** What the port was told, in order. */
  readonly port: string[] = [];
  readonly events: ClientEvent[] = [];
  received: number[] = [];
  rate = 9600;
  refuse: (value: number) => number = (value) => value;

  run(): this {
    for (let moved = true; moved; ) {
      const out = this.client.pollOutput();
      if (out !== undefined) this.server.handleOctets(out);
      this.#carryOut();
      const back = this.server.pollOutput();
      if (back !== undefined) this.client.handleOctets(back, this.now);
      moved = out !== undefined || back !== undefined;
    }
    for (let e = this.client.pollEvent(); e; e = this.client.pollEvent()) this.events.push(e);
    for (let d = this.client.pollData(); d; d = this.client.pollData()) this.received.push(...d);
    return this;
  }

  wait(time: number): this {
    this.now = after(this.now, seconds(time));
    this.client.handleTimeout(this.now);
    return this;
  }

  #carryOut(): void {
    for (let event = this.server.pollEvent(); event; event = this.server.pollEvent()) {
      if (event.kind === 'data') this.port.push(toHex(event.octets));
      else if (event.kind === 'setting') this.#make(event.command, event.value);
    }
  }

  #make(command: ComPortCommand, value: number): void {
    if (command !== COM_PORT.SET_BAUDRATE || value !== PRESENT)
      this.port.push(`${command}=${value}`);
    if (command !== COM_PORT.SET_BAUDRATE) {
      this.server.answer(command, value);
      return;
    }
    if (value !== PRESENT) this.rate = this.refuse(value);
    this.server.answer(command, this.rate);
  }
}

const opened = (): Pair => {
  const pair = new Pair().run();
  expect(pair.events).toEqual([{ kind: 'open' }]);
  pair.events.length = 0;
  pair.port.length = 0;
  return pair;
};

describe('an RFC 2217 connection', () => {
  it('opens the port with 8N1, no flow control and the rate', () => {
    const pair = new Pair().run();
    expect(pair.events).toEqual([{ kind: 'open' }]);
    expect(pair.port).toEqual(['2=8', '3=1', '4=1', '5=1', '1=115200']);
    expect(pair.client.signature).toBe('twin 1.0');
  });

  it('begins with WILL COM-PORT and BINARY both ways', () => {
    const first = new ComPortClient(9600, START).pollOutput() ?? new Uint8Array(0);
    expect(toHex(first, ' ')).toBe('ff fb 2c ff fb 00 ff fd 00 ff fb 03 ff fd 03');
  });

  it('carries every octet, both ways', () => {
    const pair = opened();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    pair.client.write(all);
    pair.server.write(all);
    pair.run();
    expect(pair.port.join('')).toBe(toHex(all));
    expect(pair.received).toEqual([...all]);
  });

  it('keeps data and settings in order', () => {
    const pair = opened();
    pair.client.write(Uint8Array.of(1));
    pair.client.set(COM_PORT.SET_BAUDRATE, 9600, pair.now);
    pair.client.write(Uint8Array.of(2));
    pair.run();
    expect(pair.port).toEqual(['01', '1=9600', '02']);
  });

  it('tells what a setting has come to', () => {
    const pair = opened();
    pair.refuse = () => 115_200;
    const id = pair.client.set(COM_PORT.SET_BAUDRATE, 3_000_000, pair.now);
    pair.run();
    expect(pair.events).toEqual([{ kind: 'answer', id, value: 115_200 }]);
  });

  it('tells of one that is not answered', () => {
    const pair = opened();
    const id = pair.client.set(COM_PORT.SET_CONTROL, CONTROL.DTR_OFF, pair.now);
    pair.client.pollOutput(); // Lost on its way.
    pair.wait(3).run();
    expect(pair.events).toEqual([{ kind: 'unanswered', id }]);
  });

  it('takes the answers to one command in their order', () => {
    const pair = opened();
    const first = pair.client.set(COM_PORT.SET_CONTROL, CONTROL.DTR_OFF, pair.now);
    const second = pair.client.set(COM_PORT.SET_CONTROL, CONTROL.RTS_ON, pair.now);
    pair.run();
    expect(pair.events).toEqual([
      { kind: 'answer', id: first, value: CONTROL.DTR_OFF },
      { kind: 'answer', id: second, value: CONTROL.RTS_ON },
    ]);
  });

  it('holds the flow while the server asks for it', () => {
    const { client } = opened();
    client.handleOctets(fromHex('fffa2c6cfff0') ?? new Uint8Array(0), START);
    expect(client.suspended).toBe(true);
    client.handleOctets(fromHex('fffa2c6dfff0') ?? new Uint8Array(0), START);
    expect(client.suspended).toBe(false);
  });

  it('makes one notice of many: the last levels, all changes, each error counted', () => {
    const pair = opened();
    for (let times = 0; times < 200; times++) {
      pair.server.notify('modem-state', 0x11);
      pair.server.notify('modem-state', 0x22);
      pair.server.notify('line-state', 0x08);
    }
    pair.server.notify('line-state', 0x18);
    pair.run();
    const errors = { breaks: 1, framing: 201, parity: 0, overruns: 0 };
    expect(pair.events).toEqual([
      { kind: 'modem-state', value: 0x23 },
      { kind: 'line-errors', errors },
    ]);
  });

  it('asks for errors of the line, which no server tells unasked, and not for each octet', () => {
    const pair = opened();
    pair.server.notify('line-state', 0x61);
    expect(pair.run().events).toEqual([]);
    pair.server.notify('line-state', 0x63);
    expect(pair.run().events).toMatchObject([{ kind: 'line-errors', errors: { overruns: 1 } }]);
  });

  it('tells the client no more than its masks ask for', () => {
    const pair = opened();
    pair.client.set(COM_PORT.SET_MODEMSTATE_MASK, 0x10, pair.now);
    pair.client.set(COM_PORT.SET_LINESTATE_MASK, 0, pair.now);
    pair.run().events.length = 0;
    pair.server.notify('modem-state', 0x80);
    pair.server.notify('modem-state', 0x90);
    pair.server.notify('line-state', 0xff);
    expect(pair.run().events).toEqual([{ kind: 'modem-state', value: 0x10 }]);
  });

  it('asks for a sign of life after ten seconds, and goes on when it comes', () => {
    const pair = opened();
    for (let i = 0; i < 5; i++) pair.wait(10).run();
    expect(pair.events.every(({ kind }) => kind === 'answer')).toBe(true);
    expect(pair.events).toHaveLength(5);
  });

  it('is over when none comes', () => {
    const pair = opened();
    pair.wait(10).client.pollOutput();
    pair.wait(5).run();
    expect(pair.events).toContainEqual({ kind: 'failed', reason: 'silence' });
    expect(pair.client.pollTimeout()).toBeUndefined();
  });
});

describe('a peer that is no access server', () => {
  const met = (...hex: readonly string[]): ClientEvent | undefined => {
    const client = new ComPortClient(9600, START);
    for (const each of hex) client.handleOctets(fromHex(each) ?? new Uint8Array(0), START);
    client.handleTimeout(after(START, seconds(3)));
    return client.pollEvent();
  };

  it.each([
    ['says nothing', 'silent', []],
    ['greets as SSH does', 'no-telnet', ['5353482d322e30']],
    ['speaks Telnet and refuses the option', 'no-com-port', ['fffe2c']],
    ['speaks Telnet and does not mention it', 'no-com-port', ['fffd00', 'fffb00']],
    ['refuses 8-bit octets', 'no-binary', ['fffd2c', 'fffe00']],
    ['answers no setting', 'settings', ['fffd2c', 'fffd00', 'fffb00']],
    ['makes another data size', 'settings', ['fffd2cfffd00fffb00', 'fffa2c6607fff0']],
  ])('%s: %s', (_, reason, hex) => {
    expect(met(...hex)).toEqual({ kind: 'failed', reason });
  });
});

describe('an access server', () => {
  it('serves a client without the option: its octets alone', () => {
    const server = new ComPortServer('twin');
    server.handleOctets(fromHex('fffc2c 41ffff') ?? new Uint8Array(0));
    expect(server.pollEvent()).toMatchObject({ kind: 'data', octets: Uint8Array.of(0x41) });
    expect(server.pollEvent()).toMatchObject({ kind: 'data', octets: Uint8Array.of(0xff) });
  });

  it('makes no setting before the client has said WILL', () => {
    const server = new ComPortServer('twin');
    server.handleOctets(fromHex('fffa2c0100002580fff0') ?? new Uint8Array(0));
    expect(server.pollEvent()).toBeUndefined();
  });

  it('answers an option it does not know with no, once', () => {
    const server = new ComPortServer('twin');
    server.pollOutput();
    server.handleOctets(fromHex('fffb1f fffd18') ?? new Uint8Array(0));
    expect(toHex(server.pollOutput() ?? new Uint8Array(0))).toBe('fffe1ffffc18');
  });
});
