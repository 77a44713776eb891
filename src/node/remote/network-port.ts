/** A board's port on another machine: behind RFC 2217, or its octets alone. */
import { formatPortName, type NetworkPort } from '../port-name.ts';
import type { Line } from '../stream-transport.ts';
import { connected, ended, flushed } from './connection.ts';
import { Rfc2217Stream } from './rfc2217-stream.ts';

/** @throws NetlabError `connection-failed`, `no-such-host`, `not-rfc2217`, `remote-refused` */
export async function openNetworkPort(at: NetworkPort, rate: number): Promise<Line> {
  const name = formatPortName(at);
  const socket = await connected(at);
  if (at.kind === 'rfc2217') return (await Rfc2217Stream.open(name, socket, rate)).line();
  return {
    name,
    stream: socket,
    rate: 0,
    setRate: async () => {},
    drain: () => flushed(socket),
    setSignals: async () => false,
    purge: async () => {},
    reset: async () => false,
    close: () => ended(socket),
  };
}
