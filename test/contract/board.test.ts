import { attachedSubject } from './attached-subject.ts';
import { boardContract } from './board.ts';
import { emulatedSubject } from './emulated-subject.ts';
import { VirtualBench } from './virtual-bench.ts';

const WHOLE = { line: true, twoRates: true, overruns: true, pullDown: true };
/** A serial line of 115200 bit/s is full for seconds before the board has anything left. */
const SLOW = { ...WHOLE, overruns: false };
const ONE_RATE = { ...WHOLE, twoRates: false };
const SLOW_ONE_RATE = { ...SLOW, twoRates: false };
const NO_PULL_DOWN = { ...SLOW_ONE_RATE, pullDown: false };

boardContract('the twin on a line without a rate', async () => new VirtualBench(), WHOLE);
boardContract('the twin at 115200 bit/s', async () => new VirtualBench({ rate: 115_200 }), SLOW);
for (const [kind, usb, uart] of [
  ['w5500-evb-pico', WHOLE, SLOW],
  ['esp32c3', ONE_RATE, SLOW_ONE_RATE],
] as const) {
  boardContract(`the emulated ${kind} by USB`, async () => emulatedSubject(kind, 'usb'), usb);
  const byUart = async () => emulatedSubject(kind, 'uart');
  boardContract(`the emulated ${kind} by UART0 at 115200 bit/s`, byUart, uart);
}
const uno = async () => emulatedSubject('uno', 'uart');
boardContract('the emulated uno at 115200 bit/s', uno, NO_PULL_DOWN);

const { NETLAB_BOARD: port, NETLAB_PEER: peer } = process.env;
if (port !== undefined && peer !== undefined) {
  boardContract(`the board at ${port}`, () => attachedSubject(port, peer));
}
