/**
 * 100,000 connections of one host: what an idle one takes, all told, and an echo on each in turn. The host is
 * measured alone: its peers are a crowd (crowd.ts) whose memory is there before it is measured first.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { after, seconds } from '../src/base/time.ts';
import { Host } from '../src/stack/host/host.ts';
import { cpuTime } from './cpu-time.ts';
import { attach, Crowd } from './crowd.ts';
import { EchoServer } from './echo-server.ts';
import { type Benchmark, figure } from './figure.ts';
import { runLwipConnections } from './lwip.ts';

const CONNECTIONS = 100_000;
const QUICK_CONNECTIONS = 5000;
const OCTETS = 64;
const RUNS = 3;
/** The ports of one address: all its connections are between two. */
const LWIP_MAX = 28_000;
/** Long enough for all timers of opening to have passed. */
const IDLE = seconds(5);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** In octets, what is garbage gone. */
function memory(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

interface Outcome {
  /** Each connection's memory before it was ever used, and after its echo. */
  readonly fresh: number;
  readonly used: number;
  /** A second of CPU time. */
  readonly echoes: number;
}

function run(connections: number): Outcome {
  const host = new Host({ seed: 1 });
  attach(host);
  const server = new EchoServer(host);
  const crowd = new Crowd(host, connections, (now) => server.serve(now));
  const before = memory();
  for (let i = 0; i < connections; i++) crowd.open(i);
  crowd.wait(after(crowd.now, IDLE));
  if (server.connections !== connections) {
    throw new Error(`${server.connections} of ${connections} connections were accepted`);
  }
  const fresh = (memory() - before) / connections;
  const began = cpuTime();
  for (let i = 0; i < connections; i++) {
    crowd.send(i, OCTETS);
    if (crowd.received !== (i + 1) * OCTETS) throw new Error(`connection ${i} sent no echo`);
  }
  const echoes = (connections * 1000) / (cpuTime() - began);
  crowd.wait(after(crowd.now, IDLE));
  return { fresh, used: (memory() - before) / connections, echoes };
}

export const benchmark: Benchmark = async (quick) => {
  const connections = quick ? QUICK_CONNECTIONS : CONNECTIONS;
  run(QUICK_CONNECTIONS);
  const outcomes = Array.from({ length: quick ? 1 : RUNS }, () => run(connections));
  const lwip = await runLwipConnections(Math.min(connections, LWIP_MAX));
  const peer = lwip === undefined ? {} : { peer: 'lwIP', peerRuns: [lwip.octetsEach] };
  const of = `${connections} established connections`;
  const target = '≤ 2048';
  return [
    figure(
      `memory of each of ${of}`,
      'octets',
      outcomes.map((o) => o.fresh),
      { target, ...peer },
    ),
    figure(
      'the same after an echo on each',
      'octets',
      outcomes.map((o) => o.used),
      { target },
    ),
    figure(
      `echoes of ${OCTETS} octets on ${of} in turn, a second of CPU time`,
      '/s',
      outcomes.map((o) => o.echoes),
    ),
  ];
};
