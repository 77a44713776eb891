/** Submissions graded side by side: so many processes, each with one submission at a time and a deadline for it. */
import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorGrade, type Grade } from './grade.ts';
import type { GraderRequest, GraderSetup } from './grader.ts';
import type { Submission } from './submissions.ts';

/** Beyond a submission's own limit: for the process to start, the bench to open, the evidence to be written. */
const GRACE_S = 60;
/** What a process that died may have said. */
const COMPLAINT_MAX = 2000;

export interface PoolRequest {
  readonly setup: GraderSetup;
  readonly submissions: readonly Submission[];
  readonly jobs: number;
  readonly signal: AbortSignal;
  onGrade(grade: Grade): void;
}

/** Resolves when all are graded, or when `signal` has ended it: then what was under way has no grade. */
export async function gradeAll(request: PoolRequest): Promise<void> {
  const waiting = [...request.submissions];
  const lane = async () => {
    let grader: Grader | undefined;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (request.signal.aborted) break;
      grader = grader?.alive ? grader : new Grader(request.setup, request.signal);
      const grade = await grader.grade(next);
      if (grade !== undefined) request.onGrade(grade);
    }
    grader?.end();
  };
  const lanes = Math.min(request.jobs, request.submissions.length);
  await Promise.all(Array.from({ length: lanes }, lane));
}

class Grader {
  readonly #setup: GraderSetup;
  readonly #signal: AbortSignal;
  readonly #child: ChildProcess;
  #complaint = '';
  #ended = false;
  #settle: ((ending: Grade | 'ended') => void) | undefined;

  constructor(setup: GraderSetup, signal: AbortSignal) {
    this.#setup = setup;
    this.#signal = signal;
    const file = fileURLToPath(new URL(`./grader${extname(import.meta.url)}`, import.meta.url));
    this.#child = fork(file, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.#complaint = `${this.#complaint}${chunk}`.slice(-COMPLAINT_MAX);
    });
    this.#child.on('message', (grade: Grade) => this.#settle?.(grade));
    this.#child.on('error', () => this.#over());
    this.#child.on('exit', () => this.#over());
    signal.addEventListener('abort', this.end);
    this.#send({ kind: 'setup', setup });
  }

  get alive(): boolean {
    return !this.#ended;
  }

  /** Undefined when it was interrupted. */
  async grade(submission: Submission): Promise<Grade | undefined> {
    const { limit_s, settings, possible } = this.#setup;
    let timer: NodeJS.Timeout | undefined;
    const ending = await new Promise<Grade | 'ended' | 'late'>((resolve) => {
      this.#settle = resolve;
      timer = setTimeout(() => resolve('late'), (limit_s + GRACE_S) * 1000);
      if (this.#ended) resolve('ended');
      else this.#send({ kind: 'grade', submission });
    });
    clearTimeout(timer);
    this.#settle = undefined;
    if (typeof ending === 'object') return ending;
    this.end();
    if (this.#signal.aborted) return undefined;
    const why = ending === 'late' ? `no grade within ${limit_s + GRACE_S} s` : this.#lastWords();
    return errorGrade(settings, submission.name, '', why, possible);
  }

  end = (): void => {
    this.#child.kill('SIGKILL');
    this.#over();
  };

  #over(): void {
    this.#ended = true;
    this.#signal.removeEventListener('abort', this.end);
    this.#settle?.('ended');
  }

  #send(request: GraderRequest): void {
    this.#child.send(request, () => {}); // A failure shows as the child's exit.
  }

  #lastWords(): string {
    const said = this.#complaint.split('\n').findLast((line) => /\w*Error\b/.test(line));
    return `the grading process ended: ${said ?? 'it did not say why'}`;
  }
}
