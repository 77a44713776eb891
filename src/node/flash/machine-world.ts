/** This machine, as flashing sees it. */
import { takeLease } from '../bench/leases.ts';
import { monotonicNow } from '../clock.ts';
import { listPorts } from '../discovery.ts';
import { openLine, openOctets } from '../open-line.ts';
import type { Line } from '../stream-transport.ts';
import type { FlashWorld, LoaderLine } from './flash-world.ts';
import { usbLoaders } from './libusb.ts';
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
  usbLoaders: () => usbLoaders(),
  unmounted: mountCommand,
  touch: async (port) => {
    const line = await openOctets(port, TOUCH_RATE);
    // A board that leaves its port while it restarts is what was wanted.
    line.stream.on('error', () => {});
    await sleep_ms(TOUCH_MS);
    await line.setSignals(false, false);
    await line.close();
  },
  takeLease: (port) => takeLease(port),
  openLine,
  openLoaderLine: async (port, rate) => loaderLine(await openOctets(port, rate)),
};

const loaderLine = ({ stream, setSignals, setRate, close }: Line): LoaderLine => ({
  onOctets: (listener) => stream.on('data', listener),
  onLost: (listener) => {
    stream.on('error', listener);
    stream.on('close', (error?: Error | null) => listener(error ?? new Error('closed')));
  },
  write: (octets) => {
    if (!stream.destroyed) stream.write(octets);
  },
  setSignals: async (dtr, rts) => {
    await setSignals(dtr, rts);
  },
  setRate,
  close: async () => {
    await close();
    stream.removeAllListeners('data');
  },
});
