import { UsageError } from '../../base/errors.ts';

/** IFNAMSIZ of netdevice(7) less the zero behind the name. */
export const NAME_MAX = 15;

/** A name that the kernel will not take; `%` is for it to fill in, and only `name%d` is understood here. */
export function checkName(name: string): void {
  const plain = name.replace(/%d$/, '0');
  const printable = /^[\x21-\x7e]+$/.test(plain) && !/[/:%]/.test(plain);
  if (printable && plain.length <= NAME_MAX && plain !== '.' && plain !== '..') return;
  throw new UsageError('tap-name', `\`${name}\` cannot be the name of a network interface`, {
    name,
    longest: NAME_MAX,
  });
}
