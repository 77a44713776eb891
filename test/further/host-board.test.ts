import { boardContract } from '../contract/board.ts';
import { hostBoardSubject } from './host-board.ts';

boardContract('the firmware as a process, behind a PTY', hostBoardSubject);
