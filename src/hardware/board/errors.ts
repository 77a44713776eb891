/** What can go wrong between host and board. Codes are stable; each message ends in what to do next. */
import { EXIT, type NetlabError as Failure, NetlabError } from '../../base/errors.ts';
import { toAscii, toHex } from '../../base/octets.ts';
import type { LineErrors } from './transport.ts';

export const boardSilent = (port: string): Failure =>
  new NetlabError(
    'board-silent',
    EXIT.noBoard,
    `Nothing came from ${port}: the board has no netlab firmware, another line rate, or no power. Flash it with: netlab flash --port ${port}`,
    { port },
  );

export const boardForeign = (port: string, received: number, sample: Uint8Array): Failure => {
  const hex = toHex(sample, ' ');
  const ascii = toAscii(sample);
  return new NetlabError(
    'board-foreign',
    EXIT.noBoard,
    `${port} sent ${received} octets that are not netlab's, the last of them ${hex} (${ascii}): other firmware, or another line rate. Put the image in firmware/images on it (docs/boards), then run: netlab boards`,
    { port, received, hex, ascii },
  );
};

export const boardVersion = (
  port: string,
  version: number,
  firmware: string,
  expected: number,
): Failure =>
  new NetlabError(
    'board-version',
    EXIT.noBoard,
    `The board on ${port} speaks version ${version} of the control protocol (firmware ${firmware || 'unknown'}), and this netlab speaks version ${expected}. Give it this netlab's with: netlab flash --port ${port}`,
    { port, version, firmware, expected },
  );

export const boardReset = (port: string): Failure =>
  new NetlabError(
    'board-reset',
    EXIT.boardFault,
    `The board on ${port} was reset in the middle of the session: its button, its power, or its watchdog. Look at it with: netlab doctor`,
    { port },
  );

export const boardLost = (port: string, silence_ms: number): Failure =>
  new NetlabError(
    'board-lost',
    EXIT.boardFault,
    `The board on ${port} has said nothing for ${silence_ms} ms: it hangs, or its cable is out. Look at it with: netlab doctor`,
    { port, silence_ms },
  );

export const linkFailed = (port: string): Failure =>
  new NetlabError(
    'link-failed',
    EXIT.boardFault,
    `The line to the board on ${port} is too noisy: ten retransmissions and no acknowledgement. Try another cable, then: netlab doctor`,
    { port },
  );

export const requestTimeout = (port: string, op: string, waited_ms: number): Failure =>
  new NetlabError(
    'request-timeout',
    EXIT.timeout,
    `The board on ${port} did not answer ${op} within ${waited_ms} ms, though it is alive. Look at it with: netlab doctor`,
    { port, op, waited_ms },
  );

export const requestRefused = (port: string, op: string, status: string): Failure =>
  new NetlabError(
    'request-refused',
    EXIT.boardFault,
    `The board on ${port} refused ${op}: ${status}. Look at it with: netlab doctor`,
    { port, op, status },
  );

export const boardNoChip = (port: string, op: string): Failure =>
  new NetlabError(
    'board-no-chip',
    EXIT.boardFault,
    `The board on ${port} finds no W5500 (${op}): its SPI wiring or the chip's power. Look at it with: netlab doctor`,
    { port, op },
  );

export const boardNoLine = (port: string): Failure =>
  new NetlabError(
    'board-no-line',
    EXIT.noBoard,
    `The board on ${port} has no raw line: its firmware is an older one, or the board has no pins for it. Put the image in firmware/images on it with: netlab flash`,
    { port },
  );

/** The board answered with something that the protocol does not allow. */
export const badAnswer = (port: string, op: string, why: string): Failure =>
  new NetlabError(
    'bad-answer',
    EXIT.boardFault,
    `The board on ${port} answered ${op} with octets that make no sense (${why}). Put the image in firmware/images on it (docs/boards), then run: netlab boards`,
    { port, op, why },
  );

/** The driver was closed while, or before, something was asked of it. */
export const boardClosed = (port: string): Failure =>
  new NetlabError(
    'board-closed',
    EXIT.boardFault,
    `The session with the board on ${port} is closed. Begin again with: netlab run`,
    { port },
  );

/** The same, with what the port reported of its line meanwhile, if it did. */
export function withLineErrors(failure: Failure, errors: LineErrors | undefined): Failure {
  const counts = Object.entries(errors ?? {}).filter(([, count]) => count > 0);
  if (counts.length === 0) return failure;
  const told = counts.map(([kind, count]) => `${kind} ${count}`).join(', ');
  const message = `${failure.message} (the port reported line errors: ${told})`;
  const details = { ...failure.details, ...errors };
  return new NetlabError(failure.code, failure.exitCode, message, details, failure.cause);
}

/** For transports: the port has vanished. */
export const portLost = (port: string, cause?: unknown): Failure =>
  new NetlabError(
    'port-lost',
    EXIT.boardFault,
    `${port} has vanished: the cable is out, or the board has lost its power. Plug it in, then see: netlab boards`,
    { port },
    cause,
  );
