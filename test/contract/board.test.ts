import { attachedSubject } from './attached-subject.ts';
import { boardContract } from './board.ts';
import { emulatedSubject } from './emulated-subject.ts';
import { VirtualBench } from './virtual-bench.ts';

boardContract('the twin on a line without a rate', async () => new VirtualBench());
boardContract('the twin at 115200 bit/s', async () => new VirtualBench({ rate: 115_200 }));
for (const kind of ['w5500-evb-pico', 'esp32c3'] as const) {
  boardContract(`the emulated ${kind} by USB`, async () => emulatedSubject(kind, 'usb'));
  boardContract(`the emulated ${kind} by UART0 at 115200 bit/s`, async () =>
    emulatedSubject(kind, 'uart'),
  );
}
boardContract('the emulated uno at 115200 bit/s', async () => emulatedSubject('uno', 'uart'));

const { NETLAB_BOARD: port, NETLAB_PEER: peer } = process.env;
if (port !== undefined && peer !== undefined) {
  boardContract(`the board at ${port}`, () => attachedSubject(port, peer));
}
