/** One attempt at one check: its bench, fenced off when the attempt is over, and how it ended. */
import { NetlabError, UsageError } from '../base/errors.ts';
import { type Rng, seededRng } from '../base/random.ts';
import { type Duration, type Instant, milliseconds, since } from '../base/time.ts';
import type { Carrying } from './carrying.ts';
import type { Clock, Interrupt } from './clock.ts';
import { type Ending, endOf } from './deadline.ts';
import type {
  Bench,
  Check,
  Learner,
  LineStation,
  Picture,
  SerialStation,
  Station,
  Text,
} from './lab.ts';
import { type GradedLearner, LearnerError, type Place } from './learner.ts';
import { CheckOver, ExpectationFailed, StepLog } from './steps.ts';
import type { Substrate } from './substrate.ts';
import type { Failure, KeptPicture, StepRecord } from './verdict.ts';

/** Frames left over from the check before are taken away, so that each check begins on a quiet cable. */
const QUIET = milliseconds(2);
const LEFTOVERS_MAX = 1024;

export interface AttemptRequest {
  readonly check: Check;
  readonly substrate: Substrate;
  readonly learner: GradedLearner;
  readonly seed: number;
  /** When the run began, on the board's clock. */
  readonly began: Instant;
  readonly clock: Clock;
  readonly limit: Duration;
  readonly interrupt: Interrupt | undefined;
  readonly carrying?: Carrying | undefined;
  stepStarted(number: number, text: Text): void;
  stepEnded(step: StepRecord): void;
  pictureDrawn(picture: KeptPicture, svg: string): void;
}

export interface Attempt {
  readonly steps: readonly StepRecord[];
  readonly pictures: readonly KeptPicture[];
  readonly failure: Failure | undefined;
}

/** @throws whatever is neither the learner's nor the bench's doing: a bug of the lab or of netlab. */
export async function attempt(request: AttemptRequest): Promise<Attempt> {
  const { check, substrate, learner } = request;
  const fence: Fence = { over: false, lastCall: undefined, carrying: request.carrying };
  const pictures: KeptPicture[] = [];
  const log = new StepLog(() => since(substrate.board.now(), request.began), {
    stepStarted(number, text) {
      substrate.setStep(`${check.id} ${number}: ${text.en}`);
      request.stepStarted(number, text);
    },
    stepEnded: request.stepEnded,
    pictureDrawn(name, { title, text, svg }: Picture) {
      const kept = { file: `pictures/${check.id}-${name}.svg`, title, text };
      pictures.push(kept);
      request.pictureDrawn(kept, svg);
    },
  });
  const takeOutput = () => {
    for (let line = learner.pollOutput?.(); line !== undefined; line = learner.pollOutput?.()) {
      log.print(line);
    }
  };
  const ends = { board: substrate.board, peer: substrate.peer };
  const segments = (substrate.segments ?? [ends]).map(({ board, peer }) => ({
    board: fencedStation(board, fence),
    peer: fencedStation(peer, fence),
  }));
  const bench: Bench = {
    board: fencedStation(substrate.board, fence),
    peer: fencedStation(substrate.peer, fence),
    segments,
    lines: fencedLines(substrate.lines ?? [], fence),
    serial: substrate.serial && fencedSerial(substrate.serial, fence),
    learner: fencedLearner(learner, fence, takeOutput),
    rng: checkRng(request.seed, check.id),
  };
  const work = async () => {
    for (const { board, peer } of segments) {
      await takeLeftovers(board);
      await takeLeftovers(peer);
    }
    await request.carrying?.begin();
    await check.run(bench, log);
  };
  const ending = await endOf(work, request.clock, request.limit, request.interrupt);
  fence.over = true;
  request.carrying?.end();
  takeOutput();
  const located = fence.lastCall === undefined ? undefined : learner.locate?.(fence.lastCall);
  const failure = failureOf(ending, log, located);
  log.end();
  return { steps: log.records, pictures, failure };
}

/** Each check has chances of its own, whichever checks ran before it. FNV-1a over the id, with the seed. */
function checkRng(seed: number, id: string): Rng {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return seededRng((hash ^ seed) >>> 0);
}

async function takeLeftovers(station: Station): Promise<void> {
  for (let taken = 0; taken < LEFTOVERS_MAX; taken++) {
    if ((await station.receive(QUIET)) === undefined) return;
  }
}

interface Fence {
  over: boolean;
  lastCall: string | undefined;
  readonly carrying: Carrying | undefined;
}

function pass(fence: Fence): void {
  if (fence.over) throw new CheckOver('the check is over');
  const fault = fence.carrying?.pollFault();
  if (fault !== undefined) throw fault;
}

const fencedStation = (station: Station, fence: Fence): Station => ({
  address: station.address,
  now: () => station.now(),
  async send(frame) {
    pass(fence);
    await station.send(frame);
    pass(fence);
  },
  async receive(timeout) {
    pass(fence);
    const frame = await station.receive(timeout);
    pass(fence);
    return frame;
  },
});

const fencedSerial = (serial: SerialStation, fence: Fence): SerialStation => ({
  now: () => serial.now(),
  async send(octets) {
    pass(fence);
    await serial.send(octets);
  },
  async receive(timeout) {
    pass(fence);
    const octets = await serial.receive(timeout);
    pass(fence);
    return octets;
  },
});

/** Lines that are as new for each check; what does not use them tells their boards nothing. */
function fencedLines(lines: readonly LineStation[], fence: Fence): readonly LineStation[] {
  let fresh = false;
  const use = async <T>(act: () => Promise<T>): Promise<T> => {
    pass(fence);
    if (!fresh) {
      fresh = true;
      for (const line of lines) await line.setUp({});
    }
    const result = await act();
    pass(fence);
    return result;
  };
  return lines.map((line) => ({
    limits: line.limits,
    now: () => line.now(),
    setUp: (setup) => use(() => line.setUp(setup)),
    exchange: (exchange) => use(() => line.exchange(exchange)),
  }));
}

const fencedLearner = (learner: Learner, fence: Fence, takeOutput: () => void): Learner => ({
  async call(name, ...args) {
    pass(fence);
    fence.lastCall = name;
    try {
      return await learner.call(name, ...args);
    } finally {
      pass(fence);
      takeOutput();
    }
  },
});

function failureOf(ending: Ending<void>, log: StepLog, located: Place | undefined) {
  const step = log.current;
  if (ending.kind === 'deadline') return { kind: 'timeout', ...TOO_LONG, step } as const;
  if (ending.kind === 'interrupted') return { kind: 'interrupted', ...INTERRUPTED, step } as const;
  const error = ending.kind === 'threw' ? ending.error : undefined;
  // An expectation that the check itself caught has failed all the same.
  const thrown = error === undefined || error instanceof ExpectationFailed ? log.failure : error;
  return thrown === undefined ? undefined : describeError(thrown, step, located);
}

function describeError(error: unknown, step: number, located: Place | undefined): Failure {
  if (error instanceof ExpectationFailed) {
    const { code, text, difference } = error;
    return {
      kind: 'expectation',
      code,
      message: text,
      step,
      ...(located && { place: located }),
      ...(difference && { difference }),
    };
  }
  if (error instanceof LearnerError) {
    const { code, text, place, lab } = error;
    const details = { ...(place && { place }), ...(lab && { upstream: lab }) };
    return { kind: 'learner', code, message: text, step, ...details };
  }
  if (error instanceof NetlabError && !(error instanceof UsageError)) {
    const { code, message, details } = error;
    return { kind: 'board', code, message: { en: message, ko: message }, details, step };
  }
  throw error;
}

const TOO_LONG = {
  code: 'check-deadline',
  message: { en: 'The check did not end in time.', ko: '검사가 제한 시간 안에 끝나지 않았습니다.' },
};
const INTERRUPTED = {
  code: 'interrupted',
  message: { en: 'Interrupted.', ko: '중단되었습니다.' },
};
