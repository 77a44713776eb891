import { attachedSubject } from './attached-subject.ts';
import { boardContract } from './board.ts';
import { emulatedSubject } from './emulated-subject.ts';
import { VirtualBench } from './virtual-bench.ts';

boardContract('the twin on a line without a rate', async () => new VirtualBench());
boardContract('the twin at 115200 bit/s', async () => new VirtualBench({ rate: 115_200 }));
boardContract('the emulated board by USB', async () => emulatedSubject('usb'));
boardContract('the emulated board by UART0 at 115200 bit/s', async () => emulatedSubject('uart'));

const { NETLAB_BOARD: port, NETLAB_PEER: peer } = process.env;
if (port !== undefined && peer !== undefined) {
  boardContract(`the board at ${port}`, () => attachedSubject(port, peer));
}
