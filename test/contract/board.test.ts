import { boardContract } from './board.ts';
import { VirtualBench } from './virtual-bench.ts';

boardContract('the twin on a line without a rate', async () => new VirtualBench());
boardContract('the twin at 115200 bit/s', async () => new VirtualBench({ rate: 115_200 }));
