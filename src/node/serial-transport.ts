import type { SerialPort } from 'serialport';
import type { Transport } from '../hardware/board/transport.ts';
import { explainOpenFailure } from './port-access.ts';
import { type Line, StreamTransport } from './stream-transport.ts';

/** The rate that a board's UART starts at; on USB-CDC and PTYs it means nothing. */
export const INITIAL_LINE_RATE = 115_200;

/**
 * Opens a serial port or a PTY through serialport's native binding, for nobody else to open.
 * @throws NetlabError `no-such-port`, `no-permission`, `port-busy`, `port-failed`
 */
export async function openSerial(path: string): Promise<Transport> {
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate: INITIAL_LINE_RATE, lock: true, autoOpen: false });
  try {
    await settled((done) => port.open(done));
  } catch (cause) {
    throw await explainOpenFailure(path, cause as Error);
  }
  // What another program left in the driver's buffers is no part of this session.
  await settled((done) => port.flush(done)).catch(() => {});
  return new StreamTransport(serialLine(path, port));
}

const serialLine = (path: string, port: SerialPort): Line => ({
  name: path,
  stream: port,
  rate: INITIAL_LINE_RATE,
  setRate: (rate) => settled((done) => port.update({ baudRate: rate }, done)),
  drain: () => settled((done) => port.drain(done)),
  // The boards of today have USB of their own: no line of the port reaches their reset pin.
  reset: async () => false,
  close: async () => {
    if (port.isOpen) await settled((done) => port.close(done)).catch(() => {});
  },
});

const settled = (
  action: (done: (error: Error | null | undefined) => void) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    action((error) => (error ? reject(error) : resolve()));
  });
