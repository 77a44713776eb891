/** The learner's files in V8's eyes: `learner:///frame.ts`. The worker repeats it. */
export const SCHEME = 'learner:///';
