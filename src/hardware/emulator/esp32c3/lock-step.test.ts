/** The provided image, compiled and interpreted: the same registers, memory, CSRs and time wherever one looks. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { seededRng } from '../../../base/random.ts';
import { Wire } from '../../../medium/wire.ts';
import { VirtualClock } from '../clock.ts';
import { SharedCode } from '../compiler/cache.ts';
import { CSRRS } from '../riscv/operations.ts';
import { UartLine } from '../uart-line.ts';
import { W5500 } from '../w5500/chip.ts';
import { Rtc } from './rtc.ts';
import { Soc } from './soc.ts';
import { UsbPlug } from './usb-serial-jtag.ts';

const IMAGE = new Uint8Array(
  readFileSync(new URL('../../../../firmware/images/esp32c3.bin', import.meta.url)),
);
const MS = 1e6;
const END = 60 * MS;
/** From the mask ROM's end on, in pieces that no alarm is aligned to. */
const PIECE = 137_777;
/** OPEN, and the first request and its acknowledgment, as a host sent them. */
const HEARD = [
  [30 * MS, '000411b81a0102c00e0101400635a4d7c049520685e200'],
  [45 * MS, '0413b81a0102c0070601e2e91d9e00'],
] as const;
const CSRS = [0x300, 0x305, 0x340, 0x341, 0x342, 0x343];

function bench(hot: number | undefined) {
  const clock = new VirtualClock();
  const nothing = () => undefined;
  const said: string[] = [];
  const plug = new UsbPlug((octets) => said.push(`${clock.nanos} ${toHex(octets)}`));
  const chip = new W5500({ clock, negotiation: 5 * MS, onTransmit: nothing, onInterrupt: nothing });
  const soc: Soc = new Soc({
    ...{ clock, chip, plug, rtc: new Rtc(nothing), line: new UartLine(115_200, nothing) },
    ...{ mac: Uint8Array.of(2, 0, 0, 0, 0, 1), rng: seededRng(1), clockError: 0 },
    wire: new Wire({ seed: 1 }).attach(),
    shared: hot === undefined ? undefined : new SharedCode(hot),
    onLevels: (levels) => chip.select(((levels >> 10) & 1) === 0),
    onWatchdog: nothing,
    onFault: ({ what }) => said.push(what),
  });
  soc.boot(IMAGE, false);
  const run = (time: number): void => {
    while (clock.nanos < time) {
      if (soc.asleep) clock.advance(Math.min(clock.nextDue, time));
      else soc.run(time);
    }
  };
  const hear = (hex: string): void => {
    plug.put(fromHex(hex) ?? new Uint8Array());
    soc.usb.pump();
  };
  const state = () => ({
    nanos: clock.nanos,
    due: clock.nextDue,
    pc: soc.core.pc >>> 0,
    x: [...soc.core.x.subarray(0, 32)],
    csrs: CSRS.map((number) => soc.core.csrs.access(CSRRS, number, 0, false)),
    asleep: soc.asleep,
    said: [...said],
  });
  return { run, hear, state, octets: soc.core.memory.octets };
}

it.each([1, 40])('runs in lock-step with the interpreter (hot: %i)', (hot) => {
  const [ours, theirs] = [bench(hot), bench(undefined)];
  const heard = [...HEARD];
  for (let time = 20 * MS; time < END; time += PIECE) {
    for (const { run } of [ours, theirs]) run(time);
    expect(ours.state()).toEqual(theirs.state());
    expect(Buffer.compare(ours.octets, theirs.octets)).toBe(0);
    if (time < (heard[0]?.[0] ?? END)) continue;
    const [, hex] = heard.shift() ?? [0, ''];
    for (const { hear } of [ours, theirs]) hear(hex);
  }
  expect(ours.state().said.length).toBeGreaterThan(2);
});
