/** A claim on a board: one file, written whole by the process that claims it, and by nobody else. */
import type { RunningProcess } from './running-process.ts';

export interface Claim extends RunningProcess {
  /** The board as `resourceOf` names it. */
  readonly resource: string;
  /** What a person called it: `/dev/ttyACM0`, `pico-1`. */
  readonly port: string;
  readonly user: string;
  readonly host: string;
  /** What the process was started as: `netlab run lab03`. */
  readonly command: string;
  /** Microseconds since 1970. */
  readonly since: number;
  /** `asked` until it is known that no other process has the board. */
  readonly state: 'asked' | 'taken';
}

/** One that is longer was not written by us. */
export const CLAIM_SIZE_MAX = 32_768;
/** Of each text in it: a claim is to stay within its size whatever a command line holds. */
const TEXT_MAX = 400;
/** Of equal length, so that one takes the other's place in the file without moving anything. */
const STATES = ['asked', 'taken'] as const;
const STATE_FIRST = /^\{"state":"(?:asked|taken)"/;
/** Where the state's letters begin. */
export const STATE_AT = '{"state":"'.length;

export function encodeClaim(claim: Claim): string {
  const { state, resource, port, user, host, command, pid, place, start, since } = claim;
  const texts = { resource, port, user, host, command, place, start };
  const bounded = Object.entries(texts).map(([name, text]) => [name, text.slice(0, TEXT_MAX)]);
  return JSON.stringify({ state, pid, since, ...Object.fromEntries(bounded) });
}

/** Undefined for what is no claim of ours. */
export function decodeClaim(text: string): Claim | undefined {
  if (text.length > CLAIM_SIZE_MAX || !STATE_FIRST.test(text)) return undefined;
  let document: Record<string, unknown>;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const word = (name: string): string | undefined => {
    const value = document[name];
    return typeof value === 'string' && value.length <= TEXT_MAX ? value : undefined;
  };
  const number = (name: string): number | undefined => {
    const value = document[name];
    return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
  };
  const { state: said } = document;
  const claim = {
    state: STATES.find((state) => state === said),
    pid: number('pid'),
    since: number('since'),
    resource: word('resource'),
    port: word('port'),
    user: word('user'),
    host: word('host'),
    command: word('command'),
    place: word('place'),
    start: word('start'),
  };
  // PID 0 and below would mean whole groups of processes to kill(2).
  if (claim.pid === 0 || Object.values(claim).includes(undefined)) return undefined;
  return claim as Claim;
}
