/** The learner's files in V8's eyes: `learner:///frame.ts`. */
export const SCHEME = 'learner:///';
