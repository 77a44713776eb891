import { boardContract } from '../contract/board.ts';
import { hostBoardSubject } from './host-board.ts';

const RAW_LINE = { line: true, twoRates: true, overruns: false, pullDown: true };

boardContract('the firmware as a process, behind a PTY', hostBoardSubject, RAW_LINE);
