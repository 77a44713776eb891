/** The values of socket options, as scripts give them and as they must come back. */
import type { Profile } from '../../stack/transport/tcp/config.ts';
import { errnoNumber } from '../constants.ts';
import type { Expression } from '../language/ast.ts';
import { Misfit } from '../script-error.ts';
import type { OptionValue } from '../subject.ts';
import { fieldOf, numberOf } from './values.ts';

/** `[1]`, `{onoff=1, linger=0}`, `{tv_sec=1, tv_usec=0}`, `"cubic"` */
export function readOptionValue(e: Expression, profile: Profile): OptionValue {
  if (e.kind === 'list' && e.items.length === 1 && e.items[0] !== undefined) {
    return readOptionValue(e.items[0], profile);
  }
  if (e.kind === 'text') return e.value;
  if (e.kind !== 'struct') return numberOf(e, profile);
  const pair = (a: string, b: string): [number, number] | undefined => {
    const first = fieldOf(e, a);
    const second = fieldOf(e, b);
    if (first === undefined || second === undefined) return undefined;
    return [numberOf(first, profile), numberOf(second, profile)];
  };
  const linger = pair('onoff', 'linger') ?? pair('l_onoff', 'l_linger');
  if (linger !== undefined) return { onoff: linger[0], linger: linger[1] };
  const time = pair('tv_sec', 'tv_usec');
  if (time !== undefined) return { seconds: time[0], microseconds: time[1] };
  throw new Misfit(e.line, "the value of the socket's option is not understood");
}

/** Does `actual` have what the script says? `...` says nothing. */
export function matchesOption(e: Expression, actual: OptionValue, profile: Profile): boolean {
  if (e.kind === 'any') return true;
  if (e.kind === 'list' && e.items.length === 1 && e.items[0] !== undefined) {
    return matchesOption(e.items[0], actual, profile);
  }
  const expected = readOptionValue(e, profile);
  // SO_ERROR gives a name, which the script has as a number.
  if (typeof expected === 'number' && typeof actual === 'string') {
    return expected === errnoNumber(actual, profile);
  }
  if (typeof expected !== 'object' || typeof actual !== 'object') {
    return typeof expected === 'number' && typeof actual === 'number'
      ? expected >>> 0 === actual >>> 0
      : expected === actual;
  }
  return JSON.stringify(expected) === JSON.stringify(actual);
}

export function describeOptionValue(value: OptionValue): string {
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value).replaceAll('"', '');
}
