import { existsSync, fstatSync } from 'node:fs';
import type { SerialPort, SerialPortMock } from 'serialport';
import type { Transport } from '../hardware/board/transport.ts';
import { listPorts } from './discovery.ts';
import { explainOpenFailure } from './port-access.ts';
import { pulseReset } from './reset-pulse.ts';
import { INITIAL_LINE_RATE, type Line, StreamTransport } from './stream-transport.ts';

/** A port of serialport's, whatever binding is behind it. */
type SerialPortStream = SerialPort | SerialPortMock;

/** As `openSerialLine`, for who speaks the control protocol. */
export const openSerial = async (path: string): Promise<Transport> =>
  new StreamTransport(await openSerialLine(path, INITIAL_LINE_RATE));

/**
 * Opens a serial port or a PTY through serialport's native binding, for nobody else to open.
 * @throws NetlabError `no-such-port`, `no-permission`, `port-busy`, `port-failed`
 */
export async function openSerialLine(path: string, rate: number): Promise<Line> {
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate: rate, lock: true, autoOpen: false });
  try {
    await settled((done) => port.open(done));
  } catch (cause) {
    throw await explainOpenFailure(path, cause as Error);
  }
  // What another program left in the driver's buffers is no part of this session.
  await settled((done) => port.flush(done)).catch(() => {});
  watchDevice(path, port);
  const line = serialLine(path, port);
  return { ...line, reset: () => resetBoard(path, line) };
}

/** Thrice within the second in which an unplugged board has to be noticed. */
const WATCH_INTERVAL_MS = 300;

/**
 * Closes the port when its device is gone. serialport sees a hang-up only while it waits for octets; one
 * that comes while it reads makes each read return nothing, and it reads again for ever.
 */
function watchDevice(path: string, port: SerialPort): void {
  const { port: device } = port;
  if (device === undefined || !('fd' in device) || process.platform === 'win32') return;
  const timer = setInterval(() => {
    if (isGone(path, device.fd)) port.close();
  }, WATCH_INTERVAL_MS);
  timer.unref();
  port.once('close', () => clearInterval(timer));
}

/** Its node was removed. Another device may have the name by now, so the open file itself is asked too. */
function isGone(path: string, descriptor: number | null): boolean {
  if (descriptor === null) return false;
  return !existsSync(path) || fstatSync(descriptor).nlink === 0;
}

/** The kinds whose reset pin hangs on the modem lines of their port; an RP2040's does not. */
const RESET_BY_LINES = ['esp32c3', 'esp32', 'uno'];

async function resetBoard(path: string, line: Line): Promise<boolean> {
  const { board = '' } = (await listPorts()).find((port) => port.path === path) ?? {};
  return RESET_BY_LINES.includes(board) && pulseReset(line);
}

/** @param name what a person calls it */
export const serialLine = (name: string, port: SerialPortStream): Line => ({
  name,
  stream: port,
  rate: port.baudRate,
  setRate: (rate) => settled((done) => port.update({ baudRate: rate }, done)),
  drain: () => settled((done) => port.drain(done)),
  // serialport takes a flag that is left out for true. A PTY has no such lines, and refuses.
  setSignals: (dtr, rts, brk = false) =>
    settled((done) => port.set({ dtr, rts, brk, cts: false, dsr: false }, done)).then(
      () => true,
      () => false,
    ),
  purge: () => settled((done) => port.flush(done)).catch(() => {}),
  reset: async () => false,
  close: async () => {
    // Closing twice at once is an error to serialport.
    if (port.isOpen && !port.closing) await settled((done) => port.close(done)).catch(() => {});
  },
});

const settled = (
  action: (done: (error: Error | null | undefined) => void) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    action((error) => (error ? reject(error) : resolve()));
  });
