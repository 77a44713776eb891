/** This machine, as flashing sees it. */
import type { SerialPort } from 'serialport';
import { monotonicNow } from '../clock.ts';
import { listPorts } from '../discovery.ts';
import { openLine } from '../open-line.ts';
import { explainOpenFailure } from '../port-access.ts';
import type { FlashWorld, LoaderLine } from './flash-world.ts';
import { loaderVolumes, mountCommand } from './volumes.ts';

const TOUCH_RATE = 1200;
/** Between DTR's rise and its fall: a board polls its USB once a frame, which is a millisecond. */
const TOUCH_MS = 100;

const sleep_ms = (time: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, time);
  });

export const machineWorld: FlashWorld = {
  now: monotonicNow,
  sleep: (time) => sleep_ms(time / 1000),
  ports: listPorts,
  volumes: () => loaderVolumes(),
  unmounted: mountCommand,
  touch: async (path) => {
    const port = await openPort(path, TOUCH_RATE);
    await sleep_ms(TOUCH_MS);
    await setSignals(port, false, false);
    await closed(port);
  },
  openLine,
  openLoaderLine: async (path, rate) => loaderLine(await openPort(path, rate)),
};

async function openPort(path: string, baudRate: number): Promise<SerialPort> {
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate, lock: true, autoOpen: false });
  // A board that leaves its port while it restarts is what was wanted.
  port.on('error', () => {});
  try {
    await settled((done) => port.open(done));
  } catch (cause) {
    throw await explainOpenFailure(path, cause as Error);
  }
  return port;
}

const loaderLine = (port: SerialPort): LoaderLine => ({
  onOctets: (listener) => port.on('data', listener),
  onLost: (listener) => {
    port.on('error', listener);
    port.on('close', (error: Error | null) => listener(error ?? new Error('closed')));
  },
  write: (octets) => {
    if (port.isOpen) port.write(octets);
  },
  setSignals: (dtr, rts) => setSignals(port, dtr, rts),
  close: () => closed(port),
});

/** serialport takes a flag that is left out for true. A PTY has no such lines, and refuses. */
const setSignals = (port: SerialPort, dtr: boolean, rts: boolean): Promise<void> =>
  settled((done) => port.set({ dtr, rts, brk: false, cts: false, dsr: false }, done)).catch(
    () => {},
  );

async function closed(port: SerialPort): Promise<void> {
  if (port.isOpen && !port.closing) await settled((done) => port.close(done)).catch(() => {});
  port.removeAllListeners('data');
}

const settled = (
  action: (done: (error: Error | null | undefined) => void) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    action((error) => (error ? reject(error) : resolve()));
  });
