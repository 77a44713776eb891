/** The raw line's pins, as firmware/boards/uno/tick_line.c has them: D6 puts levels on the wire, D7 looks at it. */
import { type AVRIOPort, portDConfig } from 'avr8js';
import type { WireEnd } from '../../../medium/wire.ts';
import type { Clock } from '../clock.ts';
import type { Core } from './core.ts';

const SEND = 6;
const SAMPLE = 7;

export function wireRawLine(core: Core, clock: Clock, port: AVRIOPort, wire: WireEnd): void {
  const { data, readHooks } = core.cpu;
  const { DDR, PIN, PORT } = portDConfig;
  const bit = (address: number, pin: number): 0 | 1 => (((data[address] ?? 0) >> pin) & 1) as 0 | 1;
  const drive = (): void => {
    wire.pull = bit(DDR, SAMPLE) === 0 && bit(PORT, SAMPLE) === 1 ? 1 : undefined;
    wire.drive(bit(DDR, SEND) === 1 ? bit(PORT, SEND) : undefined, clock.nanos);
  };
  wire.cut(clock.nanos);
  drive();
  port.addListener(() => {
    core.touch();
    drive();
  });
  readHooks[PIN] = () => {
    core.touch();
    port.setPin(SAMPLE, wire.sample(clock.nanos) === 1);
    return data[PIN] ?? 0;
  };
}
