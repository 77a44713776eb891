/**
 * A place of labgrid's (labgrid.readthedocs.io), by its own client: the place is acquired, the client says where
 * its serial port is, and the place is released when the port is closed. A place that its user has acquired
 * already is used and left acquired.
 */
import { execFile } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { NetworkPort } from '../port-name.ts';
import type { Line } from '../stream-transport.ts';
import { openNetworkPort } from './network-port.ts';

const CLIENT = 'labgrid-client';
const DEADLINE_MS = 20_000;
const OUTPUT_MAX = 1 << 20;
const PORT_CLASS = 'NetworkSerialPort';

/** @throws NetlabError `labgrid-failed`, `labgrid-no-port`, and of network-port.ts */
export async function openLabgrid(place: string, rate: number): Promise<Line> {
  const before = await labgrid(place, 'show');
  const ours = acquiredBy(before) === ownName();
  if (!ours) await labgrid(place, 'acquire');
  const release = async (): Promise<void> => {
    if (!ours) await labgrid(place, 'release').catch(() => {});
  };
  try {
    const port = serialPortOf(await labgrid(place, 'show'));
    if (port === undefined) throw noPort(place);
    const line = await openNetworkPort(port, rate);
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closing ??= line.close().then(release, release);
      return closing;
    };
    return { ...line, name: `labgrid://${place}`, close };
  } catch (error) {
    await release();
    throw error;
  }
}

/** As labgrid writes it: who, on which machine. */
const ownName = (): string => {
  const { LG_HOSTNAME = hostname(), LG_USERNAME = userInfo().username } = process.env;
  return `${LG_HOSTNAME}/${LG_USERNAME}`;
};

const acquiredBy = (shown: string): string | undefined =>
  /^\s*acquired:\s*(\S+)\s*$/m.exec(shown)?.[1];

/** In what `show` prints, the acquired serial port, whose parameters are a dictionary as Python writes it. */
export function serialPortOf(shown: string): NetworkPort | undefined {
  const blocks = shown.split(/^(?=Acquired resource )/m).slice(1);
  const block = blocks.find((each) => each.split('\n', 1)[0]?.includes(`/${PORT_CLASS}/`));
  const host = /'host':\s*'([^']+)'/.exec(block ?? '')?.[1];
  const port = Number(/'port':\s*'?(\d{1,5})/.exec(block ?? '')?.[1]);
  if (host === undefined || !(port >= 1 && port <= 0xffff)) return undefined;
  const raw = /'protocol':\s*'raw'/.test(block ?? '');
  return { kind: raw ? 'tcp' : 'rfc2217', host, port };
}

function labgrid(place: string, command: string): Promise<string> {
  const options = { timeout: DEADLINE_MS, maxBuffer: OUTPUT_MAX, windowsHide: true };
  return new Promise((resolve, reject) => {
    execFile(CLIENT, ['-p', place, command], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(failed(place, command, error, stderr));
    });
  });
}

function failed(place: string, command: string, error: Error, stderr: string): NetlabError {
  const missing = 'code' in error && error.code === 'ENOENT';
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const reason = missing ? `${CLIENT} is not installed` : said || error.message;
  const details = { place, command, reason };
  return new NetlabError('labgrid-failed', EXIT.noBoard, `labgrid: ${reason}`, details, error);
}

const noPort = (place: string): NetlabError =>
  new NetlabError('labgrid-no-port', EXIT.noBoard, `${place} has no serial port`, { place });
