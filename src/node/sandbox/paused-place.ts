/**
 * Where a busy worker is: its thread is paused through the inspector, which reaches it even inside an
 * endless loop, its call stack is read, and it goes on.
 *
 * The worker must not be left paused: `Worker.terminate` does not end a paused thread.
 */
import { Session } from 'node:inspector';
import { SCHEME } from './scheme.ts';

/** Lines and columns count from 1. */
export interface RunningPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly functionName: string;
}

interface WorkerEvent {
  readonly method?: string;
  readonly params?: {
    readonly scriptId?: string;
    readonly url?: string;
    readonly callFrames?: readonly CallFrame[];
  };
}

interface CallFrame {
  readonly functionName: string;
  readonly location: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber?: number;
  };
}

const LOOK_MS = 50;

/**
 * The innermost of the learner's functions that thread `threadId` runs; undefined when it runs none, or
 * when the inspector did not get at it while `patient` held (it is inside one long built-in call).
 */
export function pausedPlace(
  threadId: number,
  patient: () => boolean,
): Promise<RunningPlace | undefined> {
  return new Promise((resolve) => {
    const session = new Session();
    const end = (place?: RunningPlace) => {
      clearInterval(timer);
      session.disconnect();
      resolve(place);
    };
    const timer = setInterval(() => patient() || end(), LOOK_MS);
    try {
      session.connect();
      watch(session, threadId, end);
    } catch {
      end();
    }
  });
}

function watch(session: Session, threadId: number, end: (place?: RunningPlace) => void): void {
  const urls = new Map<string, string>();
  let sessionId: string | undefined;
  const send = (id: number, method: string) => {
    if (sessionId === undefined) return;
    const message = JSON.stringify({ id, method });
    session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
  };
  session.on('NodeWorker.attachedToWorker', ({ params }) => {
    // `workerId` counts anew in each session; the title has the thread's own number.
    if (!params.workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
    sessionId = params.sessionId;
    send(1, 'Debugger.enable');
    send(2, 'Debugger.pause');
  });
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    if (params.sessionId !== sessionId) return;
    const event: WorkerEvent = JSON.parse(params.message);
    if (event.method === 'Debugger.scriptParsed') {
      urls.set(event.params?.scriptId ?? '', event.params?.url ?? '');
    }
    if (event.method !== 'Debugger.paused') return;
    send(3, 'Debugger.resume');
    send(4, 'Debugger.disable');
    end(innermost(event.params?.callFrames ?? [], urls));
  });
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, (error) => {
    if (error !== null) end();
  });
}

function innermost(
  frames: readonly CallFrame[],
  urls: ReadonlyMap<string, string>,
): RunningPlace | undefined {
  for (const { functionName, location } of frames) {
    const url = urls.get(location.scriptId) ?? '';
    if (!url.startsWith(SCHEME)) continue;
    return {
      file: url.slice(SCHEME.length),
      line: location.lineNumber + 1,
      column: (location.columnNumber ?? 0) + 1,
      functionName,
    };
  }
  return undefined;
}
