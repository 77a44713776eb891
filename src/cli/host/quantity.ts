/** Flags that are numbers with a fraction, which oclif has no kind for. */
import * as Flags from '@oclif/core/flags';
import { UsageError } from '../../base/errors.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** @throws UsageError out-of-range */
function readQuantity(name: string, text: string, { min, max }: Range): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max) return value;
  const message = `${name}: ${text} is not in ${min} … ${max}`;
  throw new UsageError('out-of-range', message, { name, value: text, min, max });
}

interface QuantityOptions extends Range {
  readonly summary: string;
  readonly char?: 'i' | 'w' | 'W';
  readonly helpGroup?: string;
}

const custom = Flags.custom<number>();

const asFlag = ({ min, max, ...options }: QuantityOptions) => ({
  ...options,
  parse: async (text: string, _: unknown, { name = '' }: { readonly name?: string }) =>
    readQuantity(`--${name}`, text, { min, max }),
});

export const quantity = (options: QuantityOptions) => custom(asFlag(options));

export const quantityOr = (otherwise: number, options: QuantityOptions) =>
  custom({ ...asFlag(options), default: otherwise });

/** @throws UsageError bad-port */
export function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 0xffff) return port;
  throw new UsageError('bad-port', `${text} is no port`, { port: text });
}
