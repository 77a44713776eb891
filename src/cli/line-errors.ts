/** What a port has reported of its line, in words. */
import type { LineErrors } from '../hardware/board/transport.ts';
import { type Language, type Say, speaker } from './messages/message.ts';

const KINDS = ['framing', 'parity', 'overruns', 'breaks'] as const;

/** Each kind that there was, with how often. */
export const lineErrorList = (errors: LineErrors, say: Say): string =>
  KINDS.filter((kind) => errors[kind] > 0)
    .map((kind) => say(`line-errors.${kind}`, { count: errors[kind] }))
    .join(', ');

/** A sentence for what `details` of an error say of the line; undefined where that is nothing. */
export function lineErrorSentence(
  details: Readonly<Record<string, string | number>>,
  language: Language,
): string | undefined {
  const count = (kind: (typeof KINDS)[number]): number => Number(details[kind] ?? 0);
  const say = speaker(language);
  const errors = {
    breaks: count('breaks'),
    framing: count('framing'),
    parity: count('parity'),
    overruns: count('overruns'),
  };
  const list = lineErrorList(errors, say);
  if (list === '') return undefined;
  // A receiver that samples at another rate than the sender's misses stop bits; one that is too slow loses octets.
  const key = errors.framing + errors.parity + errors.breaks > 0 ? 'rate' : 'slow';
  return say(`line-errors.sum.${key}`, { list });
}
